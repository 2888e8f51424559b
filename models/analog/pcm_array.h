#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"
#include "models/analog/pcm_model.h"
#include "models/core/random.h"

namespace aimc::analog {

/// Ages that are read alike: [from_ps, until_ps) since programming, read as if t / t0 were
/// `time_ratio`.
struct AgeStep {
  core::TimePs from_ps = 0;
  core::TimePs until_ps = 0;
  double time_ratio = 1.0;
};

/// The step an age falls into. Steps are 2^-11 to 2^-10 of t = age + t0 wide: with drift exponents
/// of 0.05 the conductance is off by less than 2.5e-5 at the step's ends. A function of the age
/// alone.
AgeStep age_step(core::TimePs age_ps, double t0_s);

/// The PCM devices of a crossbar: what was programmed, and how it reads at a given time.
///
/// Kept per device: programmed conductance and drift exponent, 16 bits each. From them follow,
/// column by column and only when the age of a cell has moved to another step, the codes an MVM
/// needs: mean conductance of a read and variance of a read.
class PcmArray {
 public:
  /// @param seed, path key the stream "programming"
  PcmArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// Draws conductance and drift exponent of both devices of every pair of a region. `weights` is
  /// row-major over the crossbar; `generation` (same layout) counts a cell's write cycles and makes
  /// every one of them draw anew.
  void program(const std::int8_t* weights, const Region& region,
               const std::vector<std::uint32_t>& generation, core::TimePs done_ps);
  /// Brings the codes of the region's columns to time `now_ps`.
  void prepare(const Region& region, core::TimePs now_ps);

  /// Mean conductance of a read, in units of conductance_step_us().
  const ConductanceCodes& conductance() const { return conductance_; }
  /// Variance of a read, in units of variance_step_us2(); empty when the read noise is switched
  /// off.
  const VarianceCodes& variance() const { return variance_; }
  double conductance_step_us() const { return conductance_step_us_; }
  double variance_step_us2() const { return variance_step_us2_; }

  /// Conductance right after programming, uS. Not visible to software of the platform: for analysis
  /// and tests.
  double programmed_us(unsigned row, unsigned column, bool positive) const;
  /// Drift exponent. For analysis and tests.
  double drift_exponent(unsigned row, unsigned column, bool positive) const;

 private:
  struct Devices {
    std::vector<std::uint16_t> conductance;
    std::vector<std::uint16_t> drift;
  };
  struct Window {
    core::TimePs from_ps = 0;
    core::TimePs until_ps = 0;
  };
  struct Moments {
    std::vector<float> mean, variance;
  };

  void program_column(const std::int8_t* weights, const Region& region, unsigned column,
                      const std::vector<std::uint32_t>& generation);
  void refresh(unsigned column, core::TimePs now_ps);
  void read_run(std::size_t start, std::size_t n, double time_ratio, std::size_t dither);

  PcmConfig config_;
  std::size_t rows_;
  std::size_t columns_;
  core::RandomStream stream_;
  std::array<PcmLevel, 128> levels_{};
  PcmEncoding encoding_;
  double conductance_step_us_;
  double variance_step_us2_ = 0.0;
  Devices positive_;
  Devices negative_;
  std::vector<std::uint32_t> written_;  // time of programming, units of 2^32 ps
  ConductanceCodes conductance_;
  VarianceCodes variance_;
  std::vector<Window> windows_;  // of each column: when its codes hold
  std::vector<float> dither_;
  std::vector<float> normals_;
  Moments read_positive_;
  Moments read_negative_;
};

}  // namespace aimc::analog
