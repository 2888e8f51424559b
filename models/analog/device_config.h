#pragma once

#include <cstdint>
#include <vector>

#include "models/analog/level_curve.h"

namespace aimc::analog {

/// What a device is made of; decides nothing but names.
enum class DeviceKind : std::uint8_t { kPcm, kReram, kMram, kFlash, kSram, kOther };

/// How a device changes after programming.
enum class DeviceLaw : std::uint8_t {
  kPowerLaw,    ///< g (t / t0)^-nu, nu of each device drawn when it is programmed
  kRelaxation,  ///< mean and spread as functions of level and time
};

/// Statistics of a relaxing device at one time after programming.
struct TimedCurve {
  double time_s = 1.0;   ///< t = age + t0, > 0
  LevelCurve shift_us;   ///< of the mean against the target
  LevelCurve spread_us;  ///< standard deviation
};

/// Measured means and spreads over level and time; empty when there is none.
struct DeviceTable {
  std::vector<double> levels;   ///< 0 .. 1, ascending, both ends included
  std::vector<double> times_s;  ///< t = age + t0, > 0, ascending
  std::vector<double> mean_us;  ///< [time][level], >= 0
  std::vector<double> std_us;   ///< [time][level], >= 0

  bool empty() const { return levels.empty(); }
};

/// A memory device: the statistics of its conductance, how it is written, how it fails. Defaults
/// are phase-change memory as in AIHWKit's PCMLike model (see docs/models_analog.md).
struct DeviceConfig {
  DeviceKind kind = DeviceKind::kPcm;
  DeviceLaw law = DeviceLaw::kPowerLaw;

  double g_max_us = 25.0;     ///< conductance of the largest weight, uS, > 0
  double g_min_us = 0.0;      ///< conductance of weight zero, uS, 0 <= g_min < g_max
  bool subtract_off = false;  ///< a reference column's g_min is taken from every column's sum
  unsigned levels = 0;        ///< conductances it can be programmed to, 2..128; 0: any
  bool binary_cells = false;  ///< a weight is seven two-state cells with weights 64, 32, ... 1

  double programming_noise = 1.0;  ///< factor on the spread of programming, >= 0
  double fitted_g_max_us = 25.0;   ///< g_max of the fit: spreads scale with g_max / this
  LevelCurve programming_sigma_us =
      LevelCurve::polynomial({0.26348, 1.9650, -1.1731});  ///< power law: at g_max = fitted
  double cycle_fraction = 1.0;  ///< share of programming's variance drawn at every write, 0..1;
                                ///< the rest is the device's own

  double t0_s = 20.0;  ///< time after programming at which the statistics start, s, >= 1
  LevelCurve drift_mean = LevelCurve::log(-0.0155, 0.0244, 0.049, 0.1);      ///< power law
  LevelCurve drift_sigma = LevelCurve::log(-0.0125, -0.0059, 0.008, 0.045);  ///< power law
  std::vector<TimedCurve> relaxation;  ///< relaxation law: ascending in time, at least one
  DeviceTable table;                   ///< relaxation law: takes the place of `relaxation`

  double read_noise = 1.0;  ///< factor on the published read noise, >= 0
  LevelCurve read_fraction =
      LevelCurve::power(0.0088, -0.65, 0.0, 0.2);  ///< sigma of a read over its conductance
  bool read_noise_grows = true;                    ///< by sqrt(ln((t + t_read) / (2 t_read)))
  double read_time_ns = 250.0;                     ///< t_read of that equation, ns

  double pulse_ns = 125.0;         ///< one programming pulse, ns
  double verify_ns = 768.0;        ///< one verify read with its precharge, ns
  double pulses_mean = 10.0;       ///< mean program-and-verify iterations per cell, >= 1
  unsigned pulses_max = 30;        ///< most iterations
  unsigned parallel_writers = 32;  ///< cells programmed at a time
  double pulse_energy_pj = 100.0;  ///< energy of one programming pulse, pJ
  double verify_energy_pj = 1.0;   ///< energy of one verify read, pJ

  double stuck_low = 0.0;    ///< share of devices that stay at g_min, 0..1
  double stuck_high = 0.0;   ///< share that stay at g_max
  double stuck_level = 0.0;  ///< share that stay at a level of their own

  double endurance_cycles = 1e7;   ///< median write cycles until a device sticks, > 0
  double endurance_decades = 0.3;  ///< spread of their logarithm to base 10, >= 0
  double worn_high = 0.5;          ///< share of worn devices that stick at g_max, the rest low
  double prior_cycles = 0.0;       ///< write cycles before the run
  double thermal_crosstalk = 0.0;  ///< relative change of a cell by a write of one of its four
                                   ///< neighbours, -0.1 .. 0.1
  double disturb_per_read = 0.0;   ///< share of the way to `disturb_level` a read moves a device
  double disturb_level = 1.0;      ///< where reads move it, of g_max
  double iv_scale_v = 0.25;        ///< V0 of I ~ sinh(V / V0) in the off state; 0: ohmic
  double verify_voltage_v = 0.2;   ///< V at which conductances are defined
  double conductance_ev = 0.2;     ///< activation energy of the off state's conduction, eV
  double retention_ev = 0.0;       ///< activation energy of ageing, eV
};

/// Effects of the devices, each switched by itself; off means as if the device had none of it.
struct DeviceEffects {
  bool programming_noise = true;
  bool cycle_to_cycle = true;  ///< off: a rewritten device comes out as it was
  bool read_noise = true;
  bool drift = true;
  bool stuck = true;
  bool wear = true;
  bool read_disturb = true;
  bool thermal_crosstalk = true;
  bool iv_nonlinearity = true;
  bool temperature = true;
};

/// Effects of drivers, wires and converters.
struct CircuitEffects {
  bool adc_gain = true;
  bool adc_offset = true;
  bool adc_saturation = true;  ///< off: counts end at the width of their word
  bool readout_loss = true;    ///< what line capacitance, leaks, input resistance and settling take
  bool readout_noise = true;   ///< kT/C and jitter
  bool charge_injection = true;
  bool sharing_mismatch = true;
  bool denominator_error = true;  ///< off: sums are multiplied back by what the devices have
  bool ir_drop = true;
  bool sneak_paths = true;
  bool adc_inl = true;
  bool adc_dnl = true;
  bool adc_compression = true;
  bool adc_thermal_noise = true;
  bool adc_flicker_noise = true;
  bool dac_resolution = true;  ///< off: drivers resolve every bit of the input
  bool dac_nonlinearity = true;
};

}  // namespace aimc::analog
