#!/usr/bin/python3
"""Generates the C++ header and the SystemVerilog package of the NMPU's number formats from one YAML file.

Refuses formats the datapath cannot be built with, among them an accumulator that could wrap. Files are
rewritten only when their content changes; with --check nothing is written and a difference is an error.
"""
import argparse
import pathlib
import sys

import jinja2
import yaml

# Every constant, and the member of the C++ struct Format that holds it.
FIELDS = {
    "IN_W": "count_bits", "SCALE_I": "scale_int_bits", "SCALE_F": "scale_frac_bits", "OFFSET_I": "offset_int_bits",
    "OFFSET_F": "offset_frac_bits", "BIAS_W": "bias_bits", "PSUM_W": "psum_bits", "ACC_W": "acc_bits",
    "OUT_W": "out_bits", "CUT_W": "cut_bits", "LANES": "lanes", "MAX_BEATS": "max_beats", "STAGES": "stages"}
# What the C++ types of the interfaces and the generated names are made for.
CONFIGURATIONS = ["paper", "wide"]


class FormatError(Exception):
    """A set of formats that cannot be built; the message names the constant."""


def values_of(path, entry):
    """The value of a constant for each configuration."""
    name = entry.get("name")
    if "value" in entry and any(c in entry for c in CONFIGURATIONS):
        raise FormatError(f"{path}: {name} has a value for all configurations and one for a single one")
    values = {c: entry.get("value", entry.get(c)) for c in CONFIGURATIONS}
    for configuration, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise FormatError(f"{path}: {name} of {configuration} is '{value}', expected a positive integer")
    return values


def load(path):
    """Returns the constants in file order, each with name, values and doc, and the values of each configuration."""
    document = yaml.safe_load(path.read_text())
    if not isinstance(document, dict) or not isinstance(document.get("constants"), list):
        raise FormatError(f"{path}: expected a list under the key 'constants'")
    if document.get("configurations") != CONFIGURATIONS:
        raise FormatError(f"{path}: configurations is '{document.get('configurations')}', expected {CONFIGURATIONS}")
    constants = []
    for entry in document["constants"]:
        name = entry.get("name")
        if name not in FIELDS:
            raise FormatError(f"{path}: unknown constant '{name}'; known: {', '.join(FIELDS)}")
        if any(c["name"] == name for c in constants):
            raise FormatError(f"{path}: constant {name} appears twice")
        if not entry.get("doc"):
            raise FormatError(f"{path}: {name} has no doc")
        constants.append({"name": name, "field": FIELDS[name], "doc": entry["doc"], "values": values_of(path, entry)})
    missing = [name for name in FIELDS if name not in [c["name"] for c in constants]]
    if missing:
        raise FormatError(f"{path}: missing constants: {', '.join(missing)}")
    values = {c: {constant["name"]: constant["values"][c] for constant in constants} for c in CONFIGURATIONS}
    for configuration in CONFIGURATIONS:
        check(values[configuration], f"{path}: {configuration}")
    return constants, values


def accumulator_range(values):
    """The extremes of acc, with the largest rounding constant that is added to it afterwards."""
    count = (1 << values["IN_W"]) - 1
    scale = (1 << (values["SCALE_I"] + values["SCALE_F"])) - 1
    offset = 1 << (values["OFFSET_I"] + values["OFFSET_F"] - 1)
    addend = 1 << (max(values["BIAS_W"], values["PSUM_W"]) - 1)
    offset_unit = 1 << (values["SCALE_F"] - values["OFFSET_F"])
    addend_unit = 1 << values["SCALE_F"]
    rounding = 1 << ((1 << values["CUT_W"]) - 2)
    high = count * scale + (offset - 1) * offset_unit + (addend - 1) * addend_unit
    low = -count * scale - offset * offset_unit - addend * addend_unit
    return low, high, high + max(rounding, 1 << (values["SCALE_F"] - 1))


def check(values, path):
    # The interfaces carry these in fixed C++ types, which the formats must fill exactly or fit into.
    for name, limit in (("IN_W", 16), ("BIAS_W", 16), ("PSUM_W", 16), ("OUT_W", 8), ("ACC_W", 32), ("CUT_W", 4)):
        if values[name] > limit:
            raise FormatError(f"{path}: {name} is {values[name]}, the interface carries at most {limit} bits")
    if values["SCALE_I"] + values["SCALE_F"] > 16 or values["OFFSET_I"] + values["OFFSET_F"] > 16:
        raise FormatError(f"{path}: a scale and an offset have at most 16 bits each")
    if values["OFFSET_F"] > values["SCALE_F"]:
        raise FormatError(f"{path}: OFFSET_F must not exceed SCALE_F")
    if values["SCALE_F"] >= 1 << values["CUT_W"]:
        raise FormatError(f"{path}: SCALE_F must be a cut amount, below {1 << values['CUT_W']}")
    if values["PSUM_W"] <= values["OUT_W"] or values["BIAS_W"] != values["PSUM_W"]:
        raise FormatError(f"{path}: BIAS_W must equal PSUM_W, and OUT_W be less")
    if values["LANES"] < 2 or values["LANES"] & (values["LANES"] - 1):
        raise FormatError(f"{path}: LANES is {values['LANES']}, expected a power of two of at least 2")
    if values["MAX_BEATS"] < 2 or values["MAX_BEATS"] & (values["MAX_BEATS"] - 1):
        raise FormatError(f"{path}: MAX_BEATS is {values['MAX_BEATS']}, expected a power of two of at least 2")
    low, _, high = accumulator_range(values)
    needed = max(high.bit_length(), (-low - 1).bit_length()) + 1
    if values["ACC_W"] < needed:
        raise FormatError(f"{path}: ACC_W is {values['ACC_W']}, but the accumulator, rounding included, ranges "
                          f"over {low} .. {high} and needs {needed} bits")


def camel(name):
    return "".join(part.capitalize() for part in name.lower().split("_"))


def emit(path, text, check_only):
    """Writes text where it differs; returns whether the file was already right."""
    current = path.read_text() if path.exists() else None
    if current == text:
        return True
    if not check_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("format", type=pathlib.Path, help="number formats (YAML)")
    parser.add_argument("--cpp", type=pathlib.Path, help="C++ header to write")
    parser.add_argument("--sv", type=pathlib.Path, help="SystemVerilog package to write")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs from the YAML")
    args = parser.parse_args()
    try:
        constants, values = load(args.format)
    except (FormatError, OSError, yaml.YAMLError) as error:
        sys.exit(f"gen_nmpu_format: {error}")

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent / "templates"),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    environment.filters["camel"] = camel
    context = {"constants": constants, "width": max(len(name) for name in FIELDS), "configurations": CONFIGURATIONS,
               "acc_range": {c: accumulator_range(values[c])[:2] for c in CONFIGURATIONS}}
    stale = []
    for template, output in (("nmpu_format.h.j2", args.cpp), ("nmpu_pkg.sv.j2", args.sv)):
        if output and not emit(output, environment.get_template(template).render(context), args.check):
            stale.append(str(output))
    if args.check and stale:
        sys.exit(f"gen_nmpu_format: not what {args.format} says: {', '.join(stale)}; "
                 "run the generator without --check")


if __name__ == "__main__":
    main()
