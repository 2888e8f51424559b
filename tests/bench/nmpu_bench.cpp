// Columns per second through each backend, for a 256-column tile.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "models/nmpu/backend.h"

namespace {

using aimc::nmpu::Addend;
using aimc::nmpu::BackendKind;

constexpr unsigned kColumns = 256;

void run_columns(benchmark::State& state, BackendKind kind) {
  const auto backend = aimc::nmpu::make_backend(kind, {}, "bench");
  std::mt19937 random(1);
  std::vector<std::uint16_t> cp(kColumns);
  std::vector<std::uint16_t> cn(kColumns);
  std::vector<std::int16_t> psum(kColumns);
  std::vector<std::int16_t> out(kColumns);
  for (unsigned i = 0; i < kColumns; ++i) {
    cp[i] = static_cast<std::uint16_t>(random() % 4096);
    cn[i] = static_cast<std::uint16_t>(random() % 4096);
    psum[i] = static_cast<std::int16_t>(random());
    backend->write_params(
        i, {static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random()),
            static_cast<std::int8_t>(random()), static_cast<std::int16_t>(random())});
  }
  aimc::nmpu::Vector vector{0, kColumns, cp.data(), cn.data(), psum.data(), {}};
  vector.config.cut_post = 7;
  vector.config.relu = true;
  vector.config.addend = static_cast<Addend>(state.range(0));
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(backend->run(vector, out.data(), 0));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kColumns);
}

void write_parameters(benchmark::State& state, BackendKind kind) {
  const auto backend = aimc::nmpu::make_backend(kind, {}, "bench");
  unsigned column = 0;
  while (state.KeepRunning()) {
    backend->write_params(column, {128, 127, -1, 300});
    column = (column + 1) % kColumns;
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

BENCHMARK_CAPTURE(run_columns, model, BackendKind::kModel)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(run_columns, rtl, BackendKind::kRtl)->Arg(0)->Arg(2);
BENCHMARK_CAPTURE(run_columns, lockstep, BackendKind::kLockstep)->Arg(0)->Arg(2);
BENCHMARK_CAPTURE(write_parameters, model, BackendKind::kModel);
BENCHMARK_CAPTURE(write_parameters, rtl, BackendKind::kRtl);
