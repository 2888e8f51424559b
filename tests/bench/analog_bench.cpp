#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/core/random.h"
#include "tests/bench/mvm_vs_sgemv.h"

namespace aimc::analog {
namespace {

constexpr core::TimePs kMicrosecond = 1'000'000;

std::vector<std::int8_t> random_codes(std::size_t n, std::string_view purpose) {
  std::vector<std::uint32_t> words(n);
  core::RandomStream(1, "bench", purpose).words(0, words.data(), n);
  std::vector<std::int8_t> codes(n);
  for (std::size_t i = 0; i < n; ++i)
    codes[i] = static_cast<std::int8_t>(static_cast<int>(words[i] % 255) - 127);
  return codes;
}

struct Setup {
  Setup(unsigned size, AnalogMode mode, double read_noise)
      : region{0, size, 0, size},
        weights(random_codes(std::size_t{size} * size, "weights")),
        inputs(random_codes(size, "inputs")),
        cp(size),
        cn(size),
        crossbar(configuration(size, mode, read_noise), 1, "bench") {}

  static CrossbarConfig configuration(unsigned size, AnalogMode mode, double read_noise) {
    CrossbarConfig config;
    config.rows = config.columns = size;
    config.mode = mode;
    config.device.read_noise = read_noise;
    return config;
  }

  Region region;
  std::vector<std::int8_t> weights;
  std::vector<std::int8_t> inputs;
  std::vector<std::uint16_t> cp, cn;
  Crossbar crossbar;
};

void run_mvms(benchmark::State& state, AnalogMode mode, double read_noise, bool four_phase) {
  Setup setup(static_cast<unsigned>(state.range(0)), mode, read_noise);
  core::TimePs now_ps = setup.crossbar.program(setup.weights.data(), setup.region, 0).duration_ps;
  const ReadMode read{8, four_phase, 0};
  for ([[maybe_unused]] auto iteration : state) {
    const MvmResult result = setup.crossbar.mvm(setup.inputs.data(), 0, setup.region, read, now_ps,
                                                setup.cp.data(), setup.cn.data());
    benchmark::DoNotOptimize(result);
    benchmark::DoNotOptimize(setup.cp.data());
    benchmark::ClobberMemory();
    now_ps += kMicrosecond;
  }
}

void mvm_ideal(benchmark::State& state) {
  run_mvms(state, AnalogMode::kIdeal, 1.0, false);
}
void mvm_physical(benchmark::State& state) {
  run_mvms(state, AnalogMode::kPhysical, 1.0, false);
}
void mvm_physical_four_phase(benchmark::State& state) {
  run_mvms(state, AnalogMode::kPhysical, 1.0, true);
}
void mvm_without_read_noise(benchmark::State& state) {
  run_mvms(state, AnalogMode::kPhysical, 0.0, false);
}

// Crossbars of many tiles in turn: the codes of all of them together fit no cache.
void mvm_in_turn(benchmark::State& state) {
  std::vector<std::unique_ptr<Setup>> setups;
  core::TimePs now_ps = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    setups.push_back(std::make_unique<Setup>(256, AnalogMode::kPhysical, 1.0));
    Setup& setup = *setups.back();
    now_ps = setup.crossbar.program(setup.weights.data(), setup.region, 0).duration_ps;
    setup.crossbar.mvm(setup.inputs.data(), 0, setup.region, {}, now_ps, setup.cp.data(),
                       setup.cn.data());
  }
  std::size_t next = 0;
  for ([[maybe_unused]] auto iteration : state) {
    Setup& setup = *setups[next];
    next = (next + 1) % setups.size();
    const MvmResult result = setup.crossbar.mvm(setup.inputs.data(), 0, setup.region, {}, now_ps,
                                                setup.cp.data(), setup.cn.data());
    benchmark::DoNotOptimize(result);
    benchmark::DoNotOptimize(setup.cp.data());
    benchmark::ClobberMemory();
  }
}

void program(benchmark::State& state) {
  Setup setup(static_cast<unsigned>(state.range(0)), AnalogMode::kPhysical, 1.0);
  core::TimePs now_ps = 0;
  for ([[maybe_unused]] auto iteration : state) {
    now_ps += setup.crossbar.program(setup.weights.data(), setup.region, now_ps).duration_ps;
  }
}

// The first MVM after the devices' age has moved to another step recomputes all conductances.
void mvm_after_ageing(benchmark::State& state) {
  constexpr core::TimePs kSecond = 1'000'000'000'000;
  Setup setup(static_cast<unsigned>(state.range(0)), AnalogMode::kPhysical, 1.0);
  core::TimePs now_ps = setup.crossbar.program(setup.weights.data(), setup.region, 0).duration_ps;
  for ([[maybe_unused]] auto iteration : state) {
    now_ps += now_ps / 100 + kSecond;
    if (now_ps > 1'000'000 * kSecond) now_ps = kSecond;
    const MvmResult result = setup.crossbar.mvm(setup.inputs.data(), 0, setup.region, {}, now_ps,
                                                setup.cp.data(), setup.cn.data());
    benchmark::DoNotOptimize(result);
  }
}

BENCHMARK(mvm_ideal)->Arg(256)->Arg(512);
BENCHMARK(mvm_physical)->Arg(256)->Arg(512)->Arg(1024);
BENCHMARK(mvm_physical_four_phase)->Arg(256);
BENCHMARK(mvm_without_read_noise)->Arg(256);
BENCHMARK(mvm_after_ageing)->Arg(256);
BENCHMARK(mvm_in_turn)->ArgName("crossbars")->Arg(1)->Arg(16)->Arg(64)->Arg(256)->Arg(1024);
BENCHMARK(program)->Arg(256);

}  // namespace
}  // namespace aimc::analog

// --sgemv: beside OpenBLAS; --sgemv --gate: and with status 1 if it falls short of the rates aimed
// at. Otherwise the options of Google Benchmark.
int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--sgemv") {
    const bool gate = argc > 2 && std::string_view(argv[2]) == "--gate";
    if (argc > (gate ? 3 : 2)) {
      std::fprintf(stderr, "usage: %s [--sgemv [--gate]] | options of Google Benchmark\n", argv[0]);
      return 2;
    }
    return aimc::analog::bench::compare_with_sgemv(gate);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
