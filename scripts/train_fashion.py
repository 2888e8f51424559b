#!/usr/bin/python3
"""Trains the Fashion-MNIST network of firmware/apps/fashion and writes its integer form.

A perceptron 784-256-128-10 is trained with noise on its weights (so that it tolerates analog memory), quantised to
int8, and run by an integer pipeline that mirrors the tiles in ideal mode: conversion to counts per row tile and
polarity, partial sums, NMPU arithmetic. Its logits are the reference the platform is compared with.

Training is reproducible bit for bit on any machine and with any BLAS: every operand of a matrix product is first
rounded to a fixed-point grid so coarse that the double-precision sums are exact, hence independent of their order.
"""
import argparse
import gzip
import pathlib
import sys

import numpy as np

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "firmware" / "apps" / "fashion"
SIZES = (784, 256, 128, 10)
SEED = 2024
EPOCHS = 12
BATCH = 256
LEARNING_RATE = 2.5e-3
WEIGHT_LIMIT = (0.30, 0.30, 0.60)   # weights are clipped here while training; the limit becomes int8 127
WEIGHT_NOISE = 0.04                 # sigma of the training noise, relative to the limit

# The platform's default preset: crossbar, converter and NMPU (see docs/models.md).
TILE_ROWS = 256
FULL_SCALE = 420
G_MAX_US, V_READ_V, I_FULL_SCALE_UA = 25.0, 0.2, 100.0
MAGNITUDE_BITS = 8
MAX_RANGE = 3
INPUT_ZERO_POINT = -128


# ---------------------------------------------------------------- data

def read_idx(path, magic, header):
    try:
        raw = gzip.decompress(path.read_bytes())
    except OSError as error:
        sys.exit(f"train_fashion: {path}: {error.strerror or error}; install the package dataset-fashion-mnist")
    if int.from_bytes(raw[:4], "big") != magic:
        sys.exit(f"train_fashion: {path}: not an IDX file with magic {magic:#010x}")
    return np.frombuffer(raw, np.uint8, offset=header)


def load(part):
    images = read_idx(DATA / f"{part}-images-idx3-ubyte.gz", 0x803, 16).reshape(-1, SIZES[0])
    return images, read_idx(DATA / f"{part}-labels-idx1-ubyte.gz", 0x801, 8)


# ---------------------------------------------------------------- training, exact in any order of summation

def grid(values, bits):
    """Rounds to multiples of 2^-bits."""
    return np.rint(values * 2.0**bits) * 2.0**-bits


def exp_exact(values):
    """exp for values <= 0 from correctly rounded operations only; library versions differ in the last bit."""
    power = np.rint(np.maximum(values, -40.0) * 1.4426950408889634)
    rest = np.maximum(values, -40.0) - power * 0.6931471805599453
    result = np.ones_like(rest)
    for n in range(10, 0, -1):
        result = 1.0 + rest / n * result
    return np.ldexp(result, power.astype(np.int32))


def softmax(logits):
    powers = grid(exp_exact(logits - logits.max(axis=1, keepdims=True)), 30)
    return powers / powers.sum(axis=1, keepdims=True)


def forward(weights, biases, inputs):
    """All activations, the inputs first and the logits last."""
    layers = [inputs]
    for index, (weight, bias) in enumerate(zip(weights, biases)):
        values = layers[-1] @ grid(weight, 16) + bias
        layers.append(grid(values if index == len(weights) - 1 else np.maximum(values, 0.0), 12))
    return layers


