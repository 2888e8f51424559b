"""The reference result of networks: aimc-vp golden."""
import json
import os
import pathlib
import unittest

import numpy

from platform_runner import PROGRAM, Workspace

SHARED = pathlib.Path(os.environ.get("AIMC_SHARED", "/nonexistent")) / "data"


class GoldenCommand(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def call(self, *arguments):
        return self.workspace.call([PROGRAM, "golden", *arguments])

    def test_what_is_no_model_is_refused(self):
        model = self.workspace.path / "m.tflite"
        model.write_bytes(b"\x08\0\0\0TFL3")
        for arguments, words in (((model, "x.i8"), "cut short"), (("none", "x.i8"), "cannot be read"),
                                 ((model, "x.i8", "--rounding", "up"), "double, single")):
            run = self.call(*arguments)
            self.assertEqual(run.status, 2)
            self.assertIn(words, run.stderr)
            self.assertEqual(len(run.stderr.strip().splitlines()), 1)

    @unittest.skipUnless(SHARED.is_dir(), "AIMC_SHARED names no folder of reference results")
    def test_every_layer_of_published_networks(self):
        for model, layers in (("pretrainedResnet_quant", "layers_ic_resnet8"), ("ad01_int8", "layers_ad")):
            golden = numpy.load(SHARED / "golden" / f"{layers}.npz")
            sample = self.workspace.path / "sample.npy"
            numpy.save(sample, golden["input"])
            folder = self.workspace.path / model
            folder.mkdir()
            run = self.call(SHARED / "models" / f"{model}.tflite", sample, "--layers", folder)
            self.assertEqual(run.status, 0, run.stderr)
            outputs = sorted(name for name in golden.files if name.endswith("_out"))
            files = sorted(folder.iterdir())
            self.assertEqual(len(files), len(outputs))
            for name, file in zip(outputs, files):
                numpy.testing.assert_array_equal(numpy.load(file)[0], golden[name], f"{model} {name}")

    @unittest.skipUnless(SHARED.is_dir(), "AIMC_SHARED names no folder of reference results")
    def test_accuracy_depends_on_the_rounding(self):
        samples = SHARED / "samples"
        for rounding, right in (("double", 269), ("single", 267)):
            run = self.call(SHARED / "models/pretrainedResnet_quant.tflite", samples / "cifar10_x_300x32x32x3.u8",
                            "--labels", samples / "cifar10_y_300.u8", "--rounding", rounding, "--json")
            self.assertEqual(run.status, 0, run.stderr)
            self.assertEqual(json.loads(run.stdout)["correct"], right)


if __name__ == "__main__":
    unittest.main()
