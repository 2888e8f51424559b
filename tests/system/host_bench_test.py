"""The programs the host's speed is measured with compute on the platform what they compute on QEMU."""
import unittest

from platform_runner import BUILD, SOURCE, Workspace


class HostBench(unittest.TestCase):
    def test_programs_agree_with_qemu(self):
        workspace = Workspace()
        self.addCleanup(workspace.close)
        run = workspace.call([SOURCE / "tests" / "bench" / "host_vs_qemu", "--check", "--build", BUILD])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        self.assertGreaterEqual(len(run.stdout.splitlines()), 8)


if __name__ == "__main__":
    unittest.main()
