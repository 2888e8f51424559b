"""A fault in the NMPU's RTL, in the whole platform: lockstep stops the run, the RTL alone gives other results."""
import unittest

from platform_runner import BUILD, IMAGES, LABELS, Workspace, firmware


class Lockstep(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def run_with(self, fault, backend):
        out = self.workspace.path / f"{fault}-{backend}"
        command = [BUILD / "bin" / f"aimc-vp-{fault}", "run", firmware("fashion"), "--out", out, "--nmpu", backend,
                   "--load", f"{IMAGES}@0x84000000", "--load", f"{LABELS}@0x85000000",
                   "--save", f"{out}.logits@fashion_logits:100", "--", "--images", 10]
        run = self.workspace.call(command, out)
        logits = out.with_suffix(".logits")
        return run, logits.read_bytes() if logits.exists() else None

    def test_flipped_bit_stops_the_run(self):
        run, _ = self.run_with("flip_bit", "lockstep")
        self.assertEqual(run.status, 3, run.stderr)
        self.assertRegex(run.stderr, r"tile\d+.*column 37\b.*expected -?\d+.*-?\d+")
        self.assertRegex(run.stderr, r"pc 0x8[0-9a-f]{7} \(\w+")
        self.assertEqual(run.summary["run"]["nmpu_mismatches"], 1)
        self.assertGreater(run.summary["run"]["nmpu_compared"], 0)

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


if __name__ == "__main__":
    unittest.main()
