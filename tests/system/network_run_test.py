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

    def image(self, packed=False, epochs=1, broken=None):
        """packed: two layers share a tile. Two epochs: the last layer's columns are made in both. broken: what is
        wrong with the second layer, "region" or "semaphore"."""
        image = ni.Image(max_images=0 if epochs == 1 else 16)
        x = image.tensor("input", (8, 8, 3), 5, storage=ni.GIVEN)
        a = image.tensor("a", (8, 8, 8), self.ZERO)
        b = image.tensor("b", (8, 8, 8), self.ZERO)
        s = image.tensor("sum", (8, 8, 8), 7)
        m = image.tensor("mean", (1, 1, 8), 7, storage=ni.IN_SLOTS if epochs == 1 else ni.KEPT, kept=epochs > 1)
        y = image.tensor("logits", (1, 1, 12), 3, storage=ni.KEPT)
        p = image.tensor("probabilities", (1, 1, 12), -128, 1 / 256, storage=ni.KEPT)
        image.ends = (x, p, y)
        done = image.reserve(4 * 8)
        for tile in range(6):
            for epoch in range(epochs):
                image.fill(tile, ni.DONE_AT, 4, 1, epoch)
        # Two lanes of four rows; the first one does them as two bands, one group each.
        first = (x, a, self.w1, self.c1, 5, True)
        self._convolution(image, first, tile=0, lane=0, rows=(0, 2), done=done)
        self._convolution(image, first, tile=0, lane=0, rows=(2, 4), done=done, again=True)
        self._convolution(image, first, tile=1, lane=1, rows=(4, 8), done=done + 4)
        image.step("conv_0", ni.TILES, [x], a, groups=3, macs=64 * 27 * 8)
        place = {"tile": 1, "column": 8, "base": 0x8000} if packed else {"tile": 2}
        self._convolution(image, (a, b, self.w2, self.c2, self.ZERO, False), lane=0, rows=(0, 8), done=done + 8,
                          broken=broken, **place)
        image.step("conv_1", ni.TILES, [a], b, groups=1, macs=64 * 72 * 8)
        image.step("add_2", ni.HOST, [a, b], s, host=ni.ADD, parameters=struct.pack(
            "<11i", self.ZERO, self.ZERO, 7, 1 << 30, 0, 1 << 30, 0, 1 << 30, -19, -128, 127))
        image.step("pool_3", ni.HOST, [s], m, host=ni.AVERAGE_POOL,
                   parameters=struct.pack("<8I2i", 8, 8, 8, 8, 1, 1, 0, 0, -128, 127))
        parts = [(0, 12)] if epochs == 1 else [(0, 8), (8, 12)]
        for epoch, columns in enumerate(parts):
            self._connected(image, m, y, done + 12, columns, epoch)
            image.step(f"fc_{4 + epoch}", ni.TILES, [m], y, groups=1, macs=8 * (columns[1] - columns[0]), epoch=epoch)
        image.step("softmax_6", ni.HOST, [y], p, host=ni.SOFTMAX, parameters=struct.pack("<3i", 1 << 30, 24, -255),
                   epoch=epochs - 1)
        return image

    def _convolution(self, image, layer, tile, lane, rows, done, column=0, base=0, again=False, broken=None):
        """Rows [from, to) of a 3x3 convolution with a border of one; `again`: the block is there already."""
        source, target, weights, columns, zero_point, relu = layer
        pitch = weights.shape[0] // 9
        width = 10 * pitch
        counts, outputs = base + 0x4000, base + 0x6000
        if not again:
            image.block(tile, weights, columns.image, READ_MODE, zero_point, first=(0, column))
            image.fill(tile, base, 10 * width, (zero_point & 0xFF) * 0x01010101)
        count = rows[1] - rows[0]
        entries = []
        for slot in range(image.slots(target)):
            code = [ni.wait(31)] if broken == "semaphore" else []
            for r in range(count):
                region = (column + 8 if broken == "region" else column, 8)
                code.append(ni.mvm(base + (rows[0] + r) * width, counts, zero_point, (0, 9 * pitch), region,
                                   (8, pitch, 32), (3 * pitch, width)))
                code.append(ni.post(counts, outputs + r * 64, (column, 8), self.CUTS, self.ZERO, relu,
                                    repeat=(8, 32, 8)))
            code.append(ni.put(outputs, image.slot(target, slot) + rows[0] * 64, count * 64))
            code += [ni.put(ni.DONE_AT, done, 4), ni.HALT]
            entries.append(image.code(tile, code))
        begin, end = max(rows[0] - 1, 0), min(rows[1] + 1, 8)
        fetch = (source, begin * 8 * pitch, end - begin, 8 * pitch, 8 * pitch, base + (begin + 1) * width + pitch, width)
        image.group(lane, [(tile, entries[0], entries[1] - entries[0], done, [fetch])])

    def _connected(self, image, source, target, done, columns, epoch):
        """Four rows each in tiles 4 and 5: partial sums of the first go to the second."""
        count = columns[1] - columns[0]
        region = (16, count)
        for part in (0, 1):
            image.block(4 + part, self.w3[4 * part:4 * part + 4, columns[0]:columns[1]],
                        self.c3[part].image[columns[0]:columns[1]], READ_MODE, 7, first=(8, 16), epoch=epoch)
        first = image.code(4, [ni.mvm(0, 0x100, 7, (8, 4), region),
                               ni.post(0x100, 0x200, region, (0, 0), 0, psum_out=True),
                               ni.put(0x200, ni.TILE_BASE + 5 * 0x100000 + 0x10000 + 0x300, 2 * count),
                               ni.signal(5, 3), ni.HALT], epoch)
        entries = [image.code(5, [ni.mvm(0, 0x100, 7, (8, 4), region), ni.wait(3),
                                  ni.post(0x100, 0x200, region, (2, 3), 3, addend=2, psums=0x300),
                                  ni.put(0x200, image.slot(target, slot) + columns[0], count),
                                  ni.put(ni.DONE_AT, done, 4), ni.HALT], epoch)
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

    def run_image(self, content, *options, count=40, args=(), analog="ideal"):
        files = {"image": (content, ni.IMAGE_AT), "inputs": (ni.pitched(self.samples).tobytes(), INPUTS_AT),
                 "labels": (self.logits.argmax(axis=1).astype(numpy.uint8).tobytes(), LABELS_AT)}
        loads = []
        for name, (data, address) in files.items():
            path = self.workspace.path / name
            path.write_bytes(data)
            loads += ["--load", f"{path}@{address:#x}"]
        saved = [self.workspace.path / name for name in ("outputs", "logits")]
        run = self.workspace.run("network", "-q", "--analog", analog, *loads, "--save",
                                 f"{saved[0]}@{OUTPUTS_AT:#x}:{12 * count}", "--save",
                                 f"{saved[1]}@{LOGITS_AT:#x}:{12 * count}", *options,
                                 args=[f"{ni.IMAGE_AT:x}", f"{INPUTS_AT:x}", count, f"{OUTPUTS_AT:x}",
                                       f"{LOGITS_AT:x}", "--labels", f"{LABELS_AT:x}", *args])
        return run, *(numpy.frombuffer(path.read_bytes(), numpy.int8).reshape(count, 12) for path in saved)

    def check(self, run, outputs, logits):
        self.assertEqual(run.status, 0, run.stdout + run.stderr)
        numpy.testing.assert_array_equal(logits, self.logits)
        numpy.testing.assert_array_equal(outputs.argmax(axis=1), logits.argmax(axis=1))
        self.assertEqual(run.summary["reported"]["accuracy"], 1.0)
        self.assertEqual(run.summary["reported"]["images"], 40)

    def test_tiles_host_and_pipeline(self):
        run, outputs, logits = self.run_image(self.network.image().build())
        self.check(run, outputs, logits)
        reported = run.summary["reported"]
        self.assertGreater(reported["images_per_s"] * reported["latency_s"], 1.0)  # work overlaps
        self.assertEqual(reported["calibration_nominal_columns"], reported["calibration_columns"])
        layers = (run.out / "layers.csv").read_text()
        for step in ("conv_0", "conv_1", "add_2", "pool_3", "fc_4", "softmax_6", "pipeline", "programming"):
            self.assertIn(f"\n{step},", layers)

    def test_one_after_the_other(self):
        run, outputs, logits = self.run_image(self.network.image().build(),
                                              args=["--sequential", "40", "--no-calibrate"])
        self.check(run, outputs, logits)
        reported = run.summary["reported"]
        self.assertAlmostEqual(reported["images_per_s"] * reported["latency_s"], 1.0, delta=0.01)
        self.assertNotIn("calibration_s", reported)

    def test_layers_share_a_tile(self):
        self.check(*self.run_image(self.network.image(packed=True).build(), args=["--sequential", "0"]))

    def test_weights_are_loaded_again(self):
        run, outputs, logits = self.run_image(self.network.image(epochs=2).build())
        self.check(run, outputs, logits)
        self.assertEqual(run.summary["reported"]["loads"], 6)  # three passes of at most 16 images, two epochs
        self.assertLess(run.summary["reported"]["images_per_s_with_loading"], run.summary["reported"]["images_per_s"])

    def test_calibration_reduces_errors_of_devices(self):
        run, _, _ = self.run_image(self.network.image().build(), analog="physical")
        self.assertEqual(run.status, 0, run.stdout)
        reported = run.summary["reported"]
        self.assertLess(reported["calibration_rms_after"], reported["calibration_rms_before"])

    def test_a_tile_that_refuses_a_command(self):
        run, _, _ = self.run_image(self.network.image(broken="region").build())
        self.assertEqual(run.status, 1)
        self.assertRegex(run.stdout, r"network: step conv_1, tile 2, command 0: .*programmed.* \(value 0x00080008\)")

    def test_a_tile_that_does_not_answer(self):
        run, _, _ = self.run_image(self.network.image(broken="semaphore").build(), args=["--timeout-us", "2000"])
        self.assertEqual(run.status, 1)
        self.assertIn("step conv_1, image 0: nothing from tile 2 for 2000 us; its thread is at command 0", run.stdout)

    def test_images_that_are_not_in_order(self):
        image = self.network.image()
        for changes, words in (({"crc": 1}, "crc is 0x1"), ({"tile_rows": 128}, "tile_rows is 0x80"),
                               ({"list5": 60000}, "groups: offset"), ({"workspace_bytes": 64}, "tensor 1: 3 slots"),
                               ({"image_address": 0x81000004}, "image_address is 0x81000004")):
            run, _, _ = self.run_image(image.build(**changes))
            self.assertEqual(run.status, 2)
            self.assertIn(f"network: image at 0x81000000: {words}", run.stdout)

    def test_arguments(self):
        for arguments in (["81000000"], ["81000000", "x", 1, "83000000", "83800000"],
                          ["81000000", "82000000", 1, "83000000", "83800000", "--what"]):
            run = self.workspace.run("network", "-q", args=arguments)
            self.assertEqual(run.status, 2)
            self.assertIn("usage: IMAGE INPUTS COUNT OUTPUTS LOGITS", run.stdout)


if __name__ == "__main__":
    unittest.main()
