"""What is synthesised, and how its energy is measured on the counts of a network."""
import dataclasses
import functools

import numpy as np

from . import correction, fashion, fp16, gates, synth

STREAMS = 256            # streams of data beside each other in a simulation of gates
UNIT_LANES, UNIT_ROWS = 64, 4   # of the unit for 256 columns


@dataclasses.dataclass(frozen=True)
class Design:
    key: str
    label: str
    kind: str                      # nmpu or fp16
    lanes: int                     # of the instance that is synthesised
    plain: bool = False            # rounds half up only, counts no saturated results: what FP16 is compared with
    psum: bool = True              # partial sums and bias
    variable_cut: bool = True
    in_w: int = 12
    fixed: correction.Fixed = correction.Fixed()
    cut_w: int = 4
    memory_cells: bool = False     # parameter words of UNIT_ROWS columns in flip-flops

    @property
    def rows(self):
        return 256 if self.kind == "fp16" and not self.memory_cells else UNIT_ROWS

    @property
    def stages(self):
        return 12 if self.kind == "fp16" else 3

    def package(self):
        """The constants of nmpu_pkg that differ; the accumulator is as wide as its operands ask for."""
        f = self.fixed
        if self.psum and f == FIXED() and self.in_w == 12:
            return {}
        psum_w = 16 if self.psum else 9   # without partial sums an output is an activation
        top = ((1 << self.in_w) - 1) * ((1 << (f.scale_i + f.scale_f)) - 1)
        low = top + (1 << (f.offset_i + f.scale_f - 1)) + ((1 << (psum_w - 1 + f.scale_f)) if self.psum else 0)
        rounding = 1 << ((1 << self.cut_w) - 2) if self.variable_cut else 1 << f.scale_f
        acc_w = max(max(low, top + rounding).bit_length() + 1, psum_w + f.scale_f)
        return {"IN_W": self.in_w, "SCALE_I": f.scale_i, "SCALE_F": f.scale_f, "OFFSET_I": f.offset_i,
                "OFFSET_F": f.offset_f, "BIAS_W": psum_w, "PSUM_W": psum_w, "ACC_W": acc_w, "CUT_W": self.cut_w}

    def ties(self):
        if self.kind == "fp16":
            return {} if self.psum else {"in_use_psum": 0, "in_psum": 0, "in_psum_out": 0}
        ties = {}
        if self.plain:
            ties.update(in_rounding=0, in_keep=0, saturated_clear=1)
        if not self.psum:
            ties.update(in_addend=0, in_psum=0, in_psum_out=0, param_bias=0)
        if not self.variable_cut:
            pre, post = self.fixed.cuts(workload().layer)
            ties.update(in_cut_pre=pre, in_cut_post=post)
        return ties

    def parameters(self):
        if self.kind == "fp16":
            return {"LANES": self.lanes, "COLUMNS": self.rows * self.lanes, "PSUM_PORT": "1'b1" if self.psum else "1'b0"}
        return {"LANES": self.lanes, "MAX_BEATS": self.rows}


