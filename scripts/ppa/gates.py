"""Runs a mapped netlist and counts the changes of every net.

Without delays: the netlist settles once a cycle, so glitches are not seen. Many independent streams of data run side
by side, one a bit of a machine word; control (and with it memory addresses) is the same in all of them.
"""
import json
import re

import numpy as np

ONES = np.array([bin(v).count("1") for v in range(256)], np.uint8)


def python_function(text):
    """A Liberty function as a Python expression: AND is writing two factors beside each other."""
    tokens = re.findall(r"\w+|[()!+^*]", text)
    result = []
    for token in tokens:
        if result and (re.match(r"\w|[(!]", token)) and (re.match(r"\w|\)", result[-1])):
            result.append("&")
        result.append(token)
    return "".join(result).replace("!", "~").replace("+", "|").replace("*", "&")


class Memory:
    """A $mem_v2 cell with asynchronous reads, synchronous writes and one address for all streams."""

    def __init__(self, cell, nets, words):
        parameters = {k: int(v, 2) for k, v in cell["parameters"].items()
                      if isinstance(v, str) and re.fullmatch("[01]+", v)}
        self.width, self.size, self.address_bits = (parameters[k] for k in ("WIDTH", "SIZE", "ABITS"))
        if parameters["RD_CLK_ENABLE"] or parameters["WR_PORTS"] != 1:
            raise ValueError("a memory with other than asynchronous reads and one write port")
        self.content = np.zeros((self.size, self.width, words), np.uint64)
        connection = {k: [nets(b) for b in v] for k, v in cell["connections"].items()}
        self.reads = [(connection["RD_ADDR"][p * self.address_bits:(p + 1) * self.address_bits],
                       connection["RD_DATA"][p * self.width:(p + 1) * self.width])
                      for p in range(parameters["RD_PORTS"])]
        self.write_address, self.write_data = connection["WR_ADDR"], connection["WR_DATA"]
        self.write_enable = connection["WR_EN"]

    def address(self, values, bits):
        chosen = values[bits, 0] & np.uint64(1)
        return int(sum(int(b) << i for i, b in enumerate(chosen))) % self.size

    def read(self, values):
        for address, data in self.reads:
            values[data] = self.content[self.address(values, address)]

    def write(self, values):
        mask = values[self.write_enable]
        if mask.any():
            word = self.content[self.address(values, self.write_address)]
            word[:] = (word & ~mask) | (values[self.write_data] & mask)


