#include "platform/config/settings.h"

namespace aimc::platform {

void add_noc_settings(SettingList& list) {
  list.section("noc");
  list.choice(
      "engine", [](auto& c) -> auto& { return c.noc.engine; }, {"lt", "at", "flit"},
      "link reservations, two events a packet and router, or every flit in every cycle");
  list.choice(
      "topology", [](auto& c) -> auto& { return c.noc.topology; }, {"mesh", "torus"},
      "whether the ends of rows and columns are joined");
  list.whole(
      "width", [](auto& c) -> auto& { return c.noc.width; }, 1, 32, "columns of the network");
  list.whole(
      "height", [](auto& c) -> auto& { return c.noc.height; }, 1, 32, "rows of the network");
  list.positive(
      "clock_mhz", [](auto& c) -> auto& { return c.noc.clock_mhz; }, 10000, "clock of the network");
  list.whole(
      "router_cycles", [](auto& c) -> auto& { return c.noc.router_cycles; }, 1, 64,
      "pipeline of one router with its output link");
  list.whole(
      "buffer_flits", [](auto& c) -> auto& { return c.noc.buffer_flits; }, 1, 256,
      "input buffer of a router's port; decides how far back a blocked packet holds links");
  list.whole(
      "packet_gap_cycles", [](auto& c) -> auto& { return c.noc.packet_gap_cycles; }, 0, 16,
      "idle cycles of an output link between two packets");
  list.whole(
      "virtual_channels", [](auto& c) -> auto& { return c.noc.virtual_channels; }, 1, 8,
      "virtual channels of a link; on a mesh more than one only with the engine flit, on a torus "
      "two or more");
  list.power_of_two(
      "flit_bytes", [](auto& c) -> auto& { return c.noc.flit_bytes; }, 4, 64, "payload of a flit");
  list.whole(
      "max_burst_beats", [](auto& c) -> auto& { return c.noc.max_burst_beats; }, 1, 256,
      "most payload flits of a packet");
  list.choice(
      "routing", [](auto& c) -> auto& { return c.noc.routing; }, {"xy", "yx"},
      "order in which the dimensions are travelled");
  list.text(
      "circuits", [](auto& c) -> auto& { return c.circuits.routes; }, noc::kCircuitsForm,
      noc::parse_circuits, noc::circuits_text,
      "routes of the network of circuits, which carries writes between their ends");
  list.whole(
      "circuit_cycles", [](auto& c) -> auto& { return c.circuits.cycles; }, 1, 64,
      "a circuit's switch with its output link");
  list.whole(
      "crossing_cycles", [](auto& c) -> auto& { return c.crossing_cycles; }, 0, 100,
      "network cycles of a clock-domain crossing between the host's bus and the network");
  list.real(
      "router_energy_pj_per_byte", [](auto& c) -> auto& { return c.noc.router_energy_pj_per_byte; },
      0, 1e4, "energy of a byte through one router");
  list.real(
      "link_energy_pj_per_byte", [](auto& c) -> auto& { return c.noc.link_energy_pj_per_byte; }, 0,
      1e4, "energy of a byte over one link");
  list.section("dma");
  list.whole(
      "setup_cycles", [](auto& c) -> auto& { return c.dma.setup_cycles; }, 0, 1000,
      "network cycles to decode a descriptor and start on it");
  list.power_of_two(
      "buffer_bytes", [](auto& c) -> auto& { return c.dma.buffer_bytes; }, 4, 4096,
      "largest burst of the DMA engine");
  list.real(
      "energy_pj_per_byte", [](auto& c) -> auto& { return c.dma.energy_pj_per_byte; }, 0, 1e4,
      "energy of a byte through the engine's buffer, memories and network not included");
}

}  // namespace aimc::platform
