#!/usr/bin/python3
"""Runs the LSTM and the transformer on the default platform and prints the tables of docs/networks.md."""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
NETWORKS = ("lstm", "transformer")
SEEDS = (1, 2, 3)


def run(build, name, images, *options, calibrate="on"):
    """What firmware reported, and time and energy of an image by section."""
    with tempfile.TemporaryDirectory() as out:
        command = [build / "bin" / "aimc-vp", "run", build / "firmware" / f"{name}.elf", "-q", "--out", out,
                   "--load", DATA / "t10k-images-idx3-ubyte.gz@0x84000000",
                   "--load", DATA / "t10k-labels-idx1-ubyte.gz@0x85000000", *options,
                   "--", "--images", images, "--calibrate", calibrate]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            sys.exit(f"sequence_table: {name}: aimc-vp ended with status {done.returncode}")
        with open(pathlib.Path(out) / "layers.csv", newline="", encoding="utf-8") as file:
            sections = [(row["layer"], float(row["time_s"]) / images, float(row["energy_j"]) / images,
                         int(row["macs"]) // images) for row in csv.DictReader(file)]
        return json.loads((pathlib.Path(out) / "summary.json").read_text())["reported"], sections


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build" / "release")
    parser.add_argument("--images", type=int, default=2000, help="test images (default %(default)s)")
    args = parser.parse_args()

    def percent(name, *options, **keywords):
        return f"{100 * run(args.build, name, args.images, *options, **keywords)[0]['accuracy']:.1f}"

    print("| network | ideal | calibrated, seeds 1, 2, 3 | not calibrated, seed 1 | us an image | uJ an image |\n"
          "|---|---|---|---|---|---|")
    details = []
    for name in NETWORKS:
        reported, sections = run(args.build, name, args.images, "--analog", "ideal")
        physical = ", ".join(percent(name, "--seed", seed) for seed in SEEDS)
        plain = percent(name, "--seed", 1, calibrate="off")
        print(f"| {name} | {100 * reported['accuracy']:.1f} | {physical} | {plain} | {1e6 * reported['latency_s']:.0f} | "
              f"{1e6 * reported['energy_j']:.1f} |")
        details += [(name, *section) for section in sections]
    print("\n| network | section | us an image | uJ an image | MACs on tiles |\n|---|---|---|---|---|")
    for name, section, seconds, joules, macs in details:
        print(f"| {name} | {section} | {1e6 * seconds:.1f} | {1e6 * joules:.2f} | {macs} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
