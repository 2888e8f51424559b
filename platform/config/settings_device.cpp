#include "platform/config/curve_text.h"
#include "platform/config/settings.h"

namespace aimc::platform {
namespace {

std::string same(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("is empty");
  return text;
}

template <class Field>
void curve(SettingList& list, const char* name, Field field, const char* description) {
  list.text(name, field, kCurveForm, parse_curve, curve_text, description);
}

void add_operation(SettingList& list) {
  list.section("tile");
  list.text(
      "technology", [](auto& c) -> auto& { return c.technology; },
      "a technology or the path of a file with one", same, same,
      "the devices: gives every setting of tile.device, which later settings may change");
  list.real(
      "temperature_c", [](auto& c) -> auto& { return c.tile.crossbar.temperature_c; }, -40, 150,
      "temperature of the crossbars");
  list.real(
      "age_s", [](auto& c) -> auto& { return c.tile.crossbar.age_s; }, 0, 1e10,
      "added to the time since programming of every device; --age");
  list.section("tile.effects.device");
  const auto device = [&list](const char* name, auto field, const char* description) {
    list.flag(name, field, description);
  };
  device(
      "programming_noise",
      [](auto& c) -> auto& { return c.tile.crossbar.device_effects.programming_noise; },
      "spread of programmed conductances");
  device(
      "cycle_to_cycle",
      [](auto& c) -> auto& { return c.tile.crossbar.device_effects.cycle_to_cycle; },
      "every write draws anew; without, a rewritten device comes out as it was");
  device(
      "read_noise", [](auto& c) -> auto& { return c.tile.crossbar.device_effects.read_noise; },
      "noise of a read");
  device(
      "drift", [](auto& c) -> auto& { return c.tile.crossbar.device_effects.drift; },
      "change of conductances with time");
  device(
      "stuck", [](auto& c) -> auto& { return c.tile.crossbar.device_effects.stuck; },
      "devices that cannot be programmed");
  device(
      "wear", [](auto& c) -> auto& { return c.tile.crossbar.device_effects.wear; },
      "devices written too often stick");
  device(
      "read_disturb", [](auto& c) -> auto& { return c.tile.crossbar.device_effects.read_disturb; },
      "reads move conductances");
  device(
      "thermal_crosstalk",
      [](auto& c) -> auto& { return c.tile.crossbar.device_effects.thermal_crosstalk; },
      "writes move the conductances of neighbours");
  device(
      "iv_nonlinearity",
      [](auto& c) -> auto& { return c.tile.crossbar.device_effects.iv_nonlinearity; },
      "conductance depends on the read voltage");
  device(
      "temperature", [](auto& c) -> auto& { return c.tile.crossbar.device_effects.temperature; },
      "conductance and ageing depend on the temperature");
  list.section("tile.effects.circuit");
  device(
      "adc_gain", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_gain; },
      "spread of the converters' gains");
  device(
      "adc_offset", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_offset; },
      "spread of the converters' offsets");
  device(
      "adc_saturation",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_saturation; },
      "converters end at full scale; without, at the width of a count's word");
  device(
      "ir_drop", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.ir_drop; },
      "resistive wires take voltage from the devices");
  device(
      "sneak_paths", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.sneak_paths; },
      "current through devices outside the part of a crossbar that is read");
  device(
      "adc_inl", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_inl; },
      "integral nonlinearity of the converters");
  device(
      "adc_dnl", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_dnl; },
      "differential nonlinearity of the converters");
  device(
      "adc_compression",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_compression; },
      "compression of the converters' input stages");
  device(
      "adc_thermal_noise",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_thermal_noise; },
      "white noise of the converters");
  device(
      "adc_flicker_noise",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.adc_flicker_noise; },
      "1/f noise of the converters");
  device(
      "dac_resolution",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.dac_resolution; },
      "drivers resolve tile.dac.bits; without, all bits of an input");
  device(
      "dac_nonlinearity",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.dac_nonlinearity; },
      "distortion of the drivers");
  add_readout_effects(list);
}

