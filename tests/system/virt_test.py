"""Device behaviour that images for QEMU's riscv32 `virt` rely on: the same ELF runs here and on QEMU.

firmware/tests/virt/*.c print lines `check NAME VALUE`, which must be equal on both machines, and compare them with the
data sheets themselves (exit status 1, and the expected value behind the line). `observe NAME VALUE` is where the
two differ on purpose; OBSERVED says what each does.
"""
import unittest

from virt_machine import Machine, parse

# name: (here, QEMU 7.2). Here the PLIC follows its specification: a line that is high when its interrupt is completed is
# pending again, and enabling a pending source takes effect at once.
OBSERVED = {
    "plic.line_high_at_completion": (1 << 10, 0),
    "plic.enabled_while_pending": (1 << 11, 0),
}
LEAST_CHECKS = {"uart": 60, "clint": 25, "plic": 40}


class DeviceTest(Machine):
    def device(self, name):
        runs = [self.run_to_end(command) for command in self.commands(f"virt_{name}")]
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
            command = self.commands(f"virt_{name}")[0]
            texts = [self.run_to_end([*command, "--set", f"host.quantum_us={quantum}"]).stdout for quantum in (0.1, 1000)]
            self.assertEqual(texts[0], texts[1])
            self.assertIn("check", texts[0])


class InputTest(Machine):
    def test_a_line_by_polling_and_one_by_interrupts(self):
        for command in self.commands("virt_uart_input"):
            lines = ("The quick brown fox\n", "jumps over the lazy dog, 16 bytes at once and more\n")
            status, text = self.converse(command, *lines)
            self.assertEqual(status, 0, text)
            self.assertIn("polled: " + lines[0], text)
            self.assertIn("interrupts: " + lines[1], text)
            self.assertEqual(parse(text, "check"), [("input.wrong_sources", 0)])


class FinisherTest(Machine):
    def test_ways_to_end(self):
        for command in self.commands("virt_finisher"):
            for word, expected in (("p", 0), ("h", 0), ("f", 37)):
                status, text = self.converse(command, word)
                self.assertEqual(status, expected, f"{command[0]} {word}: {text}")

    def test_a_failure_without_a_code(self):
        # QEMU exits with the code, which makes a pass of it.
        statuses = [self.converse(command, "z")[0] for command in self.commands("virt_finisher")]
        self.assertEqual(statuses, [1, 0][:len(statuses)])

    def test_what_it_ignores(self):
        for command in self.commands("virt_finisher"):
            status, text = self.converse(command, "i")
            self.assertEqual(status, 0, text)
            self.assertEqual(len(parse(text, "check")), 3)

    def test_reset_starts_again_and_keeps_ram(self):
        for command in self.commands("virt_finisher"):
            status, text = self.converse(command, "r")
            self.assertEqual(status, 0, text)
            self.assertEqual(parse(text, "check"), [("finisher.started_again", 1), ("finisher.reset.uart_lcr", 0)])


if __name__ == "__main__":
    unittest.main()
