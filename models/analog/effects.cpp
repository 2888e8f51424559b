#include "models/analog/effects.h"

#include <cmath>

namespace aimc::analog {
namespace {

constexpr double kBoltzmannEvPerK = 8.617333262e-5;
constexpr double kZeroCelsiusK = 273.15;
constexpr double kReferenceK = kZeroCelsiusK + 25.0;
constexpr unsigned kMostInputBits = 8;

void device_side(CrossbarConfig& config) {
  DeviceConfig& device = config.device;
  const DeviceEffects& on = config.device_effects;
  if (!on.programming_noise) device.programming_noise = 0.0;
  if (!on.cycle_to_cycle) device.cycle_fraction = 0.0;
  if (!on.read_noise) device.read_noise = 0.0;
  if (!on.drift) {
    device.drift_mean = LevelCurve{};
    device.drift_sigma = LevelCurve{};
    if (device.relaxation.size() > 1) device.relaxation.resize(1);
    DeviceTable& table = device.table;
    if (!table.empty()) {
      table.times_s.resize(1);
      table.mean_us.resize(table.levels.size());
      table.std_us.resize(table.levels.size());
    }
  }
  if (!on.stuck) device.stuck_low = device.stuck_high = device.stuck_level = 0.0;
  if (!on.wear) device.endurance_cycles = HUGE_VAL;
  if (!on.read_disturb) device.disturb_per_read = 0.0;
  if (!on.thermal_crosstalk) device.thermal_crosstalk = 0.0;
  if (!on.iv_nonlinearity) device.iv_scale_v = 0.0;
  if (!on.temperature) device.conductance_ev = device.retention_ev = 0.0;
}

void readout_side(CrossbarConfig& config) {
  ReadoutConfig& readout = config.readout;
  const CircuitEffects& on = config.circuit_effects;
  const bool ideal = config.mode == AnalogMode::kIdeal;
  if (ideal || !on.readout_loss) readout.losses = 0.0;
  if (ideal || !on.readout_noise) readout.noise = 0.0;
  if (ideal || !on.charge_injection) readout.injection_fc = 0.0;
  if (ideal || !on.sharing_mismatch) readout.sharing_sigma = 0.0;
  if (ideal || !on.denominator_error) readout.stored_denominators = false;
}

// ln(sinh(x) / x), for small x by its series.
double log_sinh_ratio(double x) {
  return x < 1e-4 ? x * x / 6.0 : std::log(std::sinh(x) / x);
}

}  // namespace

CrossbarConfig without_disabled_effects(CrossbarConfig config) {
  device_side(config);
  const CircuitEffects& on = config.circuit_effects;
  if (!on.adc_gain) config.adc.gain_sigma = 0.0;
  if (!on.adc_offset) config.adc.offset_sigma_counts = 0.0;
  readout_side(config);
  if (!on.ir_drop) config.wires.wordline_ohm = config.wires.bitline_ohm = 0.0;
  if (!on.sneak_paths) config.wires.idle_lines = IdleLines::kGrounded;
  if (!on.adc_inl) config.adc.inl_lsb = 0.0;
  if (!on.adc_dnl) config.adc.dnl_lsb = 0.0;
  if (!on.adc_compression) config.adc.compression = 0.0;
  if (!on.adc_thermal_noise) config.adc.thermal_noise_counts = 0.0;
  if (!on.adc_flicker_noise) config.adc.flicker_noise_counts = 0.0;
  if (!on.dac_resolution) config.dac.bits = kMostInputBits;
  if (!on.dac_nonlinearity) config.dac.nonlinearity = 0.0;
  return config;
}

OperatingPoint operating_point(const CrossbarConfig& config) {
  const DeviceConfig& device = config.device;
  OperatingPoint point;
  const double warmth =
      (1.0 / kReferenceK - 1.0 / (kZeroCelsiusK + config.temperature_c)) / kBoltzmannEvPerK;
  if (device.conductance_ev > 0.0) point.off_state_log += device.conductance_ev * warmth;
  if (device.retention_ev > 0.0) point.ageing = std::exp(device.retention_ev * warmth);
  if (device.iv_scale_v > 0.0) {
    point.off_state_log += log_sinh_ratio(config.read_voltage_v / device.iv_scale_v) -
                           log_sinh_ratio(device.verify_voltage_v / device.iv_scale_v);
  }
  return point;
}

double voltage_log(const CrossbarConfig& config, double fraction) {
  const double v0 = config.device.iv_scale_v;
  if (v0 <= 0.0) return 0.0;
  return log_sinh_ratio(fraction * config.read_voltage_v / v0) -
         log_sinh_ratio(config.read_voltage_v / v0);
}

}  // namespace aimc::analog
