#include "models/analog/config_check.h"

#include <sstream>
#include <stdexcept>
#include <vector>

namespace aimc::analog {
namespace {

template <typename Value>
[[noreturn]] void refuse(const char* what, Value value, const char* expected) {
  std::ostringstream message;
  message << "analog: " << what << " is " << value << ", expected " << expected;
  throw std::invalid_argument(message.str());
}

// Written so that NaN is refused.
void check_range(const char* what, double value, double low, double high) {
  if (value >= low && value <= high) return;
  std::ostringstream expected;
  expected << low << " .. " << high;
  refuse(what, value, expected.str().c_str());
}

void check_curve(const char* what, const LevelCurve& curve) {
  check_range(what, curve.split, 0.0, 1e3);
  for (const CurvePiece* piece : {&curve.low, &curve.high}) {
    for (const double c : piece->c) check_range(what, c, -1e9, 1e9);
    if (piece->form != CurvePiece::Form::kPolynomial && piece->c[2] > piece->c[3])
      refuse(what, piece->c[2], "a lower limit that is not above the upper one");
  }
}

void check_ascending(const char* what, const std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (!(values[i] > values[i - 1])) refuse(what, values[i], "a value above the one before");
  }
}

void check_table(const DeviceTable& table) {
  if (table.levels.size() < 2) refuse("device.table", table.levels.size(), "two levels or more");
  check_ascending("device.table level", table.levels);
  check_range("device.table first level", table.levels.front(), 0.0, 0.0);
  check_range("device.table last level", table.levels.back(), 1.0, 1.0);
  const std::size_t cells = table.levels.size() * table.times_s.size();
  if (cells == 0 || table.mean_us.size() != cells || table.std_us.size() != cells)
    refuse("device.table", table.mean_us.size(), "a mean and a spread for every level and time");
  check_ascending("device.table time", table.times_s);
  check_range("device.table time", table.times_s.front(), 1e-9, 1e12);
  for (const double mean : table.mean_us) check_range("device.table mean", mean, 0.0, 1e4);
  for (const double spread : table.std_us) check_range("device.table std", spread, 0.0, 1e4);
}

void check_law(const DeviceConfig& device) {
  check_curve("device.read_fraction", device.read_fraction);
  if (device.law == DeviceLaw::kPowerLaw) {
    if (device.binary_cells) refuse("device.binary_cells", true, "false with the power law");
    check_curve("device.programming_sigma_us", device.programming_sigma_us);
    check_curve("device.drift_mean", device.drift_mean);
    check_curve("device.drift_sigma", device.drift_sigma);
    return;
  }
  if (!device.table.empty()) {
    check_table(device.table);
    if (device.binary_cells) refuse("device.binary_cells", true, "false with a table");
    return;
  }
  if (device.relaxation.empty()) refuse("device.relaxation", "empty", "at least one time");
  double last = 0.0;
  for (const TimedCurve& curve : device.relaxation) {
    if (!(curve.time_s > last)) refuse("device.relaxation time", curve.time_s, "ascending times");
    last = curve.time_s;
    check_curve("device.relaxation shift", curve.shift_us);
    check_curve("device.relaxation spread", curve.spread_us);
  }
}

void check_failures(const DeviceConfig& device) {
  check_range("device.stuck_low", device.stuck_low, 0.0, 1.0);
  check_range("device.stuck_high", device.stuck_high, 0.0, 1.0);
  check_range("device.stuck_level", device.stuck_level, 0.0, 1.0);
  check_range("sum of device.stuck_low, stuck_high and stuck_level",
              device.stuck_low + device.stuck_high + device.stuck_level, 0.0, 1.0);
  check_range("device.endurance_cycles", device.endurance_cycles, 1.0, 1e18);
  check_range("device.endurance_decades", device.endurance_decades, 0.0, 10.0);
  check_range("device.worn_high", device.worn_high, 0.0, 1.0);
  check_range("device.prior_cycles", device.prior_cycles, 0.0, 1e18);
  check_range("device.thermal_crosstalk", device.thermal_crosstalk, -0.1, 0.1);
  check_range("device.disturb_per_read", device.disturb_per_read, 0.0, 1.0);
  check_range("device.disturb_level", device.disturb_level, 0.0, 1.0);
  check_range("device.iv_scale_v", device.iv_scale_v, 0.0, 100.0);
  if (device.iv_scale_v > 0.0) check_range("device.iv_scale_v", device.iv_scale_v, 0.02, 100.0);
  check_range("device.verify_voltage_v", device.verify_voltage_v, 1e-3, 10.0);
  check_range("device.conductance_ev", device.conductance_ev, 0.0, 2.0);
  check_range("device.retention_ev", device.retention_ev, 0.0, 3.0);
}

void check_device(const DeviceConfig& device) {
  check_range("device.g_max_us", device.g_max_us, 1e-3, 1e4);
  check_range("device.g_min_us", device.g_min_us, 0.0, 0.999 * device.g_max_us);
  if (device.levels == 1) refuse("device.levels", device.levels, "0 or 2 .. 128");
  check_range("device.levels", device.levels, 0.0, 128.0);
  check_range("device.programming_noise", device.programming_noise, 0.0, 10.0);
  check_range("device.fitted_g_max_us", device.fitted_g_max_us, 1e-3, 1e4);
  check_range("device.cycle_fraction", device.cycle_fraction, 0.0, 1.0);
  check_range("device.read_noise", device.read_noise, 0.0, 10.0);
  check_range("device.read_time_ns", device.read_time_ns, 1e-2, 1e6);
  check_range("device.t0_s", device.t0_s, 1.0, 1e6);
  check_range("device.pulse_ns", device.pulse_ns, 0.0, 1e7);
  check_range("device.verify_ns", device.verify_ns, 0.0, 1e7);
  check_range("device.pulses_max", device.pulses_max, 1.0, 1000.0);
  check_range("device.pulses_mean", device.pulses_mean, 1.0, device.pulses_max);
  check_range("device.parallel_writers", device.parallel_writers, 1.0, 1024.0 * 1024.0);
  check_range("device.pulse_energy_pj", device.pulse_energy_pj, 0.0, 1e6);
  check_range("device.verify_energy_pj", device.verify_energy_pj, 0.0, 1e6);
  check_law(device);
  check_failures(device);
}

void check_converters(const DacConfig& dac, const AdcConfig& adc) {
  check_range("dac.bits", dac.bits, 1.0, 8.0);
  check_range("dac.lsb_ns", dac.lsb_ns, 1e-3, 1e6);
  check_range("dac.pulse_ns", dac.pulse_ns, 1e-3, 1e6);
  check_range("dac.nonlinearity", dac.nonlinearity, -0.5, 0.5);
  check_range("dac.settle_ns", dac.settle_ns, 0.0, 1e6);
  check_range("dac.phase_switch_ns", dac.phase_switch_ns, 0.0, 1e6);
  check_range("dac.energy_pj", dac.energy_pj, 0.0, 1e6);
  check_range("adc.full_scale_counts", adc.full_scale_counts, 1.0, 4095.0);
  check_range("adc.full_scale_counts_four", adc.full_scale_counts_four, 1.0, 4095.0);
  check_range("adc.full_scale_current_ua", adc.full_scale_current_ua, 1e-3, 1e6);
  check_range("adc.bits", adc.bits, 1.0, 12.0);
  check_range("adc.cycle_ns", adc.cycle_ns, 1e-3, 1e4);
  check_range("adc.shared_columns", adc.shared_columns, 1.0, 1024.0);
  check_range("adc.inl_lsb", adc.inl_lsb, 0.0, 100.0);
  check_range("adc.dnl_lsb", adc.dnl_lsb, 0.0, 10.0);
  check_range("adc.compression", adc.compression, 0.0, 10.0);
  check_range("adc.thermal_noise_counts", adc.thermal_noise_counts, 0.0, 4095.0);
  check_range("adc.flicker_noise_counts", adc.flicker_noise_counts, 0.0, 4095.0);
  check_range("adc.flicker_octaves", adc.flicker_octaves, 1.0, 40.0);
  check_range("adc.flicker_shortest_ns", adc.flicker_shortest_ns, 1e-2, 1e9);
  check_range("adc.node_nm", adc.node_nm, 5.0, 250.0);
  check_range("adc.max_range", adc.max_range, 0.0, 15.0);
  check_range("adc.gain_sigma", adc.gain_sigma, 0.0, 1.0);
  check_range("adc.gain_limit", adc.gain_limit, 0.0, 0.99);
  check_range("adc.offset_sigma_counts", adc.offset_sigma_counts, 0.0, 4095.0);
  check_range("adc.energy_pj", adc.energy_pj, 0.0, 1e6);
  if (adc.energy_model == AdcEnergyModel::kSurvey) {
    const bool counting = adc.kind == AdcKind::kCco;
    check_range(counting ? "adc.full_scale_counts (survey)" : "adc.bits (survey)",
                counting ? adc.full_scale_counts : adc.bits, counting ? 15.0 : 4.0, 4095.0);
  }
}

void check_readout(const ReadoutConfig& readout) {
  check_range("readout.settle_ns", readout.settle_ns, 0.0, 1e6);
  check_range("readout.energy_pj", readout.energy_pj, 0.0, 1e6);
  check_range("readout.drive_ns", readout.drive_ns, 0.0, 1e6);
  check_range("readout.input_ohm", readout.input_ohm, 0.0, 1e6);
  check_range("readout.unit_capacitance_ff", readout.unit_capacitance_ff, 1e-3, 1e6);
  check_range("readout.capacitance_ff", readout.capacitance_ff, 0.0, 1e9);
  check_range("readout.swing_v", readout.swing_v, 1e-3, 10.0);
  check_range("readout.droop_per_us", readout.droop_per_us, 0.0, 1e3);
  check_range("readout.injection_fc", readout.injection_fc, -1e3, 1e3);
  check_range("readout.sharing_sigma", readout.sharing_sigma, 0.0, 0.1);
  check_range("readout.divider_range", readout.divider_range, 1e-4, 1.0);
  check_range("readout.time_lsb_ps", readout.time_lsb_ps, 1e-3, 1e6);
  check_range("readout.stage_jitter_ps", readout.stage_jitter_ps, 0.0, 1e6);
}

void check_wires(const CrossbarConfig& config) {
  const WireConfig& wires = config.wires;
  check_range("wires.wordline_ohm", wires.wordline_ohm, 0.0, 1e6);
  check_range("wires.bitline_ohm", wires.bitline_ohm, 0.0, 1e6);
  check_range("wires.half_bias_ratio", wires.half_bias_ratio, 2.0, 1e9);
  const double siemens = config.device.g_max_us * 1e-6;
  const double bitlines = 2.0 * config.columns;
  check_range("wires.wordline_ohm times g_max and the square of the bitlines",
              wires.wordline_ohm * siemens * bitlines * bitlines, 0.0, kLargestWireLoad);
  check_range("wires.bitline_ohm times g_max and the square of the rows",
              wires.bitline_ohm * siemens * config.rows * config.rows, 0.0, kLargestWireLoad);
  if (config.readout.kind == ReadoutKind::kCurrent) return;
  const char* const only = "0 unless columns are read by current";
  if (wires.wordline_ohm > 0.0) refuse("wires.wordline_ohm", wires.wordline_ohm, only);
  if (wires.bitline_ohm > 0.0) refuse("wires.bitline_ohm", wires.bitline_ohm, only);
  if (wires.selector != Selector::kTransistor && wires.idle_lines == IdleLines::kFloating) {
    refuse("wires.selector", "not a transistor",
           "a transistor, or idle lines that are grounded, unless columns are read by current");
  }
}

void check_weights(const CrossbarConfig& config) {
  const WeightConfig& weights = config.weights;
  check_range("weights.slice_bits", weights.slice_bits, 1.0, 7.0);
  const bool divides = config.readout.kind == ReadoutKind::kResistiveDivision;
  if (weights.slices() > 1 && divides) {
    refuse("weights.slice_bits", weights.slice_bits, "7 where lines divide");
  }
  if (weights.signs == SignScheme::kOffset && (weights.slices() > 1 || divides)) {
    refuse("weights.signs", "offset", "differential with several slices or where lines divide");
  }
}

void check_span(const char* what, unsigned first, unsigned count, unsigned limit) {
  if (count >= 1 && first < limit && count <= limit - first) return;
  std::ostringstream value;
  value << first << " + " << count;
  std::ostringstream expected;
  expected << "at least one, within " << limit;
  refuse(what, value.str(), expected.str().c_str());
}

}  // namespace

