"""The two machines an image is run on."""

import os
import pathlib
import re
import shutil
import struct
import subprocess

import image

HERE = pathlib.Path(__file__).resolve().parent
GCC, OBJCOPY, OBJDUMP, QEMU = ("riscv64-unknown-elf-gcc", "riscv64-unknown-elf-objcopy", "riscv64-unknown-elf-objdump",
                               "qemu-system-riscv32")
BITS, FLOAT, PROTECTION = 1, 2, 4  # sets of extensions, as in encoding.h


def missing(*tools):
    """The first of the tools that is not installed, or None."""
    return next((tool for tool in tools if shutil.which(tool) is None), None)


def features_of(extensions):
    """What the harness has to set up."""
    return (image.FLOAT if extensions & FLOAT else 0) | (image.PMP if extensions & PROTECTION else 0)


def isa_of(extensions):
    names = ["rv32imafc" if extensions & FLOAT else "rv32imac", "zicntr", "zicsr", "zifencei"] + (["zba", "zbb", "zbs"] if extensions & BITS else [])
    return "_".join(names)


def cpu_of(extensions):
    """QEMU's options for the same: everything else is switched off as far as it lets it be."""
    switches = {"zbc": False, "d": False, "s": False, "h": False, "debug": False}
    switches |= {"f": bool(extensions & FLOAT), "pmp": bool(extensions & PROTECTION)}
    switches |= {name: bool(extensions & BITS) for name in ("zba", "zbb", "zbs")}
    return "rv32,marchid=0,mimpid=0," + ",".join(f"{name}={str(value).lower()}" for name, value in switches.items())


def assemble(work, name, script, *sources):
    """Builds a flat image of assembler sources; returns the paths of the ELF and of the image."""
    elf, flat = work / f"{name}.elf", work / f"{name}.bin"
    subprocess.run([GCC, "-march=rv32imac", "-mabi=ilp32", "-nostdlib", *script, *sources, "-o", elf], check=True)
    subprocess.run([OBJCOPY, "-O", "binary", elf, flat], check=True)
    return elf, flat


def build_harness(work):
    return assemble(work, "harness", ["-Wl,-Ttext=0x80000000"], HERE / "harness.S")[1]


def disassembler(work):
    """A function from an instruction's halfwords to its text; empty where there is no disassembler."""
    def disassemble(halves):
        if missing(OBJDUMP):
            return ""
        path = work / "instruction.bin"
        path.write_bytes(struct.pack(f"<{len(halves)}H", *halves))
        text = subprocess.run([OBJDUMP, "-D", "-b", "binary", "-m", "riscv:rv32", "-M", "numeric,no-aliases", path],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        found = re.search(r"^\s+0:\s+[0-9a-f ]+\s+(.*)$", text, re.MULTILINE)
        return " ".join(found[1].split()) if found else ""
    return disassemble


class Hart:
    """The hart of this project, in the runner's machine."""

    def __init__(self, runner, fault=None):
        self.runner = runner
        self.name = "hart" if fault is None else f"hart with fault {fault}"
        self.fault = ["--fault", fault] if fault else []

    def run(self, extensions, path, output, *more):
        """Runs an image, writes its memory to output; returns status, what it printed, what it said."""
        done = subprocess.run([self.runner, isa_of(extensions), path, "--output", output, "--pmp", "16" if extensions & PROTECTION else "0",
                               *self.fault, *map(str, more)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=900, check=False)
        return done.returncode, done.stdout, done.stderr.strip()

    def run_each(self, extensions, path, output):
        """Runs each program of an image alone; returns memory and the numbers of those that did not end."""
        status, text, said = self.run(extensions, path, output, "--isolated", 3_000_000)
        if status != 0:
            raise RuntimeError(f"the runner ended with status {status}: {said}")
        return output.read_bytes(), {int(word) for word in text.split()}


class Qemu:
    """QEMU's virt machine. Its RAM is a file, so that what a program leaves behind can be read from there."""

    name = "QEMU"

    def __init__(self, seconds=60):
        self.seconds = seconds

    def command(self, extensions, *more):
        return [QEMU, "-cpu", cpu_of(extensions), "-bios", "none", "-display", "none", "-monitor", "none", *more]

    def run_elf(self, extensions, elf):
        return subprocess.run(self.command(extensions, "-M", "virt", "-serial", "stdio", "-kernel", elf), stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True, timeout=self.seconds, check=True).stdout

    def run(self, extensions, path, output):
        """Runs an image; returns whether it came to its end in time."""
        shutil.copyfile(path, output)
        size = output.stat().st_size
        os.truncate(output, image.RAM_SIZE)
        memory = f"memory-backend-file,id=ram,share=on,size={image.RAM_SIZE},mem-path={output}"
        try:
            subprocess.run(self.command(extensions, "-M", "virt,memory-backend=ram", "-object", memory, "-m", str(image.RAM_SIZE >> 20),
                                        "-serial", "none"), stdin=subprocess.DEVNULL, timeout=self.seconds, check=True)
        except subprocess.TimeoutExpired:
            return False
        finally:
            os.truncate(output, size)
        return True

    def run_each(self, extensions, path, output):
        """As Hart.run_each: one after the other, leaving out those at which it does not go on."""
        stuck = set()
        rest = output.with_suffix(".rest")
        shutil.copyfile(path, rest)
        while not self.run(extensions, rest, output):
            memory = bytearray(output.read_bytes())
            current = struct.unpack_from("<I", memory, image.CURRENT)[0]
            stuck.add(current)
            struct.pack_into("<I", memory, image.CURRENT, current + 1)
            rest.write_bytes(memory)
        return output.read_bytes(), stuck
