"""Synthesis with yosys and abc."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NMPU = [ROOT / "rtl/nmpu" / name for name in ("nmpu_pkg.sv", "nmpu_lane.sv", "nmpu.sv")]
FP16 = [ROOT / "rtl/fp16_affine" / name
        for name in ("fp16_fma.sv", "fp16_from_count.sv", "fp16_to_int8.sv", "fp16_affine_lane.sv", "fp16_affine.sv")]

# Timing-driven mapping with gate sizes chosen for delay first; the same for every design.
ABC = "+strash;ifraig;scorr;dc2;dch,-f;map,-B,0.9;topo;buffer,-c;topo;upsize;dnsize;stime,-p"


class Result:
    def __init__(self, netlist, delay_ns):
        self.netlist, self.delay_ns = netlist, delay_ns


def run(command, log):
    done = subprocess.run(["yosys", "-q", "-l", str(log), "-s", "-"], input=command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"nmpu_ppa: yosys failed (log in {log}): {(done.stderr or done.stdout).strip()[-500:]}")
    return log.read_text()


def ports(files, top, parameters, directory):
    """Ports of a module with these parameters, as (name, direction, width)."""
    out = directory / "ports.json"
    setting = "".join(f" -set {k} {v}" for k, v in parameters.items())
    run(f"read_verilog -sv {' '.join(map(str, files))}\n" + (f"chparam{setting} {top}\n" if setting else "") +
        f"hierarchy -check -top {top}\nproc\nwrite_json {out}\n", directory / "ports.log")
    modules = json.loads(out.read_text())["modules"]
    # A module with parameters is renamed; it is the one marked as top.
    module = next(m for m in modules.values() if m["attributes"].get("top"))
    return [(name, port["direction"], len(port["bits"])) for name, port in module["ports"].items()]


def wrapper(files, top, parameters, ties, directory):
    """A module ppa_top around `top`, with some of its inputs tied to constants and outputs for the rest."""
    lines, connections = [], []
    for name, direction, width in ports(files, top, parameters, directory):
        if name in ties:
            connections.append(f".{name}({width}'d{ties[name]})")
        else:
            lines.append(f"  {direction} wire [{width - 1}:0] {name}")
            connections.append(f".{name}({name})")
    setting = ", ".join(f".{k}({v})" for k, v in parameters.items())
    text = ("module ppa_top (\n" + ",\n".join(lines) + "\n);\n  " + top + (f" #({setting})" if setting else "") +
            " unit (\n    " + ",\n    ".join(connections) + "\n  );\nendmodule\n")
    path = directory / "ppa_top.sv"
    path.write_text(text)
    return path


def synthesise(library, files, top, parameters, directory, ties=None, memory_cells=False, without=None):
    """Maps a flattened design. Without memory_cells the parameter memory stays one abstract cell: its words are read
    in no time and cost no area. Modules whose name contains `without` are left out: what remains is the control."""
    directory.mkdir(parents=True, exist_ok=True)
    outer = wrapper(files, top, parameters, ties or {}, directory)
    netlist = directory / "netlist.json"
    text = run(f"""read_verilog -sv {' '.join(map(str, files))} {outer}
hierarchy -check -top ppa_top
{f"blackbox *{without}*" if without else ""}
proc
flatten
opt_expr
opt_clean
check -assert
opt -nodffe -nosdff
opt
wreduce
peepopt
opt_clean
alumacc
share
opt
memory -nomap -nordff
opt_clean
opt -fast -full
{'memory_map' if memory_cells else ''}
opt -undriven -fine
techmap
opt -fast
dfflibmap -liberty {library.path}
opt
abc -liberty {library.path} -script {ABC}
opt_clean -purge
write_json {netlist}
""", directory / "yosys.log")
    delays = re.findall(r"Delay =\s*([\d.]+) ps", text)
    if not delays and not without:
        sys.exit(f"nmpu_ppa: no delay in {directory / 'yosys.log'}")
    return Result(netlist, float(delays[-1]) / 1000.0 if delays else 0.0)


def resized_package(values, directory):
    """The NMPU's sources with other widths in its package."""
    directory.mkdir(parents=True, exist_ok=True)
    text = NMPU[0].read_text()
    for name, value in values.items():
        text, count = re.subn(rf"(localparam int {name}\s*=\s*)\d+;", rf"\g<1>{value};", text)
        if count == 0:
            sys.exit(f"nmpu_ppa: {NMPU[0]}: no constant {name}")
    path = directory / "nmpu_pkg.sv"
    path.write_text(text)
    return [path] + NMPU[1:]