FIXED = correction.Fixed
WIDE = FIXED(scale_f=15, offset_i=12, offset_f=4)
DESIGNS = [
    Design("paper", "NMPU `paper`", "nmpu", 4),
    Design("paper_plain", "NMPU `paper`, plain", "nmpu", 4, plain=True),
    Design("paper_fixed_cut", "NMPU `paper`, plain, fixed cut", "nmpu", 4, plain=True, variable_cut=False),
    Design("paper_no_psum", "NMPU `paper`, plain, no partial sums", "nmpu", 4, plain=True, psum=False),
    Design("paper_no_psum_fixed_cut", "NMPU `paper`, plain, no partial sums, fixed cut", "nmpu", 4, plain=True, psum=False,
           variable_cut=False),
    Design("wide", "NMPU `wide`", "nmpu", 4, fixed=WIDE),
    Design("wide_plain", "NMPU `wide`, plain", "nmpu", 4, plain=True, fixed=WIDE),
    Design("fp16", "FP16", "fp16", 1),
    Design("fp16_no_psum", "FP16, no partial sums", "fp16", 1, psum=False),
    Design("paper_words", "NMPU `paper`, plain, with parameter words", "nmpu", 4, plain=True, memory_cells=True),
    Design("fp16_words", "FP16 with parameter words", "fp16", 1, memory_cells=True),
    Design("width_9x4", "9-bit counts, 4-bit scale, fixed cut", "nmpu", 2, plain=True, psum=False, variable_cut=False, in_w=9,
           fixed=FIXED(scale_f=3)),
    Design("width_9x8", "9-bit counts, 8-bit scale, fixed cut", "nmpu", 2, plain=True, psum=False, variable_cut=False, in_w=9),
    Design("width_12x8", "12-bit counts, 8-bit scale, fixed cut", "nmpu", 2, plain=True, psum=False, variable_cut=False),
    Design("width_12x8_cut", "12-bit counts, 8-bit scale, variable cut", "nmpu", 2, plain=True, psum=False),
    Design("width_12x16", "12-bit counts, 16-bit scale and offset, variable cut", "nmpu", 2, plain=True, psum=False, fixed=WIDE),
    Design("width_24x8", "24-bit counts, 8-bit scale, variable cut", "nmpu", 2, plain=True, psum=False, in_w=24, cut_w=5),
    Design("width_24x16", "24-bit counts, 16-bit scale and offset, variable cut", "nmpu", 2, plain=True, psum=False, in_w=24,
           fixed=WIDE),
]


@dataclasses.dataclass
class Workload:
    """The last of the four row tiles of the network's first layer: partial sums in, activations out."""
    layer: dict
    tile: fashion.Tile
    counts: np.ndarray  # (2, images, 256)
    psum: np.ndarray    # (images, 256), unit one count


@functools.lru_cache
def workload():
    layer = fashion.load_layers()[0]
    images, _ = fashion.test_images(4 * STREAMS)
    tiles = fashion.make_tiles(layer, "physical", 1)
    counts = fashion.layer_counts(tiles, layer, images.astype(np.float64))
    psum = layer["bias"]
    for tile, (cp, cn) in zip(tiles[:-1], counts[:-1]):
        sp, sn, offset = FIXED().parameters(tile)
        psum = np.clip((cp * sp - cn * sn + (offset << 6) + (psum << 7) + 64) >> 7, -32768, 32767)
    return Workload(layer, tiles[-1], counts[-1], psum)


class Mismatch(Exception):
    """The gates do not compute what the arithmetic says."""


