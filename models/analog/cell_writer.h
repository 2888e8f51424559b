#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/analog/write_pulses.h"
#include "models/core/random.h"

namespace aimc::analog {

/// What writing cells takes, and how often each was written.
class CellWriter {
 public:
  CellWriter(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// Time, energy and pulses of writing a region. Cells are written `parallel_writers` at a time in
  /// row-major order; a batch lasts as long as its slowest cell. The active device takes the
  /// iterations drawn for the cell, every other device one RESET pulse within the first of them.
  /// Under the offset scheme both devices take the iterations.
  ProgramResult write(const std::int8_t* weights, const Region& region);
  /// Notes a write cycle of a region's cells.
  void count(const Region& region);

  /// Write cycles of each cell, row-major.
  const std::vector<std::uint32_t>& cycles() const { return cycles_; }
  /// Those of the most worn cell.
  std::uint32_t most_cycles() const { return most_; }

 private:
  DeviceConfig device_;
  bool offset_signs_;
  std::size_t columns_;
  core::RandomStream stream_;
  WritePulses pulses_;
  std::vector<std::uint32_t> cycles_;
  std::uint32_t most_ = 0;
  std::vector<std::uint32_t> words_;  // scratch
};

}  // namespace aimc::analog
