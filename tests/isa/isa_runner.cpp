// Runs a flat image at the start of RAM on the hart, in the smallest machine the test programs
// need: RAM, a UART that prints, the test finisher and the software interrupt. Prints what the
// program prints.
//
//   isa_runner ISA IMAGE.bin [SEED]      with a seed, the run is cut into random stretches
//
// The last line on stderr tells pc, cycles and instructions at the end: they must not depend on the
// cuts.

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "models/riscv/hart.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::uint32_t kRamSize = 16U << 20U;
constexpr std::uint32_t kUart = 0x10000000U;
constexpr std::uint32_t kFinisher = 0x00100000U;
constexpr std::uint32_t kMsip = 0x02000000U;
constexpr std::uint64_t kMaxCycles = 500'000'000;

class Machine : public HartEnvironment {
 public:
  BusResult load(Hart& /*hart*/, std::uint32_t address, unsigned /*bytes*/,
                 std::uint32_t& value) override {
    if (address != kMsip) return BusResult::kError;
    value = msip_;
    return BusResult::kOk;
  }

  BusResult store(Hart& hart, std::uint32_t address, unsigned /*bytes*/,
                  std::uint32_t value) override {
    switch (address) {
      case kUart:
        std::cout << static_cast<char>(value);
        return BusResult::kOk;
      case kFinisher:
        hart.request_stop();
        return BusResult::kOk;
      case kMsip:
        msip_ = value & 1U;
        hart.set_interrupt(3, msip_ != 0);
        return BusResult::kOk;
      default:
        return BusResult::kError;
    }
  }

  std::uint64_t read_time(Hart& hart) override { return hart.cycle(); }

 private:
  std::uint32_t msip_ = 0;
};

int run(const std::vector<std::string>& arguments) {
  std::vector<std::uint8_t> ram(kRamSize);
  std::ifstream image(arguments.at(1), std::ios::binary);
  if (!image) {
    std::cerr << "isa_runner: cannot open " << arguments[1] << '\n';
    return 2;
  }
  std::copy(std::istreambuf_iterator<char>(image), std::istreambuf_iterator<char>(), ram.begin());

  Machine machine;
  HartConfig config;
  config.reset_pc = kRamBase;
  config.extensions = parse_isa(arguments.at(0));
  Hart hart(config, machine);
  hart.add_direct_memory({kRamBase, kRamSize, ram.data(), true});

  const bool cut = arguments.size() > 2;
  std::mt19937 random(cut ? static_cast<std::uint32_t>(std::stoul(arguments[2])) : 0U);
  StopReason reason = StopReason::kLimit;
  while (reason == StopReason::kLimit && hart.cycle() < kMaxCycles) {
    const std::uint64_t stretch = cut ? random() % (random() % 4 == 0 ? 2000 : 40) : kMaxCycles;
    reason = hart.run(std::min(kMaxCycles, hart.cycle() + stretch));
  }
  std::cout.flush();
  if (reason == StopReason::kTrapUnhandled) std::cerr << hart.trap_description() << '\n';
  std::cerr << "pc " << std::hex << hart.pc() << std::dec << " cycles " << hart.cycle()
            << " instructions " << hart.instructions() << '\n';
  return reason == StopReason::kStopRequested ? 0 : 1;
}

}  // namespace
}  // namespace aimc::riscv

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::cerr << "usage: isa_runner ISA IMAGE.bin [SEED]\n";
    return 2;
  }
  return aimc::riscv::run({argv + 1, argv + argc});
}
