"""A user's own RTL: from an edit in its directory to the result of lockstep in at most a minute on two processors.

Rebuilds a part of the build tree, so only with AIMC_FULL=1. The directory is the copy of the RTL that aimc-vp-faulty is
built from, which reaches it the way AIMC_NMPU_RTL_DIR does.
"""
import os
import resource
import subprocess
import time
import unittest

from platform_runner import BUILD, IMAGES, LABELS, Workspace, firmware

LANE = BUILD / "tests/cosim/nmpu_faults/step9/nmpu_lane.sv"
SUM = "if (load2) acc <= wide_p - wide_n"
LIMIT_CPU_S = 120.0  # a minute of two processors


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def build():
    subprocess.run(["cmake", "--build", BUILD, "--target", "aimc-vp-faulty", "-j2"], check=True,
                   stdout=subprocess.DEVNULL)


@unittest.skipUnless(os.environ.get("AIMC_FULL") == "1", "rebuilds a part of the build tree; set AIMC_FULL=1")
class OwnRtl(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def lockstep(self):
        out = self.workspace.path / "run"
        return self.workspace.call([BUILD / "bin/aimc-vp-faulty", "run", firmware("fashion"), "--out", out, "--nmpu",
                                    "lockstep", "--load", f"{IMAGES}@0x84000000", "--load", f"{LABELS}@0x85000000",
                                    "--", "--images", "10"], out)

    def test_from_an_edit_to_the_result(self):
        original = LANE.read_text()
        self.assertEqual(original.count(SUM), 1)
        self.addCleanup(build)
        self.addCleanup(LANE.write_text, original)
        constant = 1 + int(time.time()) % 100000  # another one each time, so that nothing is found ready
        start, start_cpu = time.monotonic(), processor_seconds()
        LANE.write_text(original.replace(SUM, f"{SUM} - {constant}"))
        build()
        run = self.lockstep()
        wall, cpu = time.monotonic() - start, processor_seconds() - start_cpu
        print(f"from the edit to the result: {wall:.1f} s, {cpu:.1f} s of processor time")
        self.assertEqual(run.status, 3, run.stderr)
        self.assertIn("NMPU lockstep mismatch", run.stderr)
        self.assertLess(cpu, LIMIT_CPU_S)


if __name__ == "__main__":
    unittest.main()
