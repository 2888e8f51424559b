"""--record-nmpu: the NMPU traffic of a real network, replayed on the RTL alone."""
import subprocess
import unittest

from platform_runner import BUILD, IMAGES, LABELS, PROGRAM, Workspace, firmware


class Record(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.trace = self.workspace.path / "fashion.trace"

    def record(self, *options):
        out = self.workspace.path / f"run{len(options)}"
        command = [PROGRAM, "run", firmware("fashion"), "--out", out, "--record-nmpu", self.trace, *options,
                   "--load", f"{IMAGES}@0x84000000", "--load", f"{LABELS}@0x85000000", "--", "--images", 20]
        return self.workspace.call(command, out)

    def replay(self):
        return subprocess.run([str(BUILD / "bin" / "aimc_nmpu_replay"), str(self.trace)], text=True, capture_output=True)

    def test_fashion_replays_in_both_configurations(self):
        for options in ((), ("--set", "nmpu.config=wide")):
            with self.subTest(options=options):
                run = self.record(*options)
                self.assertEqual(run.status, 0, run.stderr)
                columns = sum(tile["nmpu_columns"] for tile in run.summary["tiles"])
                replay = self.replay()
                self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)
                self.assertIn(f" {columns} columns replayed on the RTL, 0 mismatches", replay.stdout)
                self.assertGreater(columns, 0)

    def test_a_cut_trace_is_refused(self):
        self.assertEqual(self.record().status, 0)
        self.trace.write_bytes(self.trace.read_bytes()[:-1])
        replay = self.replay()
        self.assertEqual(replay.returncode, 2, replay.stdout)
        self.assertIn(str(self.trace), replay.stderr)

    def test_a_file_that_cannot_be_written_is_refused(self):
        out = self.workspace.path / "refused"
        run = self.workspace.call([PROGRAM, "run", firmware("fashion"), "--out", out, "--record-nmpu",
                                   self.workspace.path / "missing" / "trace"], out)
        self.assertEqual(run.status, 2, run.stderr)
        self.assertIn("missing", run.stderr)


if __name__ == "__main__":
    unittest.main()