void add_conductance(SettingList& list) {
  list.section("tile.device");
  list.choice(
      "kind", [](auto& c) -> auto& { return c.tile.crossbar.device.kind; }, device_words(),
      "what the devices are");
  list.choice(
      "law", [](auto& c) -> auto& { return c.tile.crossbar.device.law; },
      {"power_law", "relaxation"},
      "conductance over time: (t / t0)^-nu, or mean and spread by level and time");
  list.positive(
      "read_voltage_v", [](auto& c) -> auto& { return c.tile.crossbar.read_voltage_v; }, 10,
      "voltage over a device during an MVM");
  list.positive(
      "g_max_us", [](auto& c) -> auto& { return c.tile.crossbar.device.g_max_us; }, 1e4,
      "conductance of the largest weight, microsiemens");
  list.real(
      "g_min_us", [](auto& c) -> auto& { return c.tile.crossbar.device.g_min_us; }, 0, 1e4,
      "conductance of weight zero, microsiemens; below g_max_us");
  list.flag(
      "subtract_off", [](auto& c) -> auto& { return c.tile.crossbar.device.subtract_off; },
      "a reference column's g_min_us is taken from every column's sum");
  list.whole(
      "levels", [](auto& c) -> auto& { return c.tile.crossbar.device.levels; }, 0, 128,
      "conductances a device can be programmed to, 2 or more; 0: any");
  list.flag(
      "binary_cells", [](auto& c) -> auto& { return c.tile.crossbar.device.binary_cells; },
      "a weight is seven two-state cells with weights 64, 32, .. 1");
  list.real(
      "programming_noise_factor",
      [](auto& c) -> auto& { return c.tile.crossbar.device.programming_noise; }, 0, 10,
      "factor on the published spread of programmed conductances");
  list.positive(
      "fitted_g_max_us", [](auto& c) -> auto& { return c.tile.crossbar.device.fitted_g_max_us; },
      1e4, "g_max_us programming_sigma_us was fitted at: spreads scale with g_max_us over this");
  curve(
      list, "programming_sigma_us",
      [](auto& c) -> auto& { return c.tile.crossbar.device.programming_sigma_us; },
      "power law: spread of programmed conductances by level, microsiemens");
  list.real(
      "cycle_fraction", [](auto& c) -> auto& { return c.tile.crossbar.device.cycle_fraction; }, 0,
      1, "share of the programming variance every write draws anew; the rest is the device's own");
}

void add_time(SettingList& list) {
  list.real(
      "t0_s", [](auto& c) -> auto& { return c.tile.crossbar.device.t0_s; }, 1, 1e6,
      "time after programming at which the statistics start");
  curve(
      list, "drift_mean", [](auto& c) -> auto& { return c.tile.crossbar.device.drift_mean; },
      "power law: mean of the exponent by level");
  curve(
      list, "drift_sigma", [](auto& c) -> auto& { return c.tile.crossbar.device.drift_sigma; },
      "power law: spread of the exponent by level");
  list.text(
      "relaxation", [](auto& c) -> auto& { return c.tile.crossbar.device.relaxation; },
      kRelaxationForm, parse_relaxation, relaxation_text,
      "relaxation law: shift of the mean and spread by level at times since programming, "
      "microsiemens");
  list.text(
      "table", [](auto& c) -> auto& { return c.device_table; }, "'none' or the path of a CSV file",
      same, same, "relaxation law: measured means and spreads, in place of tile.device.relaxation");
  list.real(
      "read_noise_factor", [](auto& c) -> auto& { return c.tile.crossbar.device.read_noise; }, 0,
      10, "factor on the published read noise");
  curve(
      list, "read_noise_fraction",
      [](auto& c) -> auto& { return c.tile.crossbar.device.read_fraction; },
      "spread of a read over the conductance, by level");
  list.flag(
      "read_noise_grows", [](auto& c) -> auto& { return c.tile.crossbar.device.read_noise_grows; },
      "read noise grows by sqrt(ln((t + read_time) / (2 read_time)))");
  list.positive(
      "read_time_ns", [](auto& c) -> auto& { return c.tile.crossbar.device.read_time_ns; }, 1e6,
      "width of the read pulse in the read-noise equation");
}

