"""Device behaviour that images for QEMU's riscv32 `virt` rely on: the same ELF runs here and on QEMU.

firmware/tests/virt/*.c print lines `check NAME VALUE`, which must be equal on both machines, and compare them with the
data sheets themselves (exit status 1, and the expected value behind the line). `observe NAME VALUE` is where the
two differ on purpose; OBSERVED says what each does.
"""
import re
import shutil
import subprocess
import unittest

from platform_runner import PROGRAM, Workspace, firmware

QEMU = shutil.which("qemu-system-riscv32")

# name: (here, QEMU 7.2). Here the PLIC follows its specification: a line that is high when its interrupt is completed is
# pending again, and enabling a pending source takes effect at once.
OBSERVED = {
    "plic.line_high_at_completion": (1 << 10, 0),
    "plic.enabled_while_pending": (1 << 11, 0),
}
LEAST_CHECKS = {"uart": 60, "clint": 25, "plic": 40}


def here(elf, out):
    return [PROGRAM, "run", elf, "--out", out, "-q"]


def on_qemu(elf, _):
    return [QEMU, "-M", "virt", "-bios", "none", "-display", "none", "-monitor", "none", "-serial", "stdio",
            "-kernel", elf]


def parse(text, kind):
    return [(name, int(value, 16)) for name, value in re.findall(rf"^{kind} (\S+) (0x[0-9a-f]+)", text, re.M)]


class Machine(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def commands(self, name):
        """The two machines, or one where QEMU is not installed."""
        elf = firmware(f"virt_{name}")
        makers = [here] + ([on_qemu] if QEMU else [])
        return [[str(part) for part in make(elf, self.workspace.path / f"{name}{index}")]
                for index, make in enumerate(makers)]

    def run_to_end(self, command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)

    def converse(self, command, *lines):
        """Sends each line when the firmware says that it is ready for it; returns status and the console's text."""
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        heard = ""
        for line in lines:
            while not heard.endswith("ready\n"):
                part = process.stdout.readline()
                self.assertTrue(part, f"{command[0]} ended early: {heard}")
                heard += part
            heard = heard.removesuffix("ready\n")
            process.stdin.write(line)
            process.stdin.flush()
        rest, _ = process.communicate(timeout=120)
        return process.returncode, heard + rest


class DeviceTest(Machine):
    def device(self, name):
        runs = [self.run_to_end(command) for command in self.commands(name)]
        for run in runs:
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertNotIn("expected", run.stdout)
            self.assertEqual(parse(run.stdout, "check"), parse(runs[0].stdout, "check"))
        self.assertGreaterEqual(len(parse(runs[0].stdout, "check")), LEAST_CHECKS[name])
        for machine, run in enumerate(runs):
            for observed, value in parse(run.stdout, "observe"):
                self.assertEqual(value, OBSERVED[observed][machine], observed)
        return parse(runs[0].stdout, "observe")

    def test_uart(self):
        self.assertEqual(self.device("uart"), [])

    def test_clint(self):
        self.assertEqual(self.device("clint"), [])

    def test_plic(self):
        self.assertEqual({name for name, _ in self.device("plic")}, set(OBSERVED))

    def test_the_quantum_does_not_show(self):
        for name in ("uart", "clint", "plic"):
            command = self.commands(name)[0]
            texts = [self.run_to_end([*command, "--set", f"host.quantum_us={quantum}"]).stdout for quantum in (0.1, 1000)]
            self.assertEqual(texts[0], texts[1])
            self.assertIn("check", texts[0])


class InputTest(Machine):
    def test_a_line_by_polling_and_one_by_interrupts(self):
        for command in self.commands("uart_input"):
            lines = ("The quick brown fox\n", "jumps over the lazy dog, 16 bytes at once and more\n")
            status, text = self.converse(command, *lines)
            self.assertEqual(status, 0, text)
            self.assertIn("polled: " + lines[0], text)
            self.assertIn("interrupts: " + lines[1], text)
            self.assertEqual(parse(text, "check"), [("input.wrong_sources", 0)])


class FinisherTest(Machine):
    def test_ways_to_end(self):
        for command in self.commands("finisher"):
            for word, expected in (("p", 0), ("h", 0), ("f", 37)):
                status, text = self.converse(command, word)
                self.assertEqual(status, expected, f"{command[0]} {word}: {text}")

    def test_what_it_ignores(self):
        for command in self.commands("finisher"):
            status, text = self.converse(command, "i")
            self.assertEqual(status, 0, text)
            self.assertEqual(len(parse(text, "check")), 3)

    def test_reset_starts_again_and_keeps_ram(self):
        for command in self.commands("finisher"):
            status, text = self.converse(command, "r")
            self.assertEqual(status, 0, text)
            self.assertEqual(parse(text, "check"), [("finisher.started_again", 1), ("finisher.reset.uart_lcr", 0)])


if __name__ == "__main__":
    unittest.main()
