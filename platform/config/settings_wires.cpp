#include "platform/config/settings.h"

namespace aimc::platform {

void add_wire_settings(SettingList& list) {
  list.section("tile.wires");
  list.real(
      "wordline_ohm", [](auto& c) -> auto& { return c.tile.crossbar.wires.wordline_ohm; }, 0, 1e6,
      "resistance of a wordline from one bitline to the next; a pair of devices is two bitlines");
  list.real(
      "bitline_ohm", [](auto& c) -> auto& { return c.tile.crossbar.wires.bitline_ohm; }, 0, 1e6,
      "resistance of a bitline from one wordline to the next");
  list.choice(
      "selector", [](auto& c) -> auto& { return c.tile.crossbar.wires.selector; },
      {"transistor", "diode", "none"},
      "what is in series with a device: without a transistor, reading a part of a crossbar has "
      "sneak paths through the rest");
  list.real(
      "half_bias_ratio", [](auto& c) -> auto& { return c.tile.crossbar.wires.half_bias_ratio; }, 2,
      1e9, "current of a device with a diode over that at half of the voltage; 2 is ohmic");
  list.choice(
      "idle_lines", [](auto& c) -> auto& { return c.tile.crossbar.wires.idle_lines; },
      {"grounded", "floating"}, "lines outside the part of a crossbar that is read");
}

}  // namespace aimc::platform
