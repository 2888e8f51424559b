#include "platform/soc/monitor.h"

#include <cstdio>
#include <sstream>

#include "models/tile/disassemble.h"

namespace aimc::platform {
namespace {

template <typename... Values>
std::string line(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

unsigned long long wide(std::uint64_t value) {
  return value;
}

std::string show_tiles(const Soc& soc, const SocConfig& config) {
  std::string text = "tile  at     state       mvms         macs  nmpu columns      busy us\n";
  for (unsigned i = 0; i < soc.tiles().size(); ++i) {
    const tile::TileCounters total = soc.tile_totals(i);
    text +=
        line("%4u  (%u,%u)  %-5s %10llu %12llu  %12llu %12.3f\n", i, i % config.noc.width,
             i / config.noc.width, soc.tiles()[i]->executing() ? "busy" : "idle", wide(total.mvms),
             wide(total.macs), wide(total.nmpu_columns), static_cast<double>(total.busy_ps) * 1e-6);
  }
  return text;
}

std::string show_threads(const Soc& soc) {
  std::string text;
  for (unsigned i = 0; i < soc.tiles().size(); ++i) {
    const tile::Program& program = soc.tiles()[i]->program();
    for (const tile::WaitingThread& thread : program.waiting()) {
      text +=
          line("tile %u thread %u at command %u waits for semaphore %u to have %u, it has %u", i,
               thread.thread, thread.command, thread.semaphore, thread.wanted, thread.present);
      const std::uint32_t next = thread.command + 1;
      if (next < tile::kProgramCommands) {
        text += ", to go on with '" + tile::disassemble(program.words(next)) + "'";
      }
      text += '\n';
    }
  }
  return text;
}

std::string show_network(const Soc& soc, const SocConfig& config) {
  const noc::NetworkCounters& traffic = soc.network().counters();
  const double mean = traffic.packets == 0 ? 0.0
                                           : static_cast<double>(traffic.latency_cycles) /
                                                 static_cast<double>(traffic.packets);
  return line("mesh %ux%u\n", config.noc.width, config.noc.height) +
         line("packets %llu, flits %llu, flit hops %llu, payload bytes %llu\n",
              wide(traffic.packets), wide(traffic.flits), wide(traffic.flit_hops),
              wide(soc.network().payload_bytes())) +
         line("mean latency %.2f cycles, busiest link %.2f %%\n", mean,
              100.0 * soc.network().max_link_utilisation());
}

}  // namespace

std::string tile_threads_that_wait(const Soc& soc) {
  constexpr unsigned kMost = 8;
  std::istringstream lines(show_threads(soc));
  std::string text;
  std::string one;
  unsigned count = 0;
  while (std::getline(lines, one)) {
    if (++count <= kMost) text += "; " + one;
  }
  if (count > kMost) text += "; and " + std::to_string(count - kMost) + " more";
  return text;
}

std::optional<std::string> monitor_command(const Soc& soc, const SocConfig& config,
                                           std::string_view command) {
  if (command == "tiles") return show_tiles(soc, config) + show_threads(soc);
  if (command == "noc") return show_network(soc, config);
  return std::nullopt;
}

std::string monitor_help() {
  return "tiles    what each tile does and has done\n"
         "noc      what the network has carried\n";
}

}  // namespace aimc::platform
