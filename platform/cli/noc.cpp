#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "models/noc/engine.h"
#include "models/noc/packet_trace.h"
#include "platform/cli/commands.h"
#include "platform/cli/words.h"
#include "platform/config/platform_file.h"
#include "platform/observe/output_file.h"

namespace aimc::cli {
namespace {

struct NocArguments {
  std::string trace;
  std::string mesh;
  std::string engine;
  std::string platform = "default";
  std::vector<std::string> set;
  std::string out;
};

/// "8x4" as the settings of a mesh.
void add_mesh(const std::string& mesh, std::vector<std::string>& overrides) {
  unsigned width = 0;
  unsigned height = 0;
  const char* const end = mesh.data() + mesh.size();
  const auto [middle, first] = std::from_chars(mesh.data(), end, width);
  const bool cross = first == std::errc() && middle != end && *middle == 'x';
  const auto [stop, second] = std::from_chars(cross ? middle + 1 : end, end, height);
  if (!cross || second != std::errc() || stop != end) {
    throw UsageError("--mesh: value '" + mesh + "'; expected COLUMNSxROWS, e.g. 8x8");
  }
  overrides.push_back("noc.width=" + std::to_string(width));
  overrides.push_back("noc.height=" + std::to_string(height));
}

noc::NocConfig read_config(const NocArguments& arguments) {
  std::vector<std::string> overrides = arguments.set;
  for (const std::string& setting : overrides) {
    if (setting.rfind("noc.", 0) == 0) continue;
    throw UsageError("--set: '" + setting +
                     "' is none of the network's settings; expected noc.KEY=VALUE");
  }
  if (!arguments.mesh.empty()) {
    add_mesh(arguments.mesh, overrides);
    overrides.emplace_back("tile.count=1");  // the tiles play no part here
  }
  if (!arguments.engine.empty()) {
    choose("--engine", arguments.engine, {"lt", "at", "flit"}, {});
    overrides.push_back("noc.engine=" + arguments.engine);
  }
  const platform::SocConfig config = platform::load_platform(arguments.platform, overrides).config;
  if (!config.circuits.routes.empty()) {
    throw UsageError("noc.circuits: value '" + noc::circuits_text(config.circuits.routes) +
                     "': a trace goes over the packet network; expected none");
  }
  return config.noc;
}

noc::PacketTrace read_packets(const std::string& path, const noc::NocConfig& config) {
  std::ifstream file(path);
  file.peek();  // only reading tells that it is a folder
  if (!file.is_open() || file.bad()) {
    throw UsageError("trace '" + path + "' cannot be read; expected a file of cycle,src,dst,flits");
  }
  try {
    noc::PacketTrace trace = noc::read_trace(file, config);
    if (trace.packets.empty()) throw UsageError("trace '" + path + "' has no packets");
    return trace;
  } catch (const std::invalid_argument& error) {
    throw UsageError("trace '" + path + "': " + error.what());
  }
}

/// What is known when all packets have arrived.
struct Replay {
  std::vector<noc::Delivery> deliveries;
  noc::NetworkCounters counters;
  std::vector<noc::LinkUse> links;
};

Replay replay_reserving(const noc::NocConfig& config, const std::vector<noc::Packet>& packets) {
  const auto network = noc::make_lt_network(config);
  // Packets are sent in the order of their cycles, as the kernel's time would have them.
  std::vector<std::size_t> order(packets.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&packets](std::size_t a, std::size_t b) {
    return packets[a].inject_cycle < packets[b].inject_cycle;
  });
  Replay result;
  result.deliveries.resize(packets.size());
  for (const std::size_t i : order) {
    network->retire_before(packets[i].inject_cycle);
    result.deliveries[i] = network->send(packets[i]);
  }
  result.counters = network->counters();
  result.links = network->link_use();
  return result;
}

Replay replay_packets(const noc::NocConfig& config, const std::vector<noc::Packet>& packets) {
  if (config.engine == noc::Engine::kLt) return replay_reserving(config, packets);
  const auto engine = config.engine == noc::Engine::kAt ? noc::make_at_engine(config)
                                                        : noc::make_flit_engine(config);
  Replay result;
  result.deliveries = noc::replay(*engine, packets);
  result.counters = engine->counters();
  result.links = engine->link_use();
  return result;
}

std::string link_text(const noc::LinkUse& link) {
  switch (link.kind) {
    case noc::LinkKind::kInjection:
      return "node " + std::to_string(link.node.id) + " into its router";
    case noc::LinkKind::kEjection:
      return "router to node " + std::to_string(link.node.id);
    default:
      return "router " + std::to_string(link.from_router) + " to " + std::to_string(link.to_router);
  }
}

void print(const noc::NocConfig& config, const noc::PacketTrace& trace, const Replay& replay,
           double wall_s) {
  std::vector<std::uint64_t> latency;
  std::uint64_t first = trace.packets.front().inject_cycle;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < trace.packets.size(); ++i) {
    const std::uint64_t inject = trace.packets[i].inject_cycle;
    latency.push_back(replay.deliveries[i].tail_cycle - inject);
    first = std::min(first, inject);
    last = std::max(last, replay.deliveries[i].tail_cycle);
  }
  std::sort(latency.begin(), latency.end());
  const auto count = static_cast<double>(latency.size());
  const auto cycles = static_cast<double>(last - first);
  const auto at = [&latency](double share) {
    return latency[static_cast<std::size_t>(share * static_cast<double>(latency.size() - 1))];
  };
  const auto busiest =
      std::max_element(replay.links.begin(), replay.links.end(),
                       [](const auto& a, const auto& b) { return a.busy_cycles < b.busy_cycles; });
  std::ostringstream text;
  text << "network     " << config.width << " x " << config.height
       << (config.topology == noc::Wrap::kTorus ? " torus" : " mesh") << ", engine "
       << noc::engine_name(config.engine) << '\n'
       << "packets     " << replay.counters.packets << " in " << last - first << " cycles, "
       << replay.counters.flits << " flits, " << replay.counters.flit_hops << " flit-hops\n"
       << "latency     mean " << static_cast<double>(replay.counters.latency_cycles) / count
       << " cycles; median " << at(0.5) << ", 99 % " << at(0.99) << ", most " << latency.back()
       << " (injection to tail)\n"
       << "throughput  "
       << static_cast<double>(replay.counters.flits) / cycles / (config.width * config.height)
       << " flits/cycle/tile\n"
       << "busiest     " << link_text(*busiest) << ", "
       << (busiest->plane == noc::Plane::kRequest ? "request" : "response")
       << " plane: " << 100.0 * static_cast<double>(busiest->busy_cycles) / cycles
       << " % of the time\n"
       << "speed       " << count / wall_s / 1e6 << " M packets/s\n";
  std::cout << text.str();
}

