#include "models/riscv/core.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/core/observation.h"

namespace aimc::riscv {
namespace {

void check_timing(const HartConfig& config) {
  for (const unsigned cycles : config.timing.cycles) {
    if (cycles == 0 || cycles > 65535) {
      throw std::invalid_argument("hart timing: " + std::to_string(cycles) +
                                  " cycles for a class of instructions; expected 1 to 65535");
    }
  }
  if (config.direct_wait_cycles > 65535) {
    throw std::invalid_argument("hart timing: " + std::to_string(config.direct_wait_cycles) +
                                " wait cycles of direct memory; expected 0 to 65535");
  }
  const HartTiming& timing = config.timing;
  for (const unsigned cycles :
       {timing.load_use, timing.jalr_use, timing.unaligned_target, timing.divisor_zero,
        timing.csr_unflushed - 1U, timing.ram_fetch_wait, timing.rom_fetch_wait}) {
    if (cycles > 65535) {
      throw std::invalid_argument(
          "hart timing: cycles beyond those of a class of instructions: "
          "expected 0 to 65535, csr_unflushed 1 to 65536");
    }
  }
}

// True for what leaves its result where the next instruction in the block can have it from.
bool leaves_result(Opcode code) {
  return code <= Opcode::kBseti && code != Opcode::kFence && code != Opcode::kFenceI &&
         !is_jump(code) && !is_branch(code) && !is_divide(code) &&
         !(code >= Opcode::kSb && code <= Opcode::kSw);
}

// True where the sources may change places.
bool is_commutative(Opcode code) {
  switch (code) {
    case Opcode::kAdd:
    case Opcode::kXor:
    case Opcode::kOr:
    case Opcode::kAnd:
    case Opcode::kMul:
    case Opcode::kBeq:
    case Opcode::kBne:
      return true;
    default:
      return false;
  }
}

static_assert(kOpcodes + static_cast<std::size_t>(Opcode::kBseti) < 256, "Op::handler is a byte");

// Takes the first source of `op` from `before`, the instruction before it in the block, where it
// can.
void forward(const Op& before, Op& op) {
  if (!leaves_result(before.code) || op.code > Opcode::kBseti) return;
  if (is_commutative(op.code) && op.rs2 == before.rd) std::swap(op.rs1, op.rs2);
  if (op.rs1 == before.rd) op.handler = static_cast<std::uint8_t>(op.handler + kOpcodes);
}

}  // namespace

void check_register(unsigned index) {
  if (index > 31)
    throw std::invalid_argument("register " + std::to_string(index) + ": expected 0 to 31");
}

Core::Core(Hart& hart, const HartConfig& config, HartEnvironment& environment)
    : hart_(hart), config_(config), environment_(environment), pmp_(config.pmp_entries) {
  check_timing(config);
  std::copy(config.timing.cycles.begin(), config.timing.cycles.end(), cycles_.begin());
  for (const auto cls :
       {InstructionClass::kLoad, InstructionClass::kStore, InstructionClass::kAtomic}) {
    cycles_[index_of(cls)] += config.direct_wait_cycles;
  }
  fetch_waits_ = config.timing.ram_fetch_wait != 0 || config.timing.rom_fetch_wait != 0;
  prefix_.next = step_block_.next = {cache_.none(), cache_.none()};
  step_block_.observed = true;
  reset();
}

void Core::reset() {
  report_unseen();
  x_.fill(0);
  pc_ = config_.reset_pc & ~1U;
  csr_ = CsrState{};
  pmp_.reset();
  update_float_control();
  // Time, totals and energy go on; what software sees of them starts again.
  csr_.mcycle.set(0, cycle_);
  csr_.minstret.set(0, instret_);
  reservation_.reset();
  cache_.fold(prefix_);
  cache_.clear(map_);
  link_from_ = nullptr;
  stored_.reset();
  stop_requested_ = waiting_ = unhandled_ = false;
  trap_description_.clear();
  for (Permissions& permissions : permissions_) permissions.stale = true;
  apply_protection();
  if (stretches_ != nullptr) stretches_->reset();
  unseen_pc_ = pc_;
}

void Core::add_direct_memory(const DirectMemory& memory) {
  map_.add(memory);
  mark_watched(*map_.regions().back());
  for (Permissions& permissions : permissions_) permissions.stale = true;
  apply_protection();
  bus_page_ = kNoPage;
}

void Core::invalidate(std::uint32_t base, std::uint32_t size) {
  if (size == 0) return;
  const std::uint64_t end = std::uint64_t{base} + size;
  if (reservation_ && *reservation_ < end && base < std::uint64_t{*reservation_} + 4)
    reservation_.reset();
  for (const auto& region : map_.regions()) {
    const std::uint64_t first = std::max(base, region->base);
    const std::uint64_t last = std::min(end, std::uint64_t{region->base} + region->size);
    if (first < last) {
      cache_.drop(*region, static_cast<std::uint32_t>(first - region->base),
                  static_cast<std::uint32_t>(last - first));
    }
  }
}

std::uint32_t Core::reg(unsigned index) const {
  check_register(index);
  return x_[index];
}

void Core::set_reg(unsigned index, std::uint32_t value) {
  check_register(index);
  if (index != 0) x_[index] = value;
}

void Core::set_interrupt(unsigned bit, bool level) {
  const std::uint32_t mask = bit < 32 ? 1U << bit : 0U;
  if ((mask & kInterruptBits) == 0) {
    throw std::invalid_argument("interrupt line " + std::to_string(bit) + ": expected 3, 7 or 11");
  }
  csr_.mip = level ? csr_.mip | mask : csr_.mip & ~mask;
}

void Core::advance_to(std::uint64_t cycle) {
  cycle_ = std::max(cycle_, cycle);
}

void Core::lower_limit(std::uint64_t limit) {
  limit_ = std::min(limit_, limit);
  caller_limit_ = std::min(caller_limit_, limit);
}

StopReason Core::run(std::uint64_t limit) {
  if (core::kObservation && (steps_ != nullptr || stretches_ != nullptr))
    return run_observed(limit);
  return run_below(limit);
}

StopReason Core::run_below(std::uint64_t limit) {
  limit_ = limit;
  link_from_ = nullptr;
  for (;;) {
    if (stored_) report_store();
    if (unhandled_) {
      unhandled_ = false;
      return StopReason::kTrapUnhandled;
    }
    if (waiting_) {
      waiting_ = false;
      return StopReason::kWfi;
    }
    if (stop_requested_) {
      stop_requested_ = false;
      return StopReason::kStopRequested;
    }
    if (cycle_ >= limit_) return StopReason::kLimit;
    if (interrupt_ready()) {
      take_interrupt();
      continue;
    }
    Block* block = successor_of_observed();
    if (block == nullptr) block = block_at(pc_);
    if (block == nullptr) {
      raise(Cause::kFetchAccess, fetch_fault_address_);
      continue;
    }
    if (core::kObservation && block->observed) {
      // The fast loop does not go on behind an observed block, so that one may lead to another.
      if (link_from_ != nullptr && link_from_->observed) link_from_->link(link_slot_, *block);
      link_from_ = nullptr;
      if (!execute_observed(*block)) return StopReason::kBreakpoint;
      continue;
    }
    if (link_from_ != nullptr) {
      link_from_->link(link_slot_, *block);
      link_from_ = nullptr;
    }
    if (block->last_start >= limit_ - cycle_) block = prefix_below_limit(*block);
    if (const Op* op = execute(block)) {
      if (op->code == Opcode::kIllegal && is_breakpoint(pc_)) return StopReason::kBreakpoint;
      execute_complex(*op);
    }
  }
}

void Core::set_breakpoints(std::vector<std::uint32_t> addresses) {
  if (addresses == breakpoints_) return;
  cache_.fold(prefix_);
  cache_.clear(map_);
  breakpoints_ = std::move(addresses);
  std::sort(breakpoints_.begin(), breakpoints_.end());
}

bool Core::is_breakpoint(std::uint32_t pc) const {
  return !breakpoints_.empty() && std::binary_search(breakpoints_.begin(), breakpoints_.end(), pc);
}

bool Core::poke_csr(unsigned number, std::uint32_t value) {
  std::uint32_t old = 0;
  const bool read_only = (number >> 10U & 3U) == 3U;
  return !read_only && peek_csr(number, old) && write_csr(number, value);
}

Block* Core::block_at(std::uint32_t pc) {
  Block* block = cache_.find(pc);
  return block != nullptr ? block : decode_block(pc);
}

Region* Core::region_at(std::uint32_t address, std::uint32_t count) {
  Region* region = map_.find(address, count);
  if (region == nullptr && environment_.provide_direct_memory(hart_, address))
    region = map_.find(address, count);
  return region;
}

Op Core::make_op(const Fetched& fetched, std::uint32_t pc) const {
  // A breakpoint is decoded as an instruction that leaves the fast loop, so it costs nothing there.
  const Decoded d = is_breakpoint(pc) ? Decoded{} : fetched.decoded;
  Op op{};
  op.imm = d.imm;
  op.code = d.code;
  op.rd = d.rd == 0 ? kSinkRegister : d.rd;
  op.rs1 = d.rs1;
  op.rs2 = d.rs2;
  op.length = fetched.length;
  op.cls = d.cls;
  op.handler = plain_handler(op.code);
  if (d.code == Opcode::kIllegal && fetched.length == 2) op.imm = fetched.half;
  if (is_branch(d.code)) op.imm += pc;
  return op;
}

Block* Core::decode_block(std::uint32_t pc) {
  fetch_fault_address_ = pc;
  const AddressRange executable = executable_at(pc);
  if (!executable.contains(pc, 2)) return nullptr;
  Region* region = region_at(pc, 2);
  if (region == nullptr) return nullptr;
  const auto fetchable = [&executable](std::uint32_t address, const Fetched& there) {
    return there.length != 0 && executable.contains(address, there.length);
  };
  Fetched fetched = fetch(*region, pc);
  if (!fetchable(pc, fetched)) {
    fetch_fault_address_ = pc + 2;
    return nullptr;
  }
  Block& block = cache_.allocate(map_);
  block.pc = block.end_pc = pc;
  block.jumped_to = target_cycles(*region, pc);
  const bool stepped = is_stepped(pc);
  while (block.op_count < Block::kMaxOps && fetchable(block.end_pc, fetched)) {
    if (block.op_count > 0 && begins_block(block.end_pc, block)) break;
    Op& op = block.ops[block.op_count++];
    op = make_op(fetched, block.end_pc);
    if (block.op_count > 1 && !stepped) forward((&op)[-1], op);
    op.start = block.last_start = block.cycles;
    op.pc_offset = static_cast<std::uint8_t>(block.end_pc - pc);
    block.end_pc += op.length;
    block.seen_end = block.end_pc;
    if (is_complex(op.code)) break;
    block.ends_in_branch = is_branch(op.code);
    block.taken_cycles =
        block.cycles + cost(block.ends_in_branch ? InstructionClass::kBranchTaken : op.cls);
    block.cycles += cost(op.cls);
    ++block.count;
    if (!block.ends_in_branch) ++block.histogram[index_of(op.cls)];
    if (is_jump(op.code)) break;
    const Fetched next = fetch(*region, block.end_pc);
    block.cycles += cycles_behind(fetched, next, *region, block);
    if (block.ends_in_branch || is_divide(op.code)) break;
    fetched = next;
  }
  Op& end = block.ops[block.op_count];
  end.code = Opcode::kEndOfBlock;
  end.handler = plain_handler(end.code);
  end.start = block.cycles;
  end.pc_offset = static_cast<std::uint8_t>(block.end_pc - pc);
  block.observed = is_observed(block);
  cache_.insert(block, *region);
  return &block;
}

Block* Core::prefix_below_limit(const Block& block) {
  cache_.fold(prefix_);
  prefix_.pc = block.pc;
  prefix_.serial = block.serial;
  prefix_.observed = block.observed;
  prefix_.histogram.fill(0);
  prefix_.count = 0;
  // The last instruction starts at or after the limit, so a branch or a complex instruction is
  // never part of it.
  for (; prefix_.count < block.op_count; ++prefix_.count) {
    const Op& op = block.ops[prefix_.count];
    if (op.start >= limit_ - cycle_) break;
    prefix_.ops[prefix_.count] = op;
    ++prefix_.histogram[index_of(op.cls)];
  }
  const Op& rest = block.ops[prefix_.count];
  Op& end = prefix_.ops[prefix_.count];
  end = rest;
  end.code = Opcode::kEndOfBlock;
  end.handler = plain_handler(end.code);
  prefix_.cycles = rest.start;
  prefix_.end_pc = block.pc + rest.pc_offset;
  return &prefix_;
}

ClassCounts Core::class_counts() const {
  ClassCounts counts = cache_.counts();
  add_counts(prefix_, counts);
  if (open_block_ != nullptr) {
    for (const Op* op = open_block_->ops.data(); op != open_op_; ++op) ++counts[index_of(op->cls)];
  }
  return counts;
}

std::uint64_t Core::direct_loads(const ClassCounts& counts) const {
  return counts[index_of(InstructionClass::kLoad)] - bus_loads_ + extra_loads_;
}

std::uint64_t Core::direct_stores(const ClassCounts& counts) const {
  return counts[index_of(InstructionClass::kStore)] - bus_stores_ + extra_stores_;
}

}  // namespace aimc::riscv
