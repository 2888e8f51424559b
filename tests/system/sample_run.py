"""Writes the folder of a run that never was: every file, with figures that are easy to find again."""
import csv
import functools
import json
import subprocess

from platform_runner import PROGRAM

WIDTH = 4
BINS = 100
BIN_S = 1e-6
MVM_BINS = range(40, 90)

ACCOUNTS = [
    ("host", "alu", 1000000, 8e-6), ("host", "load", 200000, 2e-6), ("host", "leakage", 1, 5e-8),
    ("ram", "host read", 200000, 1.28e-6), ("ram", "leakage", 1, 1e-7), ("bus", "transfer", 5000, 1e-8),
    ("noc", "router", 40000, 3e-7), ("noc", "link", 40000, 1.5e-7), ("dma", "copy", 1024, 2e-10),
]
PARTS = [("dac", "dac", 1000, 1e-7), ("crossbar", "array", 65536, 5e-8), ("crossbar", "programming", 5000, 2e-6), ("adc", "adc", 5000, 4e-7),
         ("nmpu", "nmpu", 2560, 1e-9), ("sram", "sram read", 40000, 4e-9), ("sram", "sram write", 40000, 3e-9), ("control", "command", 30, 1.5e-10),
         ("leakage", "leakage", 1, 5e-8)]


@functools.lru_cache
def platform_yaml(tiles):
    return subprocess.run([PROGRAM, "describe", "--yaml", "--set", f"tile.count={tiles}"], capture_output=True, check=True).stdout


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def accounts(tiles):
    return ACCOUNTS + [(f"tile{t}/{part}", activity, count, joules) for t in range(tiles) for part, activity, count, joules in PARTS]


def summary(name, tiles, reported, crossbar_busy):
    rows = accounts(tiles)
    total = sum(joules for *_, joules in rows)
    macs = 65536 * 100 * tiles
    seconds = BINS * BIN_S
    return {
        "schema": "aimc-vp/summary/1", "version": "0.1.0", "platform": "default", "firmware": name, "arguments": ["--images", "7"],
        "seed": 5, "noc_model": "lt", "analog_model": "physical",
        "run": {"wall_s": 1.25, "host_mips": 1, "threads": 1, "nmpu_backend": "model", "nmpu_compared": 0, "nmpu_mismatches": 0,
                "command": f"aimc-vp run '{name}' --seed 5", "output": "out"},
        "exit": {"code": 0, "stopped_by": "firmware", "reason": "firmware passed"},
        "reported": reported,
        "time": {"simulated_s": seconds, "simulated_ps": round(seconds * 1e12)},
        "host": {"instructions": 30000, "cycles": 50000},
        "tiles": [{"id": t, "x": t % WIDTH, "y": t // WIDTH, "mvms": 100, "macs": 65536 * 100, "nmpu_columns": 25600,
                   "busy_s": 60e-6, "utilisation": 0.5 * crossbar_busy / (t + 1), "energy_j": sum(p[3] for p in PARTS)} for t in range(tiles)],
        "noc": {"packets": 12345, "flits": 40000, "flit_hops": 80000, "bytes": 500000, "mean_latency_cycles": 17.25, "max_link_utilisation": 0.2},
        "energy": {"total_j": total, "by_component_j": {}, "by_activity_j": {}},
        "metrics": {"macs": macs, "ops_per_s": 2 * macs / seconds, "ops_per_j": 2 * macs / total, "mean_power_w": total / seconds},
    }


def write_power(path, tiles):
    """Energy of the accounts over time; what is of MVMs falls into MVM_BINS."""
    groups = {}
    for component, activity, _, joules in accounts(tiles):
        group = component.split("/")[0] if not component.startswith("tile") else "tiles_" + component.split("/")[1]
        groups[group] = groups.get(group, 0.0) + joules
    rows = []
    for b in range(BINS):
        watts = []
        for group, joules in groups.items():
            bins = MVM_BINS if group in ("tiles_dac", "tiles_adc", "tiles_nmpu", "tiles_sram") else range(BINS)
            watts.append(joules / (len(bins) * BIN_S) if b in bins else 0.0)
        rows.append([repr(b * BIN_S), repr((b + 1) * BIN_S), sum(watts), *watts])
    write_csv(path, ["begin_s", "end_s", "total_w", *(group + "_w" for group in groups)], rows)


