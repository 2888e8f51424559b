"""Makes a random program for the harness from a seed: RV32IMAC, or that with Zba, Zbb and Zbs.

Programs always end: jumps go forwards but for loops with a counter of their own. Registers: s0 (x8) and sp point into the
data, s1 (x9) and s2 (x18) count loops, all others are free.
"""

import random

FREE = [1, 3, 4, 5, 6, 7] + list(range(10, 18)) + list(range(19, 32))
COMPACT = list(range(10, 16))  # those of x8 to x15, which compressed instructions reach, that are free
EDGES = [0, 1, 2, 3, 31, 32, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]
REGISTER_OPS = ("add sub sll slt sltu xor srl sra or and mul mulh mulhsu mulhu div divu rem remu").split()
IMMEDIATE_OPS = "addi slti sltiu xori ori andi".split()
SHIFTS = "slli srli srai".split()
# Zba, Zbb, Zbs: two registers, one, a register and an amount.
BIT_OPS = ("sh1add sh2add sh3add andn orn xnor min minu max maxu rol ror bclr bext binv bset").split()
BIT_UNARIES = "clz ctz cpop sext.b sext.h zext.h orc.b rev8".split()
BIT_SHIFTS = "rori bclri bexti binvi bseti".split()
BRANCHES = "beq bne blt bge bltu bgeu".split()
LOADS = {"lb": 1, "lbu": 1, "lh": 2, "lhu": 2, "lw": 4}
STORES = {"sb": 1, "sh": 2, "sw": 4}
ATOMICS = "amoswap amoadd amoxor amoand amoor amomin amomax amominu amomaxu".split()
# No CSR here is changed by anything but the program and the trap handler in the same way on every machine.
CSRS = ["mcause", "mtval"]
NOWHERE = 0x11000000
# Reserved compressed encodings of RV32 without F and D.
BAD_HALVES = [0x0000, 0x0004, 0x6081, 0x6101, 0x1082, 0x9001, 0x9401, 0x9C01, 0x9C21, 0x9C41, 0x9C61, 0x8002, 0x4002,
              0x8000, 0x2000, 0x6000, 0xA000, 0xE000, 0x2002, 0x6002, 0xA002, 0xE002]


