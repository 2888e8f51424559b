"""A cell library in the Liberty format: area, pins, functions, capacitances and energies."""
import pathlib
import re
import subprocess
import sys

import numpy as np

PACKAGE, FILE = "qflow-tech-osu018", "osu018_stdcells.lib"


def find():
    """The library of the Debian package, by the package's own list of files."""
    listing = subprocess.run(["dpkg", "-L", PACKAGE], capture_output=True, text=True)
    paths = [line for line in listing.stdout.splitlines() if line.endswith("/" + FILE)]
    if not paths or not pathlib.Path(paths[0]).is_file():
        sys.exit(f"nmpu_ppa: {FILE} not found; expected from the package {PACKAGE} (or give --liberty)")
    return pathlib.Path(paths[0])


def parse(text):
    """Nested groups as lists of (name, argument, {attribute: value}, groups)."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
    token = re.compile(r'\s*(?:(\})|([\w]+)\s*\(((?:"[^"]*"|[^()])*)\)\s*(\{|;)?|([\w]+)\s*:\s*("[^"]*"|[^;\n]+?)\s*;)')
    stack = [("root", "", {}, [])]
    position = 0
    while match := token.match(text, position):
        position = match.end()
        close, name, argument, opens, attribute, value = match.groups()
        if close:
            group = stack.pop()
            stack[-1][3].append(group)
        elif attribute:
            stack[-1][2][attribute] = value.strip('"')
        elif opens == "{":
            stack.append((name, argument.strip(), {}, []))
        else:
            stack[-1][2][name] = argument
    if len(stack) != 1 or text[position:].strip():
        raise ValueError(f"not understood: '{text[position:position + 60].strip()}'")
    return stack[0][3]


def numbers(text):
    return np.array([float(v) for v in re.findall(r"[-+\d.eE]+", text)])


def children(group, name):
    return [g for g in group[3] if g[0] == name]


def table(group, first, second=None):
    """A lookup table at (first, second), linear between its points and held at its ends."""
    attributes = group[2]
    x = numbers(attributes["index_1"])
    values = numbers(attributes["values"])
    if "index_2" not in attributes:
        return float(np.interp(first, x, values))
    y = numbers(attributes["index_2"])
    rows = values.reshape(len(x), len(y))
    return float(np.interp(first, x, [np.interp(second, y, row) for row in rows]))


SLEW_NS = 0.18  # of every edge, for energies and the flip-flop's own delays


class Cell:
    """What synthesis results are weighed with. Energies in pJ, capacitances in pF."""

    def __init__(self, group):
        self.name = group[1]
        self.area = float(group[2]["area"])
        self.leakage_nw = float(group[2].get("cell_leakage_power", 0.0))
        self.flip_flop = bool(children(group, "ff"))
        self.capacitance, self.function, self.outputs, self.inputs = {}, {}, [], []
        self.input_energy = {}   # of a change of an input that may change nothing else
        self.output_power = {}   # internal_power groups of an output
        self.clock = None
        for pin in children(group, "pin"):
            name = pin[1]
            if pin[2]["direction"] == "output":
                self.outputs.append(name)
                self.function[name] = pin[2].get("function")
                self.output_power[name] = children(pin, "internal_power")
            else:
                self.inputs.append(name)
                self.capacitance[name] = float(pin[2]["capacitance"])
                powers = [p for group_ in children(pin, "internal_power") for p in group_[3]]
                self.input_energy[name] = sum(table(p, SLEW_NS) for p in powers) / 2.0
                if pin[2].get("clock") == "true":
                    self.clock = name
        self.pins = children(group, "pin")

    def output_energy(self, pin, load_pf):
        """Internal energy of one change of the output, the mean over its causes and directions."""
        powers = [table(p, load_pf, SLEW_NS) for group in self.output_power[pin] for p in group[3]]
        return sum(powers) / len(powers) if powers else 0.0

    def clock_energy(self, volt):
        """One clock cycle's internal energy and that of charging the clock pin, apart from its output."""
        return 2.0 * self.input_energy[self.clock] + self.capacitance[self.clock] * volt * volt

    def flip_flop_overhead_ns(self):
        """Clock to output with a load of four gate inputs, and set-up, the worse direction of each."""
        timing = {"rising_edge": [], "setup_rising": []}
        for pin in self.pins:
            for group in children(pin, "timing"):
                kind = group[2].get("timing_type")
                if kind == "rising_edge":
                    timing[kind] += [table(t, 0.05, SLEW_NS) for t in group[3] if t[0].startswith("cell_")]
                elif kind == "setup_rising":
                    timing[kind] += [table(t, SLEW_NS, SLEW_NS) for t in group[3]]
        return max(timing["rising_edge"]) + max(timing["setup_rising"])


class Library:
    def __init__(self, path):
        self.path = path
        try:
            groups = parse(path.read_text())
        except (OSError, ValueError) as error:
            sys.exit(f"nmpu_ppa: {path}: {error}")
        if not groups:
            sys.exit(f"nmpu_ppa: {path}: no library in it")
        library = groups[0]
        self.name = library[1]
        self.volt = float(library[2]["nom_voltage"])
        self.cells = {g[1]: Cell(g) for g in children(library, "cell")}
        self.nand2 = self.cells["NAND2X1"].area
        self.flip_flop = self.cells["DFFPOSX1"]
