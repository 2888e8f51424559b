"""What 64 tiles sustain: the published and the derived peak, a layer's input, and pipelines that feed each other."""
import json
import unittest

from platform_runner import PROGRAM, Workspace


class Peak(unittest.TestCase):
    def test_64_tiles_reach_the_published_rate(self):
        workspace = Workspace()
        self.addCleanup(workspace.close)
        described = workspace.call([PROGRAM, "describe", "--platform", "hermes64", "--energy", "--json"])
        derived = {4 if mode["four_phase"] else 1: mode for mode in json.loads(described.stdout)["peak"]["modes"]}
        for phases, repetitions, tops in ((1, 12800, 63.1), (4, 6400, 16.1)):
            with self.subTest(phases=phases):
                run = workspace.run("peak", "--platform", "hermes64", "--analog", "ideal", "--",
                                    "--phases", str(phases), "--repetitions", str(repetitions), "--data", "dense")
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                reported = run.summary["reported"]
                self.assertAlmostEqual(reported["tops"] / tops, 1.0, delta=0.03)
                self.assertAlmostEqual(reported["tops"] / derived[phases]["tops"], 1.0, delta=0.03)
                self.assertAlmostEqual(reported["tops_per_watt"] / derived[phases]["tops_per_w"], 1.0, delta=0.03)
                self.assertEqual({tile["mvms"] for tile in run.summary["tiles"]}, {repetitions})

    def test_one_core_is_predicted(self):
        """Published: 1.008 TOPS and 10.5 TOPS/W; the constants are those of the chip with 64 cores."""
        workspace = Workspace()
        self.addCleanup(workspace.close)
        run = workspace.run("peak", "--platform", "hermes_core", "--", "--data", "dense", "--repetitions", "1600")
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        self.assertAlmostEqual(run.summary["reported"]["tops"] / 1.008, 1.0, delta=0.05)
        tile = sum(joules for path, joules in run.summary["energy"]["by_component_j"].items()
                   if path in ("tile0/dac", "tile0/adc"))
        tile += next(account for account in run.accounts() if account[:2] == ("tile0/crossbar", "array"))[2]
        self.assertAlmostEqual(1600 * 2 * 256 * 256 / tile * 1e-12 / 10.5, 1.0, delta=0.1)

    def test_a_layers_input(self):
        """Published for a ResNet-9 of 28.5 cores: 1.52 us and 1.51 uJ an input, four phases."""
        workspace = Workspace()
        self.addCleanup(workspace.close)
        run = workspace.run("layer", "--platform", "hermes64", "--analog", "ideal", "--", "--layers", "7", "--tiles", "4")
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        self.assertEqual(sum(tile["mvms"] for tile in run.summary["tiles"]), 28 * 100)
        reported = run.summary["reported"]
        # Energy of the weights' 28.5 tiles. How many tiles share the rows of a layer is not published; four are on the fast side.
        self.assertAlmostEqual(reported["input_nj"] * 1866536 / (28 * 65536) / 1510, 1.0, delta=0.1)
        self.assertAlmostEqual(reported["input_ns"] / 1520, 1.0, delta=0.2)

    def test_a_pipeline_over_64_tiles_sustains_the_peak(self):
        workspace = Workspace()
        self.addCleanup(workspace.close)
        shares = {}
        for to in ("next", "hot"):
            run = workspace.run("pipeline", "--platform", "hermes64", "--analog", "ideal", "--", "--to", to, "--us", "100")
            self.assertEqual(run.status, 0, run.stdout + run.stderr)
            shares[to] = run.summary["reported"]["mvm_share_of_peak"]
        self.assertGreater(shares["next"], 0.9)
        # Sixteen tiles send 4 KiB with a header every 2.18 us to one, whose link takes 16 bytes a nanosecond.
        limit = 2177 * 16 / (15 * 4096 * 257 / 256)
        self.assertAlmostEqual(shares["hot"] / limit, 1.0, delta=0.1)


if __name__ == "__main__":
    unittest.main()