def simulate(design, netlist, library):
    """Energy of a beat in pJ, and the columns compared; raises Mismatch where the gates differ from the arithmetic."""
    work = workload()
    net = gates.Netlist(netlist, "ppa_top", library, STREAMS)
    lanes, rows = design.lanes, design.rows
    columns = [[row * (UNIT_LANES if rows == UNIT_ROWS else 1) + lane for lane in range(lanes)] for row in range(rows)]
    images_a_stream = 4 if rows == UNIT_ROWS else 1
    images = np.arange(images_a_stream)[:, None] + images_a_stream * np.arange(STREAMS)[None, :]
    if design.kind == "fp16":
        step = 2.0 ** (work.layer["cut"] - 7)
        scale_p, scale_n, offset = correction.Fp16().parameters(work.tile, work.layer)
        words = [v.view(np.uint16).astype(int) for v in (scale_p, scale_n, offset)]
        psum = (work.psum / step).astype(np.float16)
        psum_bits = psum.view(np.uint16).astype(int)
        value = fp16.affine(scale_p, scale_n, offset, *work.counts, psum if design.psum else fp16.MINUS_ZERO)
        expected = fp16.to_int8(value, work.layer["relu"], work.layer["zero_point"])
        extra = {"in_use_psum": 1}
    else:
        fixed = design.fixed
        words = fixed.parameters(work.tile)
        psum_bits = work.psum
        cp, cn = work.counts.astype(np.int64)
        acc = cp * words[0] - cn * words[1] + (words[2] << (fixed.scale_f - fixed.offset_f))
        expected = fixed.activate(work.layer, acc + (work.psum << fixed.scale_f) if design.psum else acc)
        pre, post = fixed.cuts(work.layer)
        extra = {"in_addend": 2, "in_cut_pre": pre, "in_cut_post": post, "in_keep": (1 << lanes) - 1}

    def put(port, value):
        if port in net.ports:
            net.set(port, value)

    def cycle(previous=None):
        net.settle()
        return net.edge(previous)

    for name in net.input_names:
        net.set(name, 0)
    put("out_ready", 1)
    cycle()
    cycle()
    put("rst_n", 1)
    put("param_valid", 1)
    for row in range(rows):
        for lane in range(lanes):
            put("param_column", row * lanes + lane)
            for name, word in zip(("param_sp", "param_sn", "param_offset"), words):
                put(name, int(word[columns[row][lane]]))
            cycle()
    put("param_valid", 0)
    for name, value in {"in_relu": work.layer["relu"], "in_zero_point": work.layer["zero_point"], "in_valid": 1,
                        **extra}.items():
        put(name, int(value))

    width = len(net.ports["in_cp"]) // lanes
    beats = [(index, row) for index in range(images_a_stream) for row in range(rows)]
    results, previous = [], None
    for step_index in range(len(beats) + design.stages):
        if step_index < len(beats):
            index, row = beats[step_index]
            put("in_row", row)
            for lane, column in enumerate(columns[row]):
                for port, data in (("in_cp", work.counts[0]), ("in_cn", work.counts[1])):
                    net.set_bits(net.ports[port][lane * width:(lane + 1) * width], data[images[index], column])
                if "in_psum" in net.ports:
                    net.set_bits(net.ports["in_psum"][lane * 16:(lane + 1) * 16], psum_bits[images[index], column])
        else:
            put("in_valid", 0)
        net.settle()
        if step_index == design.stages + 1:
            net.clear()      # the pipeline is full
        if step_index == len(beats):
            energy = net.energy_pj() / net.cycles
        if step_index >= design.stages:
            if not net.values[net.ports["out_valid"]].all():
                raise Mismatch(f"{design.key}: no output in cycle {step_index}")
            out_width = len(net.ports["out_data"]) // lanes
            index, row = beats[step_index - design.stages]
            for lane, column in enumerate(columns[row]):
                out = net.get_bits(net.ports["out_data"][lane * out_width:lane * out_width + 8])
                if (out.astype(np.uint8).view(np.int8) != expected[images[index], column]).any():
                    raise Mismatch(f"{design.key}: column {column} of image {images[index][0]} and others differ")
                results.append(out)
        previous = net.edge(previous)
    return energy, len(results) * STREAMS


def measure(design, library, directory):
    """Everything about one design; areas in gate equivalents."""
    directory = directory / design.key
    directory.mkdir(parents=True, exist_ok=True)
    files = synth.FP16 if design.kind == "fp16" else synth.resized_package(design.package(), directory)
    top = "fp16_affine" if design.kind == "fp16" else "nmpu"
    common = (library, files, top, design.parameters())
    result = synth.synthesise(*common, directory, design.ties(), design.memory_cells)
    control = synth.synthesise(*common, directory / "control", design.ties(), design.memory_cells, without=f"{top}_lane")
    net = gates.Netlist(result.netlist, "ppa_top", library, 64)
    control_net = gates.Netlist(control.netlist, "ppa_top", library, 64)
    energy, checked = simulate(design, result.netlist, library)
    control_energy = control_net.clock_energy
    period = result.delay_ns + library.flip_flop.flip_flop_overhead_ns()
    return {
        "key": design.key, "label": design.label, "kind": design.kind, "lanes_synthesised": design.lanes,
        "lane_ge": (net.area - control_net.area) / design.lanes / library.nand2,
        "control_ge": control_net.area / library.nand2,
        "lane_flip_flops": (net.flop_count - control_net.flop_count) / design.lanes,
        "parameter_bits_a_column": net.memory_bits / (design.lanes * design.rows),
        "gate_levels": net.depth, "path_ns": result.delay_ns, "period_ns": period, "clock_mhz": 1000.0 / period,
        "stages": design.stages,
        "lane_energy_pj": (energy - control_energy) / design.lanes, "control_energy_pj": control_energy,
        "lane_leakage_nw": (net.leakage_nw - control_net.leakage_nw) / design.lanes,
        "columns_checked": checked,
    }