void execute(const NocArguments& arguments) {
  const noc::NocConfig config = read_config(arguments);
  noc::PacketTrace trace = read_packets(arguments.trace, config);
  const auto begin = std::chrono::steady_clock::now();
  Replay replay = replay_packets(config, trace.packets);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  print(config, trace, replay, wall.count());
  if (arguments.out.empty()) return;
  trace.deliveries = std::move(replay.deliveries);
  std::ostringstream text;
  noc::write_trace(text, trace);
  observe::write_file(arguments.out, text.str());
}

}  // namespace

void add_noc(CLI::App& app, Invocation& /*invocation*/) {
  auto arguments = std::make_shared<NocArguments>();
  CLI::App* command = app.add_subcommand("noc", "Send a trace of packets over the network alone");
  command
      ->add_option(
          "trace", arguments->trace,
          "CSV with a line cycle,src,dst,flits; what a router stands at is node y * columns "
          "+ x, then come host and memory")
      ->required();
  command->add_option("--mesh", arguments->mesh, "Columns and rows: 8x8; default the platform's");
  command->add_option("--engine", arguments->engine, "lt, at or flit; short for --set noc.engine");
  command->add_option("--platform", arguments->platform, "Preset or platform file")
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Change a setting: noc.KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--out", arguments->out,
                      "CSV of the packets with the arrival of head and tail");
  command->callback([arguments]() { execute(*arguments); });
}

}  // namespace aimc::cli
