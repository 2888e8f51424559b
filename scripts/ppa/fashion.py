"""Counts as the NMPU gets them when the Fashion-MNIST network of firmware/apps/fashion runs."""
import pathlib
import re
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import train_fashion as network  # noqa: E402


def load_layers():
    """The network as the firmware has it: model.h and the weights beside it."""
    text = (network.OUTPUT / "model.h").read_text()
    layers = []
    rows = re.findall(r"\{(\d+), (\d+), (\d+), (\d+), (\d+), (\d+), (-?\d+), \d+u, fashion_layer(\d)_weights", text)
    for row in rows:
        inputs, outputs, adc_range, cut_pre, cut_post, relu, zero_point, index = map(int, row)
        bias = re.search(rf"fashion_layer{index}_bias\[\d+\] = \{{(.*?)\}};", text, re.S).group(1)
        weights = np.fromfile(network.OUTPUT / f"layer{index}_weights.bin", np.int8).reshape(inputs, outputs)
        layers.append({"weights": weights, "bias": np.array([int(v) for v in bias.split(",")], np.int64),
                       "range": adc_range, "cut": cut_pre + cut_post, "cut_post": cut_post, "relu": bool(relu),
                       "zero_point": zero_point})
    if len(layers) != len(network.SIZES) - 1:
        sys.exit(f"{network.OUTPUT}/model.h: {len(layers)} layers found, expected {len(network.SIZES) - 1}")
    return layers


class Tile:
    """A row tile's counts, and what calibration knows of its converters: two gains and two offsets a column.

    kind: ideal (exact), mismatch (exact array, converters differ), physical (PCM programming and read noise too; the
    estimate of scripts/train_fashion.py)."""

    def __init__(self, weights, adc_range, kind, seed):
        rng = np.random.Generator(np.random.PCG64(seed))
        self.kind, self.seed = kind, seed
        if kind == "physical":
            self.tile = network.PhysicalTile(weights, adc_range, rng, True)
            self.gain, self.offset = self.tile.gain, self.tile.offset
        else:
            self.tile = network.IdealTile(weights, adc_range)
            columns = weights.shape[1]
            self.gain, self.offset = np.ones((2, columns)), np.zeros((2, columns))
            if kind == "mismatch":
                self.gain = 1.0 + np.clip(0.0709 * rng.standard_normal((2, columns)), -0.21, 0.21)
                self.offset = rng.standard_normal((2, columns))

    def counts(self, magnitudes, batch=2500):
        """(2, images, columns), the positive polarity first. Read noise is the same at every call."""
        rng = np.random.Generator(np.random.PCG64([self.seed, 1]))
        result = []
        for cells, gain, offset in zip((self.tile.positive, self.tile.negative), self.gain, self.offset):
            parts = []
            variance = self.tile.variance(cells) if self.kind == "physical" else None
            for start in range(0, len(magnitudes), batch):
                part = magnitudes[start:start + batch]
                sums = part @ cells
                if variance is not None:
                    sums += np.sqrt(part**2 @ variance) * rng.standard_normal(sums.shape)
                counts = np.floor(sums * self.tile.scale * gain + offset + 0.5)
                parts.append(np.clip(counts, 0, network.FULL_SCALE).astype(np.int16))
            result.append(np.concatenate(parts))
        return np.stack(result)


def make_tiles(layer, kind, seed):
    blocks = network.row_blocks(layer["weights"].shape[0])
    return [Tile(layer["weights"][rows], layer["range"], kind, 1000 * seed + i) for i, rows in enumerate(blocks)]


def test_images(count=None):
    images, labels = network.load("t10k")
    return images[:count], labels[:count]


def layer_counts(tiles, layer, magnitudes):
    """Counts of each row tile."""
    return [tile.counts(magnitudes[:, rows])
            for tile, rows in zip(tiles, network.row_blocks(layer["weights"].shape[0]))]
