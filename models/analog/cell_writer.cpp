#include "models/analog/cell_writer.h"

#include <algorithm>
#include <cmath>

namespace aimc::analog {

CellWriter::CellWriter(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : device_(config.device),
      offset_signs_(config.weights.signs == SignScheme::kOffset),
      columns_(config.columns),
      stream_(seed, path, "pulses"),
      pulses_(config.device.pulses_mean, config.device.pulses_max),
      cycles_(std::size_t{config.rows} * config.columns),
      words_(config.columns) {}

ProgramResult CellWriter::write(const std::int8_t* weights, const Region& region) {
  std::uint64_t pulse_count = 0;
  std::uint64_t verifies = 0;
  std::uint64_t rounds = 0;
  unsigned in_batch = 0;
  unsigned slowest = 0;
  for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
    const std::size_t first = std::size_t{row} * columns_ + region.first_column;
    for (std::size_t i = 0; i < region.columns;) {
      // Cells of equal generation follow each other in the stream.
      const std::uint32_t generation = cycles_[first + i];
      std::size_t run = 1;
      while (i + run < region.columns && cycles_[first + i + run] == generation) ++run;
      stream_.words(std::uint64_t{generation} * cycles_.size() + first + i, words_.data(), run);
      for (std::size_t k = 0; k < run; ++k) {
        const bool active = offset_signs_ || weights[first + i + k] != 0;
        const unsigned iterations = active ? pulses_.draw(words_[k]) : 1;
        pulse_count += offset_signs_ ? 2 * iterations : iterations + 1;
        verifies += active ? (offset_signs_ ? 2 * iterations : iterations) : 0;
        slowest = std::max(slowest, iterations);
        if (++in_batch == device_.parallel_writers) {
          rounds += slowest;
          in_batch = slowest = 0;
        }
      }
      i += run;
    }
  }
  rounds += slowest;
  ProgramResult result;
  const double round_ps = (device_.pulse_ns + device_.verify_ns) * 1e3;
  result.duration_ps =
      static_cast<core::TimePs>(std::llround(static_cast<double>(rounds) * round_ps));
  result.pulses = pulse_count;
  result.energy_j = (static_cast<double>(pulse_count) * device_.pulse_energy_pj +
                     static_cast<double>(verifies) * device_.verify_energy_pj) *
                    1e-12;
  return result;
}

void CellWriter::count(const Region& region) {
  for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
    std::uint32_t* cycles = &cycles_[std::size_t{row} * columns_ + region.first_column];
    for (unsigned i = 0; i < region.columns; ++i) most_ = std::max(most_, ++cycles[i]);
  }
}

}  // namespace aimc::analog