def write_timeline(path, tiles, crossbar_busy, link):
    rows = []
    for b in range(BINS):
        mvm = b in MVM_BINS
        tracks = [("host", 0.3 if mvm else 1.0), ("dma", 0.1 if mvm else 0.0), ("noc", 0.05 if mvm else 0.0), ("noc/busiest", 2 * link if mvm else 0.0)]
        for t in range(tiles):
            busy = crossbar_busy / (t + 1) if mvm else 0.0
            tracks += [(f"tile{t}", 1.0 if mvm else 0.0), (f"tile{t}/crossbar", busy), (f"tile{t}/nmpu", busy / 10)]
        rows += [[repr(b * BIN_S), repr((b + 1) * BIN_S), track, value] for track, value in tracks if value > 0.0]
    write_csv(path, ["begin_s", "end_s", "track", "utilisation"], rows)


def write_sample(folder, *, firmware="sample.elf", tiles=4, reported=None, layers=("conv1", "conv1;inner", "dense"), crossbar_busy=0.9, link=0.2):
    """A folder with all files. `link` is the busiest link's utilisation over the run; all of its traffic is in MVM_BINS, half of the run."""
    folder.mkdir()
    if reported is None:
        reported = {"accuracy": 0.875, "accuracy_uncalibrated": 0.75, "calibration_rms_before": 12.5, "calibration_rms_after": 2.5, "images": 7.0,
                    "latency_s": 1.5e-6, "energy_j": 3.25e-7}
    content = summary(firmware, tiles, reported, crossbar_busy)
    content["noc"]["max_link_utilisation"] = link
    (folder / "summary.json").write_text(json.dumps(content, indent=2))
    (folder / "platform.yaml").write_bytes(platform_yaml(tiles))
    write_csv(folder / "energy.csv", ["component", "activity", "count", "energy_j"], accounts(tiles))
    write_power(folder / "power.csv", tiles)
    write_timeline(folder / "timeline.csv", tiles, crossbar_busy, link)
    write_csv(folder / "layers.csv", ["layer", "count", "time_s", "min_s", "max_s", "energy_j", "host_instructions", "mvms", "macs", "nmpu_columns", "noc_bytes"],
              [[name, 10, 2e-5 * (i + 1), 1e-6, 3e-6, 4e-6 * (i + 1), 1000, 50, 3276800, 12800, 64000] for i, name in enumerate(layers)])
    links = [["request", "injection", "host", "router0", 0, 0, 0, 0, 9000, 0.09], ["response", "ejection", "router0", "host", 0, 0, 0, 0, 4000, 0.04],
             ["request", "injection", "memory", "router4", 0, 1, 0, 1, 9000, 0.01]]
    for t in range(tiles):
        x, y = t % WIDTH, t // WIDTH
        links.append(["request", "ejection", f"router{t}", f"tile{t}", x, y, x, y, 2000, 0.02])
        if x + 1 < WIDTH:
            links.append(["request", "router", f"router{t}", f"router{t + 1}", x, y, x + 1, y, 20000 // (t + 1), link / (t + 1)])
            links.append(["response", "router", f"router{t + 1}", f"router{t}", x + 1, y, x, y, 500, 0.005])
    write_csv(folder / "links.csv", ["plane", "kind", "from", "to", "from_x", "from_y", "to_x", "to_y", "flits", "utilisation"], links)
    write_csv(folder / "tiles.csv", ["tile", "x", "y", "mvms", "macs", "nmpu_columns", "saturated", "busy_s", "utilisation", "crossbar_busy_s", "nmpu_busy_s",
                                     "energy_j", "dac_j", "crossbar_j", "adc_j", "nmpu_j", "sram_j", "control_j", "leakage_j"],
              [[t, t % WIDTH, t // WIDTH, 100, 6553600, 25600, 3, 6e-5, 0.5, 4.5e-5, 4.5e-6, 2.6e-6, 1e-7, 2.05e-6, 4e-7, 1e-9, 7e-9, 1.5e-10, 5e-8] for t in range(tiles)])
    write_csv(folder / "profile.csv", ["function", "calls", "instructions", "inclusive_instructions", "cycles", "inclusive_cycles", "energy_pj", "inclusive_energy_pj"],
              [["main", 1, 1000, 30000, 2000, 50000, 8000, 240000], ["run_layer", 30, 29000, 29000, 48000, 48000, 232000, 232000]])
    return folder
