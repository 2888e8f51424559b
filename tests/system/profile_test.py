"""--profile on a program whose call tree is known, and where the platform says it stopped a program."""
import csv
import random
import re
import struct
import unittest

from platform_runner import Workspace, firmware


def folded(run):
    lines = (run.out / "profile.folded").read_text().splitlines()
    return {path: int(cycles) for path, cycles in (line.rsplit(" ", 1) for line in lines)}


def debug_range(content):
    """The bytes of an ELF file from its first to the end of its last .debug section."""
    table, = struct.unpack_from("<I", content, 32)
    size, count, names = struct.unpack_from("<HHH", content, 46)
    headers = [struct.unpack_from("<6I", content, table + i * size) for i in range(count)]
    debug = [h for h in headers if content[headers[names][4] + h[0]:].startswith(b".debug_")]
    return min(h[4] for h in debug), max(h[4] + h[5] for h in debug)


class Profile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace()
        cls.addClassCleanup(cls.workspace.close)
        cls.run_ = cls.workspace.run("call_tree", "-q", "--profile")
        with open(cls.run_.out / "profile.csv", newline="", encoding="utf-8") as file:
            cls.rows = {row["function"]: row for row in csv.DictReader(file)}
        cls.paths = folded(cls.run_)

    def sum_of(self, column):
        return sum(int(row[column]) for row in self.rows.values())

    def calls(self, function):
        return int(self.rows[function]["calls"])

    def test_totals_are_those_of_the_run(self):
        host = self.run_.summary["host"]
        self.assertEqual(self.sum_of("instructions"), host["instructions"])
        self.assertEqual(self.sum_of("cycles"), host["cycles"])
        self.assertEqual(sum(self.paths.values()), host["cycles"])
        energy = sum(float(row["energy_pj"]) for row in self.rows.values()) * 1e-12
        with open(self.run_.out / "energy.csv", newline="", encoding="utf-8") as file:
            metered = sum(float(row["energy_j"]) for row in csv.DictReader(file)
                          if row["component"] == "host" and row["activity"] != "leakage")
        self.assertAlmostEqual(energy / metered, 1.0, delta=1e-9)

    def test_totals_are_those_of_a_run_that_was_stopped(self):
        for options in (["spin", "-q", "--max-sim-time", "100us"], ["wfi_forever", "-q"], ["trap_unhandled", "-q"],
                        ["hello", "-q", "--max-sim-time", "30us"], ["reset", "-q"]):
            run = self.workspace.run(*options, "--profile")
            self.assertEqual(sum(folded(run).values()), run.summary["host"]["cycles"], options)

    def test_nothing_changes(self):
        plain = self.workspace.run("call_tree", "-q")
        self.assertEqual(plain.results(), self.run_.results())
        self.assertFalse((plain.out / "profile.csv").exists())
        again = self.workspace.run("call_tree", "-q", "--profile", "--set", "host.quantum_us=0.1")
        for name in ("profile.csv", "profile.folded"):
            self.assertEqual(again.bytes_of(name), self.run_.bytes_of(name), name)

    def test_calls_are_counted(self):
        expected = {"main": 1, "caller": 10, "recurse": 11, "tail": 4, "tail_target": 4, "deep": 1, "jump_out": 1,
                    "after_jump": 1, "trapping": 1, "on_exception": 5, "on_timer": 20,
                    "[environment call from M-mode]": 5, "[machine timer interrupt]": 20}
        self.assertEqual({name: self.calls(name) for name in expected}, expected)

    def test_paths(self):
        main = "_start;aimc_start;main"
        for path in ("caller;leaf", "recurse" + 10 * ";recurse", "tail_target", "deep;jump_out;longjmp", "after_jump",
                     "trapping;[environment call from M-mode];aimc_trap_entry;aimc_trap;on_exception",
                     "sleep_long;[waiting for interrupt]"):
            self.assertIn(f"{main};{path}", self.paths)
        timer = re.compile(rf"{main};wait_busy(;leaf)?;\[machine timer interrupt\];aimc_trap_entry(;aimc_trap)?;on_timer")
        self.assertTrue(any(timer.fullmatch(path) for path in self.paths), self.paths.keys())
        self.assertFalse(any("jump_out;after_jump" in path or "longjmp;" in path for path in self.paths))
        self.assertTrue(all(path.startswith(("_start", "(unknown)")) for path in self.paths), self.paths.keys())

    def test_inclusive_is_the_sum_below(self):
        for name in ("main", "caller", "wait_busy", "recurse", "[machine timer interrupt]"):
            below = sum(cycles for path, cycles in self.paths.items() if name in path.split(";"))
            self.assertEqual(int(self.rows[name]["inclusive_cycles"]), below, name)
        leaves = int(self.rows["caller"]["inclusive_instructions"]) - int(self.rows["caller"]["instructions"])
        self.assertGreater(leaves, 30 * 4)

    def test_waiting_takes_time_and_nothing_else(self):
        waiting = self.rows["[waiting for interrupt]"]
        self.assertGreater(int(waiting["cycles"]), 50_000)
        self.assertEqual((waiting["instructions"], waiting["energy_pj"]), ("0", "0"))


class Backtrace(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def test_a_trap_without_handler_shows_the_calls(self):
        run = self.workspace.run("trap_unhandled", "-q")
        self.assertEqual(run.status, 3)
        lines = re.findall(r"^#(\d) 0x8[0-9a-f]{7} in (\w+)(\+0x[0-9a-f]+)? \((\S+):(\d+)\)$", run.stderr, re.M)
        self.assertEqual([(line[0], line[1]) for line in lines],
                         [("0", "execute_illegal"), ("1", "middle"), ("2", "middle"), ("3", "main"),
                          ("4", "aimc_start"), ("5", "_start")], run.stderr)
        source = (firmware("x").parents[3] / "firmware/apps/trap_unhandled.c").read_text().splitlines()
        self.assertTrue(lines[0][3].endswith("apps/trap_unhandled.c"))
        self.assertIn("void execute_illegal(void)", source[int(lines[0][4]) - 1])  # its first instruction
        self.assertIn("execute_illegal()", source[int(lines[1][4]) - 1])
        self.assertIn("middle(depth - 1)", source[int(lines[2][4]) - 1])
        self.assertEqual(len(run.summary["exit"]["backtrace"]), 6)

    def test_every_stop_of_the_platform_shows_it(self):
        for name, options in (("wfi_forever", ()), ("spin", ("--max-sim-time", "1ms"))):
            run = self.workspace.run(name, "-q", *options)
            self.assertRegex(run.stderr, r"(?m)^#0 0x8\w{7} in .*\n(#.*\n)*#\d+ 0x8\w{7} in aimc_start\+")

    def test_damaged_debugging_information_does_no_harm(self):
        content = firmware("trap_unhandled").read_bytes()
        begin, end = debug_range(content)
        self.assertGreater(end - begin, 10_000)
        rng = random.Random(1)
        for index in range(40):
            damaged = bytearray(content)
            for _ in range(rng.choice((1, 20, 2000))):
                damaged[rng.randrange(begin, end)] = rng.randrange(256)
            path = self.workspace.path / f"damaged{index}.elf"
            path.write_bytes(damaged)
            run = self.workspace.run(path, "-q", timeout=60)
            self.assertEqual(run.status, 3, (index, run.stderr))
            self.assertIn("#0 0x8000", run.stderr)


if __name__ == "__main__":
    unittest.main()
