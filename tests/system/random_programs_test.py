"""Random tile programs: whatever they do, the run ends in one of the ways it may end."""
import collections
import os
import random
import re
import unittest

from platform_runner import Workspace

FULL = os.environ.get("AIMC_FULL") == "1"
ENDS = {"deadlock": r"WFI that nothing can ever wake.*; tile \d+ thread \d at command \d+ waits for semaphore",
        "limit": r"limit of simulated time reached"}


class RandomPrograms(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def run_seed(self, seed, *options):
        return self.workspace.run("random_programs", "-q", "--max-sim-time", "1ms", *options, args=[seed], timeout=120)

    def how_it_ended(self, run):
        if run.status == 0:
            return "ended"
        self.assertEqual(run.status, 3, run.stdout + run.stderr)
        found = [name for name, pattern in ENDS.items() if re.search(pattern, run.stderr)]
        self.assertEqual(len(found), 1, run.stderr)
        return found[0]

    def test_every_run_ends(self):
        seeds = list(range(24))
        if FULL:
            first = random.randrange(1 << 31)
            print(f"seeds from {first}")
            seeds += range(first, first + 1000)
        ends = collections.Counter()
        for seed in seeds:
            with self.subTest(seed=seed):
                ends[self.how_it_ended(self.run_seed(seed, "--analog", "ideal"))] += 1
        for kind in ("ended", *ENDS):
            self.assertGreater(ends[kind], 0, ends)

    def test_engines_threads_and_quanta_do_not_change_how(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                first = self.run_seed(seed, "--threads", "1")
                again = self.run_seed(seed, "--threads", "3", "--set", "host.quantum_us=0.05", "--trace", "perfetto")
                self.assertEqual(first.status, again.status)
                self.assertEqual(first.results(), again.results())
                for engine in ("at", "flit"):
                    self.how_it_ended(self.run_seed(seed, "--noc", engine))


if __name__ == "__main__":
    unittest.main()
