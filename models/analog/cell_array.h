#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/analog/column_sums.h"
#include "models/analog/converters/pulses.h"
#include "models/analog/converters/voltage_sums.h"
#include "models/analog/crossbar.h"
#include "models/analog/device_array.h"
#include "models/analog/sums_ahead.h"

namespace aimc::analog {

/// The cells of a crossbar: weights themselves in ideal mode, devices in physical mode.
class CellArray {
 public:
  CellArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// Puts weights into a region; parameters as DeviceArray::program.
  void program(const std::int8_t* weights, const Region& region,
               const std::vector<std::uint32_t>& generation, core::TimePs done_ps);
  /// Sums of what is driven for a conversion's inputs times conductance over the rows of a region,
  /// in units of step_us() and an input LSB. Brings the devices to time `now_ps`, notes that they
  /// were read and adds what flowed to charge(). Where devices have read noise, variances() follow.
  /// @param magnitude_bits of full scale; for a bit of bit-serial inputs 1
  const ColumnSums& integrate(const InputCodes& driven, const Region& region,
                              unsigned magnitude_bits, core::TimePs now_ps);

  /// Announces conversions: start, then up to kMaxSumInputs inputs in the order in which
  /// integrate() will get them, then compute. No result depends on it; sums are computed in one
  /// pass over the codes and used where integrate() is asked for what was announced.
  void start_ahead(const Region& region, core::TimePs now_ps);
  void announce(const InputCodes& driven) { ahead_.announce(driven); }
  void compute_ahead();
  /// True while announced conversions are to come.
  bool any_ahead() const { return ahead_.any(); }

  /// Variances of the sums, in units of variance_step_us2(); nothing where is no read noise.
  const ColumnSums* variances() const { return noisy() ? &variances_ : nullptr; }
  /// Of a unit of the variances, uS^2 times input LSB squared.
  double variance_step_us2() const { return variance_unit_ * devices_->variance_step_us2(); }
  /// Instructions to compute with; results do not depend on them.
  void use(core::InstructionSet set) { sums_.instructions = variances_.instructions = set; }

  /// Sums as of integrate(), without effect on devices or charge().
  void sums(const InputCodes& driven, const Region& region, ColumnSums& out) const;
  /// Conductance of both devices of a column's cells in a region, uS: what they have, or what their
  /// weights aim at. The latter is kept for readouts that divide.
  double loading_us(unsigned column, const Region& region) const;
  double target_loading_us(unsigned column, const Region& region) const;
  /// What is missing in a sum for each device and input LSB, uS.
  double subtracted_us() const { return devices_ ? devices_->subtracted_us() : 0.0; }

  /// Conductance of a unit of the sums, uS.
  double step_us() const { return step_us_; }
  /// The devices; nothing in ideal mode.
  const DeviceArray* devices() const { return devices_ ? &*devices_ : nullptr; }
  /// Sum over rows of Pulses::square_time() times (G+ + G-), over all conversions since
  /// clear_charge(), in units of step_us().
  double charge() const { return charge_; }
  void set_charge(double charge) { charge_ = charge; }
  void clear_charge() { set_charge(0.0); }

 private:
  const ConductanceCodes& codes() const { return devices_ ? devices_->conductance() : ideal_; }
  void store_ideal(const std::int8_t* weights, const Region& region);
  void integrate_voltages(const InputCodes& driven, const Region& region, unsigned magnitude_bits);
  double reference_charge(const InputCodes& driven, const Region& region,
                          unsigned magnitude_bits) const;
  bool noisy() const { return devices_ && !devices_->variance().empty(); }
  std::uint64_t version() const { return devices_ ? devices_->version() : ideal_version_; }

  CrossbarConfig config_;
  Pulses pulses_;
  std::size_t rows_;
  std::size_t columns_;
  double g_min_us_;
  double weight_us_;                      // conductance of a unit of weight
  std::vector<std::uint8_t> magnitudes_;  // of the weights, column by column
  ConductanceCodes ideal_;
  std::optional<DeviceArray> devices_;
  double step_us_;
  ColumnSums sums_;
  InputCodes squares_;
  ColumnSums variances_;
  double variance_unit_ = 1.0;  // of a square, input LSB squared
  SumsAhead ahead_;
  std::uint64_t ideal_version_ = 0;  // counts changes of the ideal codes
  std::vector<VoltageDrive> voltages_;
  double charge_ = 0.0;
};

}  // namespace aimc::analog
