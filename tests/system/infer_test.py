"""Networks from a TFLite file to figures: aimc-vp infer.

AIMC_FULL=1 adds the long runs: 300 images of published networks, three seeds.
"""
import csv
import gzip
import json
import os
import pathlib
import unittest

import numpy

from platform_runner import IMAGES as PIXELS
from platform_runner import LABELS, PROGRAM, SOURCE, Workspace

NETWORKS = SOURCE / "tests" / "data" / "networks"
SHARED = pathlib.Path(os.environ.get("AIMC_SHARED", "/nonexistent")) / "data"
FULL = os.environ.get("AIMC_FULL") == "1"
IMAGES = 100  # what *_logits.i8 hold


def fashion(path, header, count):
    """Bytes behind the header of a file of the data set."""
    with gzip.open(path) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, count, header)


class Infer(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)
        self.runs = 0

    def infer(self, *arguments, status=0):
        self.runs += 1
        out = self.workspace.path / f"infer{self.runs}"
        run = self.workspace.call([PROGRAM, "infer", *arguments, "--out", out], out)
        self.assertEqual(run.status, status, run.stdout + run.stderr)
        return run

    @staticmethod
    def results(run):
        return json.loads((run.out / "network.json").read_text())

    def refused(self, words, *arguments):
        run = self.infer(*arguments, status=2)
        self.assertIn(words, run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1)
        self.assertFalse(run.out.exists())


class OwnNetworks(Infer):
    def samples(self, shape, count=IMAGES):
        """Files of images, as the networks store them, and labels."""
        images = self.workspace.path / "images.npy"
        numpy.save(images, (fashion(PIXELS, 16, count * 784) ^ 0x80).view(numpy.int8).reshape(count, *shape))
        labels = self.workspace.path / "labels.u8"
        labels.write_bytes(fashion(LABELS, 8, count).tobytes())
        return images, "--labels", labels

    def check(self, run, name, count):
        """Figures against the reference of the NumPy scripts, and against each other."""
        results = self.results(run)
        exact = numpy.fromfile(NETWORKS / f"{name}_logits.i8", numpy.int8).reshape(IMAGES, 10)[:count]
        self.assertEqual(results["reference_decisions"], exact.argmax(axis=1).tolist())
        logits = numpy.load(run.out / "logits.npy").reshape(count, 10)
        self.assertEqual(results["decisions"], logits.argmax(axis=1).tolist())
        agree = float(numpy.mean(logits.argmax(axis=1) == exact.argmax(axis=1)))
        self.assertAlmostEqual(results["equal_decisions"], agree)
        labels = fashion(LABELS, 8, count)
        self.assertAlmostEqual(results["accuracy"], float(numpy.mean(logits.argmax(axis=1) == labels)))
        self.assertEqual(results["accuracy"], results["reported"]["accuracy"])  # the firmware counts too
        self.assertEqual(results["macs_on_tiles"], results["macs"])
        summary = run.summary
        self.assertEqual(summary["reported"]["equal_decisions"], results["equal_decisions"])
        self.assertEqual(summary["reported"]["images"], count)
        with open(run.out / "layers.csv", newline="", encoding="utf-8") as file:
            sections = {line["layer"]: line for line in csv.DictReader(file)}
        for layer in results["layers"]:
            self.assertAlmostEqual(float(sections[layer["layer"]]["time_s"]), layer["time_s"], delta=1e-12)
        return results

    def test_cnn(self):
        run = self.infer(NETWORKS / "cnn.tflite", *self.samples((28, 28, 1)), "--platform", "hermes64", "--analog",
                         "ideal", "--set", "tile.nmpu.config=wide", "--limit", 40)
        results = self.check(run, "cnn", 40)
        self.assertGreaterEqual(results["equal_decisions"], 0.95)
        self.assertGreater(results["reported"]["images_per_s"] * results["reported"]["latency_s"], 1.5)
        for words in ("accuracy", "images/s", "uJ an inference", "conv2d_0"):
            self.assertIn(words, run.stdout)
        report = self.workspace.call([PROGRAM, "report", run.out])
        self.assertEqual(report.status, 0, report.stderr)
        self.assertIn('"network":[{"layer":"conv2d_0","executes":"tiles"', (run.out / "report.html").read_text())
        with open(run.out / "network.csv", newline="", encoding="utf-8") as file:
            self.assertEqual([line["layer"] for line in csv.DictReader(file)], [l["layer"] for l in results["layers"]])

    def test_mlp_as_json_and_again(self):
        arguments = [NETWORKS / "mlp.tflite", *self.samples((784,)), "--limit", 20, "--analog", "physical", "--seed", 3]
        first, second = (self.infer(*arguments, "--json") for _ in range(2))
        self.check(first, "mlp", 20)
        self.assertEqual(first.stdout, (first.out / "network.json").read_text())
        self.assertEqual(first.stdout, second.stdout)
        self.assertEqual(first.results(), second.results())
        self.assertGreater(first.summary["reported"]["calibration_rms_before"],
                           first.summary["reported"]["calibration_rms_after"])

    def test_what_cannot_be_run_is_refused(self):
        model, samples = NETWORKS / "mlp.tflite", self.samples((784,))
        self.refused("cannot be read", "none.tflite", samples[0])
        self.refused("cannot be read", model, "none.i8")
        few = self.workspace.path / "few.u8"
        few.write_bytes(b"abc")
        self.refused("3 labels; expected 100", model, samples[0], "--labels", few)
        self.refused("--limit: value '0'", model, *samples, "--limit", 0)
        self.refused("--copies", model, *samples, "--copies", "many")
        self.refused("expected one of ideal, physical", model, *samples, "--analog", "real")
        self.refused("none.elf", model, *samples, "--firmware", "none.elf")
        self.refused("ram.size_mib", model, *[samples[0]] * 12, "--set", "ram.size_mib=17")

    def test_another_firmware_and_the_time_limit(self):
        samples = self.samples((784,))
        other = PROGRAM.parent.parent / "firmware" / "exit_code.elf"  # ends with its argument, an address here
        run = self.infer(NETWORKS / "mlp.tflite", *samples, "--firmware", other, status=255)
        self.assertFalse((run.out / "network.json").exists())
        self.infer(NETWORKS / "mlp.tflite", *samples, "--max-sim-time", "1ms", status=3)


