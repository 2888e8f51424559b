#!/usr/bin/python3
"""Runs the project's own networks with aimc-vp infer and prints the tables of docs/networks.md."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from network_files import stored_images
from training import NETWORKS, SOURCE, load

SEEDS = (1, 2, 3)
CALIBRATION = 32     # training images that read modes are chosen with
LARGE_IMAGES = (16, 64, 320)   # that share a loading of the network that does not fit
SHAPES = {"mlp": (784,), "cnn": (28, 28, 1), "large": (784,)}


class Runs:
    def __init__(self, build, folder, images):
        self.program, self.folder, self.images = build / "bin" / "aimc-vp", folder, images
        test_images, labels = load("t10k")
        (folder / "labels.u8").write_bytes(labels[:images].tobytes())
        for name, shape in SHAPES.items():
            np.save(folder / f"{name}.npy", stored_images(test_images[:images]).reshape(-1, *shape))
            training_images = load("train")[0][:CALIBRATION]
            np.save(folder / f"{name}_samples.npy", stored_images(training_images).reshape(-1, *shape))

    def infer(self, model, name, *options):
        command = [self.program, "infer", model, self.folder / f"{name}.npy", "--labels", self.folder / "labels.u8",
                   "--samples", self.folder / f"{name}_samples.npy", "--out", self.folder / "out", "--json", *options]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(f"own_tables: {model}: aimc-vp ended with status {done.returncode}")
        return json.loads((self.folder / "out" / "network.json").read_text())


def percent(share):
    return f"{100 * share:.1f}"


def accuracies(runs):
    print("| network | exact int8 | ideal: right, equal decisions | calibrated, seeds 1, 2, 3: right | equal decisions | "
          "latency us | images/s | uJ an image |\n|---|---|---|---|---|---|---|---|")
    details = {}
    for name in ("mlp", "cnn"):
        model = NETWORKS / f"{name}.tflite"
        ideal = runs.infer(model, name, "--analog", "ideal")
        physical = [runs.infer(model, name, "--analog", "physical", "--seed", seed) for seed in SEEDS]
        reported = physical[0]["reported"]
        print(f"| {name} | {percent(ideal['reference_accuracy'])} | {percent(ideal['accuracy'])}, "
              f"{percent(ideal['equal_decisions'])} | {', '.join(percent(run['accuracy']) for run in physical)} | "
              f"{', '.join(percent(run['equal_decisions']) for run in physical)} | {1e6 * reported['latency_s']:.1f} | "
              f"{reported['images_per_s']:.0f} | {1e6 * reported['energy_j']:.2f} |")
        details[name] = physical[0]
    return details


def layers(details):
    print("\n| network | layer | on | tiles | copies | rows x columns | cells used % | MVMs | MACs | us | uJ |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|")
    for name, run in details.items():
        for layer in run["layers"]:
            cells = " | | | | |"
            if layer["macs"]:
                cells = (f"{len(layer['tiles'])} | {layer['copies']} | {layer['rows']}x{layer['columns']} | "
                         f"{percent(layer['utilisation'])} | {layer['mvms']} | {layer['macs']}")
            print(f"| {name} | {layer['layer']} | {layer['executes']} | {cells} | {1e6 * layer['time_s']:.1f} | "
                  f"{1e6 * layer['energy_j']:.3f} |")


def large(runs):
    """What weights that do not fit cost, by how many images share a loading."""
    model = runs.folder / "large.tflite"
    subprocess.run([sys.executable, SOURCE / "scripts" / "networks" / "widen_mlp.py", model], stdout=subprocess.DEVNULL,
                   check=True)
    print("\n| images a pass | equal decisions | images/s | with loading | uJ an image | with loading |\n|---|---|---|---|---|---|")
    for images in (count for count in LARGE_IMAGES if count <= runs.images):
        run = runs.infer(model, "large", "--analog", "ideal", "--limit", images, "--images", images)
        reported = run["reported"]
        print(f"| {images} | {percent(run['equal_decisions'])} | {reported['images_per_s']:.0f} | "
              f"{reported['images_per_s_with_loading']:.1f} | {1e6 * reported['energy_j']:.2f} | "
              f"{1e6 * reported['energy_with_loading_j']:.1f} |")
    print(f"\n{reported['epochs']:.0f} epochs; programming {reported['programming_s']:.2f} s, "
          f"{1e3 * reported['programming_j']:.1f} mJ; calibration {reported['calibration_s']:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build" / "release")
    parser.add_argument("--images", type=int, default=1000, help="test images, 16 and more (default %(default)s)")
    args = parser.parse_args()
    if args.images < LARGE_IMAGES[0]:
        sys.exit(f"own_tables: --images {args.images}: expected {LARGE_IMAGES[0]} or more")
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(args.build, pathlib.Path(folder), args.images)
        layers(accuracies(runs))
        large(runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
