"""The network runtime (network.elf) on images made by hand, compared with ideal tiles in NumPy."""
import math
import struct
import unittest

import numpy

import network_image as ni
from platform_runner import Workspace

READ_MODE = 0x308  # magnitudes of 8 bits, range 3
UNIT = 420 * 0.2 / (100 / 8 * 256) * 25 / 127  # counts a unit of input times weight, of the preset in that mode
INPUTS_AT, OUTPUTS_AT, LOGITS_AT, LABELS_AT = 0x82000000, 0x83000000, 0x83800000, 0x84000000


def ideal_counts(inputs, weights):
    """Inputs without zero point (vectors x rows) through an ideal crossbar: both polarities."""
    products = inputs.astype(numpy.int64)[:, :, None] * weights.astype(numpy.int64)[None, :, :]
    sums = [numpy.where(sign * products > 0, sign * products, 0).sum(axis=1) for sign in (1, -1)]
    return [numpy.minimum(numpy.floor(s * UNIT + 0.5), 420).astype(numpy.int64) for s in sums]


def accumulate(counts, params, addend):
    """Sums with 7 fraction bits; params: integer scale and offset in half counts a column."""
    scale, offset = params
    return (counts[0] - counts[1]) * scale + offset * 64 + addend * 128


def activate(sums, cuts, zero_point, relu=False):
    cut = sums >> cuts[0]
    cut = (cut + (1 << (cuts[1] - 1) if cuts[1] else 0)) >> cuts[1]
    return numpy.clip(cut + zero_point, zero_point if relu else -128, 127).astype(numpy.int8)


class Columns:
    """Parameters of columns: what the image says and what the runtime must make of it."""

    def __init__(self, random, count, biased=True):
        self.scale = random.integers(100, 220, count)
        self.bias = random.integers(-4000, 4000, count) / 64 if biased else numpy.zeros(count)
        self.image = [(float(s) / 128 * UNIT, float(b)) for s, b in zip(self.scale, self.bias)]
        whole = numpy.array([math.floor(abs(b) + 0.5) * (1 if b > 0 else -1) for b in self.bias], numpy.int64)
        rest = (self.bias - whole) * 2
        offset = numpy.array([math.floor(abs(r) + 0.5) * (1 if r > 0 else -1) for r in rest], numpy.int64)
        self.params = (self.scale.astype(numpy.int64), offset)
        self.addend = whole


def patches(image, filter_size):
    """3x3 patches with a border of zeros around rows x columns x channels."""
    border = filter_size // 2
    padded = numpy.pad(image, [(border, border), (border, border), (0, 0)])
    rows, columns = image.shape[:2]
    return numpy.array([[padded[y:y + filter_size, x:x + filter_size].reshape(-1) for x in range(columns)]
                        for y in range(rows)])


