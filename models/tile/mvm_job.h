#pragma once

#include <cstdint>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/core/jobs.h"
#include "models/tile/execution.h"

namespace aimc::tile {

/// The arithmetic of an MVM command. Once prepared it touches nothing but its own memory and the
/// crossbar.
class MvmJob : public core::Job {
 public:
  explicit MvmJob(analog::Crossbar& crossbar) : crossbar_(crossbar) {}

  /// Takes over what the command reads. The first repetition integrates at `integrates_at`, the
  /// others follow `interval` apart.
  void prepare(const Command& command, const analog::ReadMode& mode, const std::uint8_t* sram,
               core::TimePs integrates_at, core::TimePs interval);
  /// Cells that take part, over all repetitions.
  std::uint64_t cells() const;
  /// All repetitions, one after the other.
  void compute();
  /// Gives the outcome to the command.
  void deliver(Execution& execution);

 private:
  void run() override { compute(); }
  void gather(const Command& command, const std::uint8_t* first);

  analog::Crossbar& crossbar_;
  analog::Region region_;
  analog::ReadMode mode_;
  std::int8_t zero_point_ = 0;
  unsigned repetitions_ = 0;
  std::uint32_t stride_ = 0;
  bool keeps_all_ = false;  // repetitions do not overwrite each other's counts
  core::TimePs integrates_at_ = 0;
  core::TimePs interval_ = 0;
  std::vector<std::uint8_t> inputs_;
  std::vector<std::uint16_t> cp_;
  std::vector<std::uint16_t> cn_;
  std::vector<std::uint8_t> results_;
  double dac_j_ = 0.0;
  double array_j_ = 0.0;
  double adc_j_ = 0.0;
  std::uint64_t saturated_ = 0;
};

}  // namespace aimc::tile
