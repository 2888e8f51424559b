#!/usr/bin/python3
"""Makes a network that is too large for the default platform's tiles out of the trained perceptron, in a few seconds.

Every hidden unit becomes FACTOR units with the same weights and a little noise; what goes out of a unit is divided
unequally among its copies. The sum stays, so the wide network decides as the narrow one does, but every weight of it
counts. With 9 copies 784-256-128-10 becomes 784-2304-1152-10: 4.5 million weights, 4.3 times the cells of the default
platform. The same bytes come out on any machine.
"""
import argparse
import pathlib
import sys

import numpy as np

from model import Model, Operator
from quantise import quantised_weights
import tflite_file

BASE = pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "data" / "networks" / "mlp.tflite"
FACTOR = 9
SEED = 2029
NOISE = 0.02    # sigma on copied weights, relative to the largest of a unit
UNEVEN = 0.5    # shares of the copies are proportional to 1 - UNEVEN .. 1 + UNEVEN


def widened(weights, bias, copies_in, copies_out, rng):
    """Weights (output, input) between copies of units; copies of a unit lie apart by the number of units."""
    outputs, inputs = weights.shape
    shares = rng.uniform(1 - UNEVEN, 1 + UNEVEN, (copies_out * outputs, copies_in, inputs))
    shares /= shares.sum(axis=1, keepdims=True)
    wide = np.tile(weights, (copies_out, 1))[:, None, :] * shares
    if copies_out > 1:
        wide += NOISE * np.abs(wide).max(axis=(1, 2), keepdims=True) * rng.standard_normal(wide.shape)
    return wide.reshape(copies_out * outputs, copies_in * inputs), np.tile(bias, copies_out)


def widen(base, factor=FACTOR, seed=SEED):
    """`base`: FULLY_CONNECTED operators, then a SOFTMAX."""
    rng = np.random.Generator(np.random.PCG64(seed))
    model = Model(f"{base.description}, hidden units times {factor}")
    first = base.tensors[base.inputs[0]]
    tensor = model.add_activation(first.name, first.shape, first.scale, first.zero_point)
    model.inputs = (tensor,)
    layers = base.operators[:-1]
    for index, operator in enumerate(layers):
        weights, bias, output = (base.tensors[i] for i in (*operator.inputs[1:], operator.output))
        copies_in, copies_out = factor if index else 1, factor if index + 1 < len(layers) else 1
        wide, wide_bias = widened(weights.data * np.array(weights.scales)[:, None],
                                  bias.data * np.array(bias.scales), copies_in, copies_out, rng)
        stored, scales = quantised_weights(wide)
        bias_scales = np.float32(model.tensors[tensor].scale) * scales
        operands = (tensor, model.add_constant(weights.name, stored, scales),
                    model.add_constant(bias.name, np.rint(wide_bias / bias_scales).astype(np.int32), bias_scales))
        tensor = model.add_activation(output.name, (1, len(wide)), output.scale, output.zero_point)
        model.operators.append(Operator(operator.kind, operands, tensor, dict(operator.options)))
    last = base.tensors[base.outputs[0]]
    model.outputs = (model.add_activation(last.name, last.shape, last.scale, last.zero_point),)
    model.operators.append(Operator("SOFTMAX", (tensor,), model.outputs[0], dict(base.operators[-1].options)))
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=pathlib.Path, help="the .tflite file to write")
    parser.add_argument("--base", type=pathlib.Path, default=BASE, help="the perceptron (default %(default)s)")
    parser.add_argument("--factor", type=int, default=FACTOR, help="copies of a hidden unit (default %(default)s)")
    args = parser.parse_args()
    if args.factor < 1:
        sys.exit(f"widen_mlp: --factor {args.factor}: expected 1 or more")
    try:
        base = tflite_file.read(args.base.read_bytes())
        model = widen(base, args.factor)
        args.output.write_bytes(tflite_file.write(model))
    except OSError as error:
        sys.exit(f"widen_mlp: {error.filename}: {error.strerror}")
    weights = sum(model.tensors[operator.inputs[1]].data.size for operator in model.operators[:-1])
    print(f"{args.output}: {weights} weights")
    return 0


if __name__ == "__main__":
    sys.exit(main())
