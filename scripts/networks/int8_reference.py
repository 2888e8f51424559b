"""Runs a Model in integers, bit for bit as TFLite does, with NumPy. Sums and products are int64 and wrap nowhere: a
network whose sums leave 32 bits is refused by an assertion.

`double` rounds the high half of the doubled product and then its shift (TFLite Micro), `single` rounds once.
"""
import math

import numpy as np

from autograd import same_padding

ADD_SHIFT = 20


# ---------------------------------------------------------------- fixed-point multiplication

def multiplier(factor):
    """(fraction, shift): factor = fraction * 2^(shift - 31), fraction in 2^30 .. 2^31 - 1, or zero."""
    mantissa, shift = math.frexp(factor)
    fraction = int(math.floor(mantissa * 2.0**31 + 0.5))
    if fraction == 1 << 31:
        fraction, shift = fraction // 2, shift + 1
    return (0, 0) if shift < -31 else (fraction, shift)


def multiply(values, fraction, shift, rounding):
    """Arrays of integers, fractions and shifts that broadcast."""
    values, fraction, shift = np.broadcast_arrays(np.asarray(values, np.int64), fraction, shift)
    assert np.all(np.abs(values) < 1 << 31)
    if rounding == "single":
        total = 31 - shift
        return (values * fraction + (np.int64(1) << (total - 1))) >> total
    raised = np.clip(values << np.maximum(shift, 0), -(1 << 31), (1 << 31) - 1)
    product = _high_half(raised, fraction)
    return _divide(product, np.maximum(-shift, 0))


def _high_half(a, b):
    """(2 a b) / 2^32, rounded to the nearest with ties away from zero (just below zero: towards it)."""
    product = a * b
    moved = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    return np.sign(moved) * (np.abs(moved) >> 31)


def _divide(values, exponent):
    """By 2^exponent, ties away from zero."""
    half = np.where(exponent == 0, 0, np.int64(1) << np.maximum(exponent - 1, 0))
    return np.sign(values) * ((np.abs(values) + half) >> exponent)


# ---------------------------------------------------------------- operators

def limits(activation, tensor):
    def stored(real):
        return tensor.zero_point + int(np.floor(np.float32(real) / np.float32(tensor.scale) + 0.5))
    lowest, highest = {"NONE": (-128, 127), "RELU": (tensor.zero_point, 127), "RELU6": (tensor.zero_point, stored(6)),
                       "RELU_N1_TO_1": (stored(-1), stored(1))}[activation]
    return max(lowest, -128), min(highest, 127)


def _geometry(operator, size, kernel, dimension):
    stride = operator.options["stride"][dimension]
    if operator.options["padding"] == "VALID":
        return 0, 0, (size - kernel) // stride + 1, stride
    return (*same_padding(size, kernel, stride), stride)


def _patches(operator, images, kernel, fill):
    """batch, y, x, kernel height, kernel width, channel; what lies in the padding is `fill`."""
    top, bottom, rows, down = _geometry(operator, images.shape[1], kernel[0], 0)
    left, right, columns, along = _geometry(operator, images.shape[2], kernel[1], 1)
    padded = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    parts = [[padded[:, i:i + down * (rows - 1) + 1:down, j:j + along * (columns - 1) + 1:along]
              for j in range(kernel[1])] for i in range(kernel[0])]
    return np.stack([np.stack(row, axis=3) for row in parts], axis=3)


def _requantise(sums, source, weights, output, operator, rounding):
    factors = [multiplier(source.scale * scale / output.scale) for scale in weights.scales]
    fraction, shift = (np.array(part, np.int64) for part in zip(*factors))
    stored = multiply(sums, fraction, shift, rounding) + output.zero_point
    return np.clip(stored, *limits(operator.options.get("activation", "NONE"), output)).astype(np.int8)


def _exact_product(a, b):
    """Integers through the floating-point unit: every sum is far below 2^53."""
    return np.rint(a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)


def _sums(rows, weights, bias):
    total = _exact_product(rows, weights.reshape(weights.shape[0], -1).T)
    return total if bias is None else total + bias


def conv_2d(operator, source, weights, bias, output, images, rounding):
    kernel = weights.shape[1:3]
    patches = _patches(operator, images.astype(np.int64) - source.zero_point, kernel, 0)
    rows = patches.reshape(*patches.shape[:3], -1)
    return _requantise(_sums(rows, weights.data, None if bias is None else bias.data), source, weights, output, operator,
                       rounding)


def fully_connected(operator, source, weights, bias, output, values, rounding):
    rows = values.reshape(-1, weights.shape[1]).astype(np.int64) - source.zero_point
    sums = _sums(rows, weights.data, None if bias is None else bias.data)
    return _requantise(sums, source, weights, output, operator, rounding)


