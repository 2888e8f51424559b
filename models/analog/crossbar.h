#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "models/analog/circuit/wire_config.h"
#include "models/analog/converters/converter_config.h"
#include "models/analog/device_config.h"
#include "models/analog/readout/readout_config.h"
#include "models/core/random.h"
#include "models/core/simd.h"
#include "models/core/time.h"

namespace aimc::analog {

/// Every non-ideality off (exact integer arithmetic remains), or the published device and converter
/// statistics.
enum class AnalogMode : std::uint8_t { kIdeal, kPhysical };

/// Everything a crossbar needs to know.
struct CrossbarConfig {
  unsigned rows = 256;          ///< wordlines, 1..1024
  unsigned columns = 256;       ///< differential bitline pairs, 1..1024
  double read_voltage_v = 0.2;  ///< V
  double temperature_c = 25.0;  ///< of the crossbar, degrees Celsius, -40 .. 150
  double age_s = 0.0;           ///< added to the time since programming of every cell, s
  DeviceConfig device;
  WireConfig wires;
  WeightConfig weights;
  DacConfig dac;
  AdcConfig adc;
  ReadoutConfig readout;
  DeviceEffects device_effects;
  CircuitEffects circuit_effects;
  AnalogMode mode = AnalogMode::kPhysical;
};

/// A rectangle of the crossbar.
struct Region {
  unsigned first_row = 0;
  unsigned rows = 0;
  unsigned first_column = 0;
  unsigned columns = 0;
};

/// How an MVM is read.
struct ReadMode {
  unsigned magnitude_bits = 8;  ///< 1..8; a PWM window is 2^bits LSB
  bool four_phase = false;      ///< the four sign products one after the other
  unsigned range = 0;           ///< 0..max_range
};

/// Outcome of programming a region.
struct ProgramResult {
  core::TimePs duration_ps = 0;
  std::uint64_t pulses = 0;  ///< programming pulses over all devices of the region
  double energy_j = 0.0;
};

/// Outcome of one MVM.
struct MvmResult {
  core::TimePs duration_ps = 0;
  double dac_energy_j = 0.0;
  double array_energy_j = 0.0;  ///< sum of G V^2 t over the devices that were driven, or of C V^2
  double adc_energy_j = 0.0;    ///< converters and the readout before them
  unsigned saturated = 0;       ///< conversions that hit full scale
  unsigned clipped_inputs = 0;  ///< inputs whose magnitude did not fit and was limited
};

/// A crossbar of differential conductance pairs with its drivers and converters.
///
/// An MVM passes through four steps, each a class of its own:
///   drivers     input_stage.h  inputs -> what the rows are driven with, phase by phase (DAC)
///   array       cell_array.h   driven rows x conductances -> a sum for each column and polarity
///   readout     readout/       sum -> quantity on the column's line, in nominal counts
///   conversion  output_stage.h noise, gain, offset, rounding -> counts (ADC)
/// cell_writer.h holds what programming takes.
///
/// Inputs are int8 minus a zero point, taken as sign and magnitude x+, x-; a weight w > 0 lies in
/// G+, w < 0 in G-, |w| = 127 being g_max and 0 g_min. Per column and polarity, in one-phase mode:
///   cp = ADC(sum x+ G+ + x- G-),  cn = ADC(sum x+ G- + x- G+).
/// Four-phase mode converts the four products one after the other and adds the counts of equal
/// polarity. In ideal mode the count is floor(S * count_scale + 0.5) limited to full scale, S being
/// the exact integer sum of |x| |w| of that polarity (of each phase in four-phase mode, with the
/// limit applied to the sum).
class Crossbar {
 public:
  /// @param seed seed of the run; @param path hierarchical name, keys the random streams
  /// @throws std::invalid_argument naming the parameter, its value and range if the configuration
  /// is out of range
  Crossbar(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);
  ~Crossbar();
  Crossbar(const Crossbar&) = delete;
  Crossbar& operator=(const Crossbar&) = delete;

  /// Programs a region from `weights` (row-major over the whole crossbar: rows x columns,
  /// -127..127).
  ProgramResult program(const std::int8_t* weights, const Region& region, core::TimePs now_ps);

  /// One MVM over a region. `inputs` has region.rows elements; `cp` and `cn` get region.columns
  /// counts each.
  MvmResult mvm(const std::int8_t* inputs, std::int8_t zero_point, const Region& region,
                const ReadMode& mode, core::TimePs now_ps, std::uint16_t* cp, std::uint16_t* cn);

  /// MVMs that are worth announcing at once.
  unsigned most_ahead(const ReadMode& mode) const;
  /// Announces up to most_ahead MVMs, whose inputs lie `stride` apart, the first of which will take
  /// place at `now_ps`: their sums are computed in one pass over the array, and used by the calls
  /// of mvm that follow. Results do not depend on it, whatever follows.
  void announce(const std::int8_t* inputs, std::size_t stride, unsigned count,
                std::int8_t zero_point, const Region& region, const ReadMode& mode,
                core::TimePs now_ps);

  /// Nominal counts per unit of |x| |w|: full_scale * (g_max - g_min) * v_read / (i_full_scale /
  /// 2^range * 127 * 2^magnitude_bits).
  double count_scale(const ReadMode& mode) const;
  /// Largest count of a polarity as the converters are built.
  unsigned full_scale_counts(const ReadMode& mode) const;
  /// Time of one MVM, ps.
  core::TimePs mvm_duration_ps(const ReadMode& mode) const;
  /// True when every cell of the region has been programmed since power-up.
  bool programmed(const Region& region) const;
  /// Write cycles of the most worn cell.
  std::uint32_t wear_max() const;
  /// Computes with no wider instructions than these: for tests and measurements, as results do not
  /// depend on them. Without it: the widest of the processor.
  void use(core::InstructionSet set);
  /// The configuration.
  const CrossbarConfig& config() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aimc::analog
