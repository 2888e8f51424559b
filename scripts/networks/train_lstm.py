#!/usr/bin/python3
"""Trains an LSTM that reads an image row by row, and writes it for firmware/apps/lstm.

28 steps of 28 pixels -> LSTM of 64 units -> 10 classes from the last state. The four gates are one matrix of
28 + 64 rows and 4 x 64 columns.
"""
import sys

from training import (CLASSES, Plan, SOURCE, Value, accuracy, arguments, decisions, leave, limit_of, load, np, trained)
from autograd import concatenate
from tile_layers import c_table, fit, source_files

PLAN = Plan(seed=2027, epochs=12, batch=200, rate=4e-3, weight_noise=0.05)
SIDE, UNITS = 28, 64
GATE_LIMIT = 1.0
GATE_NOISE = 0.15   # sigma on the gates' sums: conversion to counts and read noise
STEP = 1 / 128      # of pixels and states, which share the rows of a tile
CELL_FRACTION = 12  # bits of a cell state, which has 16
CELL_SHIFT = 7      # of a cell state, to an index of its table
CALIBRATION = 500   # training images that show the ranges of sums
OUTPUT = SOURCE / "firmware" / "apps" / "lstm"


def parameters_and_limits():
    rng = np.random.Generator(np.random.PCG64(PLAN.seed))
    rows = SIDE + UNITS
    gates = rng.uniform(-1, 1, (rows, 4 * UNITS)) / np.sqrt(UNITS)
    bias = np.zeros(4 * UNITS, np.float32)
    bias[UNITS:2 * UNITS] = 1.0   # forget nothing at first
    parameters = {"gates_weights": gates.astype(np.float32), "gates_bias": bias,
                  "dense_weights": (rng.standard_normal((UNITS, CLASSES)) / np.sqrt(UNITS)).astype(np.float32),
                  "dense_bias": np.zeros(CLASSES, np.float32)}
    return parameters, {"gates_weights": GATE_LIMIT, "dense_weights": 2.0 * limit_of(PLAN, UNITS)}


def network(p, images, noise):
    """Order of the gates: input, forget, candidate, output."""
    pixels = (images >> 1).reshape(-1, SIDE, SIDE).astype(np.float32) * np.float32(1 / 128)
    gates, bias = noise.on(p, "gates_weights"), p["gates_bias"]
    h = Value(np.zeros((len(pixels), UNITS), np.float32))
    c = Value(np.zeros((len(pixels), UNITS), np.float32))
    for row in range(SIDE):
        z = concatenate([Value(pixels[:, row]), h]) @ gates + bias
        z = z.plus_noise(noise.rng, GATE_NOISE if noise.rng else 0.0)
        i, f, g, o = (z[:, k * UNITS:(k + 1) * UNITS] for k in range(4))
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return h @ noise.on(p, "dense_weights") + p["dense_bias"]


# ---------------------------------------------------------------- integers, as firmware/apps/lstm computes them