def add(operator, first, second, output, a, b, rounding):
    common = 2.0 * max(first.scale, second.scale)
    total = 0
    for tensor, values in ((first, a), (second, b)):
        raised = (values.astype(np.int64) - tensor.zero_point) << ADD_SHIFT
        total = total + multiply(raised, *multiplier(tensor.scale / common), rounding)
    stored = multiply(total, *multiplier(common / (2**ADD_SHIFT * output.scale)), rounding) + output.zero_point
    return np.clip(stored, *limits(operator.options.get("activation", "NONE"), output)).astype(np.int8)


def pool(operator, output, images):
    kernel = operator.options["kernel"]
    mask = _patches(operator, np.ones(images.shape, bool), kernel, False)
    if operator.kind == "MAX_POOL_2D":
        result = np.where(mask, _patches(operator, images.astype(np.int64), kernel, 0), -128).max(axis=(3, 4))
    else:
        sums = _patches(operator, images.astype(np.int64), kernel, 0).sum(axis=(3, 4))
        count = mask.sum(axis=(3, 4))
        result = np.sign(sums) * ((np.abs(sums) + count // 2) // count)
    return np.clip(result, *limits(operator.options.get("activation", "NONE"), output)).astype(np.int8)


# ---------------------------------------------------------------- softmax, gemmlowp's fixed point

SOFTMAX_BITS, SUM_BITS, ONE = 5, 12, (1 << 31) - 1
EXP_FACTORS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)   # exp(-2^k), k = -2 to 4


def _exp_of_negative(x):
    """exp(x) in Q0.31 of x <= 0 in Q5.26."""
    quarter = 1 << (31 - SOFTMAX_BITS - 2)
    small = (x & (quarter - 1)) - quarter
    rest = small - x
    d = (small << SOFTMAX_BITS) + (1 << 28)
    d2 = _high_half(d, d)
    d3, d4 = _high_half(d2, d), _high_half(d2, d2)
    tail = _divide(_high_half(_divide(d4, 2) + d3, 715827883) + d2, 1)
    result = 1895147668 + _high_half(np.int64(1895147668), d + tail)
    for k, factor in enumerate(EXP_FACTORS):
        result = np.where(rest & (quarter << k), _high_half(result, factor), result)
    return np.where(x == 0, ONE, result)


def _reciprocal_of_one_plus(x):
    half = (x + ONE + 1) // 2
    estimate = 1515870810 + _high_half(half, -1010580540)
    for _ in range(3):
        estimate = estimate + (_high_half(estimate, (1 << 29) - _high_half(half, estimate)) << 2)
    return np.clip(estimate << 1, -(1 << 31), ONE)


def softmax(operator, source, values, rounding):
    real = operator.options["beta"] * source.scale * (1 << (31 - SOFTMAX_BITS))
    fraction, shift = multiplier(min(real, float(ONE)))
    least = -math.floor(((1 << SOFTMAX_BITS) - 1) * 2.0**(31 - SOFTMAX_BITS - shift))
    differences = values.astype(np.int64) - values.max(axis=-1, keepdims=True)
    counts = differences >= least
    powers = np.where(counts, _exp_of_negative(multiply(np.where(counts, differences, 0), fraction, shift, rounding)), 0)
    total = _divide(powers, SUM_BITS).sum(axis=-1, keepdims=True)
    headroom = 31 - np.floor(np.log2(total)).astype(np.int64)
    scale = _reciprocal_of_one_plus((total << headroom) - (1 << 31))
    stored = np.where(counts, _divide(_high_half(scale, powers), SUM_BITS - headroom + 31 - 8), 0) - 128
    return np.minimum(stored, 127).astype(np.int8)


# ---------------------------------------------------------------- networks

def run(model, samples, rounding="double"):
    """Values of every tensor that is computed, by index, for samples stacked along a first dimension."""
    values = {model.inputs[0]: samples.reshape(len(samples), *model.tensors[model.inputs[0]].shape[1:])}
    for operator in model.operators:
        tensors = [model.tensors[i] if i >= 0 else None for i in operator.inputs]
        output = model.tensors[operator.output]
        source = values[operator.inputs[0]]
        if operator.kind == "CONV_2D":
            result = conv_2d(operator, *tensors, output, source, rounding)
        elif operator.kind == "FULLY_CONNECTED":
            result = fully_connected(operator, *tensors, output, source, rounding)
        elif operator.kind == "ADD":
            result = add(operator, *tensors, output, source, values[operator.inputs[1]], rounding)
        elif operator.kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
            result = pool(operator, output, source)
        elif operator.kind == "SOFTMAX":
            result = softmax(operator, tensors[0], source, rounding)
        else:
            result = source
        values[operator.output] = result.reshape(len(samples), *output.shape[1:])
    return values


def logits_tensor(model):
    """The output, or what goes into a SOFTMAX at the end."""
    last = model.operators[-1]
    return last.inputs[0] if last.kind == "SOFTMAX" else model.outputs[0]


def logits(model, samples, rounding="double", batch=100):
    return np.concatenate([run(model, samples[i:i + batch], rounding)[logits_tensor(model)]
                           for i in range(0, len(samples), batch)])
