#include "platform/config/settings.h"

namespace aimc::platform {
namespace {

void add_capacitors(SettingList& list) {
  list.positive(
      "unit_capacitance_ff",
      [](auto& c) -> auto& { return c.tile.crossbar.readout.unit_capacitance_ff; }, 1e6,
      "capacitor of a cell with the largest weight");
  list.real(
      "capacitance_ff", [](auto& c) -> auto& { return c.tile.crossbar.readout.capacitance_ff; }, 0,
      1e9, "capacitance of a column's line beside the cells' capacitors");
  list.positive(
      "swing_v", [](auto& c) -> auto& { return c.tile.crossbar.readout.swing_v; }, 10,
      "what a fully driven capacitor is charged to");
  list.real(
      "droop_per_us", [](auto& c) -> auto& { return c.tile.crossbar.readout.droop_per_us; }, 0, 1e3,
      "share of a held charge that leaks in a microsecond");
  list.real(
      "injection_fc", [](auto& c) -> auto& { return c.tile.crossbar.readout.injection_fc; }, 0, 1e3,
      "charge a cell's switch leaves on the line");
  list.real(
      "sharing_sigma_relative",
      [](auto& c) -> auto& { return c.tile.crossbar.readout.sharing_sigma; }, 0, 0.1,
      "spread of the ratio of sharing capacitors over the lines");
}

}  // namespace

void add_readout_effects(SettingList& list) {
  list.flag(
      "readout_loss", [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.readout_loss; },
      "what line capacitance, leaks, input resistance and settling take from the signal");
  list.flag(
      "readout_noise",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.readout_noise; },
      "kT/C noise of lines and jitter of delays");
  list.flag(
      "charge_injection",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.charge_injection; },
      "charge that switches leave on the line");
  list.flag(
      "sharing_mismatch",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.sharing_mismatch; },
      "spread of the ratio of sharing capacitors");
  list.flag(
      "denominator_error",
      [](auto& c) -> auto& { return c.tile.crossbar.circuit_effects.denominator_error; },
      "a divider's sums are multiplied back by what the weights aim at; without, by what the "
      "devices have");
}

void add_readout_settings(SettingList& list) {
  list.section("tile");
  list.choice(
      "readout", [](auto& c) -> auto& { return c.tile.crossbar.readout.kind; }, readout_words(),
      "what a column's line does with its cells");
  list.section("tile.line");
  list.real(
      "settle_ns", [](auto& c) -> auto& { return c.tile.crossbar.readout.settle_ns; }, 0, 1e6,
      "after the drivers, once a phase; with charge_redistribution once a bit");
  list.real(
      "energy_pj", [](auto& c) -> auto& { return c.tile.crossbar.readout.energy_pj; }, 0, 1e6,
      "energy of reading one line once, beside the converter's");
  list.real(
      "drive_ns", [](auto& c) -> auto& { return c.tile.crossbar.readout.drive_ns; }, 0, 1e6,
      "for which devices conduct in an input LSB, resistive_division; 0: all of it");
  list.real(
      "input_ohm", [](auto& c) -> auto& { return c.tile.crossbar.readout.input_ohm; }, 0, 1e6,
      "resistance of the virtual ground, current");
  add_capacitors(list);
  list.real(
      "divider_range", [](auto& c) -> auto& { return c.tile.crossbar.readout.divider_range; }, 1e-4,
      1, "full scale of the converter as a share of the read voltage, resistive_division");
  list.positive(
      "time_lsb_ps", [](auto& c) -> auto& { return c.tile.crossbar.readout.time_lsb_ps; }, 1e6,
      "a count of the time-to-digital converter, time");
  list.real(
      "stage_jitter_ps", [](auto& c) -> auto& { return c.tile.crossbar.readout.stage_jitter_ps; },
      0, 1e6, "jitter of the delay of one cell, time");
}

std::vector<std::string> readout_words() {
  return {"current", "charge", "charge_redistribution", "capacitive_division", "resistive_division",
          "time"};
}

std::vector<std::string> device_words() {
  return {"pcm", "reram", "mram", "flash", "sram", "other"};
}

}  // namespace aimc::platform
