"""The published peak of the 64-tile chip, out of a tile program on every tile and the simulated clock."""
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


if __name__ == "__main__":
    unittest.main()
