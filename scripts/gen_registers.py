#!/usr/bin/python3
"""Generates the C++ tables, the firmware header and the documentation from the register maps.

One YAML file a block, beside the model it describes, and the SoC's memory map. The hash of their
content is compiled into all three outputs, so that firmware can refuse a platform it was not built for.
"""
import argparse
import hashlib
import json
import pathlib
import sys

import jinja2
import yaml

ACCESS = {"ro", "rw", "wo", "rw1c"}


class MapError(Exception):
    """A register map that cannot be right; the message names file and entry."""


def bit_range(text, where):
    parts = str(text).split(":")
    high = int(parts[0])
    low = int(parts[-1])
    if not 0 <= low <= high <= 31:
        raise MapError(f"{where}: bits '{text}' is not a range within 31:0")
    return high, low


def load_block(path):
    block = yaml.safe_load(path.read_text())
    seen = {}
    for register in block["registers"]:
        where = f"{path}: register {register['name']}"
        if register["access"] not in ACCESS:
            raise MapError(f"{where}: access '{register['access']}' is not one of {sorted(ACCESS)}")
        register.setdefault("count", 1)
        register.setdefault("reset", 0)
        register.setdefault("fields", [])
        for index in range(register["count"]):
            offset = register["offset"] + 4 * index
            if offset % 4 or offset in seen:
                raise MapError(f"{where}: offset {offset:#x} is misaligned or taken by {seen.get(offset)}")
            seen[offset] = register["name"]
        used = 0
        for field in register["fields"]:
            high, low = bit_range(field["bits"], f"{where} field {field['name']}")
            mask = ((1 << (high - low + 1)) - 1) << low
            if used & mask:
                raise MapError(f"{where}: field {field['name']} overlaps another")
            used |= mask
            field.update(high=high, low=low, mask=mask, width=high - low + 1)
        register["mask"] = used if register["fields"] else 0xFFFFFFFF
    for entry in block.get("commands", {}).get("formats", []):
        for flag in entry.get("flags", []):
            high, low = bit_range(flag["bits"], f"{path}: flag {flag['name']}")
            flag.update(high=high, low=low, mask=((1 << (high - low + 1)) - 1) << low, width=high - low + 1)
    block.setdefault("windows", [])
    block.setdefault("enums", [])
    block["all_enums"] = block["enums"] + block.get("command_enums", [])
    return block


def camel(name):
    return "".join(part.capitalize() for part in name.lower().split("_"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("blocks", nargs="+", type=pathlib.Path, help="register map of one block (YAML)")
    parser.add_argument("--map", required=True, type=pathlib.Path, help="memory map of the SoC (YAML)")
    parser.add_argument("--cpp", type=pathlib.Path, help="C++ header to write")
    parser.add_argument("--c", type=pathlib.Path, help="firmware C header to write")
    parser.add_argument("--docs", type=pathlib.Path, help="Markdown file to write")
    args = parser.parse_args()

    try:
        blocks = [load_block(path) for path in args.blocks]
    except (MapError, KeyError, yaml.YAMLError) as error:
        sys.exit(f"gen_registers: {error}")
    soc = yaml.safe_load(args.map.read_text())
    # Documentation strings are left out of the hash: rewording a sentence must not orphan firmware.
    def essence(node):
        if isinstance(node, dict):
            return {key: essence(value) for key, value in node.items() if key != "doc"}
        return [essence(value) for value in node] if isinstance(node, list) else node
    digest = hashlib.sha256(json.dumps(essence([blocks, soc]), sort_keys=True).encode()).hexdigest()

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent / "templates"),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    environment.filters["camel"] = camel
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|")
    environment.filters["hex"] = lambda value, digits=1: f"0x{value:0{digits}X}"
    context = {"blocks": blocks, "soc": soc, "hash32": int(digest[:8], 16)}
    for template, output in (("registers.h.j2", args.cpp), ("aimc_regs.h.j2", args.c), ("registers.md.j2", args.docs)):
        if output:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(environment.get_template(template).render(context))


if __name__ == "__main__":
    main()
