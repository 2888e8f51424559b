#!/usr/bin/python3
"""The generator of the NMPU's number formats: what it refuses, and that it notices drift."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
YAML = ROOT / "models/nmpu/nmpu_format.yaml"


def generate(*arguments):
    return subprocess.run([sys.executable, ROOT / "scripts/gen_nmpu_format.py", *arguments],
                          capture_output=True, text=True, check=False)


class GeneratorTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.yaml = pathlib.Path(folder.name) / "format.yaml"
        self.package = pathlib.Path(folder.name) / "nmpu_pkg.sv"

    def refused(self, old, new, *words):
        text = YAML.read_text()
        self.assertEqual(text.count(old), 1, old)
        self.yaml.write_text(text.replace(old, new))
        result = generate(self.yaml, "--sv", self.package)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertFalse(self.package.exists())

    def test_accumulator_that_would_wrap(self):
        self.refused("name: ACC_W,       paper: 25", "name: ACC_W,       paper: 23", "paper: ACC_W is 23",
                     "-5246721 .. 5262913", "needs 24 bits")
        self.refused("wide: 32, doc", "wide: 31, doc", "wide: ACC_W is 31", "needs 32 bits")

    def test_the_narrowest_accumulator_is_accepted(self):
        self.yaml.write_text(YAML.read_text().replace("name: ACC_W,       paper: 25", "name: ACC_W,       paper: 24"))
        self.assertEqual(generate(self.yaml, "--sv", self.package).returncode, 0)

    def test_values_that_are_not_positive_integers(self):
        self.refused("value: 64", "value: sixty", "LANES", "positive integer")
        self.refused("value: 64", "value: 0", "LANES", "positive integer")

    def test_lanes_that_are_no_power_of_two(self):
        self.refused("value: 64", "value: 48", "LANES is 48", "power of two")

    def test_unknown_and_missing_constants(self):
        self.refused("name: LANES", "name: LANE", "unknown constant 'LANE'")
        self.refused('  - {name: CUT_W,       value: 4,  doc: "Bits of each cut amount"}\n', "", "missing", "CUT_W")

    def test_interface_limits(self):
        self.refused("name: SCALE_I,     value: 1", "name: SCALE_I,     value: 2", "at most 16 bits")

    def test_a_value_for_all_and_for_one(self):
        self.refused("value: 64", "value: 64, wide: 32", "LANES", "for all configurations")

    def test_configurations_are_fixed(self):
        self.refused("[paper, wide]", "[paper]", "configurations", "expected ['paper', 'wide']")

    def test_drift_is_noticed_and_nothing_written(self):
        self.assertEqual(generate(YAML, "--sv", self.package).returncode, 0)
        self.assertEqual(generate(YAML, "--check", "--sv", self.package).returncode, 0)
        changed = self.package.read_text().replace("= 64;", "= 32;")
        self.package.write_text(changed)
        result = generate(YAML, "--check", "--sv", self.package)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("nmpu_pkg.sv", result.stderr)
        self.assertEqual(self.package.read_text(), changed)

    def test_committed_package_is_what_the_yaml_says(self):
        result = generate(YAML, "--check", "--sv", ROOT / "rtl/nmpu/nmpu_pkg.sv")
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
