"""A vector broadcast by one PUT to a rectangle of tiles, beside a PUT to each."""
import re
import unittest

from platform_runner import Workspace

FLITS_MULTICAST = 4 * 8     # 448 bytes in packets that fit a port's buffer: header and 7 flits of 16 bytes
FLITS_PUT = 1 + 28
TREE_OUTPUTS = 10           # of routers, from tile 0 to the 2 x 2 tiles at column 1, row 1
ROUTERS = 3 + 4 + 4 + 5     # of four packets there


class Broadcast(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def broadcast(self, mode, *options):
        run = self.workspace.run("broadcast", "--set", "noc.buffer_flits=8", *options, args=[mode])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        self.assertIn("beyond the edge: ", run.stdout)
        return int(re.search(rf"{mode}: (\d+) cycles", run.stdout).group(1)), run.summary["noc"]

    def test_one_put_reaches_four_tiles_sooner_and_over_fewer_links(self):
        for engine in ("lt", "at", "flit"):
            with self.subTest(engine=engine):
                idle_cycles, idle = self.broadcast("none", "--noc", engine)
                put_cycles, puts = self.broadcast("puts", "--noc", engine)
                cycles, multicast = self.broadcast("multicast", "--noc", engine)
                # One response a packet and destination comes on top.
                self.assertEqual(puts["flit_hops"] - idle["flit_hops"], (FLITS_PUT + 1) * ROUTERS)
                self.assertEqual(multicast["flit_hops"] - idle["flit_hops"], FLITS_MULTICAST * TREE_OUTPUTS + 4 * ROUTERS)
                self.assertLess(idle_cycles, cycles)
                self.assertLess(cycles - idle_cycles, 0.5 * (put_cycles - idle_cycles))

    def test_a_buffer_too_short_for_data_is_a_bus_error(self):
        run = self.workspace.run("broadcast", "--set", "noc.buffer_flits=1", args=["multicast"])
        self.assertEqual(run.status, 1, run.stderr)
        self.assertIn("FAILED: wait", run.stdout)


if __name__ == "__main__":
    unittest.main()
