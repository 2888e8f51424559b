// Programs a crossbar, lets a day pass, multiplies, and prints the error.
#include <cmath>
#include <cstdio>
#include <vector>

#include "models/analog/crossbar.h"

int main() {
  aimc::analog::CrossbarConfig config;  // 256 x 256 pairs of phase-change memory
  config.age_s = 86400.0;
  aimc::analog::Crossbar crossbar(config, 1, "example");
  const aimc::analog::Region all{0, config.rows, 0, config.columns};
  const std::vector<std::int8_t> weights(std::size_t{config.rows} * config.columns, 20);
  const std::vector<std::int8_t> inputs(config.rows, 30);
  std::vector<std::uint16_t> cp(config.columns), cn(config.columns);
  const auto programmed = crossbar.program(weights.data(), all, 0);
  crossbar.mvm(inputs.data(), 0, all, {}, programmed.duration_ps, cp.data(), cn.data());
  const double exact = config.rows * 20.0 * 30.0 * crossbar.count_scale({});
  double squares = 0.0;
  for (unsigned i = 0; i < config.columns; ++i) squares += std::pow(cp[i] - cn[i] - exact, 2.0);
  std::printf("error %.1f %% rms\n", 100.0 * std::sqrt(squares / config.columns) / exact);
}
