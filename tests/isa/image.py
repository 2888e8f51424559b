"""Images of many programs, taken apart and put together; numbers as in layout.h."""

import re
import struct

RAM_BASE, RAM_SIZE = 0x80000000, 64 << 20
CONTROL, SLOTS, PAGE, SLOT_SIZE = 0x3000, 0x4000, 0x1000, 0x2000
CURRENT = CONTROL + 4
UNIT_MAP, KEEP = 0xA00, 2
INITIAL_F, RESULT, DATA, DATA_SIZE = 0x080, 0x100, 0x800, 0x800
UNCOMPARED = slice(PAGE + 0x350, PAGE + 0x380)
STACK, MIDDLE = 2, 8  # sp and s0 point into the program's data
FLOAT, PMP = 1, 2
NOP = 0x0001  # C.NOP

RESULT_NAMES = {0x100 + 4 * i: f"x{i}" for i in range(1, 32)} | {0x180 + 4 * i: f"f{i}" for i in range(32)}
RESULT_NAMES |= {0x200 + 4 * i: name for i, name in enumerate(
    "mstatus mie mip mtvec mepc mcause mtval mcounteren mcountinhibit menvcfg misa fcsr".split())}
RESULT_NAMES |= {0x240 + 4 * i: f"pmpcfg{i}" for i in range(4)} | {0x250 + 4 * i: f"pmpaddr{i}" for i in range(16)}
RESULT_NAMES |= {0x300: "number of traps", 0x304: "checksum of the traps", 0x308: "mark of vector 3", 0x30C: "mark of vector 7",
                 0x340: "timer interrupts to come"}
LOG, LOG_FIELDS = 0x380, ("mcause", "mepc", "mtval", "mstatus")


def slot_offset(slot):
    return SLOTS + slot * SLOT_SIZE


def comparable(memory, slot):
    """What a program left behind, without what need not agree."""
    page = bytearray(memory[slot_offset(slot):slot_offset(slot + 1)])
    page[UNCOMPARED] = bytes(UNCOMPARED.stop - UNCOMPARED.start)
    return page


def describe_difference(ours, theirs, names):
    """The first few words in which two slots differ, by name."""
    differences = []
    for offset in range(0, SLOT_SIZE, 4):
        pair = [struct.unpack_from("<I", page, offset)[0] for page in (ours, theirs)]
        if pair[0] == pair[1]:
            continue
        place = offset - PAGE
        name = RESULT_NAMES.get(place)
        if name is None and LOG <= place < DATA:
            name = f"{LOG_FIELDS[place // 4 % 4]} of trap {(place - LOG) // 16 + 1}"
        if name is None:
            name = f"code+{offset:#x}" if place < 0 else f"data+{place - DATA:#x}"
        differences.append(f"{name}: {names[0]} {pair[0]:#x}, {names[1]} {pair[1]:#x}")
    more = f"; and {len(differences) - 4} more" if len(differences) > 4 else ""
    return "; ".join(differences[:4]) + more


class Program:
    """One program: its code, where its units begin, and what it starts with."""

    def __init__(self, code, starts, end, x, f, data, seed=0, extensions=0, comment=""):
        self.code, self.starts, self.end = code, starts, end
        self.x, self.f, self.data = x, f, data
        self.seed, self.extensions, self.comment = seed, extensions, comment

    @classmethod
    def from_slot(cls, memory, slot, seed, extensions):
        page = memory[slot_offset(slot):slot_offset(slot + 1)]
        words = lambda at, count: list(struct.unpack_from(f"<{count}I", page, PAGE + at))
        x = words(0, 32)
        end, x[0] = x[0], 0
        code = list(struct.unpack_from(f"<{end // 2 + 2}H", page, 0))
        starts = [i for i in range(end // 2) if page[UNIT_MAP + i]]
        return cls(code, starts, end, x, words(INITIAL_F, 32), words(DATA, DATA_SIZE // 4), seed, extensions)

    def copy(self):
        return Program(list(self.code), self.starts, self.end, list(self.x), list(self.f), list(self.data), self.seed,
                       self.extensions, self.comment)

    def instructions(self):
        """Index and number of halfwords of each instruction before the end."""
        result, at = [], 0
        while at < self.end // 2:
            count = 2 if self.code[at] & 3 == 3 else 1
            result.append((at, count))
            at += count
        return result

    def substance(self):
        """The instructions that are not C.NOP."""
        return [(at, count) for at, count in self.instructions() if self.code[at] != NOP]

    def without(self, pieces):
        """A copy with pieces of code, (index, halfwords) each, replaced by C.NOP."""
        result = self.copy()
        for at, count in pieces:
            result.code[at:at + count] = [NOP] * count
        return result

    def put(self, memory, slot):
        base = slot_offset(slot)
        data_page = RAM_BASE + base + PAGE
        x = list(self.x)
        x[0], x[STACK], x[MIDDLE] = self.end, data_page + DATA, data_page + DATA + DATA_SIZE // 2
        struct.pack_into(f"<{len(self.code)}H", memory, base, *self.code)
        struct.pack_into("<32I32I", memory, base + PAGE, *x, *self.f)
        struct.pack_into(f"<{DATA_SIZE // 4}I", memory, base + PAGE + DATA, *self.data)

    def text(self, disassemble=lambda halves: ""):
        lines = [f"# {line}" for line in self.comment.splitlines()]
        lines += [f"seed {self.seed}", f"extensions {self.extensions}", f"end {self.end:#x}"]
        lines += [f"x{i} {v:#x}" for i, v in enumerate(self.x) if v and i not in (0, STACK, MIDDLE)]
        lines += [f"f{i} {v:#x}" for i, v in enumerate(self.f) if v]
        lines += [f"data {4 * i:#x} {v:#x}" for i, v in enumerate(self.data) if v]
        for at, count in self.substance():
            halves = self.code[at:at + count]
            word = "0x" + "".join(f"{half:04x}" for half in reversed(halves))
            lines.append(f"code {2 * at:#x} {word}  # {disassemble(halves)}".rstrip(" #"))
        return "\n".join(lines) + "\n"

    @classmethod
    def from_text(cls, text):
        """What text() wrote; ValueError with the line otherwise."""
        result = cls([], [], 0, [0] * 32, [0] * 32, [0] * (DATA_SIZE // 4))
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            try:
                result.read_line(words[0], [int(word, 0) for word in words[1:]])
            except (ValueError, IndexError) as error:
                raise ValueError(f"line {number}: '{line}' is none of seed, extensions, end, xN, fN, data, code: {error}") from error
        return result

    def read_line(self, key, values):
        register = re.fullmatch(r"([xf])(\d+)", key)
        if register:
            (self.x if register[1] == "x" else self.f)[int(register[2])], = values
        elif key == "data":
            self.data[values[0] // 4] = values[1]
        elif key == "end":
            self.end, = values
            self.code = [NOP] * (self.end // 2) + [0x0073, 0x0000]  # ECALL
        elif key == "code":
            self.code[values[0] // 2] = values[1] & 0xFFFF
            if values[1] & 3 == 3:
                self.code[values[0] // 2 + 1] = values[1] >> 16
        elif key in ("seed", "extensions"):
            setattr(self, key, *values)
        else:
            raise ValueError(f"unknown key {key}")


def pack(harness, programs, features):
    """An image of programs."""
    memory = bytearray(slot_offset(len(programs)))
    memory[:len(harness)] = harness
    struct.pack_into("<3I", memory, CONTROL, len(programs), 0, features)
    for slot, program in enumerate(programs):
        program.put(memory, slot)
    return memory
