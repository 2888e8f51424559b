// Instructions as they stand in memory, and the time it takes to get from one to the next.

#include "models/riscv/core.h"
#include "models/riscv/timing.h"

namespace aimc::riscv {

// Length zero when the instruction does not lie inside the region.
Core::Fetched Core::fetch(const Region& region, std::uint32_t pc) const {
  Fetched fetched;
  if (!region.contains(pc, 2)) return fetched;
  const std::uint8_t* bytes = region.bytes + (pc - region.base);
  fetched.half = read_little<std::uint16_t>(bytes);
  const bool compressed = is_compressed(fetched.half);
  if (!compressed && !region.contains(pc, 4)) return fetched;
  fetched.length = compressed ? 2 : 4;
  fetched.decoded =
      decode(compressed ? expand_compressed(fetched.half) : read_little<std::uint32_t>(bytes),
             config_.extensions);
  return fetched;
}

std::uint32_t Core::fetch_wait(const Region& region, std::uint32_t pc, unsigned length,
                               bool flushed) const {
  const HartTiming& timing = config_.timing;
  const unsigned wait = region.writable ? timing.ram_fetch_wait : timing.rom_fetch_wait;
  return wait * fetched_words(pc, length, flushed);
}

// What going on at `pc` adds to a jump, taken branch or fence.
std::uint32_t Core::target_cycles(const Region& region, std::uint32_t pc) const {
  if (!region.contains(pc, 2)) return 0;
  const unsigned length = is_compressed(region.bytes[pc - region.base]) ? 2 : 4;
  if (!region.contains(pc, length)) return 0;
  const bool unaligned = pc % 4 != 0 && length == 4;
  return fetch_wait(region, pc, length, true) + (unaligned ? config_.timing.unaligned_target : 0);
}

// The same where nothing is known of `pc`.
std::uint32_t Core::jump_cycles(std::uint32_t pc) {
  const Region* region = region_at(pc, 2);
  return region == nullptr ? 0 : target_cycles(*region, pc);
}

// The cycles between `first`, the last instruction of `block` so far, and `second` behind it, when
// that is executed next.
std::uint32_t Core::cycles_behind(const Fetched& first, const Fetched& second, const Region& region,
                                  Block& block) const {
  if (second.length == 0) return 0;
  block.seen_end = block.end_pc + second.length;
  if (is_fence(first.decoded.code)) return target_cycles(region, block.end_pc);
  return fetch_wait(region, block.end_pc, second.length, false) +
         hazard_cycles(config_.timing, first.decoded, second.decoded);
}

// The instruction behind pc_ waits for its fetch: after one that is executed alone, or (with what
// the prefetch buffer held gone) at the start and the end of a trap.
void Core::wait_for_fetch(bool flushed) {
  if (!fetch_waits_) return;
  const Region* region = region_at(pc_, 2);
  if (region == nullptr) return;
  const unsigned length = is_compressed(region->bytes[pc_ - region->base]) ? 2 : 4;
  if (region->contains(pc_, length)) cycle_ += fetch_wait(*region, pc_, length, flushed);
}

void Core::retire_alone(const Op& op, std::uint32_t cycles) {
  retire(op, cycles);
  wait_for_fetch(false);
}

}  // namespace aimc::riscv
