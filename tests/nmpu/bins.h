#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

#include "tests/nmpu/stimulus.h"

namespace aimc::nmpu::test {

/// What the unit's pins show in one clock cycle, and what the checker knows about its inside.
struct CycleView {
  unsigned occupied = 0;  ///< bit 0: stage 1 holds a beat, ...
  bool in_valid = false;
  bool in_ready = false;
  bool out_ready = false;
  bool in_reset = false;
  bool writes = false;  ///< a parameter is being written
  unsigned write_column = 0;
  const Beat* offered = nullptr;  ///< what lies at the input, if valid
};

/// Functional coverage: named bins, each of which a random campaign has to reach.
class Bins {
 public:
  Bins();
  /// One column of an accepted beat.
  void sample_column(const Beat& beat, unsigned lane, const Params& params, const Outcome& outcome);
  /// One clock cycle.
  void sample_cycle(const CycleView& view);
  /// A beat left the unit.
  /// @param counted,uncounted lanes whose result exceeded its range, with a column and without
  void sample_leaving(bool psum_out, unsigned counted, unsigned uncounted);
  /// The saturation counters were cleared, while they would have counted or not.
  void sample_clear(bool counting);
  /// A beat was withdrawn although it had not been accepted.
  void sample_withdrawn(bool full);

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(names_.size()); }
  [[nodiscard]] unsigned reached() const;
  /// Names of the bins that were never reached.
  [[nodiscard]] std::vector<std::string> holes() const;
  /// One line a bin: count and name.
  void write(std::ostream& out) const;

 private:
  using Labels = std::vector<std::string>;
  /// Adds a bin for every combination of the labels of all dimensions; the last varies fastest.
  unsigned add(const std::string& group, const std::vector<Labels>& dimensions);
  void hit(unsigned bin) { ++counts_[bin]; }
  void sample_operands(const Beat& beat, unsigned lane, const Params& params);
  void sample_result(const Settings& settings, const Outcome& outcome);
  void sample_accepted(const Beat& beat);
  void sample_reset(const CycleView& view);
  void sample_waits(const CycleView& view);
  void sample_write(const CycleView& view);

  std::vector<std::string> names_;
  std::vector<std::uint64_t> counts_;
  struct Groups {
    unsigned count, scale, offset, bias, psum, acc, addend, cut_pre, cut_post, cuts_unused,
        rounding, bound, relu, zero_point, row, lane, last, flow, out_wait, in_wait, gap, change,
        reset, after_reset, write, reserved, withdrawn, saturated, clear;
  };
  Groups g_{};
  // What the cycles before left behind.
  Settings previous_settings_;
  bool accepted_before_ = false;
  bool last_before_ = true;
  bool was_reset_ = false;
  bool reset_before_ = false;
  bool wrote_ = false;
  unsigned wrote_column_ = 0;
  unsigned out_wait_ = 0;
  unsigned in_wait_ = 0;
  unsigned gap_ = 0;
};

}  // namespace aimc::nmpu::test
