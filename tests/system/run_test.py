"""What a run is from outside: exit status, messages, files, determinism."""
import csv
import gzip
import re
import signal
import subprocess
import time
import unittest

from platform_runner import IMAGES, PROGRAM, Workspace, firmware

FILES = ("uart.log", "energy.csv")


class RunTest(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)


class ExitStatus(RunTest):
    def test_hello_passes(self):
        run = self.workspace.run("hello")
        self.assertEqual(run.status, 0, run.stderr)
        self.assertIn("Hello", run.stdout)
        self.assertEqual(run.summary["exit"]["code"], 0)

    def test_firmware_code_comes_out(self):
        for code in (1, 7, 42):
            run = self.workspace.run("exit_code", args=[code])
            self.assertEqual(run.status, code)
            self.assertEqual(run.summary["exit"]["code"], code)

    def test_wfi_that_nothing_can_wake_ends_the_run(self):
        run = self.workspace.run("wfi_forever")
        self.assertEqual(run.status, 3)
        self.assertRegex(run.stderr, r"WFI that nothing can ever wake, pc 0x[0-9a-f]{8} \(\w+(\+0x[0-9a-f]+)?\)")

    def test_tiles_that_wait_for_each_other_are_named(self):
        run = self.workspace.run("deadlock")
        self.assertEqual(run.status, 3)
        self.assertIn("WFI that nothing can ever wake", run.stderr)
        self.assertIn("tile 0 thread 1 at command 0 waits for semaphore 5 to have 2, it has 0, "
                      "to go on with 'signal 0x40100214, 2'", run.stderr)
        self.assertIn("tile 1 thread 1 at command 0 waits for semaphore 6 to have 2, it has 1", run.stderr)

    def test_trap_without_handler_ends_the_run(self):
        run = self.workspace.run("trap_unhandled")
        self.assertEqual(run.status, 3)
        self.assertRegex(run.stderr, r"(?i)trap without a handler: .*illegal instruction.*\(\w+(\+0x[0-9a-f]+)?\)")

    def test_time_limit_ends_the_run_with_valid_files(self):
        run = self.workspace.run("spin", "--max-sim-time", "3ms", "--trace", "perfetto")
        self.assertEqual(run.status, 3)
        self.assertIn("limit of simulated time", run.stderr)
        self.assertAlmostEqual(run.summary["time"]["simulated_s"], 3e-3, delta=1e-9)
        for name in (*FILES, "trace.pftrace"):
            self.assertTrue((run.out / name).exists(), name)

    def test_interrupt_leaves_valid_files(self):
        out = self.workspace.path / "interrupted"
        process = subprocess.Popen([PROGRAM, "run", firmware("spin"), "--out", out], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, stderr)
        self.assertIn("interrupted", stderr)
        self.assertTrue((out / "summary.json").exists())

    def test_unhandled_trap_is_reported_by_the_firmware(self):
        run = self.workspace.run("bus_fault")
        self.assertEqual(run.status, 135)  # 128 + store access fault
        self.assertRegex(run.stdout, r"(?i)store.*fault")

    def test_calibration_of_ideal_tiles_is_exactly_nominal(self):
        ideal = self.workspace.run("calibrate", "--analog", "ideal", args=["all"])
        self.assertEqual(ideal.stdout.count("256 of 256 columns nominal"), 16)
        physical = self.workspace.run("calibrate").summary["reported"]
        self.assertLess(physical["nominal_columns"], 16)

    def test_interrupts_arrive(self):
        run = self.workspace.run("interrupts")
        self.assertEqual(run.status, 0, run.stdout)

    def test_memory_is_protected(self):
        run = self.workspace.run("protection")
        self.assertEqual(run.status, 0, run.stdout)
        self.assertIn("16 entries", run.stdout)

    def test_every_tile_error_is_provoked(self):
        for backend in ("model", "rtl", "lockstep"):
            run = self.workspace.run("tile_errors", "--nmpu", backend)
            self.assertEqual(run.status, 0, run.stdout)