@unittest.skipUnless(SHARED.is_dir(), "AIMC_SHARED names no folder of reference results")
class PublishedNetworks(Infer):
    RESNET = (SHARED / "models/pretrainedResnet_quant.tflite", SHARED / "samples/cifar10_x_300x32x32x3.u8", "--labels",
              SHARED / "samples/cifar10_y_300.u8")
    AUTOENCODER = (SHARED / "models/ad01_int8.tflite", SHARED / "samples/cfu_ad_x_6x40x640.i8")
    IDEAL = ("--analog", "ideal", "--set", "tile.nmpu.config=wide")

    def check(self, results, equal, accuracy=None):
        self.assertEqual(results["macs_on_tiles"], results["macs"])
        self.assertGreaterEqual(results["equal_decisions"], equal)
        if accuracy is not None:
            self.assertGreaterEqual(results["accuracy"], results["reference_accuracy"] - accuracy - 1e-9)

    def test_resnet8_on_both_platforms(self):
        for platform in ("hermes64", "default"):
            results = self.results(self.infer(*self.RESNET, *self.IDEAL, "--platform", platform, "--limit", 20))
            self.check(results, 0.9)

    def test_copies_raise_the_rate(self):
        rates = [self.results(self.infer(*self.RESNET, *self.IDEAL, "--platform", "hermes64", "--limit", 30, "--copies",
                                         copies))["reported"]["images_per_s"] for copies in ("1", "auto")]
        self.assertGreaterEqual(rates[1], 2.0 * rates[0])

    def test_autoencoder(self):
        results = self.results(self.infer(*self.AUTOENCODER, *self.IDEAL, "--limit", 20))
        self.assertEqual(results["macs_on_tiles"], results["macs"])
        self.assertLess(results["logits_rms"], 3.0)

    def test_sorted_inputs_are_served_to_their_end(self):
        angles = self.workspace.path / "angles.npy"
        numpy.save(angles, numpy.linspace(0, 6.28, 64, dtype=numpy.float32).reshape(-1, 1, 1))
        results = self.results(self.infer(SHARED / "models/hello_world_int8.tflite", angles, "--analog", "ideal"))
        self.assertLess(results["logits_rms"], 4.0)  # the first half alone has no negative output

    @unittest.skipUnless(FULL, "AIMC_FULL is not 1")
    def test_all_images(self):
        images = (SHARED / "samples/cifar10_x_300x32x32x3.u8").read_bytes()
        first = self.workspace.path / "first.u8"
        first.write_bytes(images[:32 * 32 * 32 * 3])
        for platform in ("hermes64", "default"):
            results = self.results(self.infer(*self.RESNET, *self.IDEAL, "--platform", platform, "--samples", first))
            self.check(results, 0.97, 0.01)
            self.check(self.results(self.infer(*self.RESNET, *self.IDEAL, "--platform", platform)), 0.95, 0.01)

    @unittest.skipUnless(FULL, "AIMC_FULL is not 1")
    def test_devices_cost_accuracy_within_reason(self):
        accuracies = []
        for seed in (1, 2, 3):
            run = self.infer(*self.RESNET, "--platform", "hermes64", "--analog", "physical", "--seed", seed)
            accuracies.append(self.results(run)["accuracy"])
            self.assertLess(run.summary["run"]["wall_s"], 0.5 * 300)
        self.assertGreater(sum(accuracies) / 3, 0.36)  # what weight errors of 5 % leave; see the samples' notes


if __name__ == "__main__":
    unittest.main()
