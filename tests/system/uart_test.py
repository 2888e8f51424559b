"""Input on the UART: from a file, a pipe and a pseudo terminal."""
import os
import re
import subprocess
import time
import unittest

from platform_runner import PROGRAM, Workspace, firmware

TEXT = "The quick brown fox jumps over the lazy dog. 0123456789\n" * 20


class UartTest(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.text = TEXT.replace("q", "Q")

    def command(self, name, elf, *options):
        return [PROGRAM, "run", firmware(elf), "--out", self.workspace.path / name, *options]

    def from_file(self, name, content, *options, elf="echo"):
        path = self.workspace.path / f"{name}.txt"
        path.write_text(content)
        with path.open("rb") as stdin:
            return subprocess.run([str(part) for part in self.command(name, elf, "-q", *options)], stdin=stdin,
                                  capture_output=True, text=True, timeout=300, check=False)

    def log(self, name):
        return (self.workspace.path / name / "uart.log").read_text()

    def test_file_is_echoed_without_a_loss(self):
        run = self.from_file("file", self.text + "q")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("\n" + self.text + f"\n{len(self.text)} bytes, 0 overruns", run.stdout)

    def test_equal_files_give_equal_runs_at_any_quantum(self):
        summaries = []
        for index, quantum in enumerate((0.1, 10, 10, 1000)):
            run = self.from_file(f"run{index}", self.text + "q", "--set", f"host.quantum_us={quantum}")
            self.assertEqual(run.returncode, 0, run.stderr)
            text = (self.workspace.path / f"run{index}" / "summary.json").read_text()
            summaries.append(re.sub(r'"run": \{.*?\},', "", text, flags=re.S))
        for summary in summaries[1:]:
            self.assertEqual(summary, summaries[0])

    def test_bytes_come_at_the_rate_of_the_line(self):
        run = self.from_file("rate", self.text + "q")
        self.assertEqual(run.returncode, 0)
        simulated = float(re.search(r'"simulated_s": ([\d.e-]+)',
                                    (self.workspace.path / "rate" / "summary.json").read_text()).group(1))
        line = (len(self.text) + 1) * 10 * 12 / 399193  # ten bits a byte, divisor 12
        self.assertGreater(simulated, line)
        self.assertLess(simulated, line * 1.02)

    def test_end_of_input_ends_a_run_that_waits(self):
        run = self.from_file("short", "abc")
        self.assertEqual(run.returncode, 3)
        self.assertIn("nothing can ever wake", run.stderr)
        self.assertIn("\nabc", run.stdout)

    def test_pipe(self):
        run = subprocess.run([str(part) for part in self.command("pipe", "echo", "-q")], input=self.text + "q",
                             capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(f"{len(self.text)} bytes, 0 overruns", run.stdout)

    def test_conversation_through_a_pipe(self):
        process = subprocess.Popen([str(part) for part in self.command("talk", "echo", "-q")], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"echo until q\n")
        for line in (b"one\n", b"two\n"):
            process.stdin.write(line)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), line)
        stdout, stderr = process.communicate(b"q", timeout=60)
        self.assertEqual(process.returncode, 0, stderr)
        self.assertIn(b"8 bytes", stdout)

    def test_pseudo_terminal(self):
        process = subprocess.Popen([str(part) for part in self.command("pty", "echo", "--uart", "pty")],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        name = re.search(r"UART at (\S+)", process.stderr.readline()).group(1)
        terminal = os.open(name, os.O_RDWR | os.O_NOCTTY)
        try:
            self.assertIn(b"echo until q\n", self.receive(terminal, b"\n"))
            for line in (b"hello\n", b"pty\x03\x04\r\n"):
                os.write(terminal, line)
                self.assertEqual(self.receive(terminal, b"\n"), line)
            os.write(terminal, b"q")
            self.assertIn(b"13 bytes, 0 overruns", self.receive(terminal, b"overruns\n"))
        finally:
            os.close(terminal)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, stderr)
        self.assertIn("hello", self.log("pty"))

    @staticmethod
    def receive(terminal, end, timeout=60):
        os.set_blocking(terminal, False)
        received = b""
        limit = time.monotonic() + timeout
        while not received.endswith(end) and time.monotonic() < limit:
            try:
                part = os.read(terminal, 4096)
                if not part:
                    return received  # the other end has gone
                received += part
            except BlockingIOError:
                time.sleep(0.01)
        return received

    def test_interrupting_a_wait_for_input(self):
        process = subprocess.Popen([str(part) for part in self.command("wait", "echo", "--uart", "pty")],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        time.sleep(1.0)
        self.assertIsNone(process.poll(), "waits")
        process.terminate()
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertIn("interrupted", stderr)

    def test_a_file_takes_the_output_and_gives_no_input(self):
        target = self.workspace.path / "console.txt"
        run = self.from_file("output", "q", "--uart", str(target))
        self.assertEqual(run.returncode, 3)
        self.assertIn("nothing can ever wake", run.stderr)
        self.assertEqual(target.read_text(), "echo until q\n")


class ResetTest(unittest.TestCase):
    def test_reset_brings_everything_back_but_memory(self):
        workspace = Workspace()
        self.addCleanup(workspace.close)
        runs = [workspace.run("reset", "--set", f"host.quantum_us={quantum}") for quantum in (10, 0.1)]
        for run in runs:
            self.assertEqual(run.status, 0, run.stdout + run.stderr)
            self.assertNotIn("FAILED", run.stdout)
            self.assertEqual(run.results(), runs[0].results())
        summary = runs[0].summary
        self.assertEqual(summary["tiles"][0]["mvms"], 2, "totals go on")
        # Time, cycles and instructions are those of the whole run, not since the reset.
        clock_hz = 500e6
        self.assertAlmostEqual(summary["host"]["cycles"] / clock_hz / summary["time"]["simulated_s"], 1.0, delta=1e-4)
        self.assertGreater(summary["host"]["cycles"], 2000000)
        self.assertGreater(summary["host"]["instructions"], 100000)


if __name__ == "__main__":
    unittest.main()
