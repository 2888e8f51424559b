"""The project's own networks and the scripts that write them: aimc-vp golden reads their files and computes what the NumPy
reference computes, bit for bit, in both roundings."""
import contextlib
import dataclasses
import io
import pathlib
import sys
import unittest

import numpy

from platform_runner import PROGRAM, SOURCE, Workspace

sys.path[:0] = [str(SOURCE / "scripts"), str(SOURCE / "scripts" / "networks")]
import autograd  # noqa: E402
import int8_reference  # noqa: E402
import tflite_file  # noqa: E402
import train_cnn  # noqa: E402
import train_lstm  # noqa: E402
import train_mlp  # noqa: E402
import train_transformer  # noqa: E402
import training  # noqa: E402
from model import Model, Operator  # noqa: E402
from network_files import GOLDEN_IMAGES, INPUT_SCALE, INPUT_ZERO_POINT, ROUNDINGS, stored_images  # noqa: E402
from quantise import quantise  # noqa: E402
from train_fashion import load  # noqa: E402
from widen_mlp import widen  # noqa: E402

NETWORKS = SOURCE / "tests" / "data" / "networks"


class Case:
    """A model under construction with random constants."""

    def __init__(self, seed):
        self.rng = numpy.random.default_rng(seed)
        self.model = Model("test")

    def activation(self, shape, scale, zero_point):
        return self.model.add_activation(f"t{len(self.model.tensors)}", shape, scale, zero_point)

    def weights(self, shape, channels_scaled=True):
        scales = self.rng.uniform(0.002, 0.02, shape[0] if channels_scaled else 1)
        return self.model.add_constant("w", self.rng.integers(-127, 128, shape).astype(numpy.int8), scales)

    def bias(self, channels):
        return self.model.add_constant("b", self.rng.integers(-2000, 2000, channels).astype(numpy.int32), ())

    def then(self, kind, inputs, output, **options):
        self.model.operators.append(Operator(kind, tuple(inputs), output, options))
        return output

    def finish(self, source, output):
        self.model.inputs, self.model.outputs = (source,), (output,)
        return self.model


