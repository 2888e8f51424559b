#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "models/analog/circuit/array_circuit.h"
#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"
#include "models/analog/device_faults.h"
#include "models/analog/device_model.h"
#include "models/analog/effects.h"
#include "models/analog/thermal_crosstalk.h"
#include "models/core/random.h"

namespace aimc::analog {

/// Ages that are read alike: [from_ps, until_ps) since programming, read as if t / t0 were
/// `time_ratio`.
struct AgeStep {
  core::TimePs from_ps = 0;
  core::TimePs until_ps = 0;
  double time_ratio = 1.0;
};

/// The step an age of age_ps + before_s falls into; from_ps and until_ps count without before_s.
/// Steps are 2^-11 to 2^-10 of t = age + t0 wide: with drift exponents of 0.05 the conductance is
/// off by less than 2.5e-5 at the step's ends. A function of the age alone. Another number of bits
/// makes steps 2^-(bits + 1) to 2^-bits of t wide.
AgeStep age_step(core::TimePs age_ps, double t0_s, double before_s = 0.0, int bits = 10);

/// The devices of a crossbar: what was programmed, and how it reads at a given time.
///
/// Kept per device: the two words of its model. From them follow, column by column and only when
/// the age of a cell has moved to another step, the codes an MVM needs: mean conductance of a read
/// and variance of a read. Heat of neighbours' writes, temperature, read voltage and read disturb
/// act on what the model gives, and after them the wires.
class DeviceArray {
 public:
  /// @param seed, path key the streams "programming", "device", "yield" and "endurance"
  DeviceArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// Draws both devices of every pair of a region. `weights` is row-major over the crossbar;
  /// `generation` (same layout) counts a cell's write cycles and makes every one of them draw anew.
  void program(const std::int8_t* weights, const Region& region,
               const std::vector<std::uint32_t>& generation, core::TimePs done_ps);
  /// Brings the codes of the region's columns to time `now_ps`.
  void prepare(const Region& region, core::TimePs now_ps);
  /// Adds to the column sums of an MVM over the region last prepared what flows through sneak
  /// paths.
  void add_sneak(const InputCodes& driven, ColumnSums& sums) const {
    circuit_.add_sneak(driven, conductance_step_us_, sums);
  }
  /// True when all codes of the region are known to hold at `now_ps`: prepare has nothing to do.
  bool holds(const Region& region, core::TimePs now_ps) const;
  /// Another number whenever codes may have changed.
  std::uint64_t version() const { return version_; }
  /// Notes that the region's columns have been read once.
  void disturb(const Region& region);

  /// Mean conductance of a read, less what is subtracted, in units of conductance_step_us().
  const ConductanceCodes& conductance() const { return conductance_; }
  /// Variance of a read, in units of variance_step_us2(); empty when the read noise is switched
  /// off.
  const VarianceCodes& variance() const { return variance_; }
  double conductance_step_us() const { return conductance_step_us_; }
  double variance_step_us2() const { return variance_step_us2_; }
  /// Conductance a reference column takes from every device, uS.
  double subtracted_us() const { return subtracted_us_; }

  /// What is kept of a device and what it means. Not visible to software of the platform: for
  /// analysis and tests.
  DeviceWords words(unsigned row, unsigned column, bool positive) const;
  const DeviceModel& model() const { return *model_; }
  /// Conductance right after programming, uS.
  double programmed_us(unsigned row, unsigned column, bool positive) const {
    return model_->programmed_us(words(row, column, positive));
  }

 private:
  struct Devices {
    std::vector<std::uint16_t> first;
    std::vector<std::uint16_t> second;
  };
  struct Window {
    core::TimePs from_ps = 0;
    core::TimePs until_ps = 0;
    std::uint64_t reads_step = 0;
  };
  struct Moments {
    std::vector<float> mean, variance;
    std::vector<std::int32_t> subtracted;  // in conductance steps
  };
  struct Held {  // columns prepared last, and when their codes hold
    Region region;
    Window window;
  };

  void program_column(const std::int8_t* weights, const Region& region, unsigned column,
                      const std::vector<std::uint32_t>& generation);
  void mix_fixed_part(std::size_t cell, std::size_t run);
  void program_device(std::size_t index, bool positive, unsigned magnitude, std::uint32_t cycles,
                      bool faultless, float programming, float drift);
  void prepare_circuit(const Region& region, core::TimePs now_ps);
  void solve_circuit(core::TimePs now_ps);
  void refresh(unsigned column, core::TimePs now_ps);
  template <typename Use>
  void for_each_run(unsigned column, core::TimePs now_ps, std::uint64_t reads_step, const Use& use);
  void read_moments(std::size_t start, std::size_t n, double time_ratio);
  void operate(Moments& moments, std::size_t start, std::size_t n) const;
  void attenuate(Moments& moments, std::size_t start, std::size_t n, bool positive) const;
  void store_codes(std::size_t start, std::size_t n, std::size_t dither);
  std::uint64_t reads_step(unsigned column) const;

  DeviceConfig config_;
  bool offset_signs_;
  std::size_t rows_;
  std::size_t columns_;
  core::RandomStream stream_;
  core::RandomStream fixed_stream_;
  std::unique_ptr<DeviceModel> model_;
  DeviceFaults faults_;
  OperatingPoint operating_;
  double age_s_;      // added to every age
  double aged_t0_s_;  // t0 on the time axis of the outside, where ageing is faster or slower
  double conductance_step_us_;
  double variance_step_us2_ = 0.0;
  double subtracted_us_ = 0.0;
  float subtracted_code_ = 0.0F;
  Devices positive_;
  Devices negative_;
  std::vector<std::uint32_t> written_;  // time of programming, units of 2^32 ps
  ThermalCrosstalk crosstalk_;
  ArrayCircuit circuit_;
  core::TimePs written_last_ps_ = 0;
  core::TimePs circuit_from_ps_ = 0;  // when the circuit's solution holds
  core::TimePs circuit_until_ps_ = 0;
  std::vector<std::uint64_t> circuit_reads_;  // of each column, coarse steps of reads at that time
  ConductanceCodes conductance_;
  VarianceCodes variance_;
  std::vector<Window> windows_;  // of each column: when its codes hold
  Held held_;
  std::uint64_t version_ = 0;
  std::vector<std::uint64_t> reads_;  // of each column since it was last written
  double disturbed_ = 0.0;            // share of the way, of the column under way
  std::vector<float> dither_;
  std::vector<float> normals_;
  std::vector<float> fixed_normals_;
  Moments read_positive_;
  Moments read_negative_;
};

}  // namespace aimc::analog
