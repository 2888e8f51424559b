"""Runs programs on the hart and on QEMU and compares what they print.

The programs are traps.S, those of protection.py and random ones of generate.py; those of even seeds use Zba, Zbb and Zbs. Every program is run on the hart once in one piece and once cut
into random stretches, which must end alike to the cycle. AIMC_FULL=1 runs many more. Exit status 77 where QEMU or the
cross compiler is missing.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import generate
import protection

HERE = pathlib.Path(__file__).resolve().parent
GCC, OBJCOPY, QEMU = "riscv64-unknown-elf-gcc", "riscv64-unknown-elf-objcopy", "qemu-system-riscv32"
# What both machines have besides RV32IMAC with M and U mode; everything else is switched off as far as QEMU lets it be.
PLAIN, BITS = (), ("zba", "zbb", "zbs")


def cpu_of(extensions):
    return "rv32,zbc=false," + ",".join(f"{name}={str(name in extensions).lower()}" for name in ("f", "d", "s", "h") + BITS)


def isa_of(extensions):
    return "_".join(("rv32imac", "zicntr", "zicsr", "zifencei") + extensions)


def build(work, name, source):
    elf, image = work / f"{name}.elf", work / f"{name}.bin"
    subprocess.run([GCC, "-march=rv32imac", "-mabi=ilp32", "-nostdlib", "-T", HERE / "link.ld", HERE / "harness.S", source,
                    "-o", elf], check=True)
    subprocess.run([OBJCOPY, "-O", "binary", elf, image], check=True)
    return elf, image


def run_qemu(elf, extensions):
    command = [QEMU, "-M", "virt", "-cpu", cpu_of(extensions), "-bios", "none", "-display", "none", "-monitor", "none", "-serial",
               "stdio", "-kernel", elf]
    return subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=60, check=True).stdout


def run_hart(runner, extensions, image, *cut):
    done = subprocess.run([runner, isa_of(extensions), image, *cut], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def compare(runner, work, name, source, extensions, cut_seed):
    elf, image = build(work, name, source)
    status, text, statistics = run_hart(runner, extensions, image)
    _, cut_text, cut_statistics = run_hart(runner, extensions, image, str(cut_seed))
    if status != 0:
        return f"the hart ended with status {status}: {statistics}"
    if (text, statistics) != (cut_text, cut_statistics):
        return f"cut into stretches (seed {cut_seed}) it ends otherwise: {statistics.strip()} / {cut_statistics.strip()}"
    expected = run_qemu(elf, extensions)
    if text != expected:
        ours, theirs = text.splitlines(), expected.splitlines()
        line = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
        at = lambda lines: lines[line] if line < len(lines) else "(end)"
        return f"line {line + 1} of the output: hart {at(ours)}, QEMU {at(theirs)}"
    if not text:
        return "the program printed nothing"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--programs", type=int, default=1000 if os.environ.get("AIMC_FULL") == "1" else 40)
    options = parser.parse_args()
    for tool in (GCC, OBJCOPY, QEMU):
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is not installed")
            return 77
    options.work.mkdir(parents=True, exist_ok=True)

    failures = 0
    tests = [("traps", HERE / "traps.S", PLAIN, 1)]
    for seed in range(options.seed, options.seed + max(3, options.programs // 20)):
        source = options.work / f"protection{seed}.S"
        source.write_text(protection.generate(seed))
        tests.append((f"protection{seed}", source, PLAIN, seed))
    for seed in range(options.seed, options.seed + options.programs):
        source = options.work / f"random{seed}.S"
        extensions = BITS if seed % 2 == 0 else PLAIN
        source.write_text(generate.generate(seed, bits=bool(extensions)))
        tests.append((f"random{seed}", source, extensions, seed))
    for name, source, extensions, seed in tests:
        problem = compare(options.runner, options.work, name, source, extensions, seed)
        if problem:
            failures += 1
            print(f"{name} (seed {seed}, {options.work}): {problem}")
    print(f"{len(tests)} programs, random seeds {options.seed} to {options.seed + options.programs - 1}: "
          f"{failures} differ from QEMU or between cuts")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