class Small:
    """8x8x3 -> CONV 3x3 (8, two lanes) -> ADD of it and a second CONV 3x3 (8) -> average pool -> FC 24 split in two
    rows of tiles -> SOFTMAX. The first lane's groups are bands of the image."""

    ZERO = -10
    CUTS = (3, 4)

    def __init__(self, seed=1):
        random = numpy.random.default_rng(seed)
        self.random = random
        self.w1 = self._weights(random, 36, 8, dead=[r for r in range(36) if r % 4 == 3])
        self.c1 = Columns(random, 8)
        self.w2 = self._weights(random, 72, 8)
        self.c2 = Columns(random, 8)
        self.w3 = self._weights(random, 8, 12)
        self.c3 = [Columns(random, 12), Columns(random, 12, biased=False)]

    @staticmethod
    def _weights(random, rows, columns, dead=()):
        weights = random.integers(-127, 128, (rows, columns))
        weights[list(dead)] = 0
        return weights

    def reference(self, sample):
        """Logits and probabilities' place: what ideal tiles compute, up to the fully connected layer."""
        x = numpy.pad(sample.astype(int), [(0, 0), (0, 0), (0, 1)]) - 5
        x[:, :, 3] = 0
        counts = ideal_counts(patches(x, 3).reshape(64, 36), self.w1)
        first = activate(accumulate(counts, self.c1.params, self.c1.addend), self.CUTS, self.ZERO, relu=True)
        counts = ideal_counts(patches(first.reshape(8, 8, 8).astype(int) - self.ZERO, 3).reshape(64, 72), self.w2)
        second = activate(accumulate(counts, self.c2.params, self.c2.addend), self.CUTS, self.ZERO)
        total = first.astype(int) + second.astype(int) - 2 * self.ZERO  # equal scales: half of the sum is stored
        pooled = numpy.array([self._half(v) + 7 for v in total.reshape(-1)]).reshape(64, 8)
        pooled = numpy.clip(pooled, -128, 127)
        mean = numpy.array([self._mean(column) for column in pooled.T])
        inputs = (mean - 7)[None, :]
        parts = [accumulate(ideal_counts(inputs[:, 4 * i:4 * i + 4], self.w3[4 * i:4 * i + 4]), self.c3[i].params,
                            self.c3[i].addend if i == 0 else 0) for i in (0, 1)]
        psum = (parts[0] + 64) >> 7
        return activate(parts[1] + psum * 128, (2, 3), 3)[0]

    @staticmethod
    def _half(value):
        return (abs(value) + 1) // 2 * (1 if value >= 0 else -1)

    @staticmethod
    def _mean(column):
        total = int(column.sum())
        return (abs(total) + 32) // 64 * (1 if total > 0 else -1)

    def image(self, **options):
        image = ni.Image(**options)
        x = image.tensor("input", (8, 8, 3), 5, storage=ni.GIVEN)
        a = image.tensor("a", (8, 8, 8), self.ZERO)
        b = image.tensor("b", (8, 8, 8), self.ZERO)
        s = image.tensor("sum", (8, 8, 8), 7)
        m = image.tensor("mean", (1, 1, 8), 7)
        y = image.tensor("logits", (1, 1, 12), 3, storage=ni.KEPT)
        p = image.tensor("probabilities", (1, 1, 12), -128, 1 / 256, storage=ni.KEPT)
        image.ends = (x, p, y)
        done = image.reserve(4 * 8)
        for tile in range(6):
            image.fill(tile, ni.DONE_AT, 4, 1)
        # Two lanes of four rows; the first one does them as two bands, one group each.
        self._convolution(image, x, a, 0, self.w1, self.c1, 0, (0, 2), 5, True, done)
        self._convolution(image, x, a, 0, self.w1, self.c1, 0, (2, 4), 5, True, done, program_only=False)
        self._convolution(image, x, a, 1, self.w1, self.c1, 1, (4, 8), 5, True, done + 4)
        image.step("conv_0", ni.TILES, [x], a, groups=3, macs=64 * 27 * 8)
        self._convolution(image, a, b, 2, self.w2, self.c2, 0, (0, 8), self.ZERO, False, done + 8)
        image.step("conv_1", ni.TILES, [a], b, groups=1, macs=64 * 72 * 8)
        image.step("add_2", ni.HOST, [a, b], s, host=ni.ADD, parameters=struct.pack(
            "<11i", self.ZERO, self.ZERO, 7, 1 << 30, 0, 1 << 30, 0, 1 << 30, -19, -128, 127))
        image.step("pool_3", ni.HOST, [s], m, host=ni.AVERAGE_POOL,
                   parameters=struct.pack("<8I2i", 8, 8, 8, 8, 1, 1, 0, 0, -128, 127))
        self._connected(image, m, y, done + 12)
        image.step("fc_4", ni.TILES, [m], y, groups=1, macs=96)
        image.step("softmax_5", ni.HOST, [y], p, host=ni.SOFTMAX,
                   parameters=struct.pack("<3i", 1 << 30, 24, -255))
        return image

    def _convolution(self, image, source, target, tile, weights, columns, lane, rows, zero_point, relu, done,
                     program_only=True):
        """Rows [from, to) of a 3x3 convolution with a border of one on a tile; a fresh block with its first call."""
        pitch = weights.shape[0] // 9
        width = 10 * pitch
        if program_only:
            image.block(tile, weights, columns.image, READ_MODE, zero_point)
            image.fill(tile, 0, 10 * width, (zero_point & 0xFF) * 0x01010101)
        count = rows[1] - rows[0]
        size = count * 8 * 8
        entries = []
        for slot in range(image.slots(target)):
            code = []
            for r in range(count):
                code.append(ni.mvm((rows[0] + r) * width, 0x4000, zero_point, (0, 9 * pitch), (0, 8),
                                   (8, pitch, 32), (3 * pitch, width)))
                code.append(ni.post(0x4000, 0x6000 + r * 64, (0, 8), self.CUTS, self.ZERO, relu, repeat=(8, 32, 8)))
            code.append(ni.put(0x6000, image.slot(target, slot) + rows[0] * 64, size))
            code += [ni.put(ni.DONE_AT, done, 4), ni.HALT]
            entries.append(image.code(tile, code))
        begin, end = max(rows[0] - 1, 0), min(rows[1] + 1, 8)
        fetch = (source, begin * 8 * pitch, end - begin, 8 * pitch, 8 * pitch, (begin + 1) * width + pitch, width)
        image.group(lane, [(tile, entries[0], entries[1] - entries[0], done, [fetch])])

    def _connected(self, image, source, target, done):
        """Four rows each in tiles 4 and 5: partial sums of the first go to the second."""
        for part in (0, 1):
            image.block(4 + part, self.w3[4 * part:4 * part + 4], self.c3[part].image, READ_MODE, 7, first=(8, 16))
        first = image.code(4, [ni.mvm(0, 0x100, 7, (8, 4), (16, 12)),
                               ni.post(0x100, 0x200, (16, 12), (0, 0), 0, psum_out=True),
                               ni.put(0x200, ni.TILE_BASE + 5 * 0x100000 + 0x10000 + 0x300, 24), ni.signal(5, 3),
                               ni.HALT])
        entries = [image.code(5, [ni.mvm(0, 0x100, 7, (8, 4), (16, 12)), ni.wait(3),
                                  ni.post(0x100, 0x200, (16, 12), (2, 3), 3, addend=2, psums=0x300),
                                  ni.put(0x200, image.slot(target, slot), 12), ni.put(ni.DONE_AT, done, 4), ni.HALT])
                   for slot in range(image.slots(target))]
        image.group(0, [(4, first, 0, 0, [(source, 0, 1, 4, 4, 0, 4)]),
                        (5, entries[0], entries[1] - entries[0], done, [(source, 4, 1, 4, 4, 0, 4)])])


