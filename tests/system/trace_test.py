"""The Perfetto trace of a run, decoded with protoc, beside the run's summary."""
import collections
import re
import shutil
import subprocess
import unittest

from platform_runner import SOURCE, Workspace

PROTO = SOURCE / "tests" / "unit" / "observe" / "perfetto_subset.proto"


def decode(content):
    """Slices as (component, track, name, begin_ns, end_ns), through protoc's text format."""
    text = subprocess.run(["protoc", f"--proto_path={PROTO.parent}", "--decode=Trace", PROTO.name], input=content,
                          capture_output=True, check=True).stdout.decode()
    if re.search(r"^\s*\d+:", text, re.M):
        raise AssertionError("the trace has fields the format's description does not know")
    processes, tracks, names = {}, {}, {}
    open_slices = collections.defaultdict(list)
    slices = []
    for packet in re.split(r"^packet \{$", text, flags=re.M)[1:]:
        descriptor = re.search(r"track_descriptor \{(.*)", packet, re.S)
        if descriptor:
            body = descriptor.group(1)
            uuid = re.search(r"\buuid: (\d+)", body).group(1)
            process = re.search(r'process_name: "([^"]*)"', body)
            thread = re.search(r'thread_name: "([^"]*)"', body)
            if thread:
                pid = re.search(r"thread \{\s*pid: (\d+)", body).group(1)
                tracks[uuid] = (processes[pid], thread.group(1))
            elif process:
                processes[re.search(r"process \{\s*pid: (\d+)", body).group(1)] = process.group(1)
        for iid, name in re.findall(r'event_names \{\s*iid: (\d+)\s*name: "([^"]*)"', packet):
            names[iid] = name
        event = re.search(r"track_event \{(.*)", packet, re.S)
        if event:
            time = int(re.search(r"timestamp: (\d+)", packet).group(1))
            uuid = re.search(r"track_uuid: (\d+)", event.group(1)).group(1)
            if "TYPE_SLICE_BEGIN" in event.group(1):
                open_slices[uuid].append((names[re.search(r"name_iid: (\d+)", event.group(1)).group(1)], time))
            else:
                name, begin = open_slices[uuid].pop()
                slices.append((*tracks[uuid], name, begin, time))
    if any(open_slices.values()):
        raise AssertionError("a slice never ends")
    return slices


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
        for track in ("sram", "crossbar", "nmpu"):
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
