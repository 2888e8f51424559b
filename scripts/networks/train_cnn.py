#!/usr/bin/python3
"""Trains a residual convolutional network on Fashion-MNIST and writes it as an int8 TFLite file.

28x28x1 -> convolution 16, stride 2 -> residual block of two convolutions 16 -> convolution 32, stride 2 -> residual
block 32 -> mean over the image -> 10 classes. All kernels are 3x3.
"""
import sys

from training import (CLASSES, NETWORKS, Noise, Plan, Value, arguments, initial, leave, limit_of, load, np, trained)
from autograd import convolve
from network_files import INPUT_SCALE, INPUT_ZERO_POINT, network_files
from quantise import FloatNetwork, quantise

PLAN = Plan(seed=2025, epochs=8)
CONVOLUTIONS = {  # name: channels in, channels out, stride
    "conv1": (1, 16, 2), "block1a": (16, 16, 1), "block1b": (16, 16, 1),
    "conv2": (16, 32, 2), "block2a": (32, 32, 1), "block2b": (32, 32, 1),
}
LAST = 32
EPSILON = 1e-5
FOLDING = 4000       # training images whose statistics take the place of the batches'
CALIBRATION = 1000   # training images that show the ranges of activations


def parameters_and_limits():
    rng = np.random.Generator(np.random.PCG64(PLAN.seed))
    parameters, limits = {}, {}
    for name, (channels, filters, _) in CONVOLUTIONS.items():
        fan_in = 9 * channels
        parameters[name + "_weights"] = initial(rng, filters, 3, 3, channels, fan_in=fan_in)
        limits[name + "_weights"] = limit_of(PLAN, fan_in)
        parameters[name + "_gain"] = np.ones(filters, np.float32)
        parameters[name + "_bias"] = np.zeros(filters, np.float32)
    parameters["dense_weights"] = initial(rng, LAST, CLASSES, fan_in=LAST)
    limits["dense_weights"] = 2.0 * limit_of(PLAN, LAST)
    parameters["dense_bias"] = np.zeros(CLASSES, np.float32)
    return parameters, limits


def network(p, images, noise, sums=None):
    """With batch normalisation behind each convolution. `sums`: takes the convolutions' outputs before it."""
    def conv(x, name):
        x = convolve(x, noise.on(p, name + "_weights"), CONVOLUTIONS[name][2])
        if sums is not None:
            sums[name] = x.data
        return x.normalise((0, 1, 2), EPSILON) * p[name + "_gain"] + p[name + "_bias"]

    def block(x, name):
        return (x + conv(conv(x, name + "a").relu(), name + "b")).relu()

    x = Value(images.reshape(-1, 28, 28, 1).astype(np.float32) * np.float32(INPUT_SCALE))
    x = block(conv(x, "conv1").relu(), "block1")
    x = block(conv(x, "conv2").relu(), "block2")
    return x.mean((1, 2)) @ noise.on(p, "dense_weights") + p["dense_bias"]


def folded(parameters, images):
    """Parameters of the same network without normalisation, whose mean and variance are those of some images."""
    sums, result = {}, dict(parameters)
    network({name: Value(p) for name, p in parameters.items()}, images, Noise(), sums)
    for name, values in sums.items():
        factor = parameters[name + "_gain"] / np.sqrt(values.var(axis=(0, 1, 2)) + EPSILON)
        result[name + "_weights"] = parameters[name + "_weights"] * factor[:, None, None, None]
        result[name + "_bias"] = parameters[name + "_bias"] - values.mean(axis=(0, 1, 2)) * factor
    return result


def steps(p):
    """The same as steps of a network to be quantised."""
    net = FloatNetwork("Fashion-MNIST, residual convolutional network", (28, 28, 1))

    def conv(source, name, relu=True):
        return net.convolution(name, source, p[name + "_weights"], p[name + "_bias"], CONVOLUTIONS[name][2], relu)

    x = 0
    for first, name in (("conv1", "block1"), ("conv2", "block2")):
        x = conv(x, first)
        x = net.add(name, x, conv(conv(x, name + "a"), name + "b", relu=False))
    x = net.mean_over_image("mean", x)
    net.softmax(net.dense("dense", x, np.ascontiguousarray(p["dense_weights"].T), p["dense_bias"], relu=False))
    return net


def main():
    args = arguments(__doc__, NETWORKS)
    images, labels = load("train")
    test_images, test_labels = load("t10k")
    parameters, limits = parameters_and_limits()
    parameters = trained(args.float_weights, PLAN, parameters, limits, network, images, labels)
    net = steps(folded(parameters, images[:FOLDING]))
    pixels = (test_images.astype(np.float32) * np.float32(INPUT_SCALE)).reshape(-1, 500, 28, 28, 1)
    right = np.mean(np.concatenate([net.run(batch)[-1].argmax(axis=1) for batch in pixels]) == test_labels)
    print(f"cnn: float {right:.4f} of {len(test_labels)} test images")
    samples = images[:CALIBRATION].astype(np.float32) * np.float32(INPUT_SCALE)
    model = quantise(net, samples, INPUT_SCALE, INPUT_ZERO_POINT)
    return leave(args, network_files("cnn", model, test_images, test_labels))


if __name__ == "__main__":
    sys.exit(main())
