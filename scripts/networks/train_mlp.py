#!/usr/bin/python3
"""Trains a perceptron 784-256-128-10 on Fashion-MNIST and writes it as an int8 TFLite file."""
import sys

from network_files import INPUT_SCALE, INPUT_ZERO_POINT, network_files
from quantise import FloatNetwork, quantise
from training import (CLASSES, NETWORKS, Plan, Value, arguments, decisions, initial, leave, limit_of, load, np, trained)

PLAN = Plan(seed=2026, epochs=10, batch=256, rate=2e-3)
SIZES = (784, 256, 128, CLASSES)
CALIBRATION = 2000   # training images that show the ranges of activations


def parameters_and_limits():
    rng = np.random.Generator(np.random.PCG64(PLAN.seed))
    parameters, limits = {}, {}
    for index, (inputs, outputs) in enumerate(zip(SIZES, SIZES[1:]), 1):
        parameters[f"dense{index}_weights"] = initial(rng, inputs, outputs, fan_in=inputs)
        limits[f"dense{index}_weights"] = limit_of(PLAN, inputs) * (2.0 if inputs > 256 else 1.5)
        parameters[f"dense{index}_bias"] = np.zeros(outputs, np.float32)
    return parameters, limits


def network(p, images, noise):
    x = Value(images.astype(np.float32) * np.float32(1 / 255))
    for index in range(1, len(SIZES)):
        x = x @ noise.on(p, f"dense{index}_weights") + p[f"dense{index}_bias"]
        if index + 1 < len(SIZES):
            x = x.relu()
    return x


def steps(p):
    """The same as steps of a network to be quantised."""
    net = FloatNetwork("Fashion-MNIST, perceptron", (SIZES[0],))
    x = 0
    for index in range(1, len(SIZES)):
        weights = np.ascontiguousarray(p[f"dense{index}_weights"].T)
        x = net.dense(f"dense{index}", x, weights, p[f"dense{index}_bias"], relu=index + 1 < len(SIZES))
    net.softmax(x)
    return net


def main():
    args = arguments(__doc__, NETWORKS)
    images, labels = load("train")
    test_images, test_labels = load("t10k")
    parameters, limits = parameters_and_limits()
    parameters = trained(args.float_weights, PLAN, parameters, limits, network, images, labels)
    right = float(np.mean(decisions(network, parameters, test_images) == test_labels))
    print(f"mlp: float {right:.4f} of {len(test_labels)} test images")
    samples = images[:CALIBRATION].astype(np.float32) * np.float32(INPUT_SCALE)
    model = quantise(steps(parameters), samples, INPUT_SCALE, INPUT_ZERO_POINT)
    return leave(args, network_files("mlp", model, test_images, test_labels))


if __name__ == "__main__":
    sys.exit(main())