class NetworkRuntime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = Small()
        cls.samples = cls.network.random.integers(-128, 128, (40, 8, 8, 3))
        cls.logits = numpy.array([cls.network.reference(sample) for sample in cls.samples])

    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def run_image(self, content, *options, count=40, args=()):
        files = {"image": (content, ni.IMAGE_AT), "inputs": (ni.pitched(self.samples).tobytes(), INPUTS_AT),
                 "labels": (self.logits.argmax(axis=1).astype(numpy.uint8).tobytes(), LABELS_AT)}
        loads = []
        for name, (data, address) in files.items():
            path = self.workspace.path / name
            path.write_bytes(data)
            loads += ["--load", f"{path}@{address:#x}"]
        saved = [self.workspace.path / name for name in ("outputs", "logits")]
        run = self.workspace.run("network", "-q", "--analog", "ideal", *loads, "--save",
                                 f"{saved[0]}@{OUTPUTS_AT:#x}:{12 * count}", "--save",
                                 f"{saved[1]}@{LOGITS_AT:#x}:{12 * count}", *options,
                                 args=[f"{ni.IMAGE_AT:x}", f"{INPUTS_AT:x}", count, f"{OUTPUTS_AT:x}",
                                       f"{LOGITS_AT:x}", "--labels", f"{LABELS_AT:x}", *args])
        return run, *(numpy.frombuffer(path.read_bytes(), numpy.int8).reshape(count, 12) if path.exists() else None
                      for path in saved)

    def test_tiles_host_and_pipeline(self):
        run, outputs, logits = self.run_image(self.network.image().build())
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        numpy.testing.assert_array_equal(logits, self.logits)
        self.assertEqual(run.summary["reported"]["accuracy"], 1.0)
        numpy.testing.assert_array_equal(outputs.argmax(axis=1), logits.argmax(axis=1))
        reported = run.summary["reported"]
        self.assertEqual(reported["images"], 40)
        self.assertGreater(reported["images_per_s"] * reported["latency_s"], 1.0)  # work overlaps
        layers = (run.out / "layers.csv").read_text()
        for step in ("conv_0", "conv_1", "add_2", "pool_3", "fc_4", "softmax_5", "pipeline", "programming"):
            self.assertIn(f"\n{step},", layers)


if __name__ == "__main__":
    unittest.main()
