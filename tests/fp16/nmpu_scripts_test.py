"""scripts/nmpu_ppa on one small design and scripts/nmpu_accuracy on a few images: they run, their own comparisons
(gates against arithmetic, logits against the firmware's reference) hold, and the figures are what they must be."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("AIMC_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(ROOT / "scripts"))


def run(script, *arguments):
    return subprocess.run([sys.executable, str(ROOT / "scripts" / script), *arguments], capture_output=True, text=True,
                          timeout=600)


def has_library():
    listing = subprocess.run(["dpkg", "-L", "qflow-tech-osu018"], capture_output=True, text=True)
    return "osu018_stdcells.lib" in listing.stdout


@unittest.skipUnless(shutil.which("yosys") and has_library(), "yosys or qflow-tech-osu018 is not installed")
class Ppa(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = run("nmpu_ppa", "--only", "width_9x4")
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.figures = json.loads(done.stdout)

    def test_one_lane_has_the_registers_of_its_stages_and_a_plausible_size(self):
        lane = self.figures["designs"][0]
        # Two products of 9 + 4 bits, an offset of 8, an accumulator of 14, a result of 8 or 9. Of the accumulator the
        # three bits below the rounding bit of a fixed cut of 4 can go.
        self.assertGreaterEqual(lane["lane_flip_flops"], 2 * 13 + 8 + 11 + 8)
        self.assertLessEqual(lane["lane_flip_flops"], 2 * 13 + 8 + 14 + 9)
        self.assertTrue(800 < lane["lane_ge"] < 2000, lane["lane_ge"])
        self.assertTrue(10 < lane["gate_levels"] < 60, lane["gate_levels"])
        self.assertAlmostEqual(lane["clock_mhz"] * lane["period_ns"], 1000.0, places=6)

    def test_the_gates_gave_the_outputs_of_the_arithmetic(self):
        self.assertEqual(self.figures["designs"][0]["columns_checked"], 2 * 16 * 256)

    def test_energy_is_at_least_that_of_the_clock(self):
        lane = self.figures["designs"][0]
        self.assertGreater(lane["lane_energy_pj"], 0.2 * lane["lane_flip_flops"])
        self.assertLess(lane["lane_energy_pj"], 200.0)

    def test_an_unknown_design_is_refused_with_the_known_ones(self):
        done = run("nmpu_ppa", "--only", "width_9x5")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no design 'width_9x5'", done.stderr)
        self.assertIn("width_9x4", done.stderr)

    def test_gates_that_compute_something_else_are_noticed(self):
        from ppa import designs, liberty
        library = liberty.Library(liberty.find())
        library.cells["XOR2X1"].function["Y"] = "(!(A^B))"
        design = next(d for d in designs.DESIGNS if d.key == "width_9x4")
        with tempfile.TemporaryDirectory() as directory, self.assertRaises(designs.Mismatch):
            designs.measure(design, library, pathlib.Path(directory))


class Formats(unittest.TestCase):
    def test_wide_is_measured_with_the_formats_of_the_package(self):
        from ppa import designs, synth
        text = synth.NMPU[0].read_text()
        branch = re.search(r"`ifdef NMPU_WIDE(.*?)`else", text, re.S).group(1)
        constants = {k: int(v) for k, v in re.findall(r"localparam int (\w+)\s*= (\d+);", branch)}
        self.assertIn("SCALE_F", constants)
        package = next(d for d in designs.DESIGNS if d.key == "wide").package()
        self.assertEqual({k: package[k] for k in constants}, constants)

    def test_paper_is_measured_as_it_is(self):
        from ppa import designs
        self.assertEqual(next(d for d in designs.DESIGNS if d.key == "paper").package(), {})


class Documents(unittest.TestCase):
    def test_the_tables_are_those_of_the_figures(self):
        figures = json.loads((ROOT / "docs" / "nmpu_ppa.json").read_text())
        text = (ROOT / "docs" / "nmpu_ppa.md").read_text()
        for unit in figures["units"]:
            self.assertIn(f"| {unit['ge']:,.0f} |", text)
        for ratio in figures["ratios"]:
            self.assertRegex(text, re.escape(f"| {ratio['area_equal_throughput']:.2f} |"))


class Accuracy(unittest.TestCase):
    def test_formats_of_the_design_lose_little_and_three_bits_lose_more(self):
        done = run("nmpu_accuracy", "--images", "400", "--only", "paper,fp16,offset_0,scale_3")
        self.assertEqual(done.returncode, 0, done.stderr)
        configurations = json.loads(done.stdout)["configurations"]
        for name in ("paper", "fp16"):
            for kind in ("ideal", "mismatch", "physical"):
                self.assertTrue(85.0 < configurations[name][kind]["mean"] < 93.0, (name, kind))
        self.assertEqual(configurations["exact"]["physical"]["loss"], 0.0)
        self.assertNotEqual(configurations["scale_3"]["physical"]["accuracy"],
                            configurations["paper"]["physical"]["accuracy"])

    def test_bad_arguments_are_refused(self):
        self.assertIn("expected 1 .. 10000", run("nmpu_accuracy", "--images", "0").stderr)
        self.assertIn("no configuration 'scale_16'", run("nmpu_accuracy", "--only", "scale_16").stderr)


if __name__ == "__main__":
    unittest.main()
