"""Firmware that runs on either machine: here and on QEMU's riscv32 `virt`."""
import re
import shutil
import subprocess
import threading
import unittest

from platform_runner import PROGRAM, Workspace, firmware

QEMU = shutil.which("qemu-system-riscv32")


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
        elf = firmware(name)
        makers = [here] + ([on_qemu] if QEMU else [])
        return [[str(part) for part in make(elf, self.workspace.path / f"{name}{index}")]
                for index, make in enumerate(makers)]

    def run_to_end(self, command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)

    def converse(self, command, *lines):
        """Sends each line when the firmware says that it is ready for it; returns status and the console's text."""
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
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
