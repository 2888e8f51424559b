"""Progress of a run: a line on a terminal, lines now and then elsewhere, nothing when it is to be quiet."""
import os
import pty
import signal
import subprocess
import time
import unittest

from platform_runner import PROGRAM, Workspace, firmware

LINE = r"[0-9.]+ \w+ simulated in \d+ s, [0-9.]+ million host instructions/s, \d+ MVMs"


class Progress(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def interrupted(self, *options, stderr=subprocess.PIPE):
        """A run of firmware that spins, ended after a second."""
        process = subprocess.Popen([PROGRAM, "run", firmware("spin"), "--out", self.workspace.path / "out", *options],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, text=True)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        return errors

    def test_lines_where_there_is_no_terminal(self):
        lines = self.interrupted("--progress", "200ms").splitlines()
        shown = [line for line in lines if "simulated in" in line]
        self.assertGreaterEqual(len(shown), 2, lines)
        for line in shown:
            self.assertRegex(line, f"^{LINE}$")

    def test_nothing_when_quiet_or_soon_over(self):
        self.assertNotIn("simulated in", self.interrupted("-q", "--progress", "10ms"))
        self.assertNotIn("simulated in", self.interrupted())

    def test_one_line_on_a_terminal(self):
        ours, theirs = pty.openpty()
        self.interrupted(stderr=theirs)
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side is closed and all is read
                break
            if not part:
                break
            shown += part
        os.close(ours)
        updates = shown.decode().split("\r\x1b[K")
        self.assertGreaterEqual(len(updates), 3, shown)
        for update in updates[1:-1]:
            self.assertRegex(update, f"^{LINE}$")
        self.assertRegex(updates[-1], "^[^0-9]*.*interrupted")  # what follows stands in the place of the line

    def test_an_interval_that_is_none_is_refused(self):
        run = self.workspace.run("hello", "--progress", "often")
        self.assertEqual(run.status, 2)
        self.assertIn("--progress", run.stderr)


if __name__ == "__main__":
    unittest.main()