void add_writing(SettingList& list) {
  list.positive(
      "pulse_ns", [](auto& c) -> auto& { return c.tile.crossbar.device.pulse_ns; }, 1e6,
      "one programming pulse");
  list.real(
      "verify_ns", [](auto& c) -> auto& { return c.tile.crossbar.device.verify_ns; }, 0, 1e6,
      "one verify read with its precharge");
  list.real(
      "pulses_mean", [](auto& c) -> auto& { return c.tile.crossbar.device.pulses_mean; }, 1, 1000,
      "mean program-and-verify iterations per device");
  list.whole(
      "pulses_max", [](auto& c) -> auto& { return c.tile.crossbar.device.pulses_max; }, 1, 1000,
      "most program-and-verify iterations per device");
  list.whole(
      "parallel_writers", [](auto& c) -> auto& { return c.tile.crossbar.device.parallel_writers; },
      1, 1024, "devices programmed at a time");
  list.real(
      "pulse_energy_pj", [](auto& c) -> auto& { return c.tile.crossbar.device.pulse_energy_pj; }, 0,
      1e6, "energy of one programming pulse");
  list.real(
      "verify_energy_pj", [](auto& c) -> auto& { return c.tile.crossbar.device.verify_energy_pj; },
      0, 1e6, "energy of one verify read");
}

void add_failures(SettingList& list) {
  list.real(
      "stuck_low", [](auto& c) -> auto& { return c.tile.crossbar.device.stuck_low; }, 0, 1,
      "share of devices that stay at g_min_us");
  list.real(
      "stuck_high", [](auto& c) -> auto& { return c.tile.crossbar.device.stuck_high; }, 0, 1,
      "share of devices that stay at g_max_us");
  list.real(
      "stuck_level", [](auto& c) -> auto& { return c.tile.crossbar.device.stuck_level; }, 0, 1,
      "share of devices that stay at a level of their own");
  list.real(
      "endurance_cycles", [](auto& c) -> auto& { return c.tile.crossbar.device.endurance_cycles; },
      1, 1e18, "median of the write cycles until a device sticks");
  list.real(
      "endurance_decades",
      [](auto& c) -> auto& { return c.tile.crossbar.device.endurance_decades; }, 0, 10,
      "spread of their logarithm to base 10");
  list.real(
      "worn_high", [](auto& c) -> auto& { return c.tile.crossbar.device.worn_high; }, 0, 1,
      "share of worn devices that stick at g_max_us; the others at g_min_us");
  list.real(
      "prior_cycles", [](auto& c) -> auto& { return c.tile.crossbar.device.prior_cycles; }, 0, 1e18,
      "write cycles of every device before the run");
  list.real(
      "thermal_crosstalk",
      [](auto& c) -> auto& { return c.tile.crossbar.device.thermal_crosstalk; }, -0.1, 0.1,
      "relative change of a conductance by a write of one of the four cells beside it");
  list.real(
      "disturb_per_read", [](auto& c) -> auto& { return c.tile.crossbar.device.disturb_per_read; },
      0, 1, "share of the way to disturb_level a read of its column moves a device");
  list.real(
      "disturb_level", [](auto& c) -> auto& { return c.tile.crossbar.device.disturb_level; }, 0, 1,
      "conductance reads move devices to, of g_max_us");
  list.real(
      "iv_scale_v", [](auto& c) -> auto& { return c.tile.crossbar.device.iv_scale_v; }, 0, 100,
      "V0 of the off state's current, sinh(V / V0), 0.02 or more; 0: ohmic");
  list.positive(
      "verify_voltage_v", [](auto& c) -> auto& { return c.tile.crossbar.device.verify_voltage_v; },
      10, "voltage at which conductances are what they were programmed to");
  list.real(
      "conductance_ev", [](auto& c) -> auto& { return c.tile.crossbar.device.conductance_ev; }, 0,
      2, "activation energy of the off state's conduction, against 25 degrees");
  list.real(
      "retention_ev", [](auto& c) -> auto& { return c.tile.crossbar.device.retention_ev; }, 0, 3,
      "activation energy of ageing, against 25 degrees");
}

}  // namespace

void add_device_settings(SettingList& list) {
  add_operation(list);
  add_conductance(list);
  add_time(list);
  add_writing(list);
  add_failures(list);
}

}  // namespace aimc::platform
