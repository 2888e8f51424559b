#include "models/riscv/decode.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kIllegalWord = 0;

// Bit `from` of `half`, moved to bit `to`.
constexpr std::uint32_t bit(std::uint32_t half, unsigned from, unsigned to) {
  return ((half >> from) & 1U) << to;
}
// Bits high..low of `half`, moved so that `low` lands on `to`.
constexpr std::uint32_t field(std::uint32_t half, unsigned high, unsigned low, unsigned to = 0) {
  return ((half >> low) & ((2U << (high - low)) - 1U)) << to;
}
constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned width) {
  const std::uint32_t sign = 1U << (width - 1U);
  return (value ^ sign) - sign;
}

// The 32-bit instruction formats.
constexpr std::uint32_t r_type(std::uint32_t funct7, std::uint32_t rs2, std::uint32_t rs1,
                               std::uint32_t funct3, std::uint32_t rd) {
  return funct7 << 25U | rs2 << 20U | rs1 << 15U | funct3 << 12U | rd << 7U | 0x33U;
}
constexpr std::uint32_t i_type(std::uint32_t imm, std::uint32_t rs1, std::uint32_t funct3,
                               std::uint32_t rd, std::uint32_t opcode) {
  return imm << 20U | rs1 << 15U | funct3 << 12U | rd << 7U | opcode;
}
constexpr std::uint32_t store_word(std::uint32_t imm, std::uint32_t rs2, std::uint32_t rs1,
                                   std::uint32_t opcode) {
  return field(imm, 11, 5, 25) | rs2 << 20U | rs1 << 15U | 2U << 12U | field(imm, 4, 0, 7) | opcode;
}
constexpr std::uint32_t branch(std::uint32_t imm, std::uint32_t rs1, std::uint32_t funct3) {
  return bit(imm, 12, 31) | field(imm, 10, 5, 25) | rs1 << 15U | funct3 << 12U |
         field(imm, 4, 1, 8) | bit(imm, 11, 7) | 0x63U;
}
constexpr std::uint32_t jal(std::uint32_t imm, std::uint32_t rd) {
  return bit(imm, 20, 31) | field(imm, 10, 1, 21) | bit(imm, 11, 20) | field(imm, 19, 12, 12) |
         rd << 7U | 0x6FU;
}

constexpr std::uint32_t kAddi = 0x13;
constexpr std::uint32_t kLoad = 0x03;
constexpr std::uint32_t kLoadFloat = 0x07;
constexpr std::uint32_t kStore = 0x23;
constexpr std::uint32_t kStoreFloat = 0x27;
constexpr std::uint32_t kJalr = 0x67;

// Immediates with the layouts of the C extension; names as in its table of formats.
constexpr std::uint32_t ci_imm(std::uint32_t h) {
  return sign_extend(bit(h, 12, 5) | field(h, 6, 2), 6);
}
constexpr std::uint32_t cj_imm(std::uint32_t h) {
  return sign_extend(bit(h, 12, 11) | bit(h, 11, 4) | field(h, 10, 9, 8) | bit(h, 8, 10) |
                         bit(h, 7, 6) | bit(h, 6, 7) | field(h, 5, 3, 1) | bit(h, 2, 5),
                     12);
}
constexpr std::uint32_t cb_imm(std::uint32_t h) {
  return sign_extend(
      bit(h, 12, 8) | field(h, 11, 10, 3) | field(h, 6, 5, 6) | field(h, 4, 3, 1) | bit(h, 2, 5),
      9);
}
constexpr std::uint32_t cl_word_offset(std::uint32_t h) {
  return field(h, 12, 10, 3) | bit(h, 6, 2) | bit(h, 5, 6);
}
constexpr std::uint32_t load_sp_offset(std::uint32_t h) {
  return bit(h, 12, 5) | field(h, 6, 4, 2) | field(h, 3, 2, 6);
}
constexpr std::uint32_t store_sp_offset(std::uint32_t h) {
  return field(h, 12, 9, 2) | field(h, 8, 7, 6);
}

// Quadrant 0: stack-pointer based addresses, loads and stores of the popular registers.
std::uint32_t expand_quadrant0(std::uint32_t h) {
  const std::uint32_t rd = 8U + field(h, 4, 2);
  const std::uint32_t rs1 = 8U + field(h, 9, 7);
  switch (h >> 13U) {
    case 0: {  // C.ADDI4SPN; a zero immediate is reserved, all zeros is the defined illegal
               // instruction
      const std::uint32_t imm =
          field(h, 12, 11, 4) | field(h, 10, 7, 6) | bit(h, 6, 2) | bit(h, 5, 3);
      return imm == 0 ? kIllegalWord : i_type(imm, 2, 0, rd, kAddi);
    }
    case 2:  // C.LW
      return i_type(cl_word_offset(h), rs1, 2, rd, kLoad);
    case 3:  // C.FLW
      return i_type(cl_word_offset(h), rs1, 2, rd, kLoadFloat);
    case 6:  // C.SW
      return store_word(cl_word_offset(h), rd, rs1, kStore);
    case 7:  // C.FSW
      return store_word(cl_word_offset(h), rd, rs1, kStoreFloat);
    default:  // double precision, and 4 is reserved
      return kIllegalWord;
  }
}

