"""The training loop all networks of this folder share: Adam, a rate that rises and falls, weight noise and limits.

A network is a dictionary of float32 arrays and a function of (parameters, images, noise) that returns logits. What is
named `*_weights` lies on analog tiles later: it is held within a limit, and Gaussian noise relative to the limit is
added to it in every training step, so that the network learns to tolerate an analog memory.

The same seed gives the same network with the same NumPy and BLAS library; other libraries add in another order, and the
last digits of the result, then single weights, differ.
"""
import argparse
import dataclasses
import os
import pathlib
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")   # before NumPy is loaded: one order of summation

import numpy as np  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from train_fashion import load  # noqa: E402

from autograd import Value, cross_entropy  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
NETWORKS = SOURCE / "tests" / "data" / "networks"
CLASSES = 10


@dataclasses.dataclass
class Plan:
    """How to train."""
    seed: int
    epochs: int
    batch: int = 128
    rate: float = 3e-3          # the highest, after a tenth of the steps; it falls linearly to 0
    weight_noise: float = 0.04  # sigma, relative to the limit of the weights
    limit: float = 2.5          # of a weight, in standard deviations of its initial distribution


def initial(rng, *shape, fan_in):
    """He's initial weights."""
    return (rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)).astype(np.float32)


def limit_of(plan, fan_in):
    return plan.limit * float(np.sqrt(2.0 / fan_in))


class Noise:
    """What a network adds to its weights while it is trained; nothing at other times."""

    def __init__(self, rng=None, sigmas=None):
        self.rng = rng
        self.sigmas = sigmas or {}

    def on(self, parameters, name):
        return parameters[name].plus_noise(self.rng, self.sigmas.get(name, 0.0))


def train(plan, parameters, limits, network, images, labels):
    """Changes `parameters`. `limits` has the largest magnitude of every `*_weights`."""
    rng = np.random.Generator(np.random.PCG64(plan.seed))
    noise = Noise(rng, {name: plan.weight_noise * limit for name, limit in limits.items()})
    moments = {name: (np.zeros_like(p), np.zeros_like(p)) for name, p in parameters.items()}
    steps = plan.epochs * (len(images) // plan.batch)
    step = 0
    for epoch in range(plan.epochs):
        right = 0
        order = rng.permutation(len(images))
        for start in range(0, len(order) - plan.batch + 1, plan.batch):
            chosen = order[start:start + plan.batch]
            values = {name: Value(p) for name, p in parameters.items()}
            logits = network(values, images[chosen], noise)
            right += int((logits.data.argmax(axis=1) == labels[chosen]).sum())
            cross_entropy(logits, labels[chosen]).backward()
            step += 1
            rate = plan.rate * min(10.0 * step / steps, (1.0 - step / steps) / 0.9)
            for name, p in parameters.items():
                gradient = values[name].grad
                first, second = moments[name]
                first += np.float32(0.1) * (gradient - first)
                second += np.float32(0.001) * (gradient * gradient - second)
                scale = np.sqrt(1.0 - 0.999**step) / (1.0 - 0.9**step)
                p -= (np.float32(rate * scale) * first / (np.sqrt(second) + np.float32(1e-8))).astype(np.float32)
                if name in limits:
                    np.clip(p, -limits[name], limits[name], out=p)
        print(f"epoch {epoch + 1:2d}/{plan.epochs}: {right / len(images):.4f} right (with weight noise)", flush=True)


def decisions(network, parameters, images, batch=500):
    """What the float network says."""
    values = {name: Value(p) for name, p in parameters.items()}
    return np.concatenate([network(values, images[i:i + batch], Noise()).data.argmax(axis=1)
                           for i in range(0, len(images), batch)])


def arguments(description, output):
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=output, help="folder of the files (default %(default)s)")
    parser.add_argument("--float-weights", type=pathlib.Path,
                        help=".npz: written after training; where it exists, training is left out")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there; write nothing")
    return parser.parse_args()


def leave(args, files):
    """Writes the files, or with --check compares them; the script's exit status."""
    if args.check:
        differing = [name for name, content in files.items()
                     if not (args.output / name).is_file() or (args.output / name).read_bytes() != content]
        print(f"differ: {', '.join(differing)}" if differing else "all files are reproduced")
        return 1 if differing else 0
    args.output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (args.output / name).write_bytes(content)
    print(f"wrote {', '.join(files)} to {args.output}")
    return 0


def trained(path, plan, parameters, limits, network, images, labels):
    """Parameters from the file if it is there, else from training."""
    if path is not None and path.exists():
        with np.load(path) as file:
            return {name: file[name] for name in parameters}
    train(plan, parameters, limits, network, images, labels)
    if path is not None:
        np.savez(path, **parameters)
    return parameters


def accuracy(logits, labels):
    """Share of samples whose first greatest logit is at the label."""
    return float(np.mean(np.asarray(logits).argmax(axis=-1) == labels))


__all__ = ["CLASSES", "NETWORKS", "Noise", "Plan", "SOURCE", "Value", "accuracy", "arguments", "decisions", "initial",
           "leave", "limit_of", "load", "train", "trained"]
