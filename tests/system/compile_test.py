"""Networks mapped onto tiles: aimc-vp compile."""
import json
import os
import pathlib
import unittest

import numpy

from platform_runner import PROGRAM, SOURCE, Workspace

NETWORKS = SOURCE / "tests" / "data" / "networks"
SHARED = pathlib.Path(os.environ.get("AIMC_SHARED", "/nonexistent")) / "data"


class CompileCommand(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def call(self, *arguments):
        return self.workspace.call([PROGRAM, "compile", *map(str, arguments)])

    def report(self, *arguments):
        run = self.call(*arguments, "--json")
        self.assertEqual(run.status, 0, run.stderr)
        return json.loads(run.stdout)

    def check_blocks(self, report):
        """No two blocks of a tile share cells, in any epoch."""
        seen = set()
        for layer in report["layers"]:
            for block in layer.get("blocks", ()):
                self.assertLess(block["tile"], report["tiles"])
                self.assertLessEqual(block["first_row"] + block["rows"], report["tile_rows"])
                for column in range(block["first_column"], block["first_column"] + block["columns"]):
                    self.assertLess(column, report["tile_columns"])
                    key = (layer["epoch"], block["tile"], column)
                    self.assertNotIn(key, seen)
                    seen.add(key)

    def test_own_networks_are_mapped(self):
        for model in sorted(NETWORKS.glob("*.tflite")):
            with self.subTest(model.name):
                report = self.report(model)
                self.assertEqual(report["schema"], "aimc-vp/compile/1")
                self.check_blocks(report)
                on_tiles = [layer for layer in report["layers"] if layer["executes"] == "tiles"]
                self.assertGreater(len(on_tiles), 0)
                self.assertEqual(sum(layer["macs"] for layer in on_tiles), report["macs"])

    def test_the_image_is_the_same_every_time(self):
        model = sorted(NETWORKS.glob("*.tflite"))[0]
        images = []
        for name in ("a.aimc", "b.aimc"):
            run = self.call(model, "-o", self.workspace.path / name)
            self.assertEqual(run.status, 0, run.stderr)
            images.append((self.workspace.path / name).read_bytes())
        self.assertEqual(images[0], images[1])
        self.assertEqual(images[0][:4], b"AIMN")

    def test_tables_and_picture(self):
        model = sorted(NETWORKS.glob("*.tflite"))[0]
        run = self.call(model, "--explain")
        self.assertEqual(run.status, 0, run.stderr)
        for words in ("K x N", "error rms", "equal decisions", "paper mean", "wide mean", "of 16 tiles"):
            self.assertIn(words, run.stdout)
        rows = [line for line in run.stdout.splitlines() if line.startswith("[")]
        self.assertEqual(len(rows), 4)
        self.assertTrue(all(row.count("[") == 4 for row in rows), rows)

    def test_few_tiles_make_epochs(self):
        model = NETWORKS / "cnn.tflite"
        few = self.report(model, "--set", "tile.count=2")
        self.assertGreater(few["epochs"], 1)
        self.check_blocks(few)
        self.assertEqual(few["macs"], self.report(model)["macs"])

    def test_mistakes_are_named(self):
        model = sorted(NETWORKS.glob("*.tflite"))[0]
        broken = self.workspace.path / "m.tflite"
        broken.write_bytes(b"\x08\0\0\0TFL3")
        for arguments, words in (((broken,), "cut short"), ((model, "--copies", "0"), "--copies 0; expected auto"),
                                 ((model, "--images", "0"), "--images 0; expected 1"),
                                 ((model, "--samples", "none.npy"), "none.npy"),
                                 ((model, "--platform", "nowhere"), "nowhere"),
                                 ((model, "--set", "tile.rows=4", "--set", "tile.count=1"),
                                  "operator 0 (CONV_2D): 36 rows take 9 tiles")):
            run = self.call(*arguments, "-o", self.workspace.path / "x.aimc")
            self.assertEqual(run.status, 2, run.stdout)
            self.assertIn(words, run.stderr)
            self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
            self.assertFalse((self.workspace.path / "x.aimc").exists())

    @unittest.skipUnless(SHARED.is_dir(), "AIMC_SHARED names no folder of reference results")
    def test_published_networks(self):
        model = SHARED / "models" / "pretrainedResnet_quant.tflite"
        samples = self.workspace.path / "samples.npy"
        pixels = numpy.fromfile(SHARED / "samples" / "cifar10_x_300x32x32x3.u8", numpy.uint8)
        numpy.save(samples, pixels.reshape(300, 32, 32, 3)[:16])
        report = self.report(model, "--platform", "hermes64", "--set", "tile.nmpu.config=wide", "--samples", samples)
        self.check_blocks(report)
        self.assertEqual(report["macs"], 12501632)
        self.assertEqual(report["samples"], "given")
        self.assertGreaterEqual(report["equal_decisions"], 0.93)
        one = self.report(model, "--platform", "hermes64", "--copies", 1)
        self.assertLess(2.0 * report["period_us"], one["period_us"])


if __name__ == "__main__":
    unittest.main()
