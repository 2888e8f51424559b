#!/usr/bin/python3
"""Writes the firmware's linker script from the SoC's memory map."""
import argparse
import pathlib
import sys

import yaml

TEMPLATE = """\
/* Generated from the memory map by firmware/gen_linker_script.py; do not edit. */
OUTPUT_ARCH(riscv)
ENTRY(_start)

/* Each can be overridden: -Wl,--defsym=__ram_size=64M */
__ram_size = DEFINED(__ram_size) ? __ram_size : {ram_size:#x};
__stack_size = DEFINED(__stack_size) ? __stack_size : 64K;
__heap_size = DEFINED(__heap_size) ? __heap_size : 4M;

MEMORY
{{
  RAM (rwx) : ORIGIN = {ram_base:#010x}, LENGTH = {ram_limit:#x}
}}

PHDRS
{{
  text PT_LOAD FLAGS(5);
  data PT_LOAD FLAGS(6);
}}

SECTIONS
{{
  .text : ALIGN(4)
  {{
    __text_start = .;
    KEEP(*(.text.init))
    *(.text .text.*)
  }} > RAM :text

  .rodata : ALIGN(8)
  {{
    *(.rodata .rodata.* .srodata .srodata.*)
    . = ALIGN(4);
    __init_array_start = .;
    KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*)))
    KEEP(*(.init_array))
    __init_array_end = .;
    __rodata_end = .;
  }} > RAM :text

  /* Code and data on pages of their own: emulators that translate by page are slow otherwise. */
  .data : ALIGN(0x1000)
  {{
    *(.data .data.*)
    . = ALIGN(8);
    __global_pointer$ = . + 0x800;
    *(.sdata .sdata.*)
    . = ALIGN(8);
  }} > RAM :data

  /* One thread: the initial image of its thread-local storage is the storage itself. .tbss takes no
   * addresses, so .bss, which begins at the same one, makes room for it. */
  .tdata : ALIGN(8)
  {{
    __tls_base = .;
    *(.tdata .tdata.*)
  }} > RAM :data
  .tbss (NOLOAD) : ALIGN(8)
  {{
    *(.tbss .tbss.*)
  }} > RAM :data

  .bss (NOLOAD) : ALIGN(8)
  {{
    __bss_start = .;
    . += SIZEOF(.tbss);
    *(.sbss .sbss.*)
    *(.bss .bss.* COMMON)
    . = ALIGN(8);
    __bss_end = .;
  }} > RAM :data

  .stack (NOLOAD) : ALIGN(16)
  {{
    . += __stack_size;
    . = ALIGN(16);
    __stack_top = .;
    . += 4K;
    __trap_stack_top = .;
  }} > RAM :data

  __heap_start = ALIGN(., 16);
  __heap_end = __heap_start + __heap_size;
  ASSERT(__heap_end <= ORIGIN(RAM) + __ram_size, "firmware, stack and heap do not fit the RAM")

  /DISCARD/ : {{ *(.comment .eh_frame .eh_frame_hdr .note.*) }}
}}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--map", required=True, type=pathlib.Path, help="memory map (YAML)")
    parser.add_argument("--ram-size", type=lambda text: int(text, 0), default=128 << 20,
                        help="bytes of RAM assumed when linking (128 MiB)")
    parser.add_argument("--output", required=True, type=pathlib.Path, help="linker script to write")
    args = parser.parse_args()
    try:
        regions = {region["name"]: region for region in yaml.safe_load(args.map.read_text())["regions"]}
        ram = regions["RAM"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        sys.exit(f"gen_linker_script: {args.map}: no region RAM: {error}")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(TEMPLATE.format(ram_base=ram["base"], ram_limit=ram["size"], ram_size=args.ram_size))


if __name__ == "__main__":
    main()
