"""The traces of a run beside its summary: a Perfetto trace, decoded with protoc, and waveforms."""
import collections
import csv
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from platform_runner import PROGRAM, SOURCE, Run, Workspace, firmware

sys.path.insert(0, str(SOURCE / "scripts"))
import trace_slices  # noqa: E402  (found through the line above)

ALL = "perfetto,vcd,fst,csv"
# The host polls while tiles are programmed; shorter pulses make shorter traces.
FAST = ("--set", "tile.device.pulse_ns=2", "--set", "tile.device.verify_ns=8")
RESULTS = ("uart.log", "energy.csv", "tiles.csv", "links.csv", "layers.csv", "power.csv", "timeline.csv", "platform.yaml")


def vcd(path):
    """Changes of each signal of a VCD file as (time_ps, value), and the last time."""
    names, scopes, changes, now = {}, [], collections.defaultdict(list), None
    with open(path, encoding="ascii") as file:
        for line in file:
            words = line.split()
            if words[0] == "$scope":
                scopes.append(words[2])
            elif words[0] == "$upscope":
                scopes.pop()
            elif words[0] == "$var":
                names[words[3]] = ".".join([*scopes, words[4]])
            elif line[0] == "#":
                assert now is None or int(line[1:]) > now
                now = int(line[1:])
            elif line[0] in "01":
                changes[names[line[1:].strip()]].append((now, int(line[0])))
            elif line[0] == "b":
                changes[names[words[1]]].append((now, int(words[0][1:], 2)))
    return changes, now