def train(images, labels):
    rng = np.random.Generator(np.random.PCG64(SEED))
    weights = [np.clip(rng.standard_normal((n, m)) * np.sqrt(2.0 / n), -limit, limit)
               for n, m, limit in zip(SIZES, SIZES[1:], WEIGHT_LIMIT)]
    biases = [np.zeros(m) for m in SIZES[1:]]
    parameters = weights + biases
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
    inputs = images.astype(np.float64) / 256.0
    targets = np.eye(SIZES[-1])[labels]
    steps = EPOCHS * (len(inputs) // BATCH)
    step, decay1, decay2 = 0, 1.0, 1.0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(inputs))
        loss_hits = 0
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start:start + BATCH]
            noisy = [w + rng.standard_normal(w.shape, dtype=np.float32) * (WEIGHT_NOISE * limit)
                     for w, limit in zip(weights, WEIGHT_LIMIT)]
            layers = forward(noisy, biases, inputs[chosen])
            loss_hits += int((layers[-1].argmax(axis=1) == labels[chosen]).sum())
            delta = grid(softmax(layers[-1]) - targets[chosen], 20)
            gradients = [None] * len(parameters)
            for index in range(len(weights) - 1, -1, -1):
                gradients[index] = layers[index].T @ delta / BATCH
                gradients[len(weights) + index] = delta.sum(axis=0) / BATCH
                if index:
                    delta = grid(delta @ grid(noisy[index], 16).T * (layers[index] > 0.0), 20)
            step += 1
            decay1, decay2 = decay1 * 0.9, decay2 * 0.999
            remaining = 1.0 - step / steps
            rate = LEARNING_RATE * min(1.0, step / 200.0) * remaining
            for parameter, gradient, (first, second) in zip(parameters, gradients, moments):
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient * gradient - second)
                parameter -= rate * (first / (1.0 - decay1)) / (np.sqrt(second / (1.0 - decay2)) + 1e-8)
            for weight, limit in zip(weights, WEIGHT_LIMIT):
                np.clip(weight, -limit, limit, out=weight)
        print(f"epoch {epoch + 1:2d}/{EPOCHS}: training accuracy {loss_hits / len(inputs):.4f} (with weight noise)",
              flush=True)
    return weights, biases


# ---------------------------------------------------------------- the integer pipeline of the tiles

def count_scale(adc_range):
    """Counts per unit of |input| x |weight|; the same double-precision expression as the crossbar model's."""
    return FULL_SCALE * G_MAX_US * V_READ_V / (I_FULL_SCALE_UA / 2**adc_range * 127.0 * 2**MAGNITUDE_BITS)