void check_config(const CrossbarConfig& config) {
  check_range("crossbar.rows", config.rows, 1.0, 1024.0);
  check_range("crossbar.columns", config.columns, 1.0, 1024.0);
  check_range("crossbar.read_voltage_v", config.read_voltage_v, 1e-3, 10.0);
  check_range("crossbar.temperature_c", config.temperature_c, -40.0, 150.0);
  check_range("crossbar.age_s", config.age_s, 0.0, 1e10);
  check_device(config.device);
  check_converters(config.dac, config.adc);
  check_readout(config.readout);
  check_weights(config);
  if (config.dac.kind != DacKind::kPwm && config.readout.kind != ReadoutKind::kCurrent) {
    refuse("dac.kind", "amplitude or bit-serial",
           "pulse widths, where lines are not read by current");
  }
  check_wires(config);
}

void check_region(const CrossbarConfig& config, const Region& region) {
  check_span("region rows", region.first_row, region.rows, config.rows);
  check_span("region columns", region.first_column, region.columns, config.columns);
}

void check_mode(const CrossbarConfig& config, const ReadMode& mode) {
  check_range("magnitude_bits", mode.magnitude_bits, 1.0, 8.0);
  check_range("range", mode.range, 0.0, config.adc.max_range);
}

}  // namespace aimc::analog
