#!/usr/bin/python3
"""Tests scripts/gen_registers.py: the committed docs/registers.md is current, outputs agree, bad maps are refused.

Usage: gen_registers_test.py MEMORY_MAP REGISTER_MAP...
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
MEMORY_MAP = None
BLOCKS = []

BLOCK = """
block: tile
doc: "A block"
registers:
  - {name: A, offset: 0x0, access: rw, doc: "first"}
  - {name: B, offset: OFFSET, access: ACCESS, doc: "second", fields: [
      {name: LOW, bits: "7:0", doc: "low"}, {name: HIGH, bits: "BITS", doc: "high"}]}
"""


def generate(blocks, folder, memory_map=None):
    """Runs the generator; returns the finished process and the paths it was told to write."""
    paths = {kind: pathlib.Path(folder) / kind for kind in ("cpp", "c", "docs")}
    command = [sys.executable, str(ROOT / "scripts/gen_registers.py"), "--map", str(memory_map or MEMORY_MAP)]
    for kind, path in paths.items():
        command += [f"--{kind}", str(path)]
    done = subprocess.run(command + [str(block) for block in blocks], capture_output=True, text=True, check=False)
    return done, paths


class GeneratorTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def outputs(self, blocks):
        done, paths = generate(blocks, self.folder.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {kind: path.read_text() for kind, path in paths.items()}

    def block(self, offset="0x4", access="rw", bits="15:8", doc="second"):
        text = BLOCK.replace("OFFSET", offset).replace("ACCESS", access).replace("BITS", bits)
        path = pathlib.Path(self.folder.name) / "block.regs.yaml"
        path.write_text(text.replace("second", doc))
        return path

    def hash_of(self, block):
        return re.search(r"kRegmapHash = (0x[0-9A-F]{8})U", self.outputs([block])["cpp"]).group(1)

    def test_committed_documentation_is_current(self):
        committed = (ROOT / "docs/registers.md").read_text()
        self.assertEqual(self.outputs(BLOCKS)["docs"], committed,
                         "docs/registers.md is out of date; generate it with scripts/gen_registers.py --docs")

    def test_all_outputs_carry_the_same_hash(self):
        outputs = self.outputs(BLOCKS)
        found = {re.search(r"kRegmapHash = (0x[0-9A-F]{8})", outputs["cpp"]).group(1),
                 re.search(r"AIMC_REGMAP_HASH (0x[0-9A-F]{8})", outputs["c"]).group(1),
                 re.search(r"Hash of the maps: `(0x[0-9A-F]{8})`", outputs["docs"]).group(1)}
        self.assertEqual(len(found), 1, found)

    def test_no_name_is_defined_twice(self):
        outputs = self.outputs(BLOCKS)
        macros = re.findall(r"^#define (\w+)", outputs["c"], re.MULTILINE)
        self.assertEqual(len(macros), len(set(macros)))
        for namespace in re.findall(r"^namespace (\w+) \{(.*?)^\}", outputs["cpp"], re.MULTILINE | re.DOTALL):
            constants = re.findall(r"inline constexpr [\w:<>, ]+ (k\w+)", namespace[1])
            self.assertEqual(len(constants), len(set(constants)), namespace[0])

    def test_hash_follows_meaning_not_wording(self):
        reference = self.hash_of(self.block())
        self.assertEqual(self.hash_of(self.block(doc="worded otherwise")), reference)
        self.assertNotEqual(self.hash_of(self.block(offset="0x8")), reference)
        self.assertNotEqual(self.hash_of(self.block(access="ro")), reference)
        self.assertNotEqual(self.hash_of(self.block(bits="14:8")), reference)

    def test_bad_maps_are_refused_with_one_line(self):
        bad = {"taken": {"offset": "0x0"}, "misaligned": {"offset": "0x6"}, "access": {"access": "wx"},
               "overlaps": {"bits": "8:7"}, "not a range": {"bits": "32:8"}}
        for word, change in bad.items():
            with self.subTest(word):
                done, _ = generate([self.block(**change)], self.folder.name)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(word, done.stderr)
                self.assertIn("register B", done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_masks_come_from_fields(self):
        text = self.outputs([self.block()])["cpp"]
        self.assertRegex(text, r'"B", 0x004U, 1U, core::RegisterAccess::kRw, 0x00000000U, 0x0000FFFFU')
        self.assertRegex(text, r'"A", 0x000U, 1U, core::RegisterAccess::kRw, 0x00000000U, 0xFFFFFFFFU')


if __name__ == "__main__":
    MEMORY_MAP = pathlib.Path(sys.argv[1])
    BLOCKS = [pathlib.Path(argument) for argument in sys.argv[2:]]
    unittest.main(argv=sys.argv[:1])
