/* Every instruction of the F extension on a table of operands, for any machine like QEMU's virt.
 * Prints a checksum over results and flags for each instruction and rounding mode, then what traps
 * and what mstatus.FS becomes. With DETAIL defined as a line's number, all operands, results and
 * flags of that line.
 */
#include <stdint.h>

#ifndef DETAIL
#define DETAIL -1
#endif

enum { kUart = 0x10000000, kFinisher = 0x100000, kModes = 5, kRandom = 3000 };

static const uint32_t positive[] = {
    0x00000000, 0x00000001, 0x00000003, 0x003FFFFF, 0x00400000, 0x007FFFFE, 0x007FFFFF, 0x00800000,
    0x00800001, 0x00FFFFFF, 0x01000000, 0x0C000001, 0x1F800000, 0x20000001, 0x33000000, 0x33800000,
    0x33800001, 0x3EFFFFFF, 0x3F000000, 0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000,
    0x40000000, 0x40490FDB, 0x4AFFFFFF, 0x4B000001, 0x4B7FFFFF, 0x4B800000, 0x4EFFFFFF, 0x4F000000,
    0x4F7FFFFF, 0x4F800000, 0x5F000000, 0x7E800000, 0x7F000000, 0x7F7FFFFE, 0x7F7FFFFF, 0x7F800000,
    0x7F800001, 0x7FBFFFFF, 0x7FC00000, 0x7FC00001, 0x7FFFFFFF};
enum { kPositive = sizeof positive / sizeof *positive, kCorners = 2 * kPositive };

static uint32_t line_number, sum;

static void put(char c) {
  *(volatile uint8_t*)kUart = (uint8_t)c;
}
static void print(const char* text) {
  while (*text) put(*text++);
}
static void print_hex(uint32_t value) {
  put(' ');
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}

static void add(uint32_t word) {
  sum = (sum ^ word) * 16777619u;
}

static void record(uint32_t a, uint32_t b, uint32_t c, uint32_t result) {
  uint32_t flags = 0;
  __asm__ volatile("csrrw %0, fflags, zero" : "=r"(flags));
  add(result);
  add(flags);
  if ((int)line_number == DETAIL) {
    print_hex(a);
    print_hex(b);
    print_hex(c);
    print(" ->");
    print_hex(result);
    print_hex(flags);
    put('\n');
  }
}

static uint32_t corner(unsigned i) {
  return i < kPositive ? positive[i] : positive[i - kPositive] | 0x80000000u;
}

static uint32_t random_state;
static uint32_t random_word(void) {
  random_state = random_state * 1664525u + 1013904223u;
  return random_state ^ random_state >> 15;
}
/* Numbers whose exponents are close to each other, or any bits. */
static uint32_t random_operand(unsigned i) {
  const uint32_t word = random_word();
  return i % 2 == 0 ? word : (word & 0x83FFFFFFu) | 0x3C000000u;
}

typedef uint32_t operation(uint32_t a, uint32_t b, uint32_t c);

/* An instruction as a function of bits. "f" operands go through fmv.w.x. */
#define FLOAT_RESULT(name, text)                                                \
  static uint32_t name(uint32_t a, uint32_t b, uint32_t c) {                    \
    uint32_t result = 0;                                                        \
    __asm__ volatile("fmv.w.x ft0, %1\nfmv.w.x ft1, %2\nfmv.w.x ft2, %3\n" text \
                     "\nfmv.x.w %0, ft3"                                        \
                     : "=r"(result)                                             \
                     : "r"(a), "r"(b), "r"(c)                                   \
                     : "ft0", "ft1", "ft2", "ft3");                             \
    return result;                                                              \
  }
#define INTEGER_RESULT(name, text)                             \
  static uint32_t name(uint32_t a, uint32_t b, uint32_t c) {   \
    uint32_t result = 0;                                       \
    __asm__ volatile("fmv.w.x ft0, %1\nfmv.w.x ft1, %2\n" text \
                     : "=r"(result)                            \
                     : "r"(a), "r"(b), "r"(c)                  \
                     : "ft0", "ft1");                          \
    return result;                                             \
  }
