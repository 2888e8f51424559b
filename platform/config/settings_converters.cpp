#include "aimc/nmpu_format.h"
#include "platform/config/settings.h"

namespace aimc::platform {
namespace {

/// Largest count an NMPU takes.
constexpr unsigned kMaxCount = (1U << nmpu::format::kInW) - 1;

void add_weights(SettingList& list) {
  list.section("tile.weights");
  list.whole(
      "slice_bits", [](auto& c) -> auto& { return c.tile.crossbar.weights.slice_bits; }, 1, 7,
      "bits of a weight's magnitude that a device holds: 7, or fewer with as many devices, each in "
      "columns of its own, as that takes");
  list.choice(
      "signs", [](auto& c) -> auto& { return c.tile.crossbar.weights.signs; },
      {"differential", "offset"},
      "magnitude in one device of a pair by the sign, or weight around the middle of one device");
}

void add_drivers(SettingList& list) {
  list.section("tile.dac");
  list.choice(
      "kind", [](auto& c) -> auto& { return c.tile.crossbar.dac.kind; },
      {"pwm", "amplitude", "bit_serial"},
      "how a driver puts a number on its wordline: by the length of a pulse, by its voltage, or "
      "one "
      "pulse a bit");
  list.whole(
      "bits", [](auto& c) -> auto& { return c.tile.crossbar.dac.bits; }, 1, 8,
      "bits of an input's magnitude that a driver resolves");
  list.positive(
      "lsb_ns", [](auto& c) -> auto& { return c.tile.crossbar.dac.lsb_ns; }, 1e4,
      "pulse width of one input LSB");
  list.positive(
      "pulse_ns", [](auto& c) -> auto& { return c.tile.crossbar.dac.pulse_ns; }, 1e4,
      "length of a pulse of the kinds amplitude and bit_serial");
  list.real(
      "nonlinearity", [](auto& c) -> auto& { return c.tile.crossbar.dac.nonlinearity; }, -0.5, 0.5,
      "third-order distortion relative to full scale, of the kinds pwm and amplitude");
  list.real(
      "settle_ns", [](auto& c) -> auto& { return c.tile.crossbar.dac.settle_ns; }, 0, 1e6,
      "fixed part of an MVM");
  list.real(
      "phase_switch_ns", [](auto& c) -> auto& { return c.tile.crossbar.dac.phase_switch_ns; }, 0,
      1e6, "from one conversion of an MVM to the next: phases, and bits of the kind bit_serial");
  list.real(
      "energy_pj", [](auto& c) -> auto& { return c.tile.crossbar.dac.energy_pj; }, 0, 1e6,
      "energy of one driver over 128 ns at the read voltage; scales with the length of its pulses "
      "and "
      "the square of their voltage");
}

void add_converter_kind(SettingList& list) {
  list.section("tile.adc");
  list.choice(
      "kind", [](auto& c) -> auto& { return c.tile.crossbar.adc.kind; }, {"cco", "sar", "ramp"},
      "how a column's current becomes a count: an oscillator that counts while the inputs are "
      "driven, successive approximation, or a ramp");
  list.whole(
      "full_scale_counts", [](auto& c) -> auto& { return c.tile.crossbar.adc.full_scale_counts; },
      1, kMaxCount, "largest count of a conversion of the kind cco, one-phase mode");
  list.whole(
      "full_scale_counts_four_phase",
      [](auto& c) -> auto& { return c.tile.crossbar.adc.full_scale_counts_four; }, 1, kMaxCount,
      "largest sum of counts of the kind cco, four-phase mode");
  list.whole(
      "bits", [](auto& c) -> auto& { return c.tile.crossbar.adc.bits; }, 1, 12,
      "resolution of the kinds sar and ramp: their largest code is 2^bits - 1");
  list.positive(
      "cycle_ns", [](auto& c) -> auto& { return c.tile.crossbar.adc.cycle_ns; }, 1e4,
      "cycle of a bit of the kind sar, of a code of the kind ramp");
  list.whole(
      "shared_columns", [](auto& c) -> auto& { return c.tile.crossbar.adc.shared_columns; }, 1,
      1024, "neighbouring columns that take turns at a converter");
  list.positive(
      "full_scale_current_ua",
      [](auto& c) -> auto& { return c.tile.crossbar.adc.full_scale_current_ua; }, 1e6,
      "column current at full scale in range 0");
  list.whole(
      "max_range", [](auto& c) -> auto& { return c.tile.crossbar.adc.max_range; }, 0, 3,
      "largest range; range r divides the full-scale current by 2^r");
}

void add_converter_errors(SettingList& list) {
  list.real(
      "gain_sigma_relative", [](auto& c) -> auto& { return c.tile.crossbar.adc.gain_sigma; }, 0, 1,
      "spread of the gain over columns and polarities");
  list.real(
      "gain_limit_relative", [](auto& c) -> auto& { return c.tile.crossbar.adc.gain_limit; }, 0, 1,
      "largest deviation of the gain");
  list.real(
      "offset_sigma_counts",
      [](auto& c) -> auto& { return c.tile.crossbar.adc.offset_sigma_counts; }, 0, 1000,
      "spread of the offset over columns and polarities");
  list.real(
      "inl_lsb", [](auto& c) -> auto& { return c.tile.crossbar.adc.inl_lsb; }, 0, 100,
      "integral nonlinearity: spread over converters of the bow in the middle of the range");
  list.real(
      "dnl_lsb", [](auto& c) -> auto& { return c.tile.crossbar.adc.dnl_lsb; }, 0, 10,
      "differential nonlinearity: spread of the widths of codes; of a unit of the kind sar");
  list.real(
      "compression", [](auto& c) -> auto& { return c.tile.crossbar.adc.compression; }, 0, 10,
      "c of the input stage's v / (1 + c v), v relative to full scale");
  list.real(
      "thermal_noise_counts",
      [](auto& c) -> auto& { return c.tile.crossbar.adc.thermal_noise_counts; }, 0, 1000,
      "white noise of a conversion, at the converter's input");
  list.real(
      "flicker_noise_counts",
      [](auto& c) -> auto& { return c.tile.crossbar.adc.flicker_noise_counts; }, 0, 1000,
      "1/f noise at the converter's input, rms over all its octaves");
  list.whole(
      "flicker_octaves", [](auto& c) -> auto& { return c.tile.crossbar.adc.flicker_octaves; }, 1,
      40, "octaves of frequency over which noise is 1/f");
  list.positive(
      "flicker_shortest_ns",
      [](auto& c) -> auto& { return c.tile.crossbar.adc.flicker_shortest_ns; }, 1e9,
      "time for which the fastest of them keeps its value");
}

void add_converter_energy(SettingList& list) {
  list.real(
      "energy_pj", [](auto& c) -> auto& { return c.tile.crossbar.adc.energy_pj; }, 0, 1e6,
      "energy of one conversion of one polarity; of the kind cco over a 128 ns window, with "
      "which it "
      "scales");
  list.choice(
      "energy_model", [](auto& c) -> auto& { return c.tile.crossbar.adc.energy_model; },
      {"constant", "survey"},
      "energy_pj and area.adc_um2, or a regression over published converters by node, rate and "
      "bits");
  list.positive(
      "node_nm", [](auto& c) -> auto& { return c.tile.crossbar.adc.node_nm; }, 250,
      "technology node of the survey's converters, 5 or more");
}

}  // namespace

void add_converter_settings(SettingList& list) {
  add_weights(list);
  add_drivers(list);
  add_converter_kind(list);
  add_converter_errors(list);
  add_converter_energy(list);
}

}  // namespace aimc::platform
