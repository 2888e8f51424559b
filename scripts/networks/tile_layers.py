"""Dense layers in the integers of the default platform's tiles (ideal mode), for networks whose firmware is written by
hand: how a float matrix becomes int8 weights with a range and a cut, what the tile makes of an input, bit for bit, and
the C source the firmware includes.

A layer lies on one tile. Inputs and outputs are int8 with zero point 0; a step is the real value of 1.
"""
import dataclasses

import numpy as np

from train_fashion import FULL_SCALE, G_MAX_US, I_FULL_SCALE_UA, MAX_RANGE, V_READ_V, c_array

MAGNITUDE_BITS = 7
CUT_PRE = 4
HEADROOM = 1.2      # full scale over the largest count expected: one column's gain may be a fifth too high
QUANTILE = 0.9999   # of the counts that stay below that


def count_scale(adc_range):
    """Counts per unit of |input| x |weight|; the same double-precision expression as the crossbar model's."""
    return FULL_SCALE * G_MAX_US * V_READ_V / (I_FULL_SCALE_UA / 2**adc_range * 127.0 * 2**MAGNITUDE_BITS)


@dataclasses.dataclass
class TileLayer:
    name: str
    weights: np.ndarray   # int8: row, column
    bias: np.ndarray      # int16, counts
    adc_range: int
    cut: int              # fraction bits the NMPU takes off its accumulator, 7 of them below one count
    relu: bool
    step: float           # of the outputs

    def counts(self, values):
        """Of both polarities; `values`: ..., row."""
        forward, backward = (np.maximum(s * values.astype(np.float64), 0.0) for s in (1, -1))
        positive, negative = (np.maximum(s * self.weights.astype(np.float64), 0.0) for s in (1, -1))
        return (forward @ positive + backward @ negative) * count_scale(self.adc_range), \
               (forward @ negative + backward @ positive) * count_scale(self.adc_range)

    def run(self, values):
        """int8 outputs: ..., column."""
        cp, cn = (np.minimum(FULL_SCALE, np.floor(c + 0.5)).astype(np.int64) for c in self.counts(values))
        acc = 128 * (cp - cn) + 128 * self.bias.astype(np.int64)
        cut_post = self.cut - CUT_PRE
        acc = ((acc >> CUT_PRE) + ((1 << cut_post) >> 1)) >> cut_post
        return np.clip(acc, 0 if self.relu else -128, 127).astype(np.int8)


def fit(name, weights, bias, limit, input_step, samples, relu=False, saturated=1e-3):
    """A layer whose counts and outputs use their span for these int8 inputs.

    `saturated`: share of the outputs that may lie at the end of their range.
    """
    integers = np.clip(np.rint(weights * (127.0 / limit)), -127, 127).astype(np.int8)
    layer = TileLayer(name, integers, np.zeros(integers.shape[1], np.int16), 0, CUT_PRE, relu, 1.0)
    largest = max(float(np.quantile(c, QUANTILE)) for c in layer.counts(samples))
    layer.adc_range = max((r for r in range(MAX_RANGE + 1) if HEADROOM * largest * 2**r <= FULL_SCALE), default=0)
    counts_per_unit = count_scale(layer.adc_range) * (127.0 / limit) / input_step
    layer.bias = np.rint(bias * counts_per_unit).astype(np.int16)
    for layer.cut in range(CUT_PRE, 16):
        outputs = layer.run(samples)
        if np.mean((outputs == 127) | (outputs == -128)) < saturated:
            break
    layer.step = 2.0**(layer.cut - 7) / counts_per_unit
    print(f"{name}: {'x'.join(map(str, integers.shape))}, range {layer.adc_range}, "
          f"{largest * 2**layer.adc_range:.0f} counts at the {QUANTILE} quantile, an output step is "
          f"{2.0**(layer.cut - 7):g} counts or {layer.step:.4f}")
    return layer


def divide_rounded(a, b):
    """Nearest integer, ties away from zero; `b` is positive."""
    return np.sign(a) * ((np.abs(a) + b // 2) // b)


def c_table(ctype, name, values):
    return f"static const {ctype} {name}[{len(values)}] = {c_array([int(v) for v in values])};\n"


def source_files(network, script, comment, layers, extra):
    """Contents of model.h and weights.bin. `extra`: further C declarations."""
    rows, offset, content = [], 0, b""
    for layer in layers:
        n, m = layer.weights.shape
        rows.append(f'    {{"{layer.name}", {n}, {m}, {layer.adc_range}, {CUT_PRE}, {layer.cut - CUT_PRE}, '
                    f"{str(layer.relu).lower()}, {round(count_scale(layer.adc_range) * 2**32)}u, "
                    f"{network}_weights + {offset}, {layer.name}_bias}}")
        content += layer.weights.tobytes()
        offset += n * m
    biases = "".join(c_table("int16_t", f"{layer.name}_bias", layer.bias) for layer in layers)
    guard = f"{network.upper()}_MODEL_H"
    text = f"""/* Written by scripts/networks/{script}; do not edit.
{comment} */
#ifndef {guard}
#define {guard}

#include <stdint.h>

#include "../sequence/tile_layer.h"

/* Row-major int8, one byte per differential pair. */
extern const int8_t {network}_weights[];

/* Unit one count. */
{biases}
{extra}
/* name, rows, columns, ADC range, cuts, ReLU, nominal counts per |input| x |weight| (U0.32) */
static const tile_layer_model {network}_layers[{len(layers)}] = {{
{(',' + chr(10)).join(rows)}}};

#endif
"""
    return {"model.h": text.encode(), "weights.bin": content}
