#include "models/analog/readout/readout.h"

#include <cmath>
#include <stdexcept>

namespace aimc::analog {
namespace {

constexpr double kBoltzmann = 1.380649e-23;  // J/K
constexpr double kZeroCelsiusK = 273.15;
constexpr double kFarad = 1e-15;  // of a femtofarad

double input_range(const ReadMode& mode) {
  return static_cast<double>(1U << mode.magnitude_bits);
}

double range_divisor(const ReadMode& mode) {
  return static_cast<double>(1U << mode.range);
}

// kT/C, V^2.
double thermal_v2_of(const CrossbarConfig& config, double capacitance_ff) {
  return config.readout.noise * config.readout.noise * kBoltzmann *
         (kZeroCelsiusK + config.temperature_c) / (capacitance_ff * kFarad);
}

class CurrentReadout : public Readout {
 public:
  explicit CurrentReadout(const CrossbarConfig& config)
      : config_(config), input_megohm_(config.readout.losses * config.readout.input_ohm * 1e-6) {}

  // Mean current over the window, uA. The line's resistance takes part of the read voltage.
  double transfer(const LineState& line, const ReadMode& mode) const override {
    return line.signal * config_.read_voltage_v / input_range(mode) /
           (1.0 + input_megohm_ * line.loading);
  }
  double full_scale(const ReadMode& mode) const override {
    return config_.adc.full_scale_current_ua / range_divisor(mode);
  }
  double noise(unsigned /*rows*/, const ReadMode& /*mode*/) const override { return 0.0; }
  double settle_ns(const ReadMode& /*mode*/) const override { return config_.readout.settle_ns; }
  double array_energy_j(double charge, unsigned phases, const ReadMode& /*mode*/) const override {
    const double voltage = config_.read_voltage_v;
    return charge * 1e-6 * voltage * voltage * (driven_ns() * phases) * 1e-9;
  }

 protected:
  const CrossbarConfig& config() const { return config_; }
  // Time for which a device conducts in an input LSB.
  virtual double driven_ns() const {
    const DacConfig& dac = config_.dac;
    return dac.kind == DacKind::kPwm ? dac.lsb_ns : dac.pulse_ns;
  }

 private:
  CrossbarConfig config_;
  double input_megohm_;
};

// An edge that runs along the column arrives later by what the cells delay it, ns.
class TimeReadout : public CurrentReadout {
 public:
  explicit TimeReadout(const CrossbarConfig& config) : CurrentReadout(config) {}

  double transfer(const LineState& line, const ReadMode& mode) const override {
    return line.signal * config().read_voltage_v / input_range(mode) /
           config().adc.full_scale_current_ua * counts(mode) * lsb_ns();
  }
  double full_scale(const ReadMode& mode) const override {
    return counts(mode) * lsb_ns() / range_divisor(mode);
  }
  double noise(unsigned rows, const ReadMode& /*mode*/) const override {
    return config().readout.noise * config().readout.stage_jitter_ps * 1e-3 *
           std::sqrt(static_cast<double>(rows));
  }
  double settle_ns(const ReadMode& mode) const override {
    return config().readout.settle_ns + counts(mode) * lsb_ns();
  }

 private:
  double lsb_ns() const { return config().readout.time_lsb_ps * 1e-3; }
  double counts(const ReadMode& mode) const {
    return mode.four_phase ? config().adc.full_scale_counts_four : config().adc.full_scale_counts;
  }
};

// Voltage of charge shared between the capacitors of all rows and of the line, V.
class CapacitorReadout : public Readout {
 public:
  explicit CapacitorReadout(const CrossbarConfig& config)
      : config_(config), cells_ff_(config.rows * config.readout.unit_capacitance_ff) {}

  double transfer(const LineState& line, const ReadMode& mode) const override {
    const ReadoutConfig& circuit = config_.readout;
    const double driven_ff = line.signal / config_.device.g_max_us * circuit.unit_capacitance_ff;
    const double line_ff = circuit.losses * circuit.capacitance_ff;
    const double held_us = (window_ns(config_, mode) + settle_ns(mode)) * 1e-3;
    const double kept = std::exp(-circuit.losses * circuit.droop_per_us * held_us);
    const double charge_fc = circuit.swing_v * driven_ff / input_range(mode) + injected_fc();
    return kept * charge_fc / (cells_ff_ + line_ff);
  }
  // That of the sum which makes a full-scale current at the read voltage, without losses.
  double full_scale(const ReadMode& mode) const override {
    const double sum = config_.adc.full_scale_current_ua / config_.read_voltage_v;
    return config_.readout.swing_v * sum / (config_.device.g_max_us * config_.rows) /
           range_divisor(mode);
  }
  double noise(unsigned /*rows*/, const ReadMode& /*mode*/) const override {
    return std::sqrt(thermal_v2());
  }
  double settle_ns(const ReadMode& /*mode*/) const override { return config_.readout.settle_ns; }
  double array_energy_j(double charge, unsigned phases, const ReadMode& mode) const override {
    const ReadoutConfig& circuit = config_.readout;
    return charge / config_.device.g_max_us / input_range(mode) * phases *
           circuit.unit_capacitance_ff * kFarad * circuit.swing_v * circuit.swing_v;
  }