@unittest.skipUnless(shutil.which("protoc"), "protoc is not installed")
class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace()
        cls.addClassCleanup(cls.workspace.close)
        cls.run_ = cls.workspace.fashion(*FAST, "--trace", ALL, images=2, args=["--calibrate", "off"])
        assert cls.run_.status == 0, cls.run_.stderr
        cls.trace = trace_slices.read(cls.run_.bytes_of("trace.pftrace"))
        cls.slices = cls.trace.slices
        cls.waves, cls.waves_end = vcd(cls.run_.out / "waves.vcd")

    def total(self, component, track, name=None):
        return sum(end - begin for c, t, n, begin, end in self.slices
                   if c == component and t == track and name in (None, n))

    def test_tile_slices_agree_with_the_summary(self):
        for tile in self.run_.summary["tiles"]:
            component = f"tile{tile['id']}"
            commands = [s for s in self.slices if s[:2] == (component, "command")]
            # Perfetto's unit is a nanosecond: each slice may be off by one.
            self.assertAlmostEqual(self.total(component, "command"), tile["busy_s"] * 1e9, delta=len(commands) + 1)
            for track, name in (("dac", "drive"), ("crossbar", "integrate"), ("adc", "convert")):
                phases = [s for s in self.slices if s[:3] == (component, track, name)]
                self.assertEqual(len(phases), tile["mvms"])
            vectors = [s for s in self.slices if s[:2] == (component, "nmpu")]
            self.assertEqual(bool(vectors), tile["nmpu_columns"] > 0)

    def test_phases_lie_within_their_commands(self):
        commands = [s for s in self.slices if s[:2] == ("tile0", "command")]
        for track in ("crossbar sram", "dac", "crossbar", "adc", "nmpu sram", "nmpu"):
            for _, _, _, begin, end in (s for s in self.slices if s[:2] == ("tile0", track)):
                self.assertTrue(any(c[3] <= begin and end <= c[4] for c in commands), (track, begin, end))

    def test_network_and_host_are_shown(self):
        requests = [s for s in self.slices if s[0] == "noc" and s[2] == "request"]
        responses = [s for s in self.slices if s[0] == "noc" and s[2] == "response"]
        self.assertEqual(len(requests) + len(responses), self.run_.summary["noc"]["packets"])
        sections = {s[2] for s in self.slices if s[:2] == ("host", "firmware")}
        self.assertTrue({"layer1", "layer2", "layer3"} <= sections, sections)

    def test_a_flow_leads_from_each_sender_to_its_receiver(self):
        self.assertEqual(2 * len(self.trace.flows), self.run_.summary["noc"]["packets"])
        for ends in self.trace.flows.values():
            (from_here, component, _, name, sent), (to_there, other, _, answer, received) = \
                sorted(ends, key=lambda end: not end[0])
            self.assertEqual((from_here, component, name), (True, "noc", "request"))
            self.assertEqual((to_there, other, answer), (False, "noc", "response"))
            self.assertLess(sent, received)

    def test_counters_agree_with_the_summary(self):
        def integral(points):
            return sum(value * (after - now) for (now, value), (after, _) in zip(points, points[1:])) * 1e-9
        counters = self.trace.counters
        # Edges of bins are whole nanoseconds, but for the end of the run.
        energy = self.run_.summary["energy"]
        self.assertAlmostEqual(integral(counters["power", "total"]) / energy["total_j"], 1.0, places=5)
        self.assertAlmostEqual(integral(counters["power", "host"]) / energy["by_component_j"]["host"], 1.0, places=5)
        busy = sum(tile["busy_s"] for tile in self.run_.summary["tiles"])
        self.assertAlmostEqual(integral(counters["utilisation", "tiles busy"]) / busy, 1.0, places=5)
        self.assertIn(("utilisation", "link load"), counters)

    def test_functions_are_shown_as_they_were_called(self):
        with open(self.run_.out / "profile.csv", newline="", encoding="utf-8") as file:
            profile = {row["function"]: row for row in csv.DictReader(file)}
        seen = collections.Counter(s[2] for s in self.slices if s[:2] == ("host", "functions"))
        for name in ("main", "aimc_tile_submit", "aimc_report"):
            self.assertEqual(seen[name], int(profile[name]["calls"]), name)
            cycles = int(profile[name]["inclusive_cycles"])
            period_ns = self.run_.summary["time"]["simulated_s"] * 1e9 / self.run_.summary["host"]["cycles"]
            self.assertAlmostEqual(self.total("host", "functions", name), cycles * period_ns,
                                   delta=2 * seen[name] + 1e-3 * cycles)

    def test_functions_are_shown_alike_whether_or_not_they_are_profiled(self):
        # Without a profile only calls and returns are followed.
        for name, options in (("call_tree", ()), ("interrupts", ()), ("rtos", ("--max-sim-time", "2ms")),
                              ("wfi_forever", ()), ("trap_unhandled", ()), ("spin", ("--max-sim-time", "100us"))):
            functions = []
            for profile in ((), ("--profile",)):
                run = self.workspace.run(name, "-q", *options, "--trace", "perfetto", "--trace-filter", "component=host",
                                         *profile)
                functions.append([s for s in trace_slices.decode(run.bytes_of("trace.pftrace"))
                                  if s[:2] == ("host", "functions")])
            self.assertTrue(functions[0], name)
            self.assertEqual(*functions, name)

    def test_waves_agree_with_the_summary(self):
        self.assertAlmostEqual(self.waves_end, self.run_.summary["time"]["simulated_ps"], delta=1e6)
        for tile in self.run_.summary["tiles"]:
            changes = self.waves[f"tile{tile['id']}.command"]
            busy = sum(after - now for (now, value), (after, _) in zip(changes, changes[1:]) if value)
            self.assertEqual(busy, round(tile["busy_s"] * 1e12))
        for signal_, changes in self.waves.items():
            for (_, before), (_, after) in zip(changes, changes[1:]):
                self.assertNotEqual(before, after, signal_)
        # The line of all tiles rises with the first of theirs.
        raised = [t for name, changes in self.waves.items() if re.fullmatch(r"interrupts\.tile\d+_done", name)
                  for t, value in changes if value]
        any_done = [t for t, value in self.waves["interrupts.any_done"] if value]
        self.assertEqual(min(raised), any_done[0])

    @unittest.skipUnless(shutil.which("fst2vcd"), "GTKWave is not installed")
    def test_both_waveforms_say_the_same(self):
        text = subprocess.run(["fst2vcd", self.run_.out / "waves.fst"], capture_output=True, check=True).stdout
        path = self.workspace.path / "back.vcd"
        path.write_bytes(text)
        self.assertEqual(vcd(path)[0], self.waves)

    def test_traces_change_nothing(self):
        plain = self.workspace.fashion(*FAST, images=2, args=["--calibrate", "off"])
        self.assertEqual(plain.results(), self.run_.results())
        for name in RESULTS:
            self.assertEqual(plain.bytes_of(name), self.run_.bytes_of(name), name)
        again = self.workspace.fashion(*FAST, "--trace", ALL, images=2, args=["--calibrate", "off"])
        for name in ("trace.pftrace", "waves.vcd", "waves.fst", "profile.csv"):
            self.assertEqual(again.bytes_of(name), self.run_.bytes_of(name), name)

    def test_a_window_and_components_are_selected(self):
        begin = next(s[3] for s in self.slices if s[:3] == ("tile0", "command", "mvm")) // 1000
        run = self.workspace.fashion(*FAST, "--trace", "perfetto,vcd", "--trace-window", f"{begin}us:{begin + 5}us",
                                     "--trace-filter", "component=tile0,noc", images=2, args=["--calibrate", "off"])
        trace = trace_slices.read(run.bytes_of("trace.pftrace"))
        wanted = [s for s in self.slices
                  if s[0] in ("tile0", "noc") and s[4] >= begin * 1000 and s[3] < (begin + 5) * 1000]
        self.assertTrue(wanted)
        self.assertEqual(collections.Counter(trace.slices), collections.Counter(wanted))
        self.assertFalse(trace.counters)
        waves, end = vcd(run.out / "waves.vcd")
        self.assertEqual({name.split(".")[0] for name in waves}, {"tile0", "noc"})
        self.assertLessEqual(end, (begin + 6) * 1_000_000)


