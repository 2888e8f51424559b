"""Programs that set entries of physical memory protection at random and try what they allow.

Data accesses are made with MPRV, as user mode; fetches in user mode itself, into pages full of ECALL. Towards the end entries
are locked and machine mode tries the same. Whatever traps is printed as in traps.S, whatever does not by its value.

Entries begin and end on pages and accesses stay in one: QEMU 7.2 remembers one permission for a page. It also takes W without
R, an empty TOR range for one that holds address 0, addresses of 30 bits only, and reports an AMO on what cannot be read as a
load: none of these is used.
"""
import pathlib
import random

PAGES, PAGE, FREE_ENTRIES = 8, 4096, 7  # entry 7 lets user mode into the program itself
ARENA = 0x80100000  # above everything the program has
OFF, TOR, NAPOT, LOCK = 0, 0x08, 0x18, 0x80
PROBES = {"lw": "lw t1, 0(t0)", "lbu": "lbu t1, 3(t0)", "sw": "sw t0, 0(t0)", "sh": "sh t0, 2(t0)",
          "amo": "lw t1, 0(t0)\n  amoadd.w t1, t0, (t0)", "lr": "lr.w t1, (t0)", "pair": "lr.w t1, (t0)\n  sc.w t1, t0, (t0)"}


def napot(page, pages):
    return (ARENA + page * PAGE) >> 2 | ((pages * PAGE >> 3) - 1)


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.config = [0] * FREE_ENTRIES + [NAPOT | 5]

    def emit(self, *lines):
        self.lines += ["  " + line for line in lines]

    def set_entries(self, lock):
        """New addresses and modes; those locked before stay what they are, on both machines."""
        tops = sorted(self.random.sample(range(PAGES + 1), 3))
        for entry in range(FREE_ENTRIES):
            permissions = self.random.choice((0, 1, 3, 4, 5, 7))
            kind = self.random.choice((OFF, TOR, NAPOT, NAPOT))
            if kind == TOR and entry < len(tops) and entry != 0:
                address = (ARENA + tops[entry] * PAGE) >> 2
                self.set_address(entry - 1, (ARENA + tops[entry - 1] * PAGE) >> 2)
                self.config[entry - 1] &= ~0x18
            else:
                kind = NAPOT if kind != OFF else OFF
                pages = self.random.choice((1, 1, 2, 4))
                address = napot(self.random.randrange(0, PAGES, pages), pages)
            self.set_address(entry, address)
            self.config[entry] = permissions | kind | (LOCK if lock and self.random.random() < 0.2 else 0)
        for register in (0, 1):
            value = sum(byte << 8 * i for i, byte in enumerate(self.config[4 * register:4 * register + 4]))
            self.emit(f"li t0, {value:#x}", f"csrw 0x{0x3A0 + register:x}, t0")
        for csr in (0x3A0, 0x3A1, *range(0x3B0, 0x3B7)):
            self.emit(f"csrr a0, {csr:#x}", "call print_hex")

    def set_address(self, entry, value):
        self.emit(f"li t0, {value:#x}", f"csrw 0x{0x3B0 + entry:x}, t0")

    def probe(self, machine):
        address = ARENA + self.random.randrange(PAGES) * PAGE + self.random.choice((0, 64, PAGE - 4))
        name = self.random.choice((*PROBES, "fetch", "fetch"))
        self.emit("begin_case")
        if name == "fetch":
            self.emit(f"li t0, {address:#x}", "jr t0" if machine else "csrw mepc, t0\n  li t0, 0x1800\n  csrc mstatus, t0\n  mret")
        else:
            if not machine:
                self.emit("li t0, 0x1800", "csrc mstatus, t0", "li t0, 0x20000", "csrs mstatus, t0")
            self.emit(f"li t0, {address:#x}", "li t1, 0", PROBES[name], "mv s9, t1")
        self.emit("end_case", "li t0, 0x20000", "csrc mstatus, t0")
        if name != "fetch":
            self.emit("mv a0, s9", "call print_hex")
        # What was stored must not stay where it would be executed.
        self.emit(f"li a0, {address:#x}", "call restore")

    def text(self):
        # User mode must get at the program: the page range below the arena, as the last entry.
        self.emit(f"li t0, {(0x80000000 >> 2) | (0x100000 >> 3) - 1:#x}", "csrw 0x3B7, t0")
        for page in range(PAGES):
            for offset in (0, 64, PAGE - 4):
                self.emit(f"li a0, {ARENA + page * PAGE + offset:#x}", "call restore")
        for step in range(24):
            lock = step >= 16
            self.set_entries(lock)
            for _ in range(14):
                self.probe(machine=lock and self.random.random() < 0.5)
        return "\n".join(self.lines)


def generate(seed):
    """A program that borrows the report of traps.S."""
    traps = (pathlib.Path(__file__).resolve().parent / "traps.S").read_text()
    macros = traps[traps.index("# Runs the instructions"):traps.index("  .text\n")]
    report = traps[traps.index("  .balign 4\nreport:"):]
    return f"""\
  .option arch, +zicsr
  .equ MSIP, 0x02000000
{macros}
# Puts ECALL back at a0; machine mode may be locked out.
  .text
  .balign 4
restore:
  la t0, 1f
  csrw mtvec, t0
  li t0, 0x73
  sw t0, 0(a0)
  .balign 4
1:
  ret
  .globl program
program:
{Program(seed).text()}
  j stop
{report}"""
