#pragma once

#include <cstdint>
#include <string_view>

#include "models/analog/cell_array.h"
#include "models/analog/cell_writer.h"
#include "models/analog/input_stage.h"
#include "models/analog/output_stage.h"

namespace aimc::analog {

/// The columns that hold one slice of every weight, with the converters they end in; with weights
/// in one slice, all there are.
class Slice {
 public:
  Slice(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// Writes a region; `weights` as Crossbar::program.
  ProgramResult program(const std::int8_t* weights, const Region& region, core::TimePs now_ps);
  /// Starts an MVM.
  void clear(const Region& region);
  /// One conversion of both polarities of a region; bit by bit if that is how inputs are driven.
  void convert(InputStage& inputs, const Region& region, const ReadMode& mode, Sign sign,
               core::TimePs now_ps);
  /// Sums of such a conversion without devices, which are exact; notes what flowed.
  const ColumnSums& exact_sums(InputStage& inputs, const Region& region, const ReadMode& mode,
                               Sign sign, core::TimePs now_ps);
  /// Converts given sums without devices.
  void convert_exact(const ColumnSums& sums, InputStage& inputs, const Region& region,
                     const ReadMode& mode, Sign sign, core::TimePs now_ps);

  /// Announces conversions; as those of CellArray.
  void start_ahead(const Region& region, core::TimePs now_ps) {
    array_.start_ahead(region, now_ps);
  }
  void announce(const InputCodes& driven) { array_.announce(driven); }
  void compute_ahead() { array_.compute_ahead(); }
  bool any_ahead() const { return array_.any_ahead(); }

  /// Instructions to compute with; results do not depend on them.
  void use(core::InstructionSet set) {
    array_.use(set);
    output_.use(set);
  }

  const CellArray& array() const { return array_; }
  const OutputStage& output() const { return output_; }
  /// Write cycles of the most worn cell.
  std::uint32_t wear_max() const { return writer_.most_cycles(); }

 private:
  void convert_bits(InputStage& inputs, const Region& region, const ReadMode& mode, Sign sign,
                    core::TimePs now_ps);

  CrossbarConfig config_;
  CellWriter writer_;
  CellArray array_;
  OutputStage output_;
};

}  // namespace aimc::analog