class Generator:
    def __init__(self, seed, bits):
        self.random = random.Random(seed)
        self.bits = bits
        self.lines = []
        self.functions = []
        self.labels = 0

    def emit(self, text):
        self.lines.append("  " + text)

    def label(self):
        self.labels += 1
        return f"L{self.labels}"

    def reg(self):
        return f"x{self.random.choice(FREE)}"

    def source(self):
        return f"x{self.random.choice(FREE + [0, 2, 8])}"

    def target(self):
        return f"x{self.random.choice(FREE + [0])}"

    def compact(self):
        return f"x{self.random.choice(COMPACT)}"

    def word(self):
        r = self.random
        return r.choice(EDGES) if r.random() < 0.4 else r.getrandbits(32)

    # One kind of thing each; `depth` is the number of loops around.
    def arithmetic(self):
        r = self.random
        kind = r.random()
        if kind < 0.55:
            self.emit(f"{r.choice(REGISTER_OPS)} {self.target()}, {self.source()}, {self.source()}")
        elif kind < 0.75:
            self.emit(f"{r.choice(IMMEDIATE_OPS)} {self.target()}, {self.source()}, {r.randint(-2048, 2047)}")
        elif kind < 0.87:
            self.emit(f"{r.choice(SHIFTS)} {self.target()}, {self.source()}, {r.randint(0, 31)}")
        elif kind < 0.94:
            self.emit(f"{r.choice(['lui', 'auipc'])} {self.target()}, {r.getrandbits(20)}")
        else:
            self.emit(f"li {self.reg()}, {self.word()}")

    def bit_manipulation(self):
        r = self.random
        kind = r.random()
        if kind < 0.55:
            self.emit(f"{r.choice(BIT_OPS)} {self.target()}, {self.source()}, {self.source()}")
        elif kind < 0.8:
            self.emit(f"{r.choice(BIT_UNARIES)} {self.target()}, {self.source()}")
        else:
            self.emit(f"{r.choice(BIT_SHIFTS)} {self.target()}, {self.source()}, {r.randint(0, 31)}")

    def compressed(self):
        r = self.random
        a, b = self.compact(), self.compact()
        small = r.choice([i for i in range(-32, 32) if i != 0])
        choice = r.choice([
            f"c.addi {self.reg()}, {small}", f"c.li {self.reg()}, {small}", "c.nop",
            f"c.lui {self.reg()}, {r.choice(list(range(1, 32)) + list(range(0xFFFE0, 0x100000)))}",
            f"c.addi4spn {a}, sp, {4 * r.randint(1, 255)}", f"c.slli {self.reg()}, {r.randint(1, 31)}",
            f"c.srli {a}, {r.randint(1, 31)}", f"c.srai {a}, {r.randint(1, 31)}", f"c.andi {a}, {r.randint(-32, 31)}",
            f"c.sub {a}, {b}", f"c.xor {a}, {b}", f"c.or {a}, {b}", f"c.and {a}, {b}",
            f"c.mv {self.reg()}, {self.reg()}", f"c.add {self.reg()}, {self.reg()}",
            f"c.lw {a}, {4 * r.randint(0, 31)}(s0)", f"c.sw {a}, {4 * r.randint(0, 31)}(s0)",
            f"c.lwsp {self.reg()}, {4 * r.randint(0, 63)}(sp)", f"c.swsp {self.source()}, {4 * r.randint(0, 63)}(sp)",
        ])
        self.emit(choice)
        if r.random() < 0.1:
            step = 16 * r.randint(1, 31)
            self.emit(f"c.addi16sp sp, {step}")
            self.emit(f"c.swsp {self.reg()}, {4 * r.randint(0, 63)}(sp)")
            self.emit(f"c.addi16sp sp, {-step}")

    def memory(self):
        r = self.random
        table = LOADS if r.random() < 0.5 else STORES
        name, size = r.choice(list(table.items()))
        offset = r.randint(-2048, 2047 - size)
        if r.random() < 0.75:
            offset -= offset % size
        self.emit(f"{name} {self.target() if table is LOADS else self.source()}, {offset}(s0)")

    def atomic(self):
        r = self.random
        address = self.reg()
        order = r.choice(["", ".aq", ".rl", ".aqrl"])
        self.emit(f"addi {address}, s0, {4 * r.randint(-512, 511)}")
        if r.random() < 0.6:
            self.emit(f"{r.choice(ATOMICS)}.w{order} {self.target()}, {self.source()}, ({address})")
            return
        other = r.choice([x for x in FREE if f"x{x}" != address])
        result = f"x{r.choice([x for x in FREE if f'x{x}' != address] + [0])}"
        if r.random() < 0.8:
            self.emit(f"lr.w{order} x{other}, ({address})")
        if r.random() < 0.5:
            self.emit(f"addi x{other}, x{other}, {r.randint(-9, 9)}")
        if r.random() < 0.2:
            self.emit(f"addi {address}, {address}, {r.choice([-4, 4])}")
        self.emit(f"sc.w{order} {result}, {self.source()}, ({address})")
        if r.random() < 0.3:
            self.emit(f"sc.w{order} {result}, {self.source()}, ({address})")

    def csr(self):
        r = self.random
        csr = r.choice(CSRS)
        if r.random() < 0.5:
            self.emit(f"{r.choice(['csrrw', 'csrrs', 'csrrc'])} {self.target()}, {csr}, {self.source()}")
        else:
            self.emit(f"{r.choice(['csrrwi', 'csrrsi', 'csrrci'])} {self.target()}, {csr}, {r.randint(0, 31)}")

    def bad_word(self):
        """A 32-bit encoding that RV32IMAC, Zba, Zbb and Zbs leave reserved."""
        r = self.random
        fields = r.getrandbits(25) << 7
        low = lambda funct3: (fields & ~0x7000) | funct3 << 12
        return r.choice([
            (low(1) & 0x01FFFFFF) | r.choice([0x2A, 0x4A, 0x6A]) << 24 | 0x13, 0x60600013 | (fields & 0xF8F80) | 1 << 12,
            (low(r.choice([0, 2, 3])) & 0x01FFFFFF) | r.choice([0x14, 0x24, 0x30, 0x34]) << 25 | 0x33,
            low(r.choice([3, 6, 7])) | 0x03, low(r.choice([3, 4, 5, 6, 7])) | 0x23, low(r.choice([2, 3])) | 0x63,
            low(r.choice([1, 2, 3, 4, 5, 6, 7])) | 0x67, (low(1) & 0x01FFFFFF) | 0x40000000 | 0x13,
            (low(5) & 0x01FFFFFF) | 0x80000000 | 0x13, (low(0) & 0x01FFFFFF) | 0x42000000 | 0x33,
            (low(r.choice([1, 2, 3])) & 0x01FFFFFF) | 0x40000000 | 0x33, low(r.choice([0, 1, 3, 4])) | 0x2F,
            (low(2) & 0x07FFFFFF) | r.choice([0x05, 0x09, 0x0D, 0x11, 0x1F]) << 27 | 0x2F,
            0x10100000 | (fields & 0xF8F80) | 2 << 12 | 0x2F, low(4) | 0x73, fields | r.choice([0x0B, 0x2B, 0x5B, 0x7B]),
            fields | r.choice([0x1B, 0x3B]), fields | r.choice([0x1F, 0x3F, 0x5F, 0x7F]),
            fields | r.choice([0x07, 0x27, 0x43, 0x47, 0x4B, 0x4F, 0x53]),
        ])

    def trap(self):
        r = self.random
        kind = r.random()
        if kind < 0.35:
            self.emit(f".4byte {self.bad_word():#x}")
        elif kind < 0.6:
            self.emit(f".2byte {r.choice(BAD_HALVES):#x}")
        elif kind < 0.75:
            self.emit(r.choice(["ecall", "ebreak", "c.ebreak"]))
        else:
            address = self.reg()
            self.emit(f"li {address}, {NOWHERE + 4 * r.randint(0, 1000)}")
            self.emit(r.choice([f"lw {self.target()}, 0({address})", f"sw {self.source()}, 4({address})",
                                f"lbu {self.target()}, 3({address})", f"sh {self.source()}, 2({address})"]))

    def forward(self):
        """A branch or jump over a few instructions."""
        r = self.random
        label = self.label()
        kind = r.random()
        if kind < 0.45:
            self.emit(f"{r.choice(BRANCHES)} {self.source()}, {self.source()}, {label}")
        elif kind < 0.6:
            self.emit(f"{r.choice(['c.beqz', 'c.bnez'])} {self.compact()}, {label}")
        elif kind < 0.7:
            self.emit(f"jal {self.target()}, {label}")
        elif kind < 0.75:
            self.emit(r.choice(["c.j ", "c.jal "]) + label)
        else:
            address = self.reg()
            odd = r.randint(0, 1)  # JALR clears bit 0
            offset = r.randint(-1024, 1023) * 2
            self.emit(f"la {address}, {label} + {odd - offset}")
            if r.random() < 0.5:
                self.emit(f"jalr {self.target()}, {offset}({address})")
            else:
                self.emit(f"addi {address}, {address}, {offset}")
                self.emit(f"{r.choice(['c.jr', 'c.jalr'])} {address}")
        for _ in range(r.randint(0, 4)):
            self.plain()
        self.lines.append(f"{label}:")

    def patch(self):
        """Replaces an instruction, executes the new one; the place is executed before, too, when in a loop."""
        r = self.random
        address, value = r.sample(FREE, 2)
        label = self.label()
        rd, a, b = (r.choice(FREE) for _ in range(3))
        funct7, funct3 = r.choice([(0, 0), (0x20, 0), (0, 4), (0, 6), (0, 7), (1, 0), (0, 1)])
        word = funct7 << 25 | b << 20 | a << 15 | funct3 << 12 | rd << 7 | 0x33
        self.emit(f"la x{address}, {label}")
        if r.random() < 0.5:
            self.emit(f"li x{value}, {word:#x}")
            self.emit(f"sw x{value}, 0(x{address})")
        else:
            self.emit(f"lw x{value}, 0(x{address})")
            self.emit(f"xori x{value}, x{value}, 0x80")  # another destination
            self.emit(f"sb x{value}, 0(x{address})")
        self.emit("fence.i")
        self.emit(".balign 4")
        self.lines.append(f"{label}:")
        old = r.choice([x for x in FREE if x ^ 1 in FREE])
        self.emit(f".4byte {0x33 | old << 7 | r.choice(FREE) << 15:#x}")

    def plain(self):
        r = self.random
        kind = r.random()
        if kind < 0.36:
            self.bit_manipulation() if self.bits and r.random() < 0.6 else self.arithmetic()
        elif kind < 0.58:
            self.compressed()
        elif kind < 0.84:
            self.memory()
        elif kind < 0.90:
            self.atomic()
        elif kind < 0.94:
            self.csr()
        elif kind < 0.95:
            self.emit(r.choice(["fence", "fence rw, w", "fence.i", "fence.tso"]))
        else:
            self.trap()

    def stretch(self, count, depth):
        r = self.random
        for _ in range(count):
            kind = r.random()
            if kind < 0.80:
                self.plain()
            elif kind < 0.92:
                self.forward()
            elif kind < 0.94:
                self.patch()
            elif kind < 0.97 and depth < 2:
                counter = ["s1", "s2"][depth]
                label = self.label()
                self.emit(f"li {counter}, {r.randint(2, 12)}")
                self.lines.append(f"{label}:")
                self.stretch(r.randint(2, 12), depth + 1)
                self.emit(f"addi {counter}, {counter}, -1")
                end = self.label()
                self.emit(f"beqz {counter}, {end}")
                self.emit(f"j {label}")
                self.lines.append(f"{end}:")
            elif self.functions:
                self.emit(f"call {r.choice(self.functions)}")

    def function(self, index):
        name = f"F{index}"
        self.lines.append(f"{name}:")
        self.emit("mv x3, ra")
        saved, FREE[:] = FREE[:], [x for x in FREE if x != 3]  # x3 keeps the way back
        self.stretch(self.random.randint(2, 8), 2)
        FREE[:] = saved
        self.emit("jr x3")
        self.functions.append(name)

    def program(self, count):
        bits = ", +zba, +zbb, +zbs" if self.bits else ""
        self.lines = [f"  .option arch, +zicsr, +zifencei{bits}", "  .section .text", "  .globl program"]
        for index in range(6):
            known, self.functions = self.functions, []  # functions call none
            self.function(index)
            self.functions = known + self.functions
        self.lines.append("program:")
        for register in FREE:
            self.emit(f"li x{register}, {self.word():#x}")
        self.stretch(count, 0)
        self.emit("j finish")
        return "\n".join(self.lines) + "\n"


def generate(seed, bits=False, count=400):
    """Assembly text of the program of a seed, with about `count` things on its outermost level; `bits` with Zba, Zbb, Zbs."""
    return Generator(seed, bits).program(count)
