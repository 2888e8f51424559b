#!/usr/bin/python3
"""Trains a transformer encoder block that sees an image as 14 tokens of two rows, and writes it for
firmware/apps/transformer.

56 pixels -> embedding of 64 + position -> attention with 4 heads -> feed-forward 128 -> mean of the tokens -> 10
classes. The normalisations before attention, feed-forward and classifier have no gains of their own: the matrices
behind them hold them.
"""
import sys

from training import (CLASSES, Plan, SOURCE, Value, accuracy, arguments, decisions, leave, limit_of, load, np, trained)
from tile_layers import c_table, divide_rounded, fit, source_files

PLAN = Plan(seed=2028, epochs=10, batch=100, rate=2e-3, weight_noise=0.03)
TOKENS, PIXELS = 14, 56
WIDTH, HEADS, HIDDEN = 64, 4, 128
LAYERS = {"embed": (PIXELS, WIDTH), "qkv": (WIDTH, 3 * WIDTH), "project": (WIDTH, WIDTH), "expand": (WIDTH, HIDDEN),
          "contract": (HIDDEN, WIDTH), "dense": (WIDTH, CLASSES)}
PIXEL_STEP = 1 / 128
SUM_FRACTION = 8     # bits of the sums that pass the block by, 16 bits each
NORMAL = 32          # int8 codes of a normalised value of 1
EXP_CODES = 256      # of the table exp(-code / EXP_UNIT)
EXP_UNIT = 16
CALIBRATION = 1000   # training images that show the ranges of sums
OUTPUT = SOURCE / "firmware" / "apps" / "transformer"


def parameters_and_limits():
    rng = np.random.Generator(np.random.PCG64(PLAN.seed))
    parameters, limits = {}, {}
    for name, (inputs, outputs) in LAYERS.items():
        parameters[name + "_weights"] = (rng.standard_normal((inputs, outputs)) / np.sqrt(inputs)).astype(np.float32)
        limits[name + "_weights"] = limit_of(PLAN, inputs)
        parameters[name + "_bias"] = np.zeros(outputs, np.float32)
    parameters["position"] = (0.1 * rng.standard_normal((TOKENS, WIDTH))).astype(np.float32)
    return parameters, limits


def attention(qkv):
    """Of every head; `qkv` holds queries, keys and values of all heads side by side."""
    depth = WIDTH // HEADS
    batch = qkv.shape[0]
    parts = qkv.reshape(batch, TOKENS, 3, HEADS, depth).transpose(2, 0, 3, 1, 4)
    q, k, v = parts[0], parts[1], parts[2]
    shares = ((q @ k.transpose(0, 1, 3, 2)) * depth**-0.5).softmax()
    return (shares @ v).transpose(0, 2, 1, 3).reshape(batch, TOKENS, WIDTH)


def network(p, images, noise):
    def dense(x, name):
        return x @ noise.on(p, name + "_weights") + p[name + "_bias"]

    tokens = Value((images >> 1).reshape(-1, TOKENS, PIXELS).astype(np.float32) * np.float32(1 / 128))
    x = dense(tokens, "embed") + p["position"]
    x = x + dense(attention(dense(x.normalise(), "qkv")), "project")
    x = x + dense(dense(x.normalise(), "expand").relu(), "contract")
    return dense(x.normalise().mean((1,)), "dense")


# ---------------------------------------------------------------- integers, as firmware/apps/transformer computes them

