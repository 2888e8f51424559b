#include "platform/config/settings.h"

namespace aimc::platform {
namespace {

void add_digital(SettingList& list) {
  list.section("tile");
  list.whole(
      "count", [](auto& c) -> auto& { return c.tile_count; }, 1, 1024,
      "number of tiles; tile i is at column i mod width, row i / width of the mesh");
  list.whole(
      "rows", [](auto& c) -> auto& { return c.tile.crossbar.rows; }, 1, 1024,
      "inputs of a crossbar");
  list.whole(
      "columns", [](auto& c) -> auto& { return c.tile.crossbar.columns; }, 1, 1024,
      "outputs of a crossbar");
  list.choice(
      "analog", [](auto& c) -> auto& { return c.tile.crossbar.mode; }, {"ideal", "physical"},
      "every non-ideality off, or the statistics below");
  list.positive(
      "clock_mhz", [](auto& c) -> auto& { return c.tile.clock_mhz; }, 10000,
      "clock of a tile's digital part and its NMPU");
  list.whole(
      "sram_kib", [](auto& c) -> auto& { return c.tile.sram_kib; }, 4, 64, "SRAM of a tile");
  list.power_of_two(
      "sram_bytes_per_cycle", [](auto& c) -> auto& { return c.tile.sram_bytes_per_cycle; }, 4, 128,
      "width of the SRAM port");
  list.whole(
      "control_cycles", [](auto& c) -> auto& { return c.tile.control_cycles; }, 1, 1000,
      "tile cycles of a command that steers a tile program: wait, signal, loop, irq, halt");
  list.whole(
      "command_cycles", [](auto& c) -> auto& { return c.tile.command_cycles; }, 0, 1000,
      "tile cycles to fetch and decode a command");
  list.whole(
      "access_cycles", [](auto& c) -> auto& { return c.tile.access_cycles; }, 0, 1000,
      "tile cycles of a register or SRAM access that comes over the network");
  list.section("tile.nmpu");
  list.choice(
      "config", [](auto& c) -> auto& { return c.tile.nmpu.configuration; }, {"paper", "wide"},
      "formats of the near-memory processing unit: scale U(1,7) and offset S(7,1), or U(1,15) and "
      "S(12,4)");
  list.whole(
      "lanes", [](auto& c) -> auto& { return c.tile.nmpu.lanes; }, 1, 1024,
      "parallel lanes of the near-memory processing unit; the RTL has 64");
  list.section("tile.energy");
  list.real(
      "sram_read_pj_per_byte", [](auto& c) -> auto& { return c.tile.energy.sram_read_pj_per_byte; },
      0, 1e4, "energy of a byte read from SRAM");
  list.real(
      "sram_write_pj_per_byte",
      [](auto& c) -> auto& { return c.tile.energy.sram_write_pj_per_byte; }, 0, 1e4,
      "energy of a byte written to SRAM");
  list.real(
      "nmpu_column_pj", [](auto& c) -> auto& { return c.tile.energy.nmpu_column_pj; }, 0, 1e4,
      "energy of one column through the NMPU");
  list.real(
      "command_pj", [](auto& c) -> auto& { return c.tile.energy.command_pj; }, 0, 1e6,
      "energy of decoding and sequencing one command");
}

}  // namespace

void add_tile_settings(SettingList& list) {
  add_digital(list);
  add_converter_settings(list);
  add_device_settings(list);
  add_wire_settings(list);
  add_readout_settings(list);
}

}  // namespace aimc::platform
