#include "tests/isa/machine.h"

#include <algorithm>
#include <new>

#include "tests/isa/layout.h"
#include "tests/isa/random.h"

namespace aimc::isatest {
namespace {

constexpr std::uint32_t kUart = 0x10000000U;
constexpr std::uint32_t kFinisher = 0x00100000U;
constexpr std::uint32_t kMsip = 0x02000000U;
constexpr std::uint32_t kMtimecmp = 0x02004000U;
constexpr std::uint32_t kMtime = 0x0200BFF8U;
constexpr std::uint64_t kCyclesPerTick = 8;
constexpr std::uint64_t kNever = ~std::uint64_t{0};

using riscv::BusResult;
using riscv::Hart;
using riscv::StopReason;

std::uint32_t half_of(std::uint64_t value, std::uint32_t offset) {
  return static_cast<std::uint32_t>(value >> 8U * offset);
}

}  // namespace

Machine::Machine(const std::vector<char>& image, std::uint32_t ram_size)
    : ram_(static_cast<std::uint8_t*>(std::calloc(ram_size, 1))), ram_size_(ram_size) {
  if (!ram_) throw std::bad_alloc();
  std::copy_n(image.begin(), std::min<std::size_t>(image.size(), ram_size), ram_.get());
}

std::uint32_t Machine::word(std::uint32_t address) const {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t offset = address - kRamBase + i;
    if (offset < ram_size_) value |= std::uint32_t{ram_.get()[offset]} << 8U * i;
  }
  return value;
}

void Machine::set_word(std::uint32_t address, std::uint32_t value) {
  for (std::uint32_t i = 0; i < 4; ++i)
    ram_.get()[address - kRamBase + i] = static_cast<std::uint8_t>(value >> 8U * i);
}

BusResult Machine::load(Hart& hart, std::uint32_t address, unsigned /*bytes*/,
                        std::uint32_t& value) {
  if (address == kMsip) {
    value = msip_;
  } else if (address == kMtimecmp || address == kMtimecmp + 4) {
    value = half_of(mtimecmp_, address - kMtimecmp);
  } else if (address == kMtime || address == kMtime + 4) {
    value = half_of(read_time(hart), address - kMtime);
  } else {
    return BusResult::kError;
  }
  return BusResult::kOk;
}

BusResult Machine::store(Hart& hart, std::uint32_t address, unsigned /*bytes*/,
                         std::uint32_t value) {
  switch (address) {
    case kUart:
      printed_ += static_cast<char>(value);
      return BusResult::kOk;
    case kFinisher:
      hart.request_stop();
      return BusResult::kOk;
    case kMsip:
      msip_ = value & 1U;
      hart.set_interrupt(3, msip_ != 0);
      return BusResult::kOk;
    case kMtimecmp:
    case kMtimecmp + 4: {
      const std::uint32_t shift = 8U * (address - kMtimecmp);
      mtimecmp_ = (mtimecmp_ & ~(std::uint64_t{0xFFFFFFFFU} << shift)) | std::uint64_t{value}
                                                                             << shift;
      update_timer(hart);
      hart.lower_limit(next_timer(hart));
      return BusResult::kOk;
    }
    default:
      return BusResult::kError;
  }
}

std::uint64_t Machine::read_time(Hart& hart) {
  return hart.cycle() / kCyclesPerTick;
}

void Machine::update_timer(Hart& hart) const {
  hart.set_interrupt(7, hart.cycle() / kCyclesPerTick >= mtimecmp_);
}

std::uint64_t Machine::next_timer(const Hart& hart) const {
  if (mtimecmp_ > kNever / kCyclesPerTick) return kNever;
  const std::uint64_t cycle = mtimecmp_ * kCyclesPerTick;
  return cycle > hart.cycle() ? cycle : kNever;
}

Ending run(Hart& hart, Machine& machine, std::uint64_t limit, std::uint64_t cut_seed,
           Watcher* watcher) {
  Random random(cut_seed);
  while (hart.cycle() < limit) {
    machine.update_timer(hart);
    std::uint64_t stretch = limit;
    if (cut_seed != 0) stretch = hart.cycle() + random.below(random.below(4) == 0 ? 2000 : 40);
    if (watcher != nullptr) {
      stretch = hart.cycle() + 1;
      watcher->before(hart, machine);
    }
    const StopReason reason = hart.run(std::min({limit, stretch, machine.next_timer(hart)}));
    if (watcher != nullptr) watcher->after(hart, machine);
    switch (reason) {
      case StopReason::kLimit:
      case StopReason::kBreakpoint:
        break;
      case StopReason::kStopRequested:
        return Ending::kFinished;
      case StopReason::kTrapUnhandled:
        return Ending::kUnhandledTrap;
      case StopReason::kWfi: {
        machine.update_timer(hart);  // it may have come while the instruction was executed
        const std::uint64_t timer = machine.next_timer(hart);
        if (hart.wakeup_pending()) break;
        if (timer == kNever) return Ending::kWaitsForEver;
        hart.advance_to(timer);
        break;
      }
    }
  }
  return Ending::kLimit;
}

}  // namespace aimc::isatest
