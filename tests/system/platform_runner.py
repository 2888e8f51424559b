"""Runs aimc-vp for the system tests and reads what a run leaves behind."""
import csv
import dataclasses
import gzip
import json
import os
import pathlib
import struct
import subprocess
import tempfile

BUILD = pathlib.Path(os.environ["AIMC_BUILD_DIR"])
SOURCE = pathlib.Path(os.environ["AIMC_SOURCE_DIR"])
PROGRAM = BUILD / "bin" / "aimc-vp"
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
IMAGES = DATA / "t10k-images-idx3-ubyte.gz"
LABELS = DATA / "t10k-labels-idx1-ubyte.gz"


def firmware(name):
    return BUILD / "firmware" / f"{name}.elf"


@dataclasses.dataclass
class Run:
    """One finished run."""
    status: int
    stdout: str
    stderr: str
    out: pathlib.Path

    @property
    def summary(self):
        return json.loads((self.out / "summary.json").read_text())

    def results(self):
        """The summary without what may differ between equal runs."""
        summary = self.summary
        del summary["run"]
        return summary

    def accounts(self):
        """(component, activity, joules) of energy.csv."""
        with open(self.out / "energy.csv", newline="", encoding="utf-8") as file:
            return [(line["component"], line["activity"], float(line["energy_j"])) for line in csv.DictReader(file)]

    def bytes_of(self, name):
        return (self.out / name).read_bytes()


class Workspace:
    """A directory for the runs of one test, removed at the end."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="aimc-test-")
        self.path = pathlib.Path(self._directory.name)
        self._runs = 0

    def close(self):
        self._directory.cleanup()

    def run(self, elf, *options, args=(), timeout=600, cwd=None):
        """Runs firmware (a name of ours or a path) in an output directory of its own."""
        self._runs += 1
        out = self.path / f"run{self._runs}"
        path = firmware(elf) if isinstance(elf, str) else elf
        command = [PROGRAM, "run", path, "--out", out, *options]
        if args:
            command += ["--", *args]
        return self.call(command, out, timeout, cwd)

    def call(self, command, out=None, timeout=600, cwd=None):
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout, cwd=cwd or self.path, check=False)
        return Run(done.returncode, done.stdout, done.stderr, out)

    def fashion(self, *options, images, args=(), **keywords):
        loads = ["--load", f"{IMAGES}@0x84000000", "--load", f"{LABELS}@0x85000000"]
        return self.run("fashion", "-q", *loads, *options, args=["--images", images, *args], **keywords)


def labels(count):
    """The first labels of the test set, read independently of the platform."""
    content = gzip.decompress(LABELS.read_bytes())
    magic, total = struct.unpack(">II", content[:8])
    assert magic == 2049 and count <= total
    return list(content[8:8 + count])