def table(function, codes, step):
    """Values with 15 fraction bits, for codes times a step."""
    return np.clip(np.rint(function(codes * step) * 32768.0), -32767, 32767).astype(np.int64)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class IntegerLstm:
    def __init__(self, gates, dense):
        self.gates, self.dense = gates, dense
        codes = np.arange(-128, 128)
        self.sigmoid, self.tanh = (table(f, codes, gates.step) for f in (sigmoid, np.tanh))
        cells = np.arange(-(1 << 15 >> CELL_SHIFT), (1 << 15 >> CELL_SHIFT) + 1)
        self.cell_tanh = table(np.tanh, cells, 2.0**(CELL_SHIFT - CELL_FRACTION))

    def update(self, z, cells):
        """Next cell states and int8 states from the gates' codes."""
        i, f, g, o = (z[:, k * UNITS:(k + 1) * UNITS].astype(np.int64) + 128 for k in range(4))
        kept = (self.sigmoid[f] * cells + (1 << 14)) >> 15
        added = (self.sigmoid[i] * self.tanh[g] + (1 << 17)) >> 18
        cells = np.clip(kept + added, -32767, 32767)
        index = (cells + 32768 + (1 << (CELL_SHIFT - 1))) >> CELL_SHIFT
        states = (self.sigmoid[o] * self.cell_tanh[index] + (1 << 22)) >> 23
        return cells, np.clip(states, -127, 127).astype(np.int8)

    def states(self, images):
        pixels = (images >> 1).reshape(-1, SIDE, SIDE).astype(np.int8)
        h = np.zeros((len(pixels), UNITS), np.int8)
        cells = np.zeros((len(pixels), UNITS), np.int64)
        for row in range(SIDE):
            cells, h = self.update(self.gates.run(np.concatenate([pixels[:, row], h], axis=1)), cells)
        return h

    def logits(self, images, batch=1000):
        return np.concatenate([self.dense.run(self.states(images[i:i + batch])) for i in range(0, len(images), batch)])


def gate_inputs(p, images):
    """What the float network gives to its gates, as int8, and its last state."""
    pixels = (images >> 1).reshape(-1, SIDE, SIDE).astype(np.int8)
    h = np.zeros((len(pixels), UNITS))
    c = np.zeros((len(pixels), UNITS))
    seen = []
    for row in range(SIDE):
        seen.append(np.concatenate([pixels[:, row], np.clip(np.rint(h / STEP), -127, 127).astype(np.int8)], axis=1))
        z = (seen[-1] * STEP) @ p["gates_weights"].astype(np.float64) + p["gates_bias"]
        i, f, g, o = (z[:, k * UNITS:(k + 1) * UNITS] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return np.concatenate(seen), np.clip(np.rint(h / STEP), -127, 127).astype(np.int8)


def integer_network(p, limits, images):
    inputs, states = gate_inputs(p, images)
    # Beyond +-5 a gate is open or shut: its sum may well be cut off there.
    gates = fit("gates", p["gates_weights"], p["gates_bias"], limits["gates_weights"], STEP, inputs, saturated=0.01)
    return IntegerLstm(gates, fit("dense", p["dense_weights"], p["dense_bias"], limits["dense_weights"], STEP, states))


def model_files(net, comment):
    extra = ("/* sigmoid and tanh of a gate's sum -128..127, 15 fraction bits. */\n"
             + c_table("int16_t", "lstm_sigmoid", net.sigmoid) + c_table("int16_t", "lstm_tanh", net.tanh)
             + f"/* tanh of a cell state in Q3.{CELL_FRACTION}, every {1 << CELL_SHIFT}. */\n"
             + c_table("int16_t", "lstm_cell_tanh", net.cell_tanh))
    return source_files("lstm", "train_lstm.py", comment, [net.gates, net.dense], extra)


def main():
    args = arguments(__doc__, OUTPUT)
    images, labels = load("train")
    test_images, test_labels = load("t10k")
    parameters, limits = parameters_and_limits()
    parameters = trained(args.float_weights, PLAN, parameters, limits, network, images, labels)
    right = float(np.mean(decisions(network, parameters, test_images) == test_labels))
    print(f"lstm: float {right:.4f} of {len(test_labels)} test images")
    net = integer_network(parameters, limits, images[:CALIBRATION])
    logits = net.logits(test_images)
    integer = accuracy(logits, test_labels)
    print(f"lstm: int8 on ideal tiles {integer:.4f} of {len(test_labels)} test images")
    files = model_files(net, f""" * {SIDE} rows of {SIDE} pixels -> LSTM of {UNITS} units -> {CLASSES} classes; trained with weight noise; 10,000 test
 * images: float {right:.4f}, int8 on ideal tiles {integer:.4f}.
""")
    return leave(args, {**files, "reference_logits.i8": logits.tobytes()})


if __name__ == "__main__":
    sys.exit(main())
