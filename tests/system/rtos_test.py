"""A preemptive kernel with user-mode tasks (firmware/tests/rtos), on a pseudo terminal, from a file, and on QEMU."""
import json
import os
import re
import subprocess
import time
import unittest

from platform_runner import PROGRAM, firmware
from virt_machine import Machine, parse

TEXT = "Echo this through the interrupt handler and a task, please.\n"
CAUSES = {"store": 7, "load": 5, "execute": 1, "device": 7, "privileged": 2}


class RtosTest(Machine):
    def check(self, status, text, echoed):
        """What every run must show, wherever it ran and however it got its input."""
        self.assertEqual(status, 0, text)
        self.assertNotIn("expected", text)
        for complaint in ("user: nothing happened", "user: a register changed", "user: the kernel printed its secret"):
            self.assertNotIn(complaint, text)
        self.assertEqual(text.count("user: trespassing"), len(CAUSES))
        faults = re.findall(r"fault: task (\w+), cause 0x(\w\w), pc 0x\w+, address 0x\w+; the task is ended", text)
        self.assertEqual({name: int(cause, 16) for name, cause in faults}, CAUSES)
        self.assertEqual(parse(text, "observe"), [("rtos.echoed", echoed)])
        checks = parse(text, "check")
        self.assertGreaterEqual(len(checks), 16)
        return checks

    def test_both_machines(self):
        results = []
        for command in self.commands("rtos"):
            status, text = self.converse(command, TEXT + "q")
            self.assertIn("\n" + TEXT, text)
            results.append(self.check(status, text, len(TEXT)))
        self.assertEqual(results, [results[0]] * len(results))

    def test_pseudo_terminal(self):
        command = [str(part) for part in (PROGRAM, "run", firmware("rtos"), "--out", self.workspace.path / "pty",
                                          "--uart", "pty")]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        terminal = os.open(re.search(r"UART at (\S+)", process.stderr.readline()).group(1), os.O_RDWR | os.O_NOCTTY)
        try:
            self.receive(terminal, b"ready\n")
            for line in (b"one\n", TEXT.encode()):
                os.write(terminal, line)
                self.assertEqual(self.receive(terminal, line), line)
            os.write(terminal, b"q")
            # The terminal must be read to the end: the platform waits for what it has yet to deliver.
            self.receive(terminal, b"rtos.overruns 0x00000000\n")
        finally:
            os.close(terminal)
        _, stderr = process.communicate(timeout=60)
        self.check(process.returncode, (self.workspace.path / "pty" / "uart.log").read_text() + stderr, 4 + len(TEXT))

    def receive(self, terminal, end, timeout=60):
        os.set_blocking(terminal, False)
        received = b""
        limit = time.monotonic() + timeout
        while not received.endswith(end):
            self.assertLess(time.monotonic(), limit, received)
            try:
                received += os.read(terminal, 4096)
            except BlockingIOError:
                time.sleep(0.01)
        return received

    def test_the_quantum_does_not_show(self):
        path = self.workspace.path / "input.txt"
        path.write_text(TEXT + "q")
        results = []
        for quantum in (0.1, 10, 1000):
            out = self.workspace.path / f"quantum{quantum}"
            with path.open("rb") as stdin:
                run = subprocess.run([str(part) for part in (PROGRAM, "run", firmware("rtos"), "--out", out, "-q", "--set",
                                                             f"host.quantum_us={quantum}")],
                                     stdin=stdin, capture_output=True, text=True, timeout=300, check=False)
            self.check(run.returncode, run.stdout, len(TEXT))
            summary = json.loads((out / "summary.json").read_text())
            del summary["run"]
            results.append((run.stdout, summary))
        self.assertEqual(results[1:], results[:1] * 2)


if __name__ == "__main__":
    unittest.main()