 protected:
  virtual double injected_fc() const { return 0.0; }
  // kT/C of the line with all its cells, V^2.
  double thermal_v2() const {
    const double total_ff = cells_ff_ + config_.readout.capacitance_ff;
    return thermal_v2_of(config_, total_ff);
  }
  const CrossbarConfig& config() const { return config_; }

 private:
  CrossbarConfig config_;
  double cells_ff_;
};

class ChargeReadout : public CapacitorReadout {
 public:
  using CapacitorReadout::CapacitorReadout;

 protected:
  // Every row's switch opens, driven or not.
  double injected_fc() const override { return config().rows * config().readout.injection_fc; }
};

// The line is read and shared once a bit; noise of earlier bits is halved by every later one.
class RedistributionReadout : public ChargeReadout {
 public:
  using ChargeReadout::ChargeReadout;

  double noise(unsigned /*rows*/, const ReadMode& mode) const override {
    const double steps = 1.0 - std::pow(0.25, mode.magnitude_bits);
    return std::sqrt(0.5 * thermal_v2() * steps / 0.75);
  }
  double settle_ns(const ReadMode& mode) const override {
    return config().readout.settle_ns * mode.magnitude_bits;
  }
};

// Open line between the devices of both polarities, whose inputs are of opposite sign: their mean,
// V. What is left of settling is that of the line's capacitance and all devices in parallel.
class DividerReadout : public CurrentReadout {
 public:
  explicit DividerReadout(const CrossbarConfig& config) : CurrentReadout(config) {}

  double transfer(const LineState& line, const ReadMode& mode) const override {
    if (line.loading <= 0.0) return 0.0;
    const double mean_v = line.signal * config().read_voltage_v / input_range(mode) / line.loading;
    const ReadoutConfig& circuit = config().readout;
    if (circuit.losses == 0.0 || circuit.capacitance_ff == 0.0) return mean_v;
    // ns uS / fF is a ratio.
    const double time_constants =
        (window_ns(config(), mode) + circuit.settle_ns) * line.loading / circuit.capacitance_ff;
    return mean_v * -std::expm1(-time_constants);
  }
  double full_scale(const ReadMode& mode) const override {
    return config().read_voltage_v * config().readout.divider_range / range_divisor(mode);
  }
  double noise(unsigned /*rows*/, const ReadMode& /*mode*/) const override {
    if (config().readout.capacitance_ff == 0.0) return 0.0;
    return std::sqrt(thermal_v2_of(config(), config().readout.capacitance_ff));
  }

 protected:
  // The line holds its voltage once it has settled.
  double driven_ns() const override {
    const double drive_ns = config().readout.drive_ns;
    return drive_ns > 0.0 ? drive_ns : config().dac.lsb_ns;
  }
};

}  // namespace

std::unique_ptr<Readout> make_readout(const CrossbarConfig& config) {
  switch (config.readout.kind) {
    case ReadoutKind::kCurrent:
      return std::make_unique<CurrentReadout>(config);
    case ReadoutKind::kCharge:
      return std::make_unique<ChargeReadout>(config);
    case ReadoutKind::kChargeRedistribution:
      return std::make_unique<RedistributionReadout>(config);
    case ReadoutKind::kCapacitiveDivision:
      return std::make_unique<CapacitorReadout>(config);
    case ReadoutKind::kResistiveDivision:
      return std::make_unique<DividerReadout>(config);
    case ReadoutKind::kTime:
      return std::make_unique<TimeReadout>(config);
  }
  throw std::logic_error("analog: readout of an unknown kind");
}

bool is_linear(ReadoutKind kind) {
  return kind != ReadoutKind::kResistiveDivision;
}

bool needs_loading(const ReadoutConfig& config) {
  return config.kind == ReadoutKind::kResistiveDivision ||
         (config.kind == ReadoutKind::kCurrent && config.input_ohm * config.losses > 0.0);
}

bool is_transparent(const ReadoutConfig& config) {
  return config.kind == ReadoutKind::kCurrent && !needs_loading(config);
}

double window_ns(const CrossbarConfig& config, const ReadMode& mode) {
  const bool bits = config.readout.kind == ReadoutKind::kChargeRedistribution;
  const unsigned steps = bits ? mode.magnitude_bits : 1U << mode.magnitude_bits;
  return config.dac.lsb_ns * static_cast<double>(steps);
}

unsigned lines_per_column(ReadoutKind kind) {
  return is_linear(kind) ? 2 : 1;
}

double sharing_weight(double error, unsigned bit, unsigned bits) {
  const double taken = 0.5 * (1.0 + error);
  return taken * std::pow(1.0 - taken, static_cast<double>(bits - 1 - bit));
}

}  // namespace aimc::analog
