"""Networks that read an image as a sequence, by firmware written for them: an LSTM and a transformer encoder block. All
weights are on tiles; what multiplies activations with each other is done by the host."""
import os
import unittest

from platform_runner import IMAGES, LABELS, SOURCE, Workspace, labels

FULL = os.environ.get("AIMC_FULL") == "1"   # all test images
CLASSES = 10


class Network:
    """Name, multiply-accumulates of an image, and what the integer reference makes of the test images."""

    def __init__(self, name, macs):
        self.name, self.macs = name, macs
        self.reference = (SOURCE / "firmware" / "apps" / name / "reference_logits.i8").read_bytes()


LSTM = Network("lstm", 28 * (28 + 64) * 4 * 64 + 64 * CLASSES)
TRANSFORMER = Network("transformer", 14 * (56 * 64 + 64 * 3 * 64 + 64 * 64 + 2 * 64 * 128) + 64 * CLASSES)
NETWORKS = (LSTM, TRANSFORMER)


def decisions(logits, count):
    rows = [[value - 256 if value > 127 else value for value in logits[i * CLASSES:(i + 1) * CLASSES]] for i in range(count)]
    return [row.index(max(row)) for row in rows]


def accuracy(found):
    return sum(a == b for a, b in zip(found, labels(len(found)))) / len(found)


class Sequences(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def run_network(self, network, *options, images, args=()):
        path = self.workspace.path / "logits.i8"
        run = self.workspace.run(network.name, "-q", "--load", f"{IMAGES}@0x84000000", "--load", f"{LABELS}@0x85000000",
                                 "--save", f"{path}@sequence_logits:{images * CLASSES}", *options,
                                 args=["--images", images, *args])
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        return run, path.read_bytes()

    def test_ideal_logits_equal_the_integer_reference(self):
        images = 10000 if FULL else 150
        for network in NETWORKS:
            with self.subTest(network=network.name):
                run, logits = self.run_network(network, "--analog", "ideal", images=images)
                self.assertEqual(logits, network.reference[:images * CLASSES])
                self.assertAlmostEqual(run.summary["reported"]["accuracy"], accuracy(decisions(logits, images)), places=12)

    def test_every_multiplication_by_a_weight_runs_on_tiles(self):
        for network in NETWORKS:
            with self.subTest(network=network.name):
                few, many = (self.run_network(network, images=n)[0].summary["tiles"] for n in (1, 4))
                self.assertEqual(sum(tile["macs"] for tile in many) - sum(tile["macs"] for tile in few), 3 * network.macs)

    def test_calibrated_physical_tiles_come_close_to_the_reference(self):
        images = 150
        for network in NETWORKS:
            reference = decisions(network.reference, images)
            with self.subTest(network=network.name):
                run, logits = self.run_network(network, images=images)
                found = decisions(logits, images)
                self.assertNotEqual(logits, network.reference[:images * CLASSES])
                self.assertGreaterEqual(accuracy(found), accuracy(reference) - 0.03)
                self.assertGreaterEqual(sum(a == b for a, b in zip(found, reference)) / images, 0.9)
                reported = run.summary["reported"]
                self.assertLess(reported["calibration_rms_after"], 0.5 * reported["calibration_rms_before"])

    def test_reference_is_accurate(self):
        for network, least in zip(NETWORKS, (0.875, 0.88)):
            self.assertGreaterEqual(accuracy(decisions(network.reference, 10000)), least, network.name)

    def test_other_converters_and_formats(self):
        for settings in (["nmpu.config=wide"], ["tile.rows=512", "tile.columns=512"], ["tile.adc.full_scale_counts=900"]):
            options = [part for setting in settings for part in ("--set", setting)]
            for network in NETWORKS:
                with self.subTest(network=network.name, settings=settings):
                    run, logits = self.run_network(network, "--analog", "ideal", *options, images=100)
                    same = sum(a == b for a, b in zip(decisions(logits, 100), decisions(network.reference, 100)))
                    self.assertGreaterEqual(same, 95)

    def test_what_does_not_fit_is_named(self):
        for settings, words in ((["tile.count=1", "noc.width=1", "noc.height=1"], "needs"), (["tile.columns=128"], "cells")):
            options = [part for setting in settings for part in ("--set", setting)]
            for network in NETWORKS:
                with self.subTest(network=network.name, settings=settings):
                    run = self.workspace.run(network.name, "-q", "--load", f"{IMAGES}@0x84000000", "--load",
                                             f"{LABELS}@0x85000000", *options)
                    self.assertEqual(run.status, 1)
                    self.assertIn(words, run.stdout)
        run = self.workspace.run("lstm", "-q", args=["--speed", "9"])
        self.assertEqual(run.status, 2)
        self.assertIn("--images", run.stdout)


if __name__ == "__main__":
    unittest.main()