def normalised(sums):
    """int8 codes of zero mean and a variance of NORMAL^2 along the last axis, of 16-bit sums."""
    width = sums.shape[-1]
    centred = width * sums - sums.sum(axis=-1, keepdims=True)
    largest = np.abs(centred).max(axis=-1, keepdims=True)
    centred >>= np.maximum(np.floor(np.log2(np.maximum(largest, 1))).astype(np.int64) - 12, 0)   # below 2^13
    deviation = np.maximum(integer_root((centred * centred).sum(axis=-1, keepdims=True)), 1)
    reciprocal = ((1 << 30) + deviation // 2) // deviation
    scale_bits = int(np.log2(NORMAL * width**0.5))
    codes = (centred * reciprocal + (1 << (29 - scale_bits))) >> (30 - scale_bits)
    return np.clip(codes, -127, 127).astype(np.int8)


def integer_root(values):
    """Largest integers whose squares are not above the values."""
    root = np.floor(np.sqrt(values.astype(np.float64))).astype(np.int64)
    root -= root * root > values
    return root + ((root + 1) * (root + 1) <= values)


def fixed(value, fraction):
    return int(round(value * 2**fraction))


class IntegerTransformer:
    def __init__(self, parameters, limits, images):
        """Layer by layer, each with the inputs that the integer layers before it give."""
        self.layers = {}
        def make(name, step, samples, relu=False):
            self.layers[name] = fit(name, parameters[name + "_weights"], parameters[name + "_bias"],
                                    limits[name + "_weights"], step, samples.reshape(-1, samples.shape[-1]), relu)
            return self.layers[name].run(samples)

        self.position = np.clip(np.rint(parameters["position"] * 2**SUM_FRACTION), -32768, 32767).astype(np.int64)
        self.exp = np.rint(32768 * np.exp(-np.arange(EXP_CODES) / EXP_UNIT)).astype(np.int64)
        self.exp[0] = 32767
        sums = self.position + self._to_sums("embed", make("embed", PIXEL_STEP, self.tokens(images)))
        qkv = make("qkv", 1 / NORMAL, normalised(sums))
        self.score_factor = fixed(self.layers["qkv"].step**2 * (WIDTH // HEADS)**-0.5 * EXP_UNIT, 20)
        mixed = self.attention(qkv)
        sums = self._add(sums, "project", make("project", self.layers["qkv"].step, mixed))
        hidden = make("expand", 1 / NORMAL, normalised(sums), relu=True)
        sums = self._add(sums, "contract", make("contract", self.layers["expand"].step, hidden))
        make("dense", 1 / NORMAL, self.pooled(sums))

    @staticmethod
    def tokens(images):
        return (images >> 1).reshape(-1, TOKENS, PIXELS).astype(np.int8)

    def factor(self, name):
        """Codes of a layer to units of a sum, 16 fraction bits."""
        return fixed(self.layers[name].step * 2**SUM_FRACTION, 16)

    def _to_sums(self, name, codes):
        return (codes.astype(np.int64) * self.factor(name) + (1 << 15)) >> 16

    def _add(self, sums, name, codes):
        return np.clip(sums + self._to_sums(name, codes), -32768, 32767)

    def attention(self, qkv):
        depth = WIDTH // HEADS
        parts = qkv.reshape(len(qkv), TOKENS, 3, HEADS, depth).transpose(2, 0, 3, 1, 4).astype(np.int64)
        q, k, v = parts
        scores = np.einsum("bhid,bhjd->bhij", q, k)
        below = scores.max(axis=-1, keepdims=True) - scores
        codes = (below * self.score_factor) >> 20
        shares = np.where(codes < EXP_CODES, self.exp[np.minimum(codes, EXP_CODES - 1)], 0)
        mixed = divide_rounded(np.einsum("bhij,bhjd->bhid", shares, v), shares.sum(axis=-1)[..., None])
        return mixed.transpose(0, 2, 1, 3).reshape(len(qkv), TOKENS, WIDTH).astype(np.int8)

    @staticmethod
    def pooled(sums):
        """Mean over the tokens of what is normalised."""
        return divide_rounded(normalised(sums).astype(np.int64).sum(axis=1), TOKENS).astype(np.int8)

    def logits(self, images, batch=500):
        return np.concatenate([self._logits(images[i:i + batch]) for i in range(0, len(images), batch)])

    def _logits(self, images):
        run = {name: layer.run for name, layer in self.layers.items()}
        sums = np.clip(self.position + self._to_sums("embed", run["embed"](self.tokens(images))), -32768, 32767)
        sums = self._add(sums, "project", run["project"](self.attention(run["qkv"](normalised(sums)))))
        sums = self._add(sums, "contract", run["contract"](run["expand"](normalised(sums))))
        return run["dense"](self.pooled(sums))


def model_files(net, comment):
    extra = (f"/* exp(-i / {EXP_UNIT}), 15 fraction bits. */\n" + c_table("int16_t", "transformer_exp", net.exp)
             + f"/* Of a token and an element, {SUM_FRACTION} fraction bits. */\n"
             + c_table("int16_t", "transformer_position", net.position.reshape(-1))
             + f"/* Scores to units of 1/{EXP_UNIT}, 20 fraction bits. */\n"
             f"enum {{ kScoreFactor = {net.score_factor} }};\n"
             f"/* Codes of a layer to units of a sum, 16 fraction bits. */\n"
             f"enum {{ kEmbedFactor = {net.factor('embed')}, kProjectFactor = {net.factor('project')}, "
             f"kContractFactor = {net.factor('contract')} }};\n")
    return source_files("transformer", "train_transformer.py", comment, list(net.layers.values()), extra)


def main():
    args = arguments(__doc__, OUTPUT)
    images, labels = load("train")
    test_images, test_labels = load("t10k")
    parameters, limits = parameters_and_limits()
    parameters = trained(args.float_weights, PLAN, parameters, limits, network, images, labels)
    right = float(np.mean(decisions(network, parameters, test_images) == test_labels))
    print(f"transformer: float {right:.4f} of {len(test_labels)} test images")
    net = IntegerTransformer(parameters, limits, images[:CALIBRATION])
    logits = net.logits(test_images)
    integer = accuracy(logits, test_labels)
    print(f"transformer: int8 on ideal tiles {integer:.4f} of {len(test_labels)} test images")
    files = model_files(net, f""" * {TOKENS} tokens of {PIXELS} pixels -> {WIDTH} -> attention with {HEADS} heads -> feed-forward {HIDDEN} -> {CLASSES} classes; trained with
 * weight noise; 10,000 test images: float {right:.4f}, int8 on ideal tiles {integer:.4f}.
""")
    return leave(args, {**files, "reference_logits.i8": logits.tobytes()})


if __name__ == "__main__":
    sys.exit(main())
