"""Post-training quantisation: a float network as a list of steps becomes an int8 Model.

Weights are symmetric with one scale an output channel; activations are asymmetric int8 over the range that samples
show, biases int32 at the product of the scales, as TFLite's converter does it.
"""
import numpy as np

from autograd import Value, convolve
from model import Model, Operator

QUANTILE = 0.9999   # of the values of a tensor that lie within its range


class FloatNetwork:
    """Steps in order; each method returns the number of the step. Step 0 is the input."""

    def __init__(self, description, input_shape):
        self.description = description
        self.steps = [("INPUT", "input", (), {}, tuple(input_shape))]

    def _add(self, kind, name, inputs, shape, **options):
        self.steps.append((kind, name, inputs, options, tuple(shape)))
        return len(self.steps) - 1

    def shape(self, step):
        return self.steps[step][4]

    def convolution(self, name, source, weights, bias, stride=1, relu=True):
        """Kernel of `weights` (output channel, height, width, input channel), SAME padding."""
        height, width, _ = self.shape(source)
        shape = (-(-height // stride), -(-width // stride), len(weights))
        return self._add("CONV_2D", name, (source,), shape, weights=weights, bias=bias, stride=(stride, stride),
                         padding="SAME", activation="RELU" if relu else "NONE")

    def dense(self, name, source, weights, bias, relu=True):
        """`weights`: output, input."""
        return self._add("FULLY_CONNECTED", name, (source,), (len(weights),), weights=weights, bias=bias,
                         activation="RELU" if relu else "NONE")

    def add(self, name, first, second, relu=True):
        return self._add("ADD", name, (first, second), self.shape(first), activation="RELU" if relu else "NONE")

    def mean_over_image(self, name, source):
        height, width, channels = self.shape(source)
        pooled = self._add("AVERAGE_POOL_2D", name, (source,), (1, 1, channels), kernel=(height, width),
                           stride=(height, width), padding="VALID")
        return self._add("RESHAPE", name + "_flat", (pooled,), (channels,), new_shape=(1, channels))

    def softmax(self, source):
        return self._add("SOFTMAX", "probabilities", (source,), self.shape(source), beta=1.0)

    def run(self, images):
        """Float values of every step."""
        values = [images.reshape(len(images), *self.shape(0)).astype(np.float32)]
        for kind, _, inputs, options, shape in self.steps[1:]:
            x = values[inputs[0]]
            if kind == "CONV_2D":
                x = convolve(Value(x), Value(options["weights"]), options["stride"][0]).data + options["bias"]
            elif kind == "FULLY_CONNECTED":
                x = x @ options["weights"].T + options["bias"]
            elif kind == "ADD":
                x = x + values[inputs[1]]
            elif kind == "AVERAGE_POOL_2D":
                x = x.mean(axis=(1, 2), keepdims=True)
            elif kind == "SOFTMAX":
                x = Value(x).softmax().data
            x = np.maximum(x, 0) if options.get("activation") == "RELU" else x
            values.append(x.reshape(len(images), *shape))
        return values


def scale_and_zero_point(values):
    """Of an int8 tensor that holds (almost) all of these values, and zero exactly."""
    lowest = min(0.0, float(np.quantile(values, 1 - QUANTILE)))
    highest = max(0.0, float(np.quantile(values, QUANTILE)))
    scale = float(np.float32((highest - lowest) / 255.0)) or 1.0
    return scale, int(np.clip(np.rint(-128.0 - lowest / scale), -128, 127))


def quantised_weights(weights):
    """int8 and the scale of each output channel (dimension 0)."""
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
    scales = np.where(largest > 0, largest / 127.0, 1.0).astype(np.float32)
    steps = weights / scales.reshape(-1, *(1,) * (weights.ndim - 1))
    return np.clip(np.rint(steps), -127, 127).astype(np.int8), scales


def quantise(network, samples, input_scale, input_zero_point):
    """`samples`: real inputs that show the range of every tensor."""
    model = Model(network.description)
    values = network.run(samples)
    tensors = [model.add_activation("input", (1, *network.shape(0)), input_scale, input_zero_point)]
    model.inputs = (tensors[0],)
    for step, (kind, name, inputs, options, shape) in enumerate(network.steps[1:], 1):
        source = model.tensors[tensors[inputs[0]]]
        if kind in ("AVERAGE_POOL_2D", "RESHAPE"):
            scale, zero_point = source.scale, source.zero_point
        elif kind == "SOFTMAX":
            scale, zero_point = 1 / 256, -128
        else:
            scale, zero_point = scale_and_zero_point(values[step])
        operands = [tensors[i] for i in inputs]
        if "weights" in options:
            operands += _constants(model, name, source.scale, options)
        elif kind == "RESHAPE":
            operands.append(model.add_constant(name + "_shape", np.array(options["new_shape"], np.int32), ()))
        tensors.append(model.add_activation(name, (1, *shape), scale, zero_point))
        kept = {key: value for key, value in options.items() if key not in ("weights", "bias")}
        model.operators.append(Operator(kind, tuple(operands), tensors[-1], kept))
    model.outputs = (tensors[-1],)
    return model


def _constants(model, name, input_scale, options):
    weights, scales = quantised_weights(options["weights"])
    bias_scales = np.float32(input_scale) * scales
    bias = np.rint(options["bias"] / bias_scales.astype(np.float64)).astype(np.int32)
    return [model.add_constant(name + "_weights", weights, scales), model.add_constant(name + "_bias", bias, bias_scales)]
