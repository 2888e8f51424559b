"""What 64 tiles sustain: the published peak, and pipelines that feed each other."""
import unittest

from platform_runner import Workspace


class Peak(unittest.TestCase):
    def test_64_tiles_reach_the_published_rate(self):
        workspace = Workspace()
        self.addCleanup(workspace.close)
        for phases, repetitions, tops in ((1, 12800, 63.1), (4, 6400, 16.1)):
            with self.subTest(phases=phases):
                run = workspace.run("peak", "--platform", "hermes64", "--analog", "ideal", "--",
                                    "--phases", str(phases), "--repetitions", str(repetitions))
                self.assertEqual(run.status, 0, run.stdout + run.stderr)
                self.assertAlmostEqual(run.summary["reported"]["tops"] / tops, 1.0, delta=0.03)
                self.assertEqual({tile["mvms"] for tile in run.summary["tiles"]}, {repetitions})

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
