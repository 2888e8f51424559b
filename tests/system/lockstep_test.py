"""Faults in the NMPU's RTL, in the whole platform: lockstep stops the run and leaves what led to it, the RTL alone
gives other results. One binary has all faults; the environment says which."""
import os
import unittest

from platform_runner import BUILD, IMAGES, LABELS, PROGRAM, Workspace, firmware

FAULTY = BUILD / "bin" / "aimc-vp-faulty"


class Lockstep(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.addCleanup(os.environ.pop, "AIMC_NMPU_FAULT", None)
        self.runs = 0

    def call(self, *command, out=None):
        return self.workspace.call(list(command), out if out else self.workspace.path)

    def run_with(self, fault, backend, *options, images=10, program=FAULTY):
        os.environ["AIMC_NMPU_FAULT"] = fault
        self.runs += 1
        out = self.workspace.path / f"{fault}-{backend}-{self.runs}"
        command = [program, "run", firmware("fashion"), "--out", out, "--nmpu", backend, *options,
                   "--load", f"{IMAGES}@0x84000000", "--load", f"{LABELS}@0x85000000",
                   "--save", f"{out}.logits@fashion_logits:100", "--", "--images", images]
        run = self.workspace.call(command, out)
        logits = out.with_suffix(".logits")
        return run, logits.read_bytes() if logits.exists() else None

    def test_without_a_fault_nothing_is_found(self):
        run, _ = self.run_with("", "lockstep")
        self.assertEqual(run.status, 0, run.stderr)
        self.assertEqual(run.summary["run"]["nmpu_mismatches"], 0)
        self.assertFalse((run.out / "nmpu_mismatch.trace").exists())

    def test_each_kind_of_fault_stops_fashion(self):
        expected = {
            "signedness": r"column \d+, at \d+ ps: expected -?\d+ \(model\), actual -?\d+ \(RTL\)",
            "cut": r"column \d+, at \d+ ps: expected -?\d+ \(model\), actual -?\d+ \(RTL\)",
            "tie": r"column \d+, at \d+ ps: expected -?\d+ \(model\), actual -?\d+ \(RTL\)",
            "saturation": r"column \d+, at \d+ ps: expected (-?\d+) \(model\), actual -?\d+ \(RTL\)",
            "late_valid": r"at \d+ ps: expected \d+ cycles \(model\), actual \d+ cycles \(RTL\)"}
        for fault, pattern in expected.items():
            with self.subTest(fault=fault):
                run, _ = self.run_with(fault, "lockstep", images=10)
                self.assertEqual(run.status, 3, run.stderr)
                self.assertRegex(run.stderr, r"NMPU lockstep mismatch in tile\d+.*" + pattern)
                self.assertEqual(run.summary["run"]["nmpu_mismatches"], 1)

    def test_a_mismatch_tells_where_and_leaves_what_led_to_it(self):
        run, _ = self.run_with("flip_bit", "lockstep")
        self.assertEqual(run.status, 3, run.stderr)
        self.assertRegex(run.stderr, r"tile\d+.*column 37\b.*expected -?\d+.*-?\d+")
        self.assertRegex(run.stderr, r"cp=\d+ cn=\d+.*sp=\d+ sn=\d+ offset=-?\d+ bias=-?\d+.*rounding=half_up")
        self.assertRegex(run.stderr, r"pc 0x8[0-9a-f]{7} \(\w+")
        self.assertGreater(run.summary["run"]["nmpu_compared"], 0)
        trace = run.out / "nmpu_mismatch.trace"
        waves = (run.out / "nmpu_mismatch.vcd").read_text()
        self.assertIn("$timescale", waves)
        self.assertIn("product_p", waves)
        # The command in the message replays the one vector, on the RTL with the fault and on the right one.
        self.assertIn(f"{FAULTY} nmpu-replay {trace} --last 1", run.stderr)
        replay = self.call(FAULTY, "nmpu-replay", trace, "--last", "1")
        self.assertEqual(replay.status, 3, replay.stderr)
        self.assertIn("1 vectors,", replay.stdout)
        self.assertRegex(replay.stdout, r"replay of tile\d+, column 37.*expected -?\d+")
        right = self.call(PROGRAM, "nmpu-replay", trace)
        self.assertEqual(right.status, 0, right.stderr)
        self.assertIn("no mismatch", right.stdout)
        trace.write_bytes(trace.read_bytes()[:-3])
        cut = self.call(PROGRAM, "nmpu-replay", trace)
        self.assertEqual(cut.status, 2)
        self.assertIn("the trace ends here", cut.stderr)

    def test_flipped_bit_changes_what_the_rtl_computes(self):
        _, right = self.run_with("flip_bit", "model")
        run, wrong = self.run_with("flip_bit", "rtl")
        self.assertEqual(run.status, 0, run.stderr)
        self.assertNotEqual(right, wrong)

    def test_extra_pipeline_stage_stops_the_run(self):
        run, _ = self.run_with("extra_stage", "lockstep")
        self.assertEqual(run.status, 3, run.stderr)
        self.assertRegex(run.stderr, r"tile\d+.*expected \d+.*cycles|tile\d+.*cycles.*expected \d+")

    def test_extra_pipeline_stage_takes_longer(self):
        model, _ = self.run_with("extra_stage", "model")
        rtl, _ = self.run_with("extra_stage", "rtl")
        busy = [sum(tile["busy_s"] for tile in run.summary["tiles"]) for run in (model, rtl)]
        self.assertGreater(busy[1], busy[0])

    def waves(self, backend, begin, end):
        run, logits = self.run_with("", backend, "--waves", f"nmpu:1@{begin}ps..{end}ps", images=2, program=PROGRAM)
        self.assertEqual(run.status, 0, run.stderr)
        text = (run.out / "nmpu_tile1.vcd").read_text()
        return run, logits, [int(line[1:]) for line in text.splitlines() if line.startswith("#")]

    def test_waves_of_a_stretch_of_time(self):
        plain, right = self.run_with("", "lockstep", images=2, program=PROGRAM)
        _, _, everything = self.waves("lockstep", 1, plain.summary["time"]["simulated_ps"])
        self.assertGreater(len(everything), 20)
        begin, end = everything[2], everything[-2]
        for backend in ("rtl", "lockstep"):
            run, logits, times = self.waves(backend, begin, end)
            self.assertEqual(logits, right, "watching changes nothing")
            self.assertEqual(run.results()["time"], plain.results()["time"])
            # The first vector began before, the others are there from their start on.
            self.assertLess(len(times), len(everything))
            self.assertGreater(times[0], begin)
            self.assertEqual(times, everything[-len(times):])

    def test_waves_are_refused(self):
        for option, backend, words in (("nmpu:1@1ms..2ms", "model", "expected --nmpu rtl or lockstep"),
                                       ("nmpu:99@1ms..2ms", "rtl", "names tile 99, the platform has 16"),
                                       ("nmpu:1@2ms..1ms", "rtl", "is an empty stretch of time"),
                                       ("noc:1@1ms..2ms", "rtl", "expected nmpu:TILE@FROM..TO"),
                                       ("nmpu:1@1ms", "rtl", "expected nmpu:TILE@FROM..TO")):
            run, _ = self.run_with("", backend, "--waves", option, program=PROGRAM)
            self.assertEqual(run.status, 2, run.stderr)
            self.assertIn(words, run.stderr)

    def test_wide_runs_on_all_backends_alike(self):
        results = [self.run_with("", backend, "--set", "nmpu.config=wide", images=4, program=PROGRAM)
                   for backend in ("model", "rtl", "lockstep")]
        for run, logits in results:
            self.assertEqual(run.status, 0, run.stderr)
            self.assertEqual(logits, results[0][1])
            self.assertEqual(run.results(), results[0][0].results())
        self.assertGreater(results[2][0].summary["run"]["nmpu_compared"], 0)


if __name__ == "__main__":
    unittest.main()