def row_blocks(rows):
    """An even split over as few row tiles as hold them, in multiples of four."""
    tiles = -(-rows // TILE_ROWS)
    per_tile = (-(-rows // tiles) + 3) // 4 * 4
    return [slice(first, min(first + per_tile, rows)) for first in range(0, rows, per_tile)]


class IdealTile:
    """One row tile: exact integer sums, rounded to counts; nominal NMPU parameters."""

    def __init__(self, weights, adc_range):
        self.positive = np.maximum(weights, 0).astype(np.float64)
        self.negative = np.maximum(-weights, 0).astype(np.float64)
        self.scale = count_scale(adc_range)

    def convert(self, sums):
        return np.minimum(FULL_SCALE, np.floor(sums * self.scale + 0.5)).astype(np.int64)

    def accumulate(self, magnitudes):
        """NMPU accumulator before addends, 7 fraction bits."""
        return 128 * self.convert(magnitudes @ self.positive) - 128 * self.convert(magnitudes @ self.negative)


def sat(values, bits):
    return np.clip(values, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def run_layer(tiles, blocks, bias, layer, activations):
    """int8 in, int8 out: a chain of row tiles, the bias entering at the first and the last one finishing."""
    magnitudes = activations.astype(np.float64) - INPUT_ZERO_POINT
    psum = bias.astype(np.int64)
    for index, (tile, rows) in enumerate(zip(tiles, blocks)):
        acc = tile.accumulate(magnitudes[:, rows]) + (psum << 7)
        if index < len(tiles) - 1:
            psum = sat((acc + 64) >> 7, 16)
    cut = layer["cut_post"]
    acc = ((acc >> layer["cut_pre"]) + ((1 << cut) >> 1)) >> cut
    zero_point = layer["zero_point"]
    lowest = zero_point if layer["relu"] else -128
    return np.clip(acc + zero_point, lowest, 127).astype(np.int8)


def build(layers, make_tile=IdealTile):
    return [[make_tile(layer["weights"][rows], layer["range"]) for rows in row_blocks(layer["weights"].shape[0])]
            for layer in layers]


def infer(layers, tiles, images, batch=2000):
    logits = []
    for start in range(0, len(images), batch):
        values = (images[start:start + batch] ^ 0x80).view(np.int8)
        for layer, row_tiles in zip(layers, tiles):
            values = run_layer(row_tiles, row_blocks(layer["weights"].shape[0]), layer["bias"], layer, values)
        logits.append(values)
    return np.concatenate(logits)


def quantise(weights, biases, images):
    """Chooses range and cut of each layer from the training images, so that counts and outputs use their span."""
    layers, values, input_step = [], (images ^ 0x80).view(np.int8), 1.0 / 256.0
    for index, (weight, bias, limit) in enumerate(zip(weights, biases, WEIGHT_LIMIT)):
        last = index == len(weights) - 1
        integers = np.rint(weight * (127.0 / limit)).astype(np.int8)
        magnitudes = values.astype(np.float64) - INPUT_ZERO_POINT
        signed = integers.astype(np.float64)
        largest = max(np.quantile(magnitudes[:, rows] @ np.maximum(sign * signed[rows], 0.0), 0.9999)
                      for rows in row_blocks(len(integers)) for sign in (1, -1))
        # One column's gain may be a fifth too high; keep that much away from full scale.
        adc_range = max([r for r in range(MAX_RANGE + 1) if 1.2 * largest * count_scale(r) <= FULL_SCALE], default=0)
        counts_per_unit = count_scale(adc_range) * (127.0 / limit) / input_step
        layer = {"weights": integers, "bias": np.rint(bias * counts_per_unit).astype(np.int16), "range": adc_range,
                 "cut_pre": 4, "relu": not last, "zero_point": 0 if last else -128}
        tiles = build([layer])[0]
        for cut in range(7, 16):   # the smallest step at which outputs (almost) never saturate
            layer["cut_post"] = cut - layer["cut_pre"]
            outputs = run_layer(tiles, row_blocks(len(integers)), layer["bias"], layer, values)
            saturated = np.mean(outputs == 127) + (np.mean(outputs == -128) if last else 0.0)
            if saturated < 1e-3:
                break
        values = outputs
        input_step = 2.0 ** (cut - 7) / counts_per_unit
        print(f"layer {index + 1}: range {adc_range}, "
              f"{largest * count_scale(adc_range):.0f} counts at the 0.9999 quantile, "
              f"output step {2 ** (cut - 7)} count(s), {saturated:.1e} saturated")
        layers.append(layer)
    return layers


# ---------------------------------------------------------------- a quick estimate of the physical array

class PhysicalTile(IdealTile):
    """PCM programming and read noise (AIHWKit's PCMLike equations) and converter mismatch, roughly."""

    def __init__(self, weights, adc_range, rng, calibrated):
        super().__init__(weights, adc_range)
        self.rng = rng
        columns = weights.shape[1]
        for name in ("positive", "negative"):
            r = getattr(self, name) / 127.0
            g = r + (0.26348 + 1.9650 * r - 1.1731 * r * r) / 25.0 * rng.standard_normal(r.shape)
            setattr(self, name, np.maximum(g, 0.0) * 127.0)
        self.gain = 1.0 + np.clip(0.0709 * rng.standard_normal((2, columns)), -0.21, 0.21)
        self.offset = rng.standard_normal((2, columns))
        self.scales = np.rint(128.0 / self.gain) if calibrated else np.full((2, columns), 128.0)
        shift = np.sum(self.scales * self.offset * [[1], [-1]], axis=0) / 128.0
        self.shift = np.clip(np.rint(-2.0 * shift), -128, 127) if calibrated else np.zeros(columns)

    def variance(self, cells):
        r = np.maximum(cells / 127.0, 1e-9)
        q = np.minimum(0.0088 / np.maximum(r**0.65, 1e-3), 0.2) * np.sqrt(np.log(20.0 / 500e-9))
        return (cells * q) ** 2

    def accumulate(self, magnitudes):
        acc = self.shift.astype(np.int64) << 6
        for polarity, cells in enumerate((self.positive, self.negative)):
            sums = magnitudes @ cells
            sums += np.sqrt((magnitudes**2) @ self.variance(cells)) * self.rng.standard_normal(sums.shape)
            counts = np.floor(sums * self.scale * self.gain[polarity] + self.offset[polarity] + 0.5)
            counts = np.clip(counts, 0, FULL_SCALE).astype(np.int64) * self.scales[polarity].astype(np.int64)
            acc = acc + counts if polarity == 0 else acc - counts
        return acc


# ---------------------------------------------------------------- output

def c_array(values, per_line=16):
    lines = [", ".join(str(v) for v in values[i:i + per_line]) for i in range(0, len(values), per_line)]
    return "{\n    " + ",\n    ".join(lines) + "}"


def header(layers, float_accuracy, ideal_accuracy):
    rows = []
    for index, layer in enumerate(layers, 1):
        n, m = layer["weights"].shape
        rows.append(f"    {{{n}, {m}, {layer['range']}, {layer['cut_pre']}, {layer['cut_post']}, {int(layer['relu'])}, "
                    f"{layer['zero_point']}, {round(count_scale(layer['range']) * 2**32)}u, "
                    f"fashion_layer{index}_weights, fashion_layer{index}_bias}}")
    biases = "\n".join(f"static const int16_t fashion_layer{i}_bias[{len(layer['bias'])}] = {c_array(layer['bias'])};"
                       for i, layer in enumerate(layers, 1))
    externs = "\n".join(f"extern const int8_t fashion_layer{i}_weights[];" for i in range(1, len(layers) + 1))
    return f"""/* Written by scripts/train_fashion.py; do not edit.
 * Network {'-'.join(map(str, SIZES))}, trained with weight noise; 10,000 test images:
 *   float {float_accuracy:.4f}, int8 on ideal tiles {ideal_accuracy:.4f}.
 */
#ifndef FASHION_MODEL_H
#define FASHION_MODEL_H

#include <stdint.h>

#include "fashion.h"

/* Row-major int8, one byte per differential pair. */
{externs}

/* Unit one count. */
{biases}

/* rows, columns, ADC range, cuts, ReLU, output zero point, nominal counts per |input| x |weight| (U0.32) */
static const fashion_layer fashion_layers[{len(layers)}] = {{
{(',' + chr(10)).join(rows)}}};

#endif
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the files that are there; write nothing")
    args = parser.parse_args()

    images, labels = load("train")
    test_images, test_labels = load("t10k")
    weights, biases = train(images, labels)
    float_logits = forward(weights, biases, test_images.astype(np.float64) / 256.0)[-1]
    float_accuracy = float(np.mean(float_logits.argmax(axis=1) == test_labels))
    layers = quantise(weights, biases, images[:20000])
    logits = infer(layers, build(layers), test_images)
    accuracy = lambda values: float(np.mean(values.argmax(axis=1) == test_labels))
    print(f"test accuracy: float {float_accuracy:.4f}, int8 on ideal tiles {accuracy(logits):.4f}")
    for calibrated in (True, False):
        estimates = []
        for seed in (1, 2, 3):
            rng = np.random.Generator(np.random.PCG64(seed))
            tiles = build(layers, lambda w, r: PhysicalTile(w, r, rng, calibrated))
            estimates.append(f"{accuracy(infer(layers, tiles, test_images)):.4f}")
        print(f"estimated on physical tiles, {'calibrated' if calibrated else 'uncalibrated'}: {', '.join(estimates)}")

    files = {"model.h": header(layers, float_accuracy, accuracy(logits)).encode(),
             "reference_logits.i8": logits.tobytes()}
    for index, layer in enumerate(layers, 1):
        files[f"layer{index}_weights.bin"] = layer["weights"].tobytes()
    differing = [name for name, content in files.items()
                 if not (OUTPUT / name).is_file() or (OUTPUT / name).read_bytes() != content]
    if args.check:
        print(f"differ: {', '.join(differing)}" if differing else "all files are reproduced")
        return 1 if differing else 0
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (OUTPUT / name).write_bytes(content)
    print(f"wrote {', '.join(files)} to {OUTPUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
