#!/usr/bin/python3
"""Prints what the demo measured: the run on tiles beside the run on the host alone."""
import json
import pathlib
import sys


def load(directory):
    return json.loads((pathlib.Path(directory) / "summary.json").read_text())


def main():
    tiles, host = (load(directory) for directory in sys.argv[1:3])
    on_tiles, on_host = tiles["reported"], host["reported"]
    rows = [
        ("accuracy", "accuracy", 100.0, "%", ".2f"),
        ("latency per image", "latency_s", 1e6, "us", ".2f"),
        ("energy per image", "energy_j", 1e6, "uJ", ".3f"),
    ]
    print(f"{'':20}{'tiles':>12}{'host only':>14}")
    for title, key, factor, unit, form in rows:
        a, b = on_tiles[key] * factor, on_host[key] * factor
        ratio = f"   {b / a:.0f} times less" if key != "accuracy" else ""
        print(f"{title:20}{a:>12{form}}{b:>14{form}} {unit}{ratio}")
    print(f"{'images':20}{on_tiles['images']:>12.0f}{on_host['images']:>14.0f}")
    if "accuracy_uncalibrated" in on_tiles:
        print(f"accuracy without calibration: {100 * on_tiles['accuracy_uncalibrated']:.2f} %")
    run = tiles["run"]
    if run["nmpu_backend"] == "lockstep":
        print(f"NMPU lockstep: {run['nmpu_compared']} columns compared, {run['nmpu_mismatches']} mismatches")


if __name__ == "__main__":
    main()
