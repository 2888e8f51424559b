"""Runs programs on the hart and on QEMU and compares what they leave behind: registers, CSRs, memory and the log of traps.

The programs are traps.S, those of protection.py and of regressions/, and random ones of isa_generator, many in an image. Each image is run on the
hart in one piece and cut into random stretches, which must end alike to the cycle, and on QEMU. A program they disagree on is
made as small as possible and written to regressions/. A coverage table says how often each instruction was executed with each
class of operands, and each trap, interrupt and CSR access taken, told from what the hart executed; a hole in it is an error.

AIMC_FULL=1 runs the long campaign. Exit status 77 where QEMU or the cross compiler is missing.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import image
import machines
import protection
from shrink import Shrinker

HERE = pathlib.Path(__file__).resolve().parent
FULL = os.environ.get("AIMC_FULL") == "1"
B, F, P = machines.BITS, machines.FLOAT, machines.PROTECTION
EXTENSIONS = (B | F | P, F, B | P, 0)  # of the images, in turn


class Image:
    """What became of one image."""

    def __init__(self, first_seed, extensions):
        self.first_seed, self.extensions = first_seed, extensions
        self.problems, self.differing = [], []  # text; and pairs of program and what differs
        self.instructions, self.programs, self.mismatches = 0, 0, 0


class Campaign:
    def __init__(self, options):
        self.options = options
        self.work = options.work
        self.harness = machines.build_harness(self.work)
        self.hart, self.qemu = machines.Hart(options.runner), machines.Qemu(seconds=300)
        self.coverage = {}

    def run_directed(self):
        """traps.S, and programs with locked entries of memory protection, which print what they see."""
        problems = [self.run_printing("traps", HERE / "traps.S", extensions) for extensions in (0, P)]
        for seed in range(self.options.seed, self.options.seed + self.options.protections):
            source = self.work / f"protection{seed}.S"
            source.write_text(protection.generate(seed))
            problems.append(self.run_printing(source.stem, source, P))
        return [problem for problem in problems if problem]

    def run_printing(self, name, source, extensions):
        elf, flat = machines.assemble(self.work, name, ["-T", HERE / "directed.ld"], HERE / "directed.S", source)
        status, text, said = self.hart.run(extensions, flat, self.work / "directed.out")
        expected = self.qemu.run_elf(extensions, elf)
        if status != 0 or not text:
            return f"{name}: the hart ended with status {status}: {said}"
        if text == expected:
            return None
        ours, theirs = text.splitlines(), expected.splitlines()
        line = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
        at = lambda lines: lines[line] if line < len(lines) else "(end)"
        return f"{name}, line {line + 1} of the output: hart {at(ours)}, QEMU {at(theirs)}"

    def read_coverage(self, path):
        for line in path.read_text().splitlines():
            name, count = line.rsplit("\t", 1)
            self.coverage[name] = self.coverage.get(name, 0) + int(count)

    def run_image(self, name, path, result, cover):
        """Runs an image on both; fills in `result`."""
        extensions = result.extensions
        output, cut, theirs = (self.work / f"{name}.{kind}" for kind in ("hart", "cut", "qemu"))
        status, _, said = self.hart.run(extensions, path, output)
        cut_status, _, cut_said = self.hart.run(extensions, path, cut, "--cut", result.first_seed or 1)
        if status != 0 or cut_status != 0:
            result.problems.append(f"{name}: the hart ended with status {status}, cut {cut_status}: {said} / {cut_said}")
            return result
        if said != cut_said or output.read_bytes() != cut.read_bytes():
            result.problems.append(f"{name}: cut into stretches (seed {result.first_seed}) it ends otherwise: {said} / {cut_said}")
        if cover:
            table = self.work / f"{name}.coverage"
            status, _, stepped = self.hart.run(extensions, path, cut, "--coverage", table)
            if (status, stepped) != (0, said) or output.read_bytes() != cut.read_bytes():
                result.problems.append(f"{name}: one instruction at a time it ends otherwise: {said} / {stepped}")
        result.instructions = int(re.search(r"instructions (\d+)", said)[1])
        if not self.qemu.run(extensions, path, theirs):
            result.problems.append(f"{name}: QEMU does not come to the end")
        return self.compare(path, output.read_bytes(), theirs.read_bytes(), result)

    def compare(self, path, ours, theirs, result):
        programs = (len(ours) - image.SLOTS) // image.SLOT_SIZE
        result.programs = programs
        if ours == theirs:
            return result
        source = path.read_bytes()
        for slot in range(programs):
            pages = image.comparable(ours, slot), image.comparable(theirs, slot)
            if pages[0] != pages[1]:
                program = image.Program.from_slot(source, slot, result.first_seed + slot, result.extensions)
                result.mismatches += 1
                result.differing.append((program, image.describe_difference(*pages, (self.hart.name, self.qemu.name))))
        return result

    def random_image(self, index):
        count = self.options.programs
        result = Image(self.options.seed + index * count, EXTENSIONS[index % len(EXTENSIONS)])
        name = f"random{result.first_seed}"
        path = self.work / f"{name}.img"
        subprocess.run([self.options.generator, self.harness, str(result.extensions), str(result.first_seed), str(count),
                                 path], check=True)
        cover = index < self.options.cover
        self.run_image(name, path, result, cover)
        if not result.problems and not result.differing:
            for kind in ("img", "hart", "cut", "qemu"):
                (self.work / f"{name}.{kind}").unlink()
        return result

    def run_regressions(self):
        """Every program that was ever kept, by set of extensions."""
        kept = {}
        for path in sorted(self.options.regressions.glob("*.txt")):
            try:
                program = image.Program.from_text(path.read_text())
            except ValueError as error:
                raise SystemExit(f"{path}: {error}") from error
            kept.setdefault(program.extensions, []).append((path, program))
        results = []
        for extensions, programs in kept.items():
            flat = self.work / f"regressions{extensions}.img"
            flat.write_bytes(image.pack(self.harness.read_bytes(), [program for _, program in programs],
                                        machines.features_of(extensions)))
            result = self.run_image(flat.stem, flat, Image(0, extensions), False)
            # Seeds count from 0 here: they are numbers of programs.
            result.problems += [f"{programs[program.seed][0]}: {difference}" for program, difference in result.differing]
            result.differing = []
            results.append(result)
        return results

    def shrink(self, program, difference):
        """Writes the smallest program that still differs to the regressions; returns what to say of it."""
        said = f"program of seed {program.seed}, extensions {program.extensions}: {difference}"
        shrinker = Shrinker(self.hart, machines.Qemu(seconds=5), self.harness.read_bytes(), self.work)
        small = shrinker.shrink(program)
        if small is None:
            return said + " (not when it is run alone)"
        path = self.options.regressions / f"seed{program.seed}_extensions{program.extensions}.txt"
        small.comment = f"{self.hart.name} and {self.qemu.name} disagreed: {difference}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(small.text(machines.disassembler(self.work)))
        return said + f"; {len(small.substance())} instructions are left in {path}"

    def check_coverage(self):
        """Writes the table and returns its holes."""
        for table in sorted(self.work.glob("random*.coverage")):
            self.read_coverage(table)
            table.unlink()
        path = self.work / "coverage.txt"
        path.write_text("".join(f"{name}\t{count}\n" for name, count in self.coverage.items()))
        holes = [name for name, count in self.coverage.items() if count == 0]
        print(f"coverage: {len(self.coverage)} rows, {len(holes)} holes; table in {path}")
        return [f"coverage: never met: {name}" for name in holes]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--regressions", type=pathlib.Path, default=HERE / "regressions")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--programs", type=int, default=1000, help="in an image")
    parser.add_argument("--images", type=int, default=104 if FULL else 4)
    parser.add_argument("--protections", type=int, default=50 if FULL else 3, help="programs of protection.py")
    parser.add_argument("--cover", type=int, default=4, help="images whose coverage is counted")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() if FULL else 1)
    options = parser.parse_args()
    tool = machines.missing(machines.GCC, machines.OBJCOPY, machines.QEMU)
    if tool is not None:
        print(f"skipped: {tool} is not installed")
        return 77
    options.work.mkdir(parents=True, exist_ok=True)
    for old in options.work.glob("random*"):
        old.unlink()

    began = time.monotonic()
    campaign = Campaign(options)
    problems = campaign.run_directed()
    results = campaign.run_regressions()
    replayed = sum(result.programs for result in results)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results += pool.map(campaign.random_image, range(options.images))
    differing = [pair for result in results for pair in result.differing]
    problems += [problem for result in results for problem in result.problems]
    problems += [campaign.shrink(*pair) for pair in differing[:10]]
    if options.cover:
        problems += campaign.check_coverage()
    for problem in problems:
        print(problem)
    print(f"{sum(r.programs for r in results)} programs ({replayed} of them regressions, random seeds {options.seed} to "
          f"{options.seed + options.images * options.programs - 1}), {sum(r.instructions for r in results)} instructions on the hart "
          f"(harness included), {sum(r.mismatches for r in results)} mismatches, {time.monotonic() - began:.1f} s")
    return 1 if problems or differing else 0


if __name__ == "__main__":
    sys.exit(main())