class CutShort(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def check(self, run):
        """Every file is there and reads to its end."""
        self.assertEqual(run.status, 3, run.stderr)
        names = {path.name for path in run.out.iterdir()}
        self.assertEqual(names, {*RESULTS, "summary.json", "trace.pftrace", "waves.vcd", "waves.fst", "profile.csv",
                                 "profile.folded", "instr.log"})
        simulated_s = run.summary["time"]["simulated_s"]
        for name in ("tiles", "links", "layers", "power", "timeline", "energy", "profile"):
            with open(run.out / f"{name}.csv", newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            self.assertTrue(all(None not in row and None not in row.values() for row in rows), name)
            if name == "power":
                self.assertEqual(float(rows[-1]["end_s"]), simulated_s)
                energy = sum(float(r["total_w"]) * (float(r["end_s"]) - float(r["begin_s"])) for r in rows)
                self.assertAlmostEqual(energy / run.summary["energy"]["total_j"], 1.0, delta=1e-9)
        if shutil.which("protoc"):
            self.assertTrue(trace_slices.decode(run.bytes_of("trace.pftrace")))
        waves, _ = vcd(run.out / "waves.vcd")
        self.assertIn("tile0.command", waves)
        if shutil.which("fst2vcd"):
            subprocess.run(["fst2vcd", run.out / "waves.fst"], stdout=subprocess.DEVNULL, check=True)
        self.assertTrue(run.bytes_of("instr.log").endswith(b"\n"))

    def test_at_a_limit_of_simulated_time(self):
        run = self.workspace.fashion(*FAST, "--trace", ALL + ",instr", "--trace-window", "2ms:2.1ms", "--max-sim-time",
                                     "2.5ms", images=2, args=["--calibrate", "off"])
        self.check(run)
        self.assertEqual(run.summary["time"]["simulated_ps"], 2_500_000_000)

    def test_by_ctrl_c(self):
        out = self.workspace.path / "interrupted"
        process = subprocess.Popen([PROGRAM, "run", firmware("spin"), "-q", "--out", out, "--trace", ALL + ",instr",
                                    "--trace-window", ":10us"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, text=True)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertRegex(errors, re.compile("interrupted"))
        self.check(Run(process.returncode, "", errors, out))


if __name__ == "__main__":
    unittest.main()
