// Units that trap, change CSRs or the mode, or write code.

#include "tests/isa/csr_table.h"
#include "tests/isa/generator.h"

namespace aimc::isatest {
namespace {

// Reserved 16-bit encodings of RV32 without floating point.
constexpr std::array<std::uint32_t, 22> kBadHalves{
    0x0000, 0x0004, 0x6081, 0x6101, 0x1082, 0x9001, 0x9401, 0x9C01, 0x9C21, 0x9C41, 0x9C61,
    0x8002, 0x4002, 0x8000, 0x2000, 0x6000, 0xA000, 0xE000, 0x2002, 0x6002, 0xA002, 0xE002};

// A kind of reserved 32-bit encodings: the bits of `keep` are random, the others are those of one
// of `words`.
struct Reserved {
  std::uint32_t keep;
  std::array<std::uint32_t, 6> words;
};
constexpr std::uint32_t kRegisters = 0x01FF8F80;               // rs2 or an amount, rs1, rd
constexpr std::uint32_t kUpperBits = 0xFFFF8F80;               // funct7 or an immediate, too
constexpr unsigned kInstructions = kBitManipulation | kFloat;  // the extensions that have some
constexpr std::uint32_t kFloatOn = 0x6000;                     // mstatus.FS: dirty
constexpr std::array<Reserved, 16> kReserved{{
    // Immediate operations with bits above the amount that mean nothing.
    {kRegisters, {0x02001013, 0x40001013, 0x54001013, 0x82005013, 0xC0005013, 0xD4005013}},
    // One-operand bit operations that do not exist.
    {0x000F8F80, {0x60301013, 0x60601013, 0x60701013, 0x61F01013, 0x28605013, 0x69905013}},
    // Register operations with other values of funct7.
    {kRegisters, {0x42000033, 0x40001033, 0x40002033, 0x40003033, 0x28000033, 0x48002033}},
    {kRegisters, {0x60000033, 0x68003033, 0x04000033, 0x10001033, 0x20001033, 0xC0005033}},
    // Accesses of other sizes.
    {kUpperBits, {0x00003003, 0x00006003, 0x00007003, 0x00003023, 0x00004023, 0x00005023}},
    {kUpperBits, {0x00006023, 0x00007023, 0x00002063, 0x00003063, 0x00002063, 0x00003063}},
    {kUpperBits, {0x00001067, 0x00002067, 0x00003067, 0x00004067, 0x00006067, 0x00007067}},
    // Atomic operations of other sizes and functions; a load-reserved with a second register.
    {kUpperBits, {0x0000002F, 0x0000102F, 0x0000302F, 0x0000402F, 0x0000302F, 0x0000402F}},
    {0x07FF8F80, {0x2800202F, 0x4800202F, 0x6800202F, 0x8800202F, 0xF800202F, 0xA800202F}},
    {0x060F8F80, {0x1010202F, 0x1020202F, 0x1040202F, 0x1080202F, 0x1100202F, 0x11F0202F}},
    // System instructions.
    {kUpperBits, {0x00004073, 0x00004073, 0x00004073, 0x00004073, 0x00004073, 0x00004073}},
    {0, {0x00200073, 0x10200073, 0x30200273, 0x00008073, 0x000000F3, 0x10508073}},
    // Other major opcodes: custom, 64-bit, longer than 32 bits, vectors.
    {0xFFFFFF80, {0x0000000B, 0x0000002B, 0x0000005B, 0x0000007B, 0x0000001B, 0x0000003B}},
    {0xFFFFFF80, {0x0000001F, 0x0000003F, 0x0000005F, 0x0000007F, 0x0000006B, 0x00000077}},
    {kUpperBits, {0x00000007, 0x00005007, 0x00006007, 0x00007007, 0x00000027, 0x00005027}},
    {0, {0x00000000, 0xFFFFFFFF, 0x0000705B, 0x5C005073, 0x7B200073, 0x70200073}},
}};

}  // namespace

void Generator::trapping() {
  code_.begin_unit();
  const unsigned kind = random_.below(100);
  if (kind < 40) return illegal();
  if (kind < 50) return code_.word(random_.percent(50) ? 0x00100073 : 0x9002);  // EBREAK
  if (kind < 58) return code_.add("ecall", {});
  if (kind < 80) return access_fault(true);
  if (kind < 90) return fetch_fault();
  if (kind < 94) return misaligned_reservation();
  if (kind < 97) return misaligned_atomic();
  missing_csr();
}

void Generator::trapping_in_user_mode() {
  code_.begin_unit();
  const unsigned kind = random_.below(10);
  if (kind < 4) return illegal();
  if (kind < 6) return code_.word(random_.percent(50) ? 0x00100073 : 0x9002);
  if (kind < 8) return access_fault(false);
  kind == 8 ? misaligned_reservation() : missing_csr();
}

void Generator::illegal() {
  const unsigned kind = random_.below(10);
  if (kind < 4) {
    const std::uint32_t half = random_.pick(kBadHalves);
    const bool is_float = half == 0x6000 || half == 0xE000 || half == 0x6002 || half == 0xE002;
    return has(kFloat) && is_float ? illegal() : code_.word(half);
  }
  if (kind < 6 && (settings_.extensions & kInstructions) != kInstructions) {
    for (;;) {  // of an extension that is not there
      const Form& form = random_.pick(all_forms());
      if ((form.extensions & ~settings_.extensions) == 0) continue;
      const bool popular = form.compressed();
      return code_.add(form, {popular ? compact() : target(), popular ? compact() : source(),
                              popular ? compact() : source(), immediate(form)});
    }
  }
  const Reserved& reserved = random_.pick(kReserved);
  const std::uint32_t word = random_.pick(reserved.words);
  code_.word((word & ~reserved.keep) | (random_.next() & reserved.keep));
}

void Generator::access_fault(bool atomics) {
  using F = Format;
  const Form& form =
      one_of({F::kLoad, F::kStore, F::kAtomic, F::kLoadReserved, F::kClWord, F::kCsWord,
              F::kFloatLoad, F::kFloatStore, F::kCFloatLoad, F::kCFloatStore});
  const unsigned address = compact();
  if (form.format == F::kAtomic) {
    if (!atomics) return access_fault(false);
    code_.constant(address, kNowhere + 4 * random_.below(1000));
    tolerated(form, address);
    return forget_trap();
  }
  code_.constant(address, kNowhere + 4 * random_.below(1000));
  std::int32_t imm = 4 * random_.between(-512, 511);
  if (form.compressed()) imm = 4 * random_.between(0, 31);
  if (form.format == F::kLoadReserved) imm = random_.between(0, 3);  // aq and rl
  const bool popular = form.compressed();
  code_.add(form, {popular ? compact() : target(), address, popular ? compact() : source(), imm});
}

// The handler goes on at ra, where these jumps leave the address behind them.
void Generator::fetch_fault() {
  const unsigned address = free_register(1);
  code_.constant(address, kNowhere + 2 * random_.below(1000));
  if (random_.percent(40)) return op("c.jalr", 0, address);
  op("jalr", 1, address, random_.between(-2048, 2047));
}

void Generator::misaligned_reservation() {
  const unsigned address = free_register();
  op("addi", address, 8, 4 * random_.between(-256, 254) + random_.between(1, 3));
  op("lr.w", target(), address, random_.between(0, 3));
}

// An instruction after which the machines need not agree whether and how it traps: what it may have
// changed is set again.
void Generator::tolerated(const Form& form, unsigned address) {
  const unsigned loaded = free_register(address);
  constexpr auto kFlag = static_cast<std::int32_t>(kTolerate) - static_cast<std::int32_t>(kData);
  store_word(8, 2, kFlag);
  code_.add(form, {loaded, address, source(), random_.between(0, 3)});
  store_word(0, 2, kFlag);
  op("addi", loaded, 0, 0);
}

// QEMU 7.2 reports a misaligned atomic operation as a load or carries it out, and lets an SC
// without a reservation pass. It reports an atomic operation nobody answers as a load, too.
void Generator::misaligned_atomic() {
  const Form& form = one_of({Format::kAtomic, Format::kStoreConditional});
  const unsigned address = free_register();
  const std::int32_t place = 4 * random_.between(-256, 254);
  op("addi", address, 8, place + random_.between(1, 3));
  tolerated(form, address);
  store_word(0, 8, place);
  store_word(0, 8, place + 4);
  forget_trap();
}

void Generator::set_csr(std::string_view operation, unsigned number, std::uint32_t value) {
  const unsigned rs1 = free_register();
  code_.constant(rs1, value);
  op(operation, 0, rs1, static_cast<std::int32_t>(number));
}

void Generator::forget_trap() {
  set_csr("csrrw", kMstatus,
          (random_.percent(50) ? 0x80U : 0x1800U) | (has(kFloat) ? kFloatOn : 0U));
  set_csr("csrrw", kMepc, value() & ~1U);
  set_csr("csrrw", kMcause, value());
  op("csrrw", 0, 0, kMtval);
}

const CsrSpec& Generator::any_csr() {
  for (;;) {
    const CsrSpec& csr = random_.pick(csr_table());
    if ((csr.extensions & ~settings_.extensions) == 0) return csr;
  }
}

// Writes a CSR with what both machines keep of it and reads it back.
void Generator::csr_access() {
  code_.begin_unit();
  const CsrSpec& csr = any_csr();
  const auto number = static_cast<std::int32_t>(csr.number);
  const unsigned rs1 = free_register();
  const unsigned saved = free_register(rs1);
  unsigned rd = csr.readable ? target() : 0;
  if (csr.preserve) {
    op("csrrs", saved, 0, number);
    while (rd == saved) rd = target();
  }
  if (csr.preserve && rd == rs1) rd = 0;
  if (csr.read_only()) {
    if (random_.percent(30)) {  // a write traps
      constexpr std::array<std::string_view, 3> kOperations{"csrrw", "csrrs", "csrrc"};
      op("ori", rs1, rs1, 1);  // no zero: QEMU 7.2 takes setting no bits for no write
      op(random_.pick(kOperations), rd, rs1, number);
    }
    op(random_.percent(50) ? "csrrs" : "csrrc", rd, 0, number);
    op(random_.percent(50) ? "csrrsi" : "csrrci", rd, 0, number);
    return;
  }
  for (int i = random_.between(1, 3); i > 0; --i) {
    constexpr std::array<std::string_view, 4> kOperations{"csrrw", "csrrw", "csrrs", "csrrc"};
    constexpr std::array<std::string_view, 3> kImmediates{"csrrwi", "csrrsi", "csrrci"};
    if (random_.percent(70)) {
      std::uint32_t operand = value() & csr.writable;
      if (csr.number == kMstatus) operand |= random_.percent(50) ? 0x1800U : 0U;
      if (csr.number == kMtvec) operand |= random_.below(2);
      code_.constant(rs1, operand);
      const bool none = random_.percent(15);
      op(random_.pick(kOperations), rd, none ? 0 : rs1, number);
    } else {
      unsigned operand = random_.below(32) & csr.writable;
      if (random_.percent(15)) operand = 0;
      op(random_.pick(kImmediates), rd, operand, number);
    }
    if (csr.readable) op("csrrs", rd, 0, number);
  }
  if (csr.preserve) op("csrrw", 0, saved, number);
  if (csr.number == kMstatus && has(kFloat)) set_csr("csrrs", kMstatus, kFloatOn);
}

// A counter that stands still keeps what is written to it.
void Generator::stopped_counter() {
  code_.begin_unit();
  constexpr std::array<std::int32_t, 4> kCounters{0xB00, 0xB02, 0xB80, 0xB82};
  op("csrrwi", 0, 5, kMcountinhibit);
  const std::int32_t number = random_.pick(kCounters);
  for (const std::int32_t half : {number, number ^ 0x80}) {
    set_csr("csrrw", static_cast<unsigned>(half), value());
    op("csrrs", free_register(), 0, half);
  }
  const unsigned mask = free_register();
  code_.constant(mask, value());
  op(random_.percent(50) ? "csrrs" : "csrrc", free_register(), mask, number);
  op("csrrs", free_register(), 0, number);
  op("csrrs", free_register(), 0, number ^ 0x80);
  op("csrrwi", 0, 0, kMcountinhibit);
}

void Generator::missing_csr() {
  constexpr std::array<std::int32_t, 14> kMissing{0x100, 0x104, 0x105, 0x140, 0x180, 0x106, 0x141,
                                                  0x5C0, 0x680, 0x7C0, 0x8FF, 0xBC0, 0xCFF, 0xFC0};
  op(random_.percent(50) ? "csrrs" : "csrrw", target(), random_.percent(50) ? 0 : free_register(),
     random_.pick(kMissing));
}

// Writes an instruction and executes it; in a loop the place is executed before, too.
void Generator::patch() {
  code_.begin_unit();
  const unsigned address = free_register();
  const unsigned word = free_register(address);
  const Form& form = one_of({Format::kRegister, Format::kImmediate, Format::kShift});
  const Form& before = one_of({Format::kRegister, Format::kImmediate});
  const std::uint32_t now = encode(form, {free_register(), source(), source(), immediate(form)});
  const std::uint32_t then =
      encode(before, {free_register(), source(), source(), immediate(before)});
  const Code::Label place = code_.new_label();
  code_.address(address, place, 0);
  code_.constant(word, now);
  switch (random_.below(4)) {
    case 0: {  // two halves
      code_.add("sh", {0, address, word, 0});
      op("srli", word, word, 16);
      code_.add("sh", {0, address, word, 2});
      break;
    }
    case 1: {  // an atomic exchange
      code_.add("amoswap.w", {target(), address, word, 0});
      break;
    }
    default:
      store_word(word, address, 0);
  }
  code_.add("fence.i", {});
  // The atomic exchange wants a word's address.
  if (code_.size() % 4 != 0) code_.add("c.nop", {});
  code_.place(place);
  code_.word(then);
}

// Clears MPRV as well, which QEMU 7.2 leaves set on the way to user mode.
void Generator::enter_user() {
  const Code::Label label = code_.new_label();
  const unsigned address = free_register();
  code_.address(address, label, 0);
  op("csrrw", 0, address, kMepc);
  code_.constant(address, 0x21800);
  op("csrrc", 0, address, kMstatus);
  code_.add("mret", {});
  code_.place(label);
}

// What user mode must not do, or only if it is let.
void Generator::denied() {
  code_.begin_unit();
  switch (random_.below(4)) {
    case 0:
      return code_.add("mret", {});
    case 1: {  // a counter, of which a part is open
      const std::int32_t number = (random_.percent(50) ? 0xC00 : 0xC80) + random_.between(0, 2);
      return op("csrrs", 0, 0, number);
    }
    default: {
      const CsrSpec& csr = any_csr();
      constexpr std::array<std::string_view, 6> kOperations{"csrrw",  "csrrs",  "csrrc",
                                                            "csrrwi", "csrrsi", "csrrci"};
      const bool unprivileged = (csr.number >> 8U & 3U) == 0;  // time must not be seen
      const unsigned rd = unprivileged ? 0 : target();
      op(unprivileged ? "csrrs" : random_.pick(kOperations), rd, unprivileged ? 0 : free_register(),
         static_cast<std::int32_t>(csr.number));
    }
  }
}

void Generator::user_mode() {
  code_.begin_unit();
  if (random_.percent(30)) set_csr("csrrw", kMcounteren, random_.below(8));
  if (random_.percent(15)) {
    set_csr("csrrs", kMstatus, 1U << 21U);  // TW: WFI is illegal
    enter_user();
    code_.add("wfi", {});
  } else {
    enter_user();
  }
  for (int i = random_.between(1, 5); i > 0 && code_.size() + 200 < kMaxCode; --i) {
    const unsigned kind = random_.below(10);
    kind < 5 ? plain() : kind < 8 ? denied() : trapping_in_user_mode();
  }
  code_.begin_unit();
  random_.percent(80) ? code_.add("ecall", {}) : fetch_fault();  // both lead to machine mode
}

}  // namespace aimc::isatest
