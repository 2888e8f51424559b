#pragma once

#include <cstdint>

/// Encodings of the instructions the tests use, written from the manual's formats, independently of
/// the decoder.
namespace aimc::riscv::assembler {

using Word = std::uint32_t;
using Reg = std::uint32_t;

constexpr Reg kZero = 0, kRa = 1, kSp = 2, kT0 = 5, kT1 = 6, kT2 = 7, kS0 = 8, kS1 = 9, kA0 = 10,
              kA1 = 11, kA2 = 12, kA3 = 13, kA4 = 14, kA5 = 15;

constexpr Word field(std::int32_t value, unsigned high, unsigned low, unsigned to) {
  return ((static_cast<Word>(value) >> low) & ((2U << (high - low)) - 1U)) << to;
}

constexpr Word r_type(Word opcode, Word funct3, Word funct7, Reg rd, Reg rs1, Reg rs2) {
  return opcode | rd << 7U | funct3 << 12U | rs1 << 15U | rs2 << 20U | funct7 << 25U;
}
constexpr Word i_type(Word opcode, Word funct3, Reg rd, Reg rs1, std::int32_t imm) {
  return opcode | rd << 7U | funct3 << 12U | rs1 << 15U | field(imm, 11, 0, 20);
}
constexpr Word s_type(Word funct3, Reg rs2, Reg rs1, std::int32_t imm) {
  return 0x23U | field(imm, 4, 0, 7) | funct3 << 12U | rs1 << 15U | rs2 << 20U |
         field(imm, 11, 5, 25);
}
constexpr Word b_type(Word funct3, Reg rs1, Reg rs2, std::int32_t offset) {
  return 0x63U | field(offset, 11, 11, 7) | field(offset, 4, 1, 8) | funct3 << 12U | rs1 << 15U |
         rs2 << 20U | field(offset, 10, 5, 25) | field(offset, 12, 12, 31);
}

constexpr Word lui(Reg rd, Word upper20) {
  return 0x37U | rd << 7U | upper20 << 12U;
}
constexpr Word auipc(Reg rd, Word upper20) {
  return 0x17U | rd << 7U | upper20 << 12U;
}
constexpr Word jal(Reg rd, std::int32_t offset) {
  return 0x6FU | rd << 7U | field(offset, 19, 12, 12) | field(offset, 11, 11, 20) |
         field(offset, 10, 1, 21) | field(offset, 20, 20, 31);
}
constexpr Word jalr(Reg rd, Reg rs1, std::int32_t imm) {
  return i_type(0x67, 0, rd, rs1, imm);
}
constexpr Word beq(Reg a, Reg b, std::int32_t offset) {
  return b_type(0, a, b, offset);
}
constexpr Word bne(Reg a, Reg b, std::int32_t offset) {
  return b_type(1, a, b, offset);
}
constexpr Word blt(Reg a, Reg b, std::int32_t offset) {
  return b_type(4, a, b, offset);
}

constexpr Word addi(Reg rd, Reg rs1, std::int32_t imm) {
  return i_type(0x13, 0, rd, rs1, imm);
}
constexpr Word nop() {
  return addi(0, 0, 0);
}
constexpr Word sub(Reg rd, Reg a, Reg b) {
  return r_type(0x33, 0, 0x20, rd, a, b);
}
constexpr Word add(Reg rd, Reg a, Reg b) {
  return r_type(0x33, 0, 0, rd, a, b);
}
constexpr Word mul(Reg rd, Reg a, Reg b) {
  return r_type(0x33, 0, 1, rd, a, b);
}
constexpr Word div(Reg rd, Reg a, Reg b) {
  return r_type(0x33, 4, 1, rd, a, b);
}

constexpr Word lb(Reg rd, std::int32_t imm, Reg rs1) {
  return i_type(0x03, 0, rd, rs1, imm);
}
constexpr Word lh(Reg rd, std::int32_t imm, Reg rs1) {
  return i_type(0x03, 1, rd, rs1, imm);
}
constexpr Word lw(Reg rd, std::int32_t imm, Reg rs1) {
  return i_type(0x03, 2, rd, rs1, imm);
}
constexpr Word lbu(Reg rd, std::int32_t imm, Reg rs1) {
  return i_type(0x03, 4, rd, rs1, imm);
}
constexpr Word lhu(Reg rd, std::int32_t imm, Reg rs1) {
  return i_type(0x03, 5, rd, rs1, imm);
}
constexpr Word sb(Reg rs2, std::int32_t imm, Reg rs1) {
  return s_type(0, rs2, rs1, imm);
}
constexpr Word sh(Reg rs2, std::int32_t imm, Reg rs1) {
  return s_type(1, rs2, rs1, imm);
}
constexpr Word sw(Reg rs2, std::int32_t imm, Reg rs1) {
  return s_type(2, rs2, rs1, imm);
}

constexpr Word atomic(Word funct5, Reg rd, Reg rs2, Reg rs1) {
  return r_type(0x2F, 2, funct5 << 2U, rd, rs1, rs2);
}
constexpr Word lr_w(Reg rd, Reg rs1) {
  return atomic(0x02, rd, 0, rs1);
}
constexpr Word sc_w(Reg rd, Reg rs2, Reg rs1) {
  return atomic(0x03, rd, rs2, rs1);
}
constexpr Word amoadd_w(Reg rd, Reg rs2, Reg rs1) {
  return atomic(0x00, rd, rs2, rs1);
}

constexpr Word csr(Word funct3, Reg rd, Word number, Reg source) {
  return 0x73U | rd << 7U | funct3 << 12U | source << 15U | number << 20U;
}
constexpr Word csrrw(Reg rd, Word number, Reg rs1) {
  return csr(1, rd, number, rs1);
}
constexpr Word csrrs(Reg rd, Word number, Reg rs1) {
  return csr(2, rd, number, rs1);
}
constexpr Word csrrc(Reg rd, Word number, Reg rs1) {
  return csr(3, rd, number, rs1);
}
constexpr Word csrrwi(Reg rd, Word number, Word imm) {
  return csr(5, rd, number, imm);
}
constexpr Word csrrsi(Reg rd, Word number, Word imm) {
  return csr(6, rd, number, imm);
}
constexpr Word csrrci(Reg rd, Word number, Word imm) {
  return csr(7, rd, number, imm);
}
constexpr Word csrr(Reg rd, Word number) {
  return csrrs(rd, number, 0);
}
constexpr Word csrw(Word number, Reg rs1) {
  return csrrw(0, number, rs1);
}

constexpr Word ecall() {
  return 0x00000073U;
}
constexpr Word ebreak() {
  return 0x00100073U;
}
constexpr Word mret() {
  return 0x30200073U;
}
constexpr Word wfi() {
  return 0x10500073U;
}
constexpr Word fence() {
  return 0x0FF0000FU;
}
constexpr Word fence_i() {
  return 0x0000100FU;
}

namespace csrs {
constexpr Word kMstatus = 0x300, kMisa = 0x301, kMie = 0x304, kMtvec = 0x305, kMcounteren = 0x306,
               kMcountinhibit = 0x320, kMscratch = 0x340, kMepc = 0x341, kMcause = 0x342,
               kMtval = 0x343, kMip = 0x344, kMcycle = 0xB00, kMinstret = 0xB02, kMcycleh = 0xB80,
               kMinstreth = 0xB82, kCycle = 0xC00, kTime = 0xC01, kInstret = 0xC02, kTimeh = 0xC81,
               kMhartid = 0xF14, kPmpcfg0 = 0x3A0, kPmpaddr0 = 0x3B0;
}  // namespace csrs

}  // namespace aimc::riscv::assembler