// Quadrant 1, funct3 = 4: shifts by an immediate, C.ANDI and register operations.
std::uint32_t expand_arithmetic(std::uint32_t h) {
  const std::uint32_t rd = 8U + field(h, 9, 7);
  const std::uint32_t rs2 = 8U + field(h, 4, 2);
  const bool high = bit(h, 12, 0) != 0;
  switch (field(h, 11, 10)) {
    case 0:  // C.SRLI; shift amounts above 31 are not for RV32
      return high ? kIllegalWord : i_type(field(h, 6, 2), rd, 5, rd, kAddi);
    case 1:  // C.SRAI
      return high ? kIllegalWord : i_type(0x400U | field(h, 6, 2), rd, 5, rd, kAddi);
    case 2:  // C.ANDI
      return i_type(ci_imm(h), rd, 7, rd, kAddi);
    default:
      break;
  }
  if (high) return kIllegalWord;  // C.SUBW, C.ADDW: RV64 only
  switch (field(h, 6, 5)) {
    case 0:
      return r_type(0x20, rs2, rd, 0, rd);  // C.SUB
    case 1:
      return r_type(0, rs2, rd, 4, rd);  // C.XOR
    case 2:
      return r_type(0, rs2, rd, 6, rd);  // C.OR
    default:
      return r_type(0, rs2, rd, 7, rd);  // C.AND
  }
}

std::uint32_t expand_quadrant1(std::uint32_t h) {
  const std::uint32_t rd = field(h, 11, 7);
  switch (h >> 13U) {
    case 0:  // C.ADDI, C.NOP and hints
      return i_type(ci_imm(h), rd, 0, rd, kAddi);
    case 1:  // C.JAL
      return jal(cj_imm(h), 1);
    case 2:  // C.LI
      return i_type(ci_imm(h), 0, 0, rd, kAddi);
    case 3: {
      const std::uint32_t imm = ci_imm(h);
      if (imm == 0) return kIllegalWord;
      if (rd != 2) return imm << 12U | rd << 7U | 0x37U;  // C.LUI
      const std::uint32_t offset =                        // C.ADDI16SP
          sign_extend(
              bit(h, 12, 9) | bit(h, 6, 4) | bit(h, 5, 6) | field(h, 4, 3, 7) | bit(h, 2, 5), 10);
      return i_type(offset, 2, 0, 2, kAddi);
    }
    case 4:
      return expand_arithmetic(h);
    case 5:  // C.J
      return jal(cj_imm(h), 0);
    default:  // C.BEQZ, C.BNEZ
      return branch(cb_imm(h), 8U + field(h, 9, 7), (h >> 13U) & 1U);
  }
}

std::uint32_t expand_quadrant2(std::uint32_t h) {
  const std::uint32_t rd = field(h, 11, 7);
  const std::uint32_t rs2 = field(h, 6, 2);
  const bool high = bit(h, 12, 0) != 0;
  switch (h >> 13U) {
    case 0:  // C.SLLI
      return high ? kIllegalWord : i_type(field(h, 6, 2), rd, 1, rd, kAddi);
    case 2:  // C.LWSP
      if (rd == 0) return kIllegalWord;
      return i_type(load_sp_offset(h), 2, 2, rd, kLoad);
    case 3:  // C.FLWSP
      return i_type(load_sp_offset(h), 2, 2, rd, kLoadFloat);
    case 4:
      if (rs2 != 0) return r_type(0, rs2, high ? rd : 0, 0, rd);  // C.ADD, C.MV
      if (rd != 0) return i_type(0, rd, 0, high ? 1 : 0, kJalr);  // C.JALR, C.JR
      return high ? 0x00100073U : kIllegalWord;                   // C.EBREAK
    case 6:                                                       // C.SWSP
      return store_word(store_sp_offset(h), rs2, 2, kStore);
    case 7:  // C.FSWSP
      return store_word(store_sp_offset(h), rs2, 2, kStoreFloat);
    default:  // double precision
      return kIllegalWord;
  }
}

}  // namespace

std::uint32_t expand_compressed(std::uint16_t half) {
  switch (half & 3U) {
    case 0:
      return expand_quadrant0(half);
    case 1:
      return expand_quadrant1(half);
    case 2:
      return expand_quadrant2(half);
    default:
      return kIllegalWord;
  }
}

}  // namespace aimc::riscv
