// Accesses the fast loop leaves alone: other stretches of direct memory, misaligned ones, stores
// into code, the bus, and atomic operations.

#include "models/riscv/arithmetic.h"
#include "models/riscv/core.h"

namespace aimc::riscv {
namespace {

std::uint32_t read_bytes(const std::uint8_t* bytes, unsigned count) {
  switch (count) {
    case 1:
      return read_little<std::uint8_t>(bytes);
    case 2:
      return read_little<std::uint16_t>(bytes);
    default:
      return read_little<std::uint32_t>(bytes);
  }
}

void write_bytes(std::uint8_t* bytes, unsigned count, std::uint32_t value) {
  switch (count) {
    case 1:
      return write_little<std::uint8_t>(bytes, value);
    case 2:
      return write_little<std::uint16_t>(bytes, value);
    default:
      return write_little<std::uint32_t>(bytes, value);
  }
}

bool is_misaligned(std::uint32_t address, unsigned bytes) {
  return address % bytes != 0;
}

// What an atomic memory operation writes back.
std::uint32_t atomic_result(Opcode code, std::uint32_t old, std::uint32_t b) {
  switch (code) {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  AIMC_RESULT_##format(name, meaning)
#define AIMC_RESULT_Upper(name, meaning)
#define AIMC_RESULT_Jal(name, meaning)
#define AIMC_RESULT_Jalr(name, meaning)
#define AIMC_RESULT_Branch(name, meaning)
#define AIMC_RESULT_Load(name, meaning)
#define AIMC_RESULT_Store(name, meaning)
#define AIMC_RESULT_Imm(name, meaning)
#define AIMC_RESULT_Shift(name, meaning)
#define AIMC_RESULT_Reg(name, meaning)
#define AIMC_RESULT_Divide(name, meaning)
#define AIMC_RESULT_Unary(name, meaning)
#define AIMC_RESULT_Fence(name, meaning)
#define AIMC_RESULT_Lr(name, meaning)
#define AIMC_RESULT_Sc(name, meaning)
#define AIMC_RESULT_Csr(name, meaning)
#define AIMC_RESULT_Word(name, meaning)
#define AIMC_RESULT_FloatLoad(name, meaning)
#define AIMC_RESULT_FloatStore(name, meaning)
#define AIMC_RESULT_FloatReg(name, meaning)
#define AIMC_RESULT_FloatUnary(name, meaning)
#define AIMC_RESULT_FloatFused(name, meaning)
#define AIMC_RESULT_FloatPlain(name, meaning)
#define AIMC_RESULT_FloatCompare(name, meaning)
#define AIMC_RESULT_FloatToInt(name, meaning)
#define AIMC_RESULT_FloatFromInt(name, meaning)
#define AIMC_RESULT_FloatOut(name, meaning)
#define AIMC_RESULT_FloatIn(name, meaning)
#define AIMC_RESULT_Amo(name, meaning) \
  case Opcode::name:                   \
    return meaning;
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
    default:
      return old;
  }
}

}  // namespace

bool Core::needs_two_accesses(std::uint32_t address, unsigned bytes) const {
  return address / 4 != (address + bytes - 1) / 4;
}

// Direct memory for a load or store. A driver that polls asks for the same device time and again.
Region* Core::data_region(std::uint32_t address, std::uint32_t count) {
  if (address >> kBusPageShift == bus_page_) return nullptr;
  Region* region = region_at(address, count);
  if (region == nullptr && map_.find(address, 1) == nullptr) bus_page_ = address >> kBusPageShift;
  return region;
}

bool Core::load_slow(const Op& op, std::uint32_t address, unsigned bytes, std::uint32_t& value) {
  const bool misaligned = is_misaligned(address, bytes);
  if (misaligned && config_.trap_misaligned) {
    raise(Cause::kLoadMisaligned, address);
    return false;
  }
  if (data_checked_) {
    if (const auto part = denied(address, bytes, Pmp::kRead)) {
      raise(Cause::kLoadAccess, *part);
      return false;
    }
  }
  const std::uint32_t with_behind = (&op)[1].start - op.start;
  if (const Region* region = data_region(address, bytes)) {
    const bool twice = needs_two_accesses(address, bytes);
    if (twice) ++extra_loads_;
    value = read_bytes(region->bytes + (address - region->base), bytes);
    retire(op, with_behind + (twice ? cost(InstructionClass::kLoad) : 0));
    return true;
  }
  if (misaligned) {
    raise(Cause::kLoadMisaligned, address);
    return false;
  }
  // The block may be dropped meanwhile, but nothing is decoded in its place.
  if (environment_.load(hart_, address, bytes, value) != BusResult::kOk) {
    raise(Cause::kLoadAccess, address);
    return false;
  }
  ++bus_loads_;
  retire(op, with_behind - config_.direct_wait_cycles);
  return true;
}

bool Core::store_slow(const Op& op, std::uint32_t address, unsigned bytes, std::uint32_t value) {
  const std::uint32_t with_behind = (&op)[1].start - op.start;
  const bool misaligned = is_misaligned(address, bytes);
  if (misaligned && config_.trap_misaligned) {
    raise(Cause::kStoreMisaligned, address);
    return false;
  }
  if (data_checked_) {
    if (const auto part = denied(address, bytes, Pmp::kWrite)) {
      raise(Cause::kStoreAccess, *part);  // no part of it is written
      return false;
    }
  }
  if (Region* region = data_region(address, bytes); region != nullptr && region->writable) {
    const bool twice = needs_two_accesses(address, bytes);
    if (twice) ++extra_stores_;
    write_direct(*region, address, bytes, value);
    retire(op, with_behind + (twice ? cost(InstructionClass::kStore) : 0));
    return true;
  }
  if (misaligned) {
    raise(Cause::kStoreMisaligned, address);
    return false;
  }
  const std::uint32_t mask = bytes == 4 ? ~0U : (1U << (8U * bytes)) - 1U;
  if (environment_.store(hart_, address, bytes, value & mask) != BusResult::kOk) {
    raise(Cause::kStoreAccess, address);
    return false;
  }
  ++bus_stores_;
  retire(op, with_behind - config_.direct_wait_cycles);
  return true;
}

void Core::write_direct(Region& region, std::uint32_t address, unsigned bytes,
                        std::uint32_t value) {
  const std::uint32_t offset = address - region.base;
  write_bytes(region.bytes + offset, bytes, value);
  cache_.drop(region, offset, bytes);
  if (!watched_.empty()) note_store(region, address, bytes);
}

void Core::execute_atomic(const Op& op) {
  const bool load_reserved = op.code == Opcode::kLrW;
  const std::uint32_t address = x_[op.rs1];
  if (is_misaligned(address, 4)) {
    return raise(load_reserved ? Cause::kLoadMisaligned : Cause::kStoreMisaligned, address);
  }
  const bool store_conditional = op.code == Opcode::kScW;
  const std::uint8_t kinds = load_reserved       ? Pmp::kRead
                             : store_conditional ? Pmp::kWrite
                                                 : Pmp::kRead | Pmp::kWrite;
  if (denied(address, 4, kinds)) {
    return raise(load_reserved ? Cause::kLoadAccess : Cause::kStoreAccess, address);
  }
  Region* region = region_at(address, 4);
  if (load_reserved) {
    if (region == nullptr) return raise(Cause::kLoadAccess, address);
    x_[op.rd] = read_bytes(region->bytes + (address - region->base), 4);
    reservation_ = address;
    ++extra_loads_;
    return retire_alone(op, cost(InstructionClass::kAtomic));
  }
  if (region == nullptr || !region->writable) return raise(Cause::kStoreAccess, address);
  const std::uint32_t b = x_[op.rs2];
  if (store_conditional) {
    const bool success = reservation_ == address;
    reservation_.reset();
    if (success) {
      write_direct(*region, address, 4, b);
      ++extra_stores_;
    }
    x_[op.rd] = success ? 0 : 1;
    return retire_alone(op, cost(InstructionClass::kAtomic));
  }
  const std::uint32_t old = read_bytes(region->bytes + (address - region->base), 4);
  write_direct(*region, address, 4, atomic_result(op.code, old, b));
  x_[op.rd] = old;
  ++extra_loads_;
  ++extra_stores_;
  retire_alone(op, cost(InstructionClass::kAtomic));
}

}  // namespace aimc::riscv
