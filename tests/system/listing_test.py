"""Tile programs as text: what the HAL assembles, `aimc-vp describe --program` shows."""
import subprocess
import unittest

from platform_runner import PROGRAM, Workspace, firmware

# The commands of firmware/apps/listing.c.
LISTING = """\
   0  nop
   1  program rows 0..255, columns 0..255
   2  wait s3, 2
   3  mvm 0x0000 -> 0x0100, rows 0..255, columns 0..255, zero point 5
   4  mvm 0x0040 -> 0x1000, rows 16..47, columns 64..191, zero point -128, 8 times, strides 64 -> 512
   5  mvm 0x0040 -> 0x1000, rows 16..47, columns 64..191, zero point -128, in segments of 12, 136 apart, 16 times, strides 4 -> 512
   6  post 0x0100 -> 0x0500, columns 0..255, plus bias, to psums
   7  post 0x0100 -> 0x0500, columns 64..191, plus psums 0x0700, to int8: cut 3 + 5, zero point -128, relu, truncated
   8  add 0x0500 + 0x0700 -> 0x0900, 256 elements
   9  add8 (0x0500 - -128) x 40000 + (0x0700 - 3) x 300 -> 0x0900, shift 15, zero point -128, relu, 256 elements
  10  move 0x0500 -> 0x0700, 512 bytes
  11  put 0x0900 -> 0x40110040, 64 bytes
  12  signal s31, 7
  13  signal 0x40100210, 1
  14  loop to 2, 10 times, counter 2
  15  loop to 0, for ever, counter 0
  16  irq 0x123
  17  halt
  18  .words 0x00000077 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000  ; BAD_OPCODE 0x00000077
  19  nop
"""


def describe(place):
    return subprocess.run([PROGRAM, "describe", "--program", str(place)], capture_output=True, text=True, check=False)


class Listing(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def test_every_command_of_the_hal_is_shown(self):
        code = self.workspace.path / "code.bin"
        run = self.workspace.run("listing", "--save", f"{code}@listing_code")
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        shown = describe(code)
        self.assertEqual((shown.returncode, shown.stdout), (0, LISTING), shown.stderr)

    def test_a_program_in_an_executable(self):
        shown = describe(f"{firmware('listing')}@listing_constant")
        self.assertEqual((shown.returncode, shown.stdout), (0, "   0  irq 0x2a\n   1  halt\n"), shown.stderr)

    def test_what_is_no_program_is_refused(self):
        short = self.workspace.path / "short.bin"
        short.write_bytes(bytes(33))
        long = self.workspace.path / "long.bin"
        long.write_bytes(bytes(32800))
        for place, message in ((short, "33 bytes; expected commands of 32"), (long, "at most 32768"),
                               (self.workspace.path / "none.bin", "none.bin"), (f"{firmware('listing')}@listing_konstant",
                                                                               "did you mean 'listing_constant'"),
                               (f"{short}@symbol", "short.bin")):
            with self.subTest(place=place):
                shown = describe(place)
                self.assertEqual(shown.returncode, 2, shown.stdout)
                self.assertIn(message, shown.stderr)


if __name__ == "__main__":
    unittest.main()
