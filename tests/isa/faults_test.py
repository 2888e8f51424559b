"""Does the comparison find what it is for? A hart that makes one mistake is compared with the hart as it is; the difference must be
found among a few random programs, shrunk to a few instructions, and found again in the text that is kept of them.

Exit status 77 where the cross compiler is missing; needs no QEMU."""

import argparse
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
import image
import machines
from shrink import Shrinker

FAULTS = {  # instructions that are enough to show it, those that load its operands included
    "division-overflow": 4, "compressed-shift": 3, "compare-with-itself": 2, "odd-target": 4, "breakpoint-value": 2,
    "unsigned-maximum": 4, "minimum-of-zeros": 3, "return-from-trap": 3}
PROGRAMS, IMAGES = 300, 8  # in an image, and how many of these are tried
EXTENSIONS = machines.BITS | machines.FLOAT | machines.PROTECTION
OPTIONS = None


class FaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        OPTIONS.work.mkdir(parents=True, exist_ok=True)
        cls.harness = machines.build_harness(OPTIONS.work)
        cls.hart = machines.Hart(OPTIONS.runner)
        cls.images = {}

    def image(self, number):
        """Path of an image of random programs, what the hart leaves of it, and the programs that did not end."""
        if number not in self.images:
            path = OPTIONS.work / f"programs{number}.img"
            first = str(1 + number * PROGRAMS)
            subprocess.run([OPTIONS.generator, self.harness, str(EXTENSIONS), first, str(PROGRAMS), path], check=True)
            self.images[number] = path, *self.hart.run_each(EXTENSIONS, path, OPTIONS.work / "right.out")
        return self.images[number]

    def differing(self, faulty, number):
        path, expected, _ = self.image(number)
        memory, stuck = faulty.run_each(EXTENSIONS, path, OPTIONS.work / "wrong.out")
        return [slot for slot in range(PROGRAMS)
                if slot not in stuck and image.comparable(memory, slot) != image.comparable(expected, slot)]

    def test_all_programs_end(self):
        self.assertEqual(self.image(0)[2], set())

    def test_runs_alike_when_nothing_is_wrong(self):
        self.assertEqual([], self.differing(machines.Hart(OPTIONS.faulty), 0))

    def find(self, faulty):
        for number in range(IMAGES):
            for slot in self.differing(faulty, number):
                return image.Program.from_slot(self.image(number)[0].read_bytes(), slot, 1 + number * PROGRAMS + slot, EXTENSIONS)
        return None


def make_test(name, most):
    def test(self):
        faulty = machines.Hart(OPTIONS.faulty, name)
        program = self.find(faulty)
        self.assertIsNotNone(program, f"{IMAGES * PROGRAMS} programs do not show it")
        shrinker = Shrinker(faulty, self.hart, self.harness.read_bytes(), OPTIONS.work)
        small = shrinker.shrink(program)
        self.assertIsNotNone(small, "it does not show when the program is run alone")
        small.comment = f"shrunk to show a hart with the deliberate mistake {name}"
        text = small.text(machines.disassembler(OPTIONS.work))
        (OPTIONS.work / f"{name}.txt").write_text(text)
        print(f"{name}: {len(program.substance())} instructions shrunk to {len(small.substance())} in {shrinker.steps} steps")
        self.assertLessEqual(len(small.substance()), most, text)
        kept = image.Program.from_text(text)
        self.assertEqual(shrinker.differing([kept]), [True])
        self.assertEqual(Shrinker(self.hart, self.hart, self.harness.read_bytes(), OPTIONS.work).differing([kept]), [False])
    return test


for fault, limit in FAULTS.items():
    setattr(FaultsTest, "test_finds_" + fault.replace("-", "_"), make_test(fault, limit))


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--generator", "--runner", "--faulty"):
        parser.add_argument(name, required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    OPTIONS, rest = parser.parse_known_args()
    tool = machines.missing(machines.GCC, machines.OBJCOPY)
    if tool is not None:
        print(f"skipped: {tool} is not installed")
        return 77
    return unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