#define ROUNDED(result, name, text)                                     \
  result(name##_rne, text ", rne") result(name##_rtz, text ", rtz")     \
      result(name##_rdn, text ", rdn") result(name##_rup, text ", rup") \
          result(name##_rmm, text ", rmm") result(name##_dyn, text ", dyn")
#define ROW(name, arity)                                                     \
  {                                                                          \
#name, arity, {                                                          \
      name##_rne, name##_rtz, name##_rdn, name##_rup, name##_rmm, name##_dyn \
    }                                                                        \
  }

ROUNDED(FLOAT_RESULT, fadd, "fadd.s ft3, ft0, ft1")
ROUNDED(FLOAT_RESULT, fsub, "fsub.s ft3, ft0, ft1")
ROUNDED(FLOAT_RESULT, fmul, "fmul.s ft3, ft0, ft1")
ROUNDED(FLOAT_RESULT, fdiv, "fdiv.s ft3, ft0, ft1")
ROUNDED(FLOAT_RESULT, fsqrt, "fsqrt.s ft3, ft0")
ROUNDED(FLOAT_RESULT, fmadd, "fmadd.s ft3, ft0, ft1, ft2")
ROUNDED(FLOAT_RESULT, fmsub, "fmsub.s ft3, ft0, ft1, ft2")
ROUNDED(FLOAT_RESULT, fnmsub, "fnmsub.s ft3, ft0, ft1, ft2")
ROUNDED(FLOAT_RESULT, fnmadd, "fnmadd.s ft3, ft0, ft1, ft2")
ROUNDED(FLOAT_RESULT, fcvt_s_w, "fcvt.s.w ft3, %1")
ROUNDED(FLOAT_RESULT, fcvt_s_wu, "fcvt.s.wu ft3, %1")
ROUNDED(INTEGER_RESULT, fcvt_w_s, "fcvt.w.s %0, ft0")
ROUNDED(INTEGER_RESULT, fcvt_wu_s, "fcvt.wu.s %0, ft0")
FLOAT_RESULT(fsgnj, "fsgnj.s ft3, ft0, ft1")
FLOAT_RESULT(fsgnjn, "fsgnjn.s ft3, ft0, ft1")
FLOAT_RESULT(fsgnjx, "fsgnjx.s ft3, ft0, ft1")
FLOAT_RESULT(fmin, "fmin.s ft3, ft0, ft1")
FLOAT_RESULT(fmax, "fmax.s ft3, ft0, ft1")
INTEGER_RESULT(feq, "feq.s %0, ft0, ft1")
INTEGER_RESULT(flt, "flt.s %0, ft0, ft1")
INTEGER_RESULT(fle, "fle.s %0, ft0, ft1")
INTEGER_RESULT(fclass, "fclass.s %0, ft0")

static const struct {
  const char* name;
  unsigned arity;
  operation* in_mode[kModes + 1]; /* static modes, then the one in frm */
} rounded[] = {ROW(fadd, 2),     ROW(fsub, 2),     ROW(fmul, 2),      ROW(fdiv, 2),
               ROW(fsqrt, 1),    ROW(fmadd, 3),    ROW(fmsub, 3),     ROW(fnmsub, 3),
               ROW(fnmadd, 3),   ROW(fcvt_s_w, 1), ROW(fcvt_s_wu, 1), ROW(fcvt_w_s, 1),
               ROW(fcvt_wu_s, 1)};
static const struct {
  const char* name;
  operation* function;
} exact[] = {{"fsgnj", fsgnj}, {"fsgnjn", fsgnjn}, {"fsgnjx", fsgnjx},
             {"fmin", fmin},   {"fmax", fmax},     {"feq", feq},
             {"flt", flt},     {"fle", fle},       {"fclass", fclass}};

static void run(operation* function, unsigned arity) {
  const unsigned stride = arity == 3 ? 3 : 1; /* triples of every third corner */
  for (unsigned i = 0; i < kCorners; i += stride) {
    for (unsigned j = 0; j < (arity > 1 ? kCorners : 1); j += stride) {
      for (unsigned k = 0; k < (arity > 2 ? kCorners : 1); k += stride) {
        const uint32_t a = corner(i), b = corner((j + 1) % kCorners),
                       c = corner((k + 2) % kCorners);
        record(a, b, c, function(a, b, c));
      }
    }
  }
  random_state = 1;
  for (unsigned i = 0; i < kRandom; ++i) {
    const uint32_t a = random_operand(i), b = random_operand(i), c = random_operand(i);
    record(a, b, c, function(a, b, c));
  }
}

static void show(const char* name, const char* mode, operation* function, unsigned arity) {
  sum = 2166136261u;
  run(function, arity);
  print(name);
  print(mode);
  print_hex(sum);
  put('\n');
  ++line_number;
}

/* Traps: the handler notes what it was and goes on behind the instruction. */
static volatile uint32_t trap_cause, trap_value;
__attribute__((naked, aligned(4))) static void handler(void) {
  __asm__ volatile(
      "csrw mscratch, t0\n"
      "addi sp, sp, -16\n"
      "sw t1, 0(sp)\n"
      "csrr t0, mcause\n"
      "la t1, trap_cause\n"
      "sw t0, 0(t1)\n"
      "csrr t0, mtval\n"
      "la t1, trap_value\n"
      "sw t0, 0(t1)\n"
      "csrr t0, mepc\n"
      "lhu t1, 0(t0)\n"
      "andi t1, t1, 3\n"
      "addi t1, t1, -3\n"
      "snez t1, t1\n"
      "slli t1, t1, 1\n"
      "sub t0, t0, t1\n"
      "addi t0, t0, 4\n"
      "csrw mepc, t0\n"
      "lw t1, 0(sp)\n"
      "addi sp, sp, 16\n"
      "csrr t0, mscratch\n"
      "mret");
}

static uint32_t memory[4] = {0x3F800000, 0x7F800001, 0xFFFFFFFF, 0};

/* FS before, frm before, the instruction: what traps, what FS and SD are afterwards. Instructions
 * that only add flags are left out where FS is not dirty: QEMU 7.2 does not mark it then. */
#define STATE(state, mode, text)                                                               \
  do {                                                                                         \
    uint32_t status = 0;                                                                       \
    trap_cause = trap_value = 0;                                                               \
    __asm__ volatile(                                                                          \
        "csrs mstatus, %1\ncsrw frm, %2\ncsrw fflags, zero\ncsrc mstatus, %1\n"                \
        "csrs mstatus, %3\nmv a5, %4\n.balign 4\n" text "\ncsrr %0, mstatus\ncsrs mstatus, %1" \
        : "=&r"(status)                                                                        \
        : "r"(3u << 13), "r"(mode), "r"((uint32_t)(state) << 13), "r"(memory)                  \
        : "a5", "a4", "fa4", "fa5", "memory");                                                 \
    print(text);                                                                               \
    print_hex((uint32_t)(state));                                                              \
    print_hex((uint32_t)(mode));                                                               \
    print(":");                                                                                \
    print_hex(trap_cause);                                                                     \
    print_hex(trap_value);                                                                     \
    print_hex(status & 0x80006000u);                                                           \
    put('\n');                                                                                 \
  } while (0)

static void show_states(void) {
  for (unsigned state = 0; state < 4; ++state) {
    STATE(state, 0, "fadd.s fa4, fa5, fa5");
    STATE(state, 0, "fadd.s fa4, fa5, fa5, rup");
    STATE(state, 0, "flw fa4, 4(a5)");
    STATE(state, 0, "fsw fa4, 12(a5)");
    STATE(state, 0, "c.flw fa4, 8(a5)");
    STATE(state, 0, "c.fsw fa4, 12(a5)");
    STATE(state, 0, "flw fa4, 2(a5)");
    STATE(state, 0, "fmv.x.w a4, fa4");
    STATE(state, 0, "fmv.w.x fa4, a4");
    STATE(state, 0, "fclass.s a4, fa4");
    STATE(state, 0, "fsgnj.s fa4, fa4, fa5");
    STATE(state, 0, "csrr a4, fcsr");
    STATE(state, 0, "csrwi fcsr, 0");
    STATE(state, 0, "csrwi frm, 1");
    STATE(state, 0, "csrrsi a4, fflags, 1");
  }
  for (unsigned mode = 0; mode < 8; ++mode) {
    STATE(3, mode, "fadd.s fa4, fa5, fa5, dyn");
    STATE(3, mode, "fmul.s fa4, fa5, fa5, rne");
    STATE(3, mode, "fmadd.s fa4, fa5, fa5, fa5, dyn");
    STATE(3, mode, "fcvt.w.s a4, fa5, dyn");
    STATE(3, mode, "fcvt.s.wu fa4, a5, dyn");
    STATE(3, mode, "fsqrt.s fa4, fa4, dyn");
    STATE(3, mode, "fmin.s fa4, fa4, fa5");
    STATE(3, mode, ".4byte 0x00F7D753"); /* fadd.s fa4, fa5, fa5 with rm 5 */
    STATE(3, mode, ".4byte 0x18F7E753"); /* fdiv.s fa4, fa5, fa5 with rm 6 */
  }
}

static const char* const mode_names[] = {" rne", " rtz", " rdn", " rup", " rmm"};

void start_c(void) {
  __asm__ volatile("csrw mtvec, %0" ::"r"(handler));
  __asm__ volatile("csrs mstatus, %0" ::"r"(3u << 13));
  for (unsigned i = 0; i < sizeof rounded / sizeof *rounded; ++i) {
    for (unsigned mode = 0; mode < kModes; ++mode) {
      __asm__ volatile("csrw frm, %0" ::"r"((mode + 1) % kModes)); /* not looked at */
      show(rounded[i].name, mode_names[mode], rounded[i].in_mode[mode], rounded[i].arity);
      __asm__ volatile("csrw frm, %0" ::"r"(mode));
      show(rounded[i].name, " dyn", rounded[i].in_mode[kModes], rounded[i].arity);
    }
  }
  for (unsigned i = 0; i < sizeof exact / sizeof *exact; ++i) {
    show(exact[i].name, "", exact[i].function, 2);
  }
  show_states();
  *(volatile uint32_t*)kFinisher = 0x5555;
  for (;;) {
  }
}

__asm__(
    ".section .text.start\n.globl _start\n_start:\nla sp, stack_top\nj start_c\n"
    ".bss\n.balign 16\n.space 4096\nstack_top:\n.text");
