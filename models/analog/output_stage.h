#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/analog/adc.h"
#include "models/analog/cell_array.h"
#include "models/analog/column_sums.h"
#include "models/analog/converters/flicker_noise.h"
#include "models/analog/crossbar.h"
#include "models/analog/readout/divider.h"
#include "models/analog/readout/line_reader.h"
#include "models/core/random.h"

namespace aimc::analog {

/// Largest count of a read mode.
unsigned full_scale(const CrossbarConfig& config, const ReadMode& mode);
/// Where a converter ends; without saturation that is the width of its word.
unsigned count_limit(const CrossbarConfig& config, const ReadMode& mode);
/// Nominal counts per (uS times input LSB).
double counts_per_us(const CrossbarConfig& config, const ReadMode& mode);
/// Nominal counts per unit of |x| |w|.
double nominal_count_scale(const CrossbarConfig& config, const ReadMode& mode);

/// From the columns' sums to counts: the readout of the lines, noise, then the converters.
class OutputStage {
 public:
  OutputStage(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// Starts an MVM: counts of the region's columns are zero.
  void clear(const Region& region);
  /// Adds the counts of one conversion of both polarities at `now_ps`.
  /// @param driven the inputs behind `sums`
  void convert(const CellArray& array, const ColumnSums& sums, const InputCodes& driven,
               const Region& region, const ReadMode& mode, core::TimePs now_ps);
  /// Starts a number that is converted bit by bit.
  void begin_bits(const Region& region);
  /// The conversion of one of its bits. With all inputs on, its current is that of full scale.
  void convert_bit(const CellArray& array, const ColumnSums& sums, const InputCodes& driven,
                   const Region& region, const ReadMode& mode, unsigned bit, core::TimePs now_ps);
  /// Adds the counts of the number: those of its bits, shifted and added, to the nearest whole
  /// count.
  void end_bits(const Region& region, const ReadMode& mode);

  /// Instructions to compute with; results do not depend on them.
  void use(core::InstructionSet set) { instructions_ = set; }

  /// Counts so far, element 0 being the region's first column.
  const std::vector<std::int32_t>& positive() const { return counts_p_; }
  const std::vector<std::int32_t>& negative() const { return counts_n_; }
  /// Conversions at full scale that the counts do not show: those of a divider, and of bits.
  unsigned saturated() const { return saturated_; }

 private:
  void convert_ideal(const ColumnSums& sums, const Region& region, const ReadMode& mode);
  void convert_physical(const CellArray& array, const ColumnSums& sums, const InputCodes& driven,
                        const Region& region, const ReadMode& mode, double per_us,
                        core::TimePs now_ps);
  AdcReading noise_of(const CellArray& array, const Region& region, const ReadMode& mode,
                      double per_us, core::TimePs now_ps);

  CrossbarConfig config_;
  core::RandomStream read_stream_;
  AdcBanks adc_;
  std::optional<FlickerNoise> flicker_;
  std::optional<LineReader> reader_;  // where lines do not just pass on their sums
  std::optional<Divider> divider_;
  std::uint64_t reads_ = 0;  // numbers the read noise: one a conversion of both polarities

  unsigned saturated_ = 0;

  core::InstructionSet instructions_ = core::widest_instruction_set();
  const ColumnSums* variances_ = nullptr;  // of the conversion under way
  ColumnSums line_variances_;              // of devices and lines
  std::vector<std::int32_t> counts_p_, counts_n_;
  std::vector<float> normals_;

  // Of a number that is converted bit by bit: counts before it, and its own shifted and added.
  std::vector<std::int32_t> before_p_, before_n_;
  std::vector<std::int64_t> shifted_p_, shifted_n_;
};

}  // namespace aimc::analog
