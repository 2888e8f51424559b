"""The Perfetto trace of a run, decoded with protoc, beside the run's summary."""
import shutil
import sys
import unittest

from platform_runner import SOURCE, Workspace

sys.path.insert(0, str(SOURCE / "scripts"))
from trace_slices import decode  # noqa: E402  (found through the line above)


@unittest.skipUnless(shutil.which("protoc"), "protoc is not installed")
class Trace(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.run_ = self.workspace.fashion("--trace", "perfetto", images=5, args=["--calibrate", "off"])
        self.assertEqual(self.run_.status, 0, self.run_.stderr)
        self.slices = decode(self.run_.bytes_of("trace.pftrace"))

    def total(self, component, track, name=None):
        return sum(end - begin for c, t, n, begin, end in self.slices
                   if c == component and t == track and name in (None, n))

    def test_tile_slices_agree_with_the_summary(self):
        for tile in self.run_.summary["tiles"]:
            component = f"tile{tile['id']}"
            commands = [s for s in self.slices if s[:2] == (component, "command")]
            # Perfetto's unit is a nanosecond: each slice may be off by one.
            self.assertAlmostEqual(self.total(component, "command"), tile["busy_s"] * 1e9, delta=len(commands) + 1)
            integrations = [s for s in self.slices if s[:3] == (component, "crossbar", "integrate")]
            self.assertEqual(len(integrations), tile["mvms"])
            vectors = [s for s in self.slices if s[:2] == (component, "nmpu")]
            self.assertEqual(bool(vectors), tile["nmpu_columns"] > 0)

    def test_phases_lie_within_their_commands(self):
        commands = [s for s in self.slices if s[:2] == ("tile0", "command")]
        for track in ("crossbar sram", "crossbar", "nmpu sram", "nmpu"):
            for _, _, _, begin, end in (s for s in self.slices if s[:2] == ("tile0", track)):
                self.assertTrue(any(c[3] <= begin and end <= c[4] for c in commands), (track, begin, end))

    def test_network_and_host_are_shown(self):
        requests = [s for s in self.slices if s[0] == "noc" and s[2] == "request"]
        responses = [s for s in self.slices if s[0] == "noc" and s[2] == "response"]
        self.assertEqual(len(requests) + len(responses), self.run_.summary["noc"]["packets"])
        sections = {s[2] for s in self.slices if s[:2] == ("host", "firmware")}
        self.assertTrue({"layer1", "layer2", "layer3"} <= sections, sections)


if __name__ == "__main__":
    unittest.main()
