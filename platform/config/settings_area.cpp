#include "platform/config/settings.h"

namespace aimc::platform {
namespace {

/// Voltages of one domain; `supply` names its SupplyConfig.
template <class Supply>
void add_supply(SettingList& list, const char* section, Supply supply, const char* what) {
  list.section(section);
  list.positive(
      "voltage_v", [supply](auto& c) -> auto& { return supply(c).voltage_v; }, 10,
      std::string("supply of ") + what);
  list.positive(
      "nominal_v", [supply](auto& c) -> auto& { return supply(c).nominal_v; }, 10,
      std::string("supply at which the energies and the leakage hold, of ") + what);
}

/// Published figures of one read mode; `mode` names its PublishedMode.
template <class Mode>
void add_published(SettingList& list, const char* section, Mode mode, const char* what) {
  const std::string of = std::string(" in ") + what + " mode; 0: none";
  list.section(section);
  list.real(
      "mvm_ns", [mode](auto& c) -> auto& { return mode(c).mvm_ns; }, 0, 1e9,
      "published time of an MVM" + of);
  list.real(
      "tops", [mode](auto& c) -> auto& { return mode(c).tops; }, 0, 1e9,
      "published peak rate, 10^12 operations a second," + of);
  list.real(
      "tops_per_w", [mode](auto& c) -> auto& { return mode(c).tops_per_w; }, 0, 1e9,
      "published peak efficiency of drivers, array and converters" + of);
  list.real(
      "tops_per_mm2", [mode](auto& c) -> auto& { return mode(c).tops_per_mm2; }, 0, 1e9,
      "published peak rate by the area of the tiles" + of);
}

}  // namespace

void add_voltage_settings(SettingList& list) {
  add_supply(
      list, "voltage.host", [](auto& c) -> auto& { return c.voltage.host; },
      "core, RAM and local bus");
  add_supply(
      list, "voltage.noc", [](auto& c) -> auto& { return c.voltage.noc; },
      "routers, links and DMA engine");
  add_supply(
      list, "voltage.tile", [](auto& c) -> auto& { return c.voltage.tile; },
      "a tile's SRAM, NMPU, control, drivers and converters");
}

void add_area_settings(SettingList& list) {
  list.section("area");
  list.real(
      "adc_um2", [](auto& c) -> auto& { return c.area.adc_um2; }, 0, 1e9,
      "converters of both polarities of one column");
  list.real(
      "dac_um2", [](auto& c) -> auto& { return c.area.dac_um2; }, 0, 1e9, "driver of one row");
  list.real(
      "cell_um2", [](auto& c) -> auto& { return c.area.cell_um2; }, 0, 1e9,
      "a differential pair in the array");
  list.real(
      "nmpu_lane_um2", [](auto& c) -> auto& { return c.area.nmpu_lane_um2; }, 0, 1e9,
      "a lane of the near-memory processing unit with its parameters");
  list.real(
      "sram_um2_per_kib", [](auto& c) -> auto& { return c.area.sram_um2_per_kib; }, 0, 1e9,
      "SRAM of a tile");
  list.real(
      "control_um2", [](auto& c) -> auto& { return c.area.control_um2; }, 0, 1e9,
      "sequencer, registers and network port of a tile");
  list.real(
      "router_um2", [](auto& c) -> auto& { return c.area.router_um2; }, 0, 1e9,
      "a router with its links");
  list.real(
      "host_mm2", [](auto& c) -> auto& { return c.area.host_mm2; }, 0, 1e6,
      "the core with its peripherals");
  list.real(
      "ram_mm2_per_mib", [](auto& c) -> auto& { return c.area.ram_mm2_per_mib; }, 0, 1e6,
      "RAM of the host subsystem");
}

void add_published_settings(SettingList& list) {
  list.section("published");
  list.whole(
      "input_bits", [](auto& c) -> auto& { return c.published.input_bits; }, 1, 8,
      "magnitude bits of the inputs the peak figures are for");
  add_published(
      list, "published.one_phase", [](auto& c) -> auto& { return c.published.one_phase; },
      "one-phase");
  add_published(
      list, "published.four_phase", [](auto& c) -> auto& { return c.published.four_phase; },
      "four-phase");
}

}  // namespace aimc::platform