def convolution(seed, padding, stride, size, activation):
    case = Case(seed)
    source = case.activation((1, *size, 3), 0.02, 7)
    rows, columns = [(-(-n // s) if padding == "SAME" else (n - 3) // s + 1) for n, s in zip(size, stride)]
    output = case.activation((1, rows, columns, 5), 0.09, -20)
    case.then("CONV_2D", (source, case.weights((5, 3, 3, 3)), case.bias(5)), output, padding=padding, stride=stride,
              activation=activation)
    return case.finish(source, output)


def dense(seed, activation, channels_scaled, with_bias):
    case = Case(seed)
    source, output = case.activation((1, 40), 0.03, -5), case.activation((1, 12), 0.25, 3)
    inputs = (source, case.weights((12, 40), channels_scaled), case.bias(12) if with_bias else -1)
    case.then("FULLY_CONNECTED", inputs, output, activation=activation)
    return case.finish(source, output)


def sum_with_itself_shifted(seed, activation):
    """ADD of a tensor and a linear map of it, so that its inputs differ in scale and value."""
    case = Case(seed)
    source, mapped = case.activation((1, 30), 0.03, -5), case.activation((1, 30), 0.2, 11)
    case.then("FULLY_CONNECTED", (source, case.weights((30, 30)), case.bias(30)), mapped, activation="NONE")
    output = case.then("ADD", (source, mapped), case.activation((1, 30), 0.21, -9), activation=activation)
    return case.finish(source, output)


def pool(seed, kind, padding, activation):
    case = Case(seed)
    source = case.activation((1, 7, 8, 4), 0.05, 12)
    rows, columns = (4, 4) if padding == "SAME" else (3, 3)
    output = case.activation((1, rows, columns, 4), 0.05, 12)
    case.then(kind, (source,), output, kernel=(3, 2), stride=(2, 2) if padding == "SAME" else (2, 3), padding=padding,
              activation=activation)
    if padding == "SAME":
        return case.finish(source, output)
    flat = case.activation((1, rows * columns * 4), 0.05, 12)
    shape = case.model.add_constant("shape", numpy.array([1, rows * columns * 4], numpy.int32), ())
    case.then("RESHAPE", (output, shape), flat, new_shape=(1, rows * columns * 4))
    return case.finish(source, flat)


def softmax(seed, scale):
    case = Case(seed)
    source, output = case.activation((1, 10), scale, 4), case.activation((1, 10), 1 / 256, -128)
    case.then("SOFTMAX", (source,), output, beta=1.0)
    return case.finish(source, output)


def models():
    seed = 0
    for padding in ("SAME", "VALID"):
        for stride in ((1, 1), (2, 2), (2, 1)):
            seed += 1
            yield f"conv {padding} {stride}", convolution(seed, padding, stride, (9, 8), ("NONE", "RELU", "RELU6")[seed % 3])
    for activation in ("NONE", "RELU", "RELU_N1_TO_1"):
        yield f"dense {activation}", dense(20 + len(activation), activation, activation != "RELU", activation != "NONE")
        yield f"add {activation}", sum_with_itself_shifted(30 + len(activation), activation)
    for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        for padding in ("SAME", "VALID"):
            yield f"{kind} {padding}", pool(40, kind, padding, "RELU" if padding == "SAME" else "NONE")
    for scale in (0.004, 0.1, 0.9):
        yield f"softmax {scale}", softmax(50, scale)


class Networks(unittest.TestCase):
    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.close)

    def layers(self, path, samples, rounding):
        """Every operator's output, in order, as the platform computes it."""
        inputs = self.workspace.path / "samples.npy"
        numpy.save(inputs, samples)
        folder = pathlib.Path(self.workspace.path / f"{path.stem}_{rounding}".replace(" ", "_"))
        folder.mkdir()
        run = self.workspace.call([PROGRAM, "golden", path, inputs, "--rounding", rounding, "--layers", folder])
        self.assertEqual(run.status, 0, run.stderr)
        return [numpy.load(file) for file in sorted(folder.iterdir())]

    def assert_equal_layers(self, model, path, samples, rounding):
        found = self.layers(path, samples, rounding)
        self.assertEqual(len(found), len(model.operators))
        expected = int8_reference.run(model, samples, rounding)
        for operator, layer in zip(model.operators, found):
            reference = expected[operator.output]
            numpy.testing.assert_array_equal(layer.reshape(reference.shape), reference, f"{operator.kind} of {path.name}")
        return found

    def test_reference_of_every_operator(self):
        for number, (name, model) in enumerate(models()):
            path = self.workspace.path / f"model{number}.tflite"
            path.write_bytes(tflite_file.write(model))
            shape = model.tensors[model.inputs[0]].shape
            samples = numpy.random.default_rng(number).integers(-128, 128, (20, *shape[1:])).astype(numpy.int8)
            samples[0], samples[1] = -128, 127
            for rounding in ROUNDINGS:
                with self.subTest(model=name, rounding=rounding):
                    output = self.assert_equal_layers(model, path, samples, rounding)[-1]
                    self.assertGreater(len(numpy.unique(output)), 4)   # nothing a constant would equal

    def test_files_are_read_back_as_written(self):
        for name, model in models():
            with self.subTest(model=name):
                content = tflite_file.write(model)
                again = tflite_file.read(content)
                self.assertEqual(tflite_file.write(again), content)
                for ours, theirs in zip(model.tensors, again.tensors):
                    self.assertEqual((ours.name, ours.shape, ours.scales, ours.zero_points),
                                     (theirs.name, theirs.shape, theirs.scales, theirs.zero_points))
                    if ours.data is not None:
                        numpy.testing.assert_array_equal(ours.data, theirs.data)

    def test_widened_network_exceeds_the_default_platform_and_decides_as_well(self):
        path = self.workspace.path / "large.tflite"
        done = self.workspace.call([sys.executable, SOURCE / "scripts" / "networks" / "widen_mlp.py", path])
        self.assertEqual(done.status, 0, done.stderr)
        model = tflite_file.read(path.read_bytes())
        weights = sum(model.tensors[operator.inputs[1]].data.size for operator in model.operators[:-1])
        self.assertGreater(weights, 4 * 16 * 256 * 256)
        images, labels = load("t10k")
        samples = stored_images(images[:1000])
        self.assert_equal_layers(model, path, samples[:10].reshape(10, -1), "double")
        self.assertGreaterEqual(numpy.mean(int8_reference.logits(model, samples).argmax(axis=1) == labels[:1000]), 0.87)
        again = widen(tflite_file.read((NETWORKS / "mlp.tflite").read_bytes()))
        self.assertEqual(tflite_file.write(again), path.read_bytes())

    def test_committed_networks(self):
        images, labels = load("t10k")
        samples = stored_images(images[:GOLDEN_IMAGES])
        for name, least in (("mlp", 0.88), ("cnn", 0.89)):
            path = NETWORKS / f"{name}.tflite"
            model = tflite_file.read(path.read_bytes())
            self.assertLess(path.stat().st_size, 300000)
            for rounding in ROUNDINGS:
                with self.subTest(network=name, rounding=rounding):
                    stored = samples.reshape(GOLDEN_IMAGES, *model.tensors[model.inputs[0]].shape[1:])
                    found = self.assert_equal_layers(model, path, stored, rounding)[-2]   # before SOFTMAX
                    suffix = "" if rounding == "double" else "_single"
                    golden = numpy.fromfile(NETWORKS / f"{name}_logits{suffix}.i8", numpy.int8)
                    numpy.testing.assert_array_equal(found.reshape(-1), golden)
            logits = int8_reference.logits(model, stored_images(images[:1500]))
            self.assertGreaterEqual(numpy.mean(logits.argmax(axis=1) == labels[:1500]), least)


class Training(unittest.TestCase):
    """Each script on a small part of the images: the network learns, and its integers decide as it does."""

    @classmethod
    def setUpClass(cls):
        images, labels = load("train")
        cls.images, cls.labels = images[:2000], labels[:2000]
        cls.test_images, cls.test_labels = images[2000:2600], labels[2000:2600]

    def train(self, script, epochs=2):
        parameters, limits = script.parameters_and_limits()
        plan = dataclasses.replace(script.PLAN, epochs=epochs, batch=40)
        with contextlib.redirect_stdout(io.StringIO()):
            training.train(plan, parameters, limits, script.network, self.images, self.labels)
        for name, limit in limits.items():
            self.assertLessEqual(numpy.abs(parameters[name]).max(), limit * (1 + 1e-6))
        return parameters, limits

    def assert_agree(self, decisions, integer_decisions, least_right):
        self.assertGreaterEqual(numpy.mean(decisions == self.test_labels), least_right)
        self.assertGreaterEqual(numpy.mean(decisions == integer_decisions), 0.95)

    def int8_decisions(self, net):
        model = quantise(net, self.images[:300].astype(numpy.float32) * numpy.float32(INPUT_SCALE), INPUT_SCALE,
                         INPUT_ZERO_POINT)
        return int8_reference.logits(model, stored_images(self.test_images)).argmax(axis=1)

    def test_perceptron(self):
        parameters, _ = self.train(train_mlp)
        found = training.decisions(train_mlp.network, parameters, self.test_images)
        self.assert_agree(found, self.int8_decisions(train_mlp.steps(parameters)), 0.7)

    def test_convolutional_network(self):
        parameters, _ = self.train(train_cnn)
        values = {name: autograd.Value(p) for name, p in parameters.items()}
        found = train_cnn.network(values, self.test_images, training.Noise()).data.argmax(axis=1)
        net = train_cnn.steps(train_cnn.folded(parameters, self.test_images))
        real = net.run(self.test_images.astype(numpy.float32) * numpy.float32(INPUT_SCALE))[-1].argmax(axis=1)
        self.assertGreaterEqual(numpy.mean(found == real), 0.995)   # the same arithmetic in another order
        self.assert_agree(found, self.int8_decisions(net), 0.6)

    def test_sequences(self):
        for script, integers, least in ((train_lstm, train_lstm.integer_network, 0.55),
                                        (train_transformer, train_transformer.IntegerTransformer, 0.6)):
            with self.subTest(script=script.__name__):
                parameters, limits = self.train(script, epochs=3)
                found = training.decisions(script.network, parameters, self.test_images)
                with contextlib.redirect_stdout(io.StringIO()):
                    net = integers(parameters, limits, self.images[:200])
                self.assert_agree(found, net.logits(self.test_images).argmax(axis=1), least)


class Gradients(unittest.TestCase):
    """What training relies on, against differences in double precision."""

    def check(self, function, *shapes):
        rng = numpy.random.default_rng(7)
        arrays = [rng.standard_normal(shape) for shape in shapes]
        weights = rng.standard_normal(function(*map(autograd.Value, arrays)).shape)

        def total(values):
            return (function(*values) * autograd.Value(weights)).reshape(-1).mean((0,))

        values = [autograd.Value(array) for array in arrays]
        total(values).backward()
        for index, array in enumerate(arrays):
            for _ in range(8):
                at = tuple(rng.integers(size) for size in array.shape)
                ends = []
                for difference in (1e-5, -1e-5):
                    moved = [a.copy() for a in arrays]
                    moved[index][at] += difference
                    ends.append(total([autograd.Value(a) for a in moved]).data)
                self.assertAlmostEqual((ends[0] - ends[1]) / 2e-5, values[index].grad[at], places=6)

    def test_gradients(self):
        for name, function, *shapes in (
                ("matrices", lambda a, b: a @ b, (3, 4), (4, 5)),
                ("stack and matrix", lambda a, b: a @ b, (2, 3, 4), (4, 5)),
                ("stacks", lambda a, b: a @ b, (2, 3, 4), (2, 4, 5)),
                ("repeated sum", lambda a, b: a + b, (2, 3, 4), (3, 4)),
                ("repeated product", lambda a, b: a * b, (2, 3, 4), (1, 4)),
                ("softmax", lambda a: a.softmax(), (3, 5)),
                ("normalise", lambda a: a.normalise(), (3, 5)),
                ("normalise a batch", lambda a: a.normalise((0, 1)), (3, 5, 2)),
                ("sigmoid, tanh, relu", lambda a: a.sigmoid() + a.tanh().relu(), (3, 5)),
                ("parts", lambda a, b: autograd.concatenate([a[:, 1:3], b]).transpose(1, 0), (3, 5), (3, 2)),
                ("convolution", lambda a, f: autograd.convolve(a, f, 1), (2, 6, 5, 3), (4, 3, 3, 3)),
                ("convolution of even size", lambda a, f: autograd.convolve(a, f, 2), (2, 8, 6, 3), (4, 3, 3, 3)),
                ("convolution of odd size", lambda a, f: autograd.convolve(a, f, 2), (2, 7, 5, 3), (4, 3, 3, 3))):
            with self.subTest(operation=name):
                self.check(function, *shapes)

    def test_loss(self):
        labels = numpy.array([1, 0, 2])
        logits = autograd.Value(numpy.random.default_rng(8).standard_normal((3, 4)))
        autograd.cross_entropy(logits, labels).backward()
        shares = numpy.exp(logits.data) / numpy.exp(logits.data).sum(axis=1, keepdims=True)
        shares[range(3), labels] -= 1
        numpy.testing.assert_allclose(logits.grad, shares / 3, rtol=1e-6)


if __name__ == "__main__":
    unittest.main()
