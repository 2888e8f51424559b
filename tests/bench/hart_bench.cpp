// Speed of the hart in guest instructions a second, with cycle and energy accounting on.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <vector>

#include "models/riscv/hart.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::uint32_t kRamSize = 1U << 20U;

class NoDevices : public HartEnvironment {
 public:
  BusResult load(Hart& /*hart*/, std::uint32_t /*address*/, unsigned /*bytes*/,
                 std::uint32_t& /*value*/) override {
    return BusResult::kError;
  }
  BusResult store(Hart& /*hart*/, std::uint32_t /*address*/, unsigned /*bytes*/,
                  std::uint32_t /*value*/) override {
    return BusResult::kError;
  }
  std::uint64_t read_time(Hart& /*hart*/) override { return 0; }
};

// Runs a kernel in stretches of range(0) cycles, as a run-ahead quantum would cut it.
void run(benchmark::State& state, const char* kernel) {
  std::vector<std::uint8_t> ram(kRamSize);
  std::ifstream image(kernel, std::ios::binary);
  if (!image) {
    state.SkipWithError(kernel);
    return;
  }
  std::copy(std::istreambuf_iterator<char>(image), std::istreambuf_iterator<char>(), ram.begin());
  NoDevices devices;
  HartConfig config;
  config.reset_pc = kRamBase;
  Hart hart(config, devices);
  hart.add_direct_memory({kRamBase, kRamSize, ram.data(), true});
  const auto quantum = static_cast<std::uint64_t>(state.range(0));
  while (state.KeepRunning()) {
    const std::uint64_t end = hart.cycle() + 10'000'000;
    while (hart.cycle() < end) {
      if (hart.run(std::min(end, hart.cycle() + quantum)) != StopReason::kLimit) {
        state.SkipWithError(hart.trap_description().c_str());
        return;
      }
    }
  }
  state.counters["instr/s"] =
      benchmark::Counter(static_cast<double>(hart.instructions()), benchmark::Counter::kIsRate);
}
void run_kernel(benchmark::State& state) {
  run(state, AIMC_HART_KERNEL);
}
BENCHMARK(run_kernel)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(10'000)
    ->Arg(10'000'000)
    ->Unit(benchmark::kMillisecond);

void run_float_kernel(benchmark::State& state) {
  run(state, AIMC_HART_FLOAT_KERNEL);
}
BENCHMARK(run_float_kernel)->Arg(1000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aimc::riscv

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
