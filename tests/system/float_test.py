"""Single-precision firmware against the same computations in exact fractions, rounded after each operation; and a table
of operands through every instruction of the F extension against QEMU."""
import math
import shutil
import subprocess
import unittest
from fractions import Fraction

from platform_runner import SOURCE, Workspace

GCC, QEMU = shutil.which("riscv64-unknown-elf-gcc"), shutil.which("qemu-system-riscv32")
TABLE = SOURCE / "tests" / "isa" / "float_table.c"

TERMS, ITERATIONS, INTERRUPTS = 400, 200, 20
MODES = ("nearest", "zero", "down", "up", "away")


def to_integer(exact, mode):
    """A fraction rounded to an integer."""
    below = math.floor(exact)
    rest = exact - below
    if mode == "down" or rest == 0:
        return below
    if mode == "up":
        return below + 1
    if mode == "zero":
        return below if exact > 0 else below + 1
    if rest != Fraction(1, 2):
        return below + (rest > Fraction(1, 2))
    return below + (below % 2 if mode == "nearest" else exact > 0)


def single(exact, mode="nearest"):
    """A fraction in the normal range rounded to 24 significant bits."""
    if exact == 0:
        return Fraction(0)
    scale = Fraction(1)
    while abs(exact) * scale >= 2**24:
        scale /= 2
    while abs(exact) * scale < 2**23:
        scale *= 2
    return Fraction(to_integer(exact * scale, mode)) / scale


def root(exact):
    """The square root of an integer, rounded to nearest: it is never half way."""
    shift = 2 * (30 - exact.bit_length() // 2)
    return single(Fraction(2 * math.isqrt(exact << shift) + 1, 2) / 2**(shift // 2))


def bits(value):
    """The pattern of a positive normal number."""
    exponent = 0
    while value >= 2**(exponent + 1):
        exponent += 1
    while value < Fraction(2)**exponent:
        exponent -= 1
    significand = value / Fraction(2)**exponent * 2**23
    assert significand.denominator == 1
    return f"{((exponent + 127) << 23) + significand.numerator - 2**23:08x}"


def harmonic(mode="nearest", first=1, terms=TERMS):
    total = Fraction(0)
    for i in range(first, first + terms):
        total = single(total + single(Fraction(1, i), mode), mode)
    return total


def logistic(mode="nearest"):
    rate, x = single(Fraction(39, 10)), Fraction(1, 2)
    for _ in range(ITERATIONS):
        x = single(single(rate * x, mode) * single(1 - x, mode), mode)
    return x


def fused():
    total, tenth = Fraction(0), single(Fraction(1, 10))
    for i in range(1, TERMS + 1):
        total = single(single(i * i * tenth) * single(Fraction(1, i)) - total)
    return total


def roots():
    total = Fraction(0)
    for i in range(1, TERMS + 1):
        total = single(total + root(i))
    return total


def expected():
    lines = [f"harmonic {bits(harmonic())}", f"logistic {bits(logistic())}", f"fused {bits(fused())}",
             f"roots {bits(roots())}"]
    for mode in MODES:
        lines.append(f"{mode} {bits(harmonic(mode))} {bits(logistic(mode))} {to_integer(Fraction(-5, 2), mode)}")
    # 08 divided by zero, 10 invalid, 05 overflow and inexact, 03 underflow and inexact
    lines.append("flags 08 18 1d 03")
    for number in ("-7.9", "2.5", "-1.0", "0.7"):
        value = single(Fraction(number))
        lines.append(f"convert {math.trunc(value)} {math.trunc(single(10**9 * abs(value) / 2))}")
    lines.append(f"printf {float(harmonic()):.4f} {float(roots()):g}")
    lines += [f"handler {bits(harmonic(first=3, terms=INTERRUPTS))}", "interrupted unharmed"]
    return lines


class Floats(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def test_every_bit_is_as_computed_exactly(self):
        run = self.workspace.run("floats")
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        lines = expected()
        self.assertEqual(run.stdout.splitlines()[:len(lines)], lines)
        activities = run.summary["energy"]["by_activity_j"]
        for name in ("float add mul", "float div", "float other"):
            self.assertGreater(activities[name], 0)

    def test_is_refused_where_the_host_has_no_float_registers(self):
        run = self.workspace.run("floats", "--set", "host.isa=rv32imac")
        self.assertEqual(run.status, 2)
        self.assertIn("uses floating-point registers (ABI ilp32f)", run.stderr)
        self.assertFalse(run.out.exists())


@unittest.skipIf(GCC is None or QEMU is None, "the cross compiler or qemu-system-riscv32 is not installed")
class Table(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def outputs(self, *options):
        """What the table's program prints on QEMU's virt machine and here."""
        elf = self.workspace.path / "float_table.elf"
        subprocess.run([GCC, "-march=rv32imafc", "-mabi=ilp32f", "-Wa,-march=rv32imafc_zicsr", "-O2", "-ffreestanding",
                        "-nostdlib", "-T", TABLE.with_suffix(".ld"), *options, TABLE, "-o", elf], check=True)
        theirs = subprocess.run([QEMU, "-M", "virt", "-cpu", "rv32,d=false", "-bios", "none", "-display", "none",
                                 "-monitor", "none", "-serial", "stdio", "-kernel", elf], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=300, check=True).stdout
        ours = self.workspace.run(elf, "-q")
        self.assertEqual(ours.status, 0, ours.stderr)
        return ours.stdout.splitlines(), theirs.splitlines()

    def test_no_instruction_differs_from_qemu(self):
        ours, theirs = self.outputs()
        self.assertGreater(len(theirs), 260)
        for line, (mine, other) in enumerate(zip(ours, theirs)):
            if mine == other:
                continue
            pairs = zip(*self.outputs(f"-DDETAIL={line}"))
            detail = next(f"here {a}, QEMU {b}" for a, b in pairs if a != b)
            self.fail(f"line {line + 1}: here {mine}, QEMU {other}; first difference: {detail}")
        self.assertEqual(len(ours), len(theirs))


if __name__ == "__main__":
    unittest.main()
