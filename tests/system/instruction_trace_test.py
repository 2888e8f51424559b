"""--trace instr: the same lines at any quantum, nothing changed by it, windows and filters."""
import re
import unittest

from platform_runner import Workspace

PS = 10 ** -12


class InstructionTrace(unittest.TestCase):
    """call_tree takes timer interrupts, in code, in WFI and in other interrupts' wake."""

    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace()
        cls.addClassCleanup(cls.workspace.close)
        cls.plain = cls.workspace.run("call_tree", "-q")
        cls.traced = cls.trace()
        cls.text = cls.traced.bytes_of("instr.log").decode()
        cls.lines = [line.split("\t") for line in cls.text.splitlines()[1:]]

    @classmethod
    def trace(cls, *options):
        return cls.workspace.run("call_tree", "-q", "--trace", "instr", *options)

    def test_nothing_changes(self):
        self.assertEqual((self.plain.status, self.traced.status), (0, 0), self.traced.stderr)
        self.assertEqual(self.plain.results(), self.traced.results())
        for name in ("uart.log", "energy.csv", "platform.yaml"):
            self.assertEqual(self.plain.bytes_of(name), self.traced.bytes_of(name), name)
        self.assertFalse((self.plain.out / "instr.log").exists())

    def test_quantum_does_not_show(self):
        for quantum in (0.01, 1, 100):
            for firmware in ("call_tree", "interrupts"):
                expected = self.text if firmware == "call_tree" else None
                run = self.workspace.run(firmware, "-q", "--trace", "instr", "--set", f"host.quantum_us={quantum}")
                self.assertEqual(run.status, 0)
                log = run.bytes_of("instr.log").decode()
                if expected is None:
                    expected = self.__dict__.setdefault("interrupts", log)
                self.assertEqual(log == expected, True, f"{firmware} at {quantum} us")

    def test_every_instruction_is_there(self):
        self.assertTrue(self.text.startswith("# time_ps\tpc\tprivilege\tsymbol\tinstruction\teffects\n"))
        self.assertTrue(all(len(line) == 6 for line in self.lines))
        traps = [line for line in self.lines if line[4].startswith(("interrupt: ", "exception: "))]
        self.assertEqual(len(self.lines) - len(traps), self.traced.summary["host"]["instructions"])
        self.assertEqual(sum(line[4] == "interrupt: machine timer interrupt" for line in traps), 20)
        self.assertEqual(sum(line[4] == "exception: environment call from M-mode" for line in traps), 5)
        times = [int(line[0]) for line in self.lines]
        self.assertEqual(times, sorted(times))
        self.assertLessEqual(times[-1] * PS, self.traced.summary["time"]["simulated_s"])

    def test_lines_tell_the_whole_flow(self):
        """Replays the stores: what is loaded must be what was stored before, or never written."""
        memory = {}
        checked = 0
        for line in self.lines:
            for kind, size, address, value in re.findall(r"([rw])(\d)@0x(8\w{7})=0x(\w{8})", line[5]):
                data = int(value, 16).to_bytes(4, "little")[:int(size)]
                for i, byte in enumerate(data):
                    place = int(address, 16) + i
                    if kind == "r" and place in memory:
                        self.assertEqual(memory[place], byte, line)
                        checked += 1
                    memory[place] = byte
        self.assertGreater(checked, 10_000)

    def test_window(self):
        run = self.trace("--trace-window", "10us:20us")
        self.assertEqual(run.results(), self.plain.results())
        expected = [line for line in self.text.splitlines()[1:] if 10_000_000 <= int(line.split("\t")[0]) < 20_000_000]
        self.assertGreater(len(expected), 1000)
        self.assertEqual(run.bytes_of("instr.log").decode().splitlines()[1:], expected)
        late = self.trace("--trace-window", "400us:").bytes_of("instr.log").decode().splitlines()[1:]
        early = self.trace("--trace-window", ":400us").bytes_of("instr.log").decode().splitlines()[1:]
        self.assertEqual(early + late, self.text.splitlines()[1:])

    def test_filter(self):
        run = self.trace("--trace-filter", "function=leaf,on_timer+range=0x80000000:0x80000004")
        self.assertEqual(run.results(), self.plain.results())
        wanted = re.compile(r"(leaf|on_timer)(\+0x\w+)?")
        lines = [line.split("\t") for line in run.bytes_of("instr.log").decode().splitlines()[1:]]
        expected = [line for line in self.lines
                    if wanted.fullmatch(line[3]) or line[1] == "0x80000000"]
        self.assertEqual(lines, expected)
        self.assertTrue(any(line[4].startswith("interrupt: ") for line in lines))
        self.assertTrue(any(line[3] == "_start" for line in lines))

    def test_profile_and_trace_together(self):
        run = self.trace("--profile")
        self.assertEqual(run.bytes_of("instr.log").decode(), self.text)
        self.assertEqual(run.results(), self.plain.results())

    def test_an_interrupted_run_leaves_whole_lines(self):
        run = self.workspace.run("spin", "-q", "--trace", "instr", "--max-sim-time", "100us")
        self.assertEqual(run.status, 3)
        text = run.bytes_of("instr.log").decode()
        self.assertTrue(text.endswith("\n"))
        self.assertTrue(all(line.count("\t") == 5 for line in text.splitlines()))
        self.assertEqual(text.count("\n"), 1 + run.summary["host"]["instructions"])


if __name__ == "__main__":
    unittest.main()