class BadInput(RunTest):
    def refused(self, *options, elf="hello", args=(), words=()):
        run = self.workspace.run(elf, *options, args=args)
        self.assertEqual(run.status, 2, run.stdout + run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertFalse(run.out.exists(), "nothing may be left behind")

    def platform_file(self, text):
        path = self.workspace.path / "own.yaml"
        path.write_text(text)
        return path

    def test_elf(self):
        self.refused(elf=self.workspace.path / "none.elf", words=["none.elf"])
        content = firmware("hello").read_bytes()
        for name, damaged, word in (
                ("truncated", content[:len(content) // 2], "truncated.elf"),
                ("class", content[:4] + b"\x02" + content[5:], "64-bit"),
                ("machine", content[:18] + b"\x28\x00" + content[20:], "machine"),
                ("text", b"#!/bin/sh\n", "ELF")):
            path = self.workspace.path / f"{name}.elf"
            path.write_bytes(damaged)
            self.refused(elf=path, words=[f"{name}.elf", word])

    def test_segment_outside_ram(self):
        content = bytearray(firmware("hello").read_bytes())
        header = int.from_bytes(content[28:32], "little")
        count = int.from_bytes(content[44:46], "little")
        size = int.from_bytes(content[42:44], "little")
        for index in range(count):
            entry = header + index * size
            if int.from_bytes(content[entry:entry + 4], "little") == 1:  # PT_LOAD
                address = int.from_bytes(content[entry + 12:entry + 16], "little") - 0x60000000
                content[entry + 12:entry + 16] = address.to_bytes(4, "little")
        path = self.workspace.path / "elsewhere.elf"
        path.write_bytes(content)
        self.refused(elf=path, words=["elsewhere.elf", "0x20000000", "0x80000000"])

    def test_platform_file(self):
        cases = (("extends: default\ntile:\n  rowz: 3\n", ["own.yaml:3", "rowz", "rows"]),
                 ("extends: default\ntile:\n  rows: many\n", ["own.yaml:3", "tile.rows", "many"]),
                 ("extends: default\ntile:\n  rows: 4096\n", ["own.yaml:3", "tile.rows", "4096", "1024"]),
                 ("extends: default\ntile:\n  count: 17\n", ["own.yaml:3", "17", "4x4"]),
                 ("extends: defualt\n", ["defualt", "default"]))
        for text, words in cases:
            with self.subTest(text=text):
                self.refused("--platform", self.platform_file(text), words=words)

    def test_set(self):
        self.refused("--set", "tile.rows", words=["tile.rows"])
        self.refused("--set", "tile.rowz=3", words=["tile.rowz", "tile.rows"])
        self.refused("--set", "tile.rows=x", words=["tile.rows", "x"])
        self.refused("--set", "tile.count=17", words=["17", "4x4"])
        # A program that only loops would never let time pass.
        self.refused("--set", "tile.control_cycles=0", words=["tile.control_cycles", "1 to 1000"])

    def test_missing_data_set(self):
        self.refused("--load", f"{self.workspace.path}/none.gz@0x84000000", words=["none.gz"])
        self.refused("--load", f"{IMAGES}@0x20000000", words=["0x20000000"])

    def test_usage(self):
        self.refused("--nmpu", "fast", words=["fast", "lockstep"])
        self.refused("--seed", "abc", words=["abc"])
        self.refused("--threads", "0", words=["0", "1..256"])
        self.refused("--max-sim-time", "10", words=["10"])


class Files(RunTest):
    def test_equal_runs_leave_equal_bytes(self):
        first, second = (self.workspace.run("hello", "--trace", "perfetto") for _ in range(2))
        self.assertEqual(first.results(), second.results())
        for name in (*FILES, "trace.pftrace"):
            self.assertEqual(first.bytes_of(name), second.bytes_of(name), name)
        strip = re.compile(r'"run": \{.*?\},', re.S)
        texts = [strip.sub("", run.bytes_of("summary.json").decode()) for run in (first, second)]
        self.assertEqual(texts[0], texts[1])

    def test_observation_changes_nothing(self):
        for elf in ("hello", "calibrate"):
            with_trace, without = self.workspace.run(elf, "--trace", "perfetto"), self.workspace.run(elf)
            self.assertEqual(with_trace.results(), without.results())
            for name in FILES:
                self.assertEqual(with_trace.bytes_of(name), without.bytes_of(name), name)

    def test_quantum_changes_nothing(self):
        runs = [self.workspace.run("calibrate", "--set", f"host.quantum_us={quantum}") for quantum in (0.01, 1, 100)]
        for run in runs[1:]:
            self.assertEqual(run.results(), runs[0].results())
            for name in FILES:
                self.assertEqual(run.bytes_of(name), runs[0].bytes_of(name), name)

    def test_threads_change_nothing(self):
        jobs = (("peak", ("--repetitions", "512")), ("peak", ("--repetitions", "100", "--strided", "1")),
                ("pipeline", ("--to", "hot", "--us", "20")))
        for elf, args in jobs:
            with self.subTest(elf=elf, args=args):
                runs = [self.workspace.run(elf, "--threads", threads, "--trace", "perfetto", args=args) for threads in (1, 2, 5)]
                for threads, run in zip((1, 2, 5), runs):
                    self.assertEqual(run.status, 0, run.stdout + run.stderr)
                    self.assertEqual(run.summary["run"]["threads"], threads)
                    self.assertEqual(run.results(), runs[0].results())
                    for name in (*FILES, "trace.pftrace"):
                        self.assertEqual(run.bytes_of(name), runs[0].bytes_of(name), name)

    def test_energy_adds_up_and_every_activity_costs(self):
        run = self.workspace.fashion(images=5)
        energy = run.summary["energy"]
        total = energy["total_j"]
        self.assertGreater(total, 0)
        for parts in (energy["by_component_j"], energy["by_activity_j"]):
            self.assertAlmostEqual(sum(parts.values()) / total, 1.0, delta=1e-9)
        rows = list(csv.DictReader(run.bytes_of("energy.csv").decode().splitlines()))
        self.assertAlmostEqual(sum(float(row["energy_j"]) for row in rows) / total, 1.0, delta=1e-9)
        joules = {}
        for row in rows:
            joules[row["activity"]] = joules.get(row["activity"], 0.0) + float(row["energy_j"])
        for activity in ("alu", "load", "host read", "host write", "transfer", "programming", "dac", "array", "adc",
                         "nmpu", "leakage"):
            self.assertGreater(joules.get(activity, 0.0), 0.0, activity)
        noc = sum(float(row["energy_j"]) for row in rows if row["component"] == "noc")
        self.assertGreater(noc, 0.0)

    def test_everything_crosses_the_network(self):
        run = self.workspace.fashion(images=5, args=["--calibrate", "off"])
        noc = run.summary["noc"]
        weights = 784 * 256 + 256 * 128 + 128 * 10
        self.assertGreater(noc["bytes"], weights + 5 * 784)
        self.assertGreater(noc["flit_hops"], noc["flits"])
        self.assertGreater(noc["mean_latency_cycles"], 0)

    def test_load_takes_plain_and_compressed_files(self):
        plain = self.workspace.path / "images"
        plain.write_bytes(gzip.decompress(IMAGES.read_bytes()))
        saved = []
        for source in (plain, IMAGES):
            target = self.workspace.path / "copy"
            run = self.workspace.run("hello", "--load", f"{source}@0x84000000", "--save", f"{target}@0x84000000:4096")
            self.assertEqual(run.status, 0, run.stderr)
            saved.append(target.read_bytes())
        self.assertEqual(saved[0], plain.read_bytes()[:4096])
        self.assertEqual(saved[0], saved[1])

    def test_printed_command_works_from_another_directory_and_with_set(self):
        run = self.workspace.run("hello")
        other = self.workspace.path / "elsewhere"
        other.mkdir()
        command = run.summary["run"]["command"].split()
        again = self.workspace.call([*command, "--set", "tile.adc.gain_sigma_relative=0"], run.out, cwd=other)
        self.assertEqual(again.status, 0, again.stderr)


if __name__ == "__main__":
    unittest.main()
