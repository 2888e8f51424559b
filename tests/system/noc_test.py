"""The network alone: aimc-vp noc."""
import random
import re
import unittest

from platform_runner import PROGRAM, Workspace


class NocCommand(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def trace(self, text):
        path = self.workspace.path / "trace.csv"
        path.write_text(text)
        return path

    def call(self, *arguments):
        return self.workspace.call([PROGRAM, "noc", *arguments])

    def test_a_lone_packet_keeps_the_law_in_every_engine(self):
        trace = self.trace("cycle,src,dst,flits\n7,0,63,5\n")
        for engine in ("lt", "at", "flit"):
            out = self.workspace.path / f"{engine}.csv"
            run = self.call(trace, "--mesh", "8x8", "--engine", engine, "--out", out)
            self.assertEqual(run.status, 0, run.stderr)
            head = 7 + 4 * 15 + 2
            self.assertEqual(out.read_text(), f"cycle,src,dst,flits,head,tail\n7,0,63,5,{head},{head + 4}\n")
            self.assertIn(f"engine {engine}", run.stdout)

    def test_engines_agree_on_random_traffic(self):
        seed = random.randrange(1 << 32)
        generator = random.Random(seed)
        lines = ["cycle,src,dst,flits"]
        for _ in range(4000):
            lines.append(f"{generator.randrange(20000)},{generator.randrange(16)},{generator.randrange(16)},8")
        trace = self.trace("\n".join(lines) + "\n")
        means = {}
        for engine in ("lt", "at", "flit"):
            run = self.call(trace, "--mesh", "4x4", "--engine", engine)
            self.assertEqual(run.status, 0, run.stderr)
            means[engine] = float(re.search(r"mean ([\d.]+)", run.stdout).group(1))
        self.assertLess(abs(means["at"] / means["flit"] - 1), 0.01, f"seed {seed}: {means}")
        self.assertLess(abs(means["lt"] / means["flit"] - 1), 0.10, f"seed {seed}: {means}")

    def test_a_torus_takes_the_shorter_way_round(self):
        trace = self.trace("cycle,src,dst,flits\n0,0,7,1\n100,0,63,5\n")
        torus = ("--set", "noc.topology=torus", "--set", "noc.virtual_channels=2")
        for engine in ("lt", "at", "flit"):
            out = self.workspace.path / f"{engine}.csv"
            run = self.call(trace, "--mesh", "8x8", "--engine", engine, *torus, "--out", out)
            self.assertEqual(run.status, 0, run.stderr)
            self.assertEqual(out.read_text(), "cycle,src,dst,flits,head,tail\n0,0,7,1,10,10\n100,0,63,5,114,118\n")
            self.assertIn("8 x 8 torus", run.stdout)

    def test_a_recorded_run_replays(self):
        for engine in ("lt", "at", "flit"):
            with self.subTest(engine=engine):
                run = self.workspace.run("exercise", "--noc", engine, "--trace", "packets")
                self.assertEqual(run.status, 0, run.stderr)
                trace = self.trace(run.bytes_of("packets.csv").decode())
                replay = self.call(trace, "--engine", engine)
                self.assertEqual(replay.status, 0, replay.stderr)
                recorded = run.summary["noc"]
                for name, pattern in (("packets", r"packets +(\d+)"), ("flits", r"(\d+) flits,"), ("flit_hops", r"(\d+) flit-hops")):
                    self.assertEqual(int(re.search(pattern, replay.stdout).group(1)), recorded[name])
                mean = float(re.search(r"mean ([\d.]+)", replay.stdout).group(1))
                self.assertAlmostEqual(mean / recorded["mean_latency_cycles"], 1, delta=0.01 if engine == "lt" else 1e-5)

    def test_a_torus_runs_firmware(self):
        mesh = self.workspace.run("exercise")
        torus = self.workspace.run("exercise", "--set", "noc.topology=torus", "--set", "noc.virtual_channels=2")
        self.assertEqual(torus.status, 0, torus.stderr)
        self.assertLess(torus.summary["noc"]["flit_hops"], mesh.summary["noc"]["flit_hops"])

    def test_puts_take_their_circuit(self):
        runs = [self.workspace.run("exercise", "--set", f"noc.circuits={routes}") for routes in ("none", "0>15", "3>9")]
        for run in runs:
            self.assertEqual(run.status, 0, run.stderr)
        packets, circuit, elsewhere = (run.summary["noc"] for run in runs)
        self.assertEqual(circuit["flits"], packets["flits"])
        self.assertLess(circuit["mean_latency_cycles"], packets["mean_latency_cycles"])
        self.assertEqual(elsewhere, packets)

    def test_circuits_in_conflict_are_refused(self):
        run = self.workspace.run("exercise", "--set", "noc.circuits=0>3,1>6")
        self.assertEqual(run.status, 2)
        for word in ("noc.circuits", "0>3", "1>6", "router 1 to router 2"):
            self.assertIn(word, run.stderr)
        self.refused(["noc.circuits", "0>3", "none"], self.trace("cycle,src,dst,flits\n0,0,3,1\n"), "--set", "noc.circuits=0>3")
        self.refused(["noc.circuits", "x>3"], self.trace("cycle,src,dst,flits\n0,0,3,1\n"), "--set", "noc.circuits=x>3")

    def test_settings_matter(self):
        trace = self.trace("cycle,src,dst,flits\n0,0,3,1\n")
        run = self.call(trace, "--mesh", "4x1", "--set", "noc.router_cycles=2")
        self.assertIn("mean 10 cycles", run.stdout)

    def refused(self, words, *arguments):
        run = self.call(*arguments)
        self.assertEqual(run.status, 2, run.stdout)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)

    def test_bad_input(self):
        good = self.trace("cycle,src,dst,flits\n0,0,3,1\n")
        self.refused(["8by8", "COLUMNSxROWS"], good, "--mesh", "8by8")
        self.refused(["8x", "COLUMNSxROWS"], good, "--mesh", "8x")
        self.refused(["33", "noc.width"], good, "--mesh", "33x1")
        self.refused(["fast", "flit"], good, "--engine", "fast")
        self.refused(["tile.rows", "noc.KEY"], good, "--set", "tile.rows=4")
        self.refused(["virtual_channels", "flit"], good, "--engine", "at", "--set", "noc.virtual_channels=2")
        self.refused(["virtual_channels", "torus", "at least 2"], good, "--set", "noc.topology=torus")
        self.refused(["none.csv", "cannot be read"], self.workspace.path / "none.csv")
        self.refused(["cannot be"], self.workspace.path)
        self.refused(["cannot be written"], good, "--out", "/none/such/out.csv")
        self.refused(["line 2", "plane", "request or response"], self.trace("cycle,src,dst,flits,plane\n0,0,1,1,up\n"))
        self.refused(["line 2", "dst", "99"], self.trace("cycle,src,dst,flits\n0,0,99,1\n"))
        self.refused(["line 2", "plane", "request or response"], self.trace("cycle,src,dst,flits,plane\n0,0,1,1,up\n"))
        self.refused(["no packets"], self.trace("cycle,src,dst,flits\n"))
        self.refused(["line 1", "heading"], self.trace(""))


if __name__ == "__main__":
    unittest.main()
