#!/usr/bin/python3
"""What a network does on a platform, and what it loses by: prints the tables of docs/networks.md for any .tflite.

Accuracy with ideal tiles in both formats of the NMPU, with physical ones for three seeds, with each effect of devices
and circuits switched off (those that change nothing are left out), and every layer of the first sample.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from own_tables import layers, percent
from training import SOURCE

SEEDS = (1, 2, 3)
SCREENED = 8  # samples that show whether an effect changes anything


class Model:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder

    def infer(self, *options):
        command = [self.args.build / "bin" / "aimc-vp", "infer", self.args.model, *self.args.inputs, "--platform",
                   self.args.platform, "--out", self.folder / "out", "--json", "--set",
                   f"tile.nmpu.config={self.args.nmpu}", *options]
        if self.args.labels:
            command += ["--labels", self.args.labels]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(f"study_model: {self.args.model}: aimc-vp ended with status {done.returncode}")
        return json.loads((self.folder / "out" / "network.json").read_text())


def effects(build):
    described = subprocess.run([build / "bin" / "aimc-vp", "describe", "--json"], check=True, capture_output=True, text=True)
    keys = [setting["key"] for setting in json.loads(described.stdout)["settings"]]
    return [key for key in keys if key.startswith("tile.effects.")]


def right(run):
    return percent(run["accuracy"]) if "accuracy" in run else ""


def mean(runs, key):
    return percent(statistics.mean(run[key] for run in runs)) if key in runs[0] else ""


def summary(model):
    print("| tiles | right % | equal decisions % | latency us | images/s | uJ an image |\n|---|---|---|---|---|---|")
    rows = [(f"ideal, `{nmpu}`", ["--analog", "ideal", "--set", f"tile.nmpu.config={nmpu}"]) for nmpu in ("wide", "paper")]
    rows += [("ideal, one copy", ["--analog", "ideal", "--copies", "1"])]
    rows += [(f"physical, seed {seed}", ["--seed", seed]) for seed in SEEDS]
    physical = []
    for name, options in rows:
        run = model.infer(*options)
        physical += [run] if name.startswith("physical") else []
        reported = run["reported"]
        print(f"| {name} | {right(run)} | {percent(run['equal_decisions'])} | {1e6 * reported['latency_s']:.1f} | "
              f"{reported['images_per_s']:.0f} | {1e6 * reported['energy_j']:.2f} |", flush=True)
    print(f"| physical, mean | {mean(physical, 'accuracy')} | {mean(physical, 'equal_decisions')} | | | |\n")
    return physical


def causes(model, physical):
    print("| switched off | right % | equal decisions % | rms of the logits' error |\n|---|---|---|---|")
    few = ["--limit", SCREENED, "--seed", SEEDS[0]]
    all_on = model.infer(*few)["logits_rms"]
    found = [("nothing", physical)]
    for path in effects(model.args.build):
        off = ["--set", f"{path}=false"]
        if model.infer(*few, *off)["logits_rms"] != all_on:
            found.append((path.removeprefix("tile.effects."), [model.infer("--seed", seed, *off) for seed in SEEDS]))
    for name, runs in sorted(found, key=lambda entry: statistics.mean(run["logits_rms"] for run in entry[1])):
        rms = statistics.mean(run["logits_rms"] for run in runs)
        print(f"| {name} | {mean(runs, 'accuracy')} | {mean(runs, 'equal_decisions')} | {rms:.2f} |", flush=True)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("inputs", type=pathlib.Path, nargs="+")
    parser.add_argument("--labels", type=pathlib.Path)
    parser.add_argument("--platform", default="hermes64")
    parser.add_argument("--nmpu", default="wide", choices=("wide", "paper"))
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build" / "release")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = Model(args, pathlib.Path(folder))
        physical = summary(model)
        causes(model, physical)
        layers({args.model.stem: physical[0]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