class Netlist:
    """The top module of a netlist that yosys wrote as JSON, flattened and mapped to the cells of a library."""

    def __init__(self, path, top, library, streams):
        module = json.loads(path.read_text())["modules"][top]
        self.words = streams // 64
        self.library = library
        self.index = {"0": 0, "1": 1, "x": 0}
        nets = lambda bit: self.index.setdefault(bit, len(self.index) - 1)
        nets("0"), nets("1")
        self.ports = {name: [nets(b) for b in port["bits"]] for name, port in module["ports"].items()}
        self.input_names = [n for n, p in module["ports"].items() if p["direction"] == "input"]
        gates, flops, self.memories = [], [], []
        self.area = self.flop_count = self.memory_bits = 0
        self.leakage_nw = 0.0
        load = {}
        self.cell_counts = {}
        for cell in module["cells"].values():
            if cell["type"] == "$mem_v2":
                self.memories.append(Memory(cell, nets, self.words))
                self.memory_bits += self.memories[-1].width * self.memories[-1].size
                continue
            kind = library.cells.get(cell["type"])
            if kind is None:  # a module left out
                continue
            pins = {pin: nets(bits[0]) for pin, bits in cell["connections"].items()}
            self.area += kind.area
            self.leakage_nw += kind.leakage_nw
            self.cell_counts[kind.name] = self.cell_counts.get(kind.name, 0) + 1
            for pin in kind.inputs:
                load[pins[pin]] = load.get(pins[pin], 0.0) + kind.capacitance[pin]
            (flops if kind.flip_flop else gates).append((kind, pins))
        self.flop_count = len(flops)
        self.count = len(self.index)
        self.levels, self.depth = self._order(gates, flops)
        self.flops = (np.array([pins["D"] for _, pins in flops], int), np.array([pins["Q"] for _, pins in flops], int))
        self.energy_of_change = np.zeros(self.count)  # pJ
        half_v2 = library.volt**2 / 2.0
        for kind, pins in gates + flops:
            for pin in kind.outputs:
                net = pins[pin]
                self.energy_of_change[net] += kind.output_energy(pin, load.get(net, 0.0))
            for pin in kind.inputs:
                if pin != kind.clock:
                    self.energy_of_change[pins[pin]] += kind.input_energy[pin]
        for net, capacitance in load.items():
            self.energy_of_change[net] += half_v2 * capacitance
        self.clock_energy = sum(kind.clock_energy(library.volt) for kind, _ in flops)
        if "clk" in self.ports:
            self.energy_of_change[self.ports["clk"]] = 0.0  # counted by the flip-flops
        self.values = np.zeros((self.count, self.words), np.uint64)
        self.values[1] = ~np.uint64(0)
        self.changes = np.zeros(self.count, np.int64)
        self.cycles = 0

    def _order(self, gates, flops):
        """Gates by level, each level's by kind; memory reads take the level after their address."""
        driver, level = {}, {}
        for item in gates:
            for pin in item[0].outputs:
                driver[item[1][pin]] = item
        read_of = {bit: address for memory in self.memories for address, data in memory.reads for bit in data}
        order = []
        for start in list(driver) + list(read_of):
            stack = [start]
            while stack:
                net = stack[-1]
                if net in level:
                    stack.pop()
                    continue
                if net in driver:
                    sources = [driver[net][1][pin] for pin in driver[net][0].inputs]
                elif net in read_of:
                    sources = read_of[net]
                else:
                    level[net] = 0
                    continue
                missing = [s for s in sources if s not in level]
                if missing:
                    stack.extend(missing)
                    continue
                level[net] = max([level[s] for s in sources], default=0) + 1
        # A mapping of levels to groups (function, inputs, outputs).
        groups = {}
        for kind, pins in gates:
            for pin in kind.outputs:
                groups.setdefault((level[pins[pin]], kind.name, pin), []).append(pins)
        reads = {}
        for memory in self.memories:
            for address, data in memory.reads:
                reads.setdefault(max(level[bit] for bit in data), []).append(memory)
        compiled = {}
        for (at, name, pin), items in groups.items():
            kind = self.library.cells[name]
            text = python_function(kind.function[pin])
            function = eval(f"lambda {', '.join(kind.inputs)}: {text}")  # of the library's own text
            inputs = [np.array([pins[i] for pins in items], int) for i in kind.inputs]
            compiled.setdefault(at, []).append((function, inputs, np.array([pins[pin] for pins in items], int)))
        steps = [(reads.get(at, []), compiled.get(at, [])) for at in range(1, max(level.values(), default=0) + 1)]
        return steps, max(level.values(), default=0)

    def set(self, port, data):
        """Puts one value (for all streams) or an array of `streams` values on a port."""
        bits = self.ports[port]
        if np.isscalar(data):
            for i, net in enumerate(bits):
                self.values[net] = ~np.uint64(0) if int(data) >> i & 1 else np.uint64(0)
            return
        self.set_bits(bits, data)

    def set_bits(self, bits, data):
        data = np.asarray(data, np.int64)
        for i, net in enumerate(bits):
            packed = np.packbits((data >> i & 1).astype(np.uint8), bitorder="little")
            self.values[net] = packed.view(np.uint64)

    def get_bits(self, bits):
        """The values of a group of nets, one a stream, unsigned."""
        result = 0
        for i, net in enumerate(bits):
            lane = np.unpackbits(self.values[net].view(np.uint8), bitorder="little").astype(np.int64)
            result = result + (lane << i)
        return result

    def settle(self):
        values = self.values
        for reads, groups in self.levels:
            for memory in reads:
                memory.read(values)
            for function, inputs, outputs in groups:
                values[outputs] = function(*[values[i] for i in inputs])

    def edge(self, previous=None):
        """A rising clock edge with settled inputs. Returns the settled values of this cycle, for the next call."""
        if previous is not None:
            self.changes += ONES[(self.values ^ previous).view(np.uint8)].sum(axis=1, dtype=np.int64)
            self.cycles += 1
        kept = self.values.copy()
        for memory in self.memories:
            memory.write(self.values)
        self.values[self.flops[1]] = kept[self.flops[0]]
        return kept

    def energy_pj(self):
        """Energy of one stream since the counters were last cleared."""
        return float(self.changes @ self.energy_of_change) / (64 * self.words) + self.clock_energy * self.cycles

    def clear(self):
        self.changes[:] = 0
        self.cycles = 0
