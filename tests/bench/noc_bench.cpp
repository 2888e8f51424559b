// Speed of the network-on-chip on an 8 x 8 mesh: packets and flit-hops a second of the
// engines, transactions a second through TLM sockets.
#include <benchmark/benchmark.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "models/noc/engine.h"
#include "models/noc/noc.h"

namespace aimc::noc {
namespace {

constexpr unsigned kTiles = 64;

NocConfig mesh8() {
  NocConfig config;
  config.width = config.height = 8;
  return config;
}

// Uniform random traffic of 8-flit packets at `load` flits a node and cycle, in the order of
// injection.
std::vector<Packet> uniform_traffic(double load, std::uint64_t cycles) {
  std::mt19937 random(1);
  std::vector<Packet> packets;
  const auto threshold = static_cast<std::uint32_t>(load / 8.0 * 4294967296.0);
  for (std::uint64_t cycle = 0; cycle < cycles; ++cycle) {
    for (unsigned tile = 0; tile < kTiles; ++tile) {
      if (random() >= threshold) continue;
      const Node destination{static_cast<std::uint32_t>(random() % kTiles)};
      packets.push_back({{tile}, destination, 8, Plane::kRequest, cycle});
    }
  }
  return packets;
}

void lt_engine(benchmark::State& state) {
  constexpr std::uint64_t kCycles = 20'000;
  const std::vector<Packet> packets =
      uniform_traffic(static_cast<double>(state.range(0)) / 100.0, kCycles);
  const auto network = make_lt_network(mesh8());
  std::uint64_t epoch = 0;
  while (state.KeepRunning()) {
    for (Packet packet : packets) {
      packet.inject_cycle += epoch;
      network->retire_before(packet.inject_cycle);
      benchmark::DoNotOptimize(network->send(packet));
    }
    epoch += 2 * kCycles;
  }
  const NetworkCounters& counters = network->counters();
  state.SetItemsProcessed(static_cast<std::int64_t>(counters.packets));
  state.counters["mean_latency_cycles"] =
      static_cast<double>(counters.latency_cycles) / static_cast<double>(counters.packets);
  state.counters["flit_hops_per_second"] =
      benchmark::Counter(static_cast<double>(counters.flit_hops), benchmark::Counter::kIsRate);
}
BENCHMARK(lt_engine)->ArgName("load_percent")->Arg(2)->Arg(10)->Arg(20);

// Packets are injected while time goes on, as they would be by initiators.
void packet_engine(benchmark::State& state,
                   std::unique_ptr<PacketEngine> (*make)(const NocConfig&)) {
  constexpr std::uint64_t kCycles = 20'000;
  const std::vector<Packet> packets =
      uniform_traffic(static_cast<double>(state.range(0)) / 100.0, kCycles);
  NocConfig config = mesh8();
  config.packet_gap_cycles = 1;
  const auto engine = make(config);
  std::uint64_t epoch = 0;
  Completion completion;
  while (state.KeepRunning()) {
    for (Packet packet : packets) {
      packet.inject_cycle += epoch;
      engine->advance_to(packet.inject_cycle);
      engine->inject(packet);
      while (engine->poll(completion)) benchmark::DoNotOptimize(completion);
    }
    epoch += 2 * kCycles;
    engine->advance_to(epoch);
  }
  const NetworkCounters& counters = engine->counters();
  state.SetItemsProcessed(static_cast<std::int64_t>(counters.packets));
  state.counters["mean_latency_cycles"] =
      static_cast<double>(counters.latency_cycles) / static_cast<double>(counters.packets);
  state.counters["flit_hops_per_second"] =
      benchmark::Counter(static_cast<double>(counters.flit_hops), benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(packet_engine, flit, make_flit_engine)
    ->ArgName("load_percent")
    ->Arg(2)
    ->Arg(10)
    ->Arg(20);
BENCHMARK_CAPTURE(packet_engine, at, make_at_engine)
    ->ArgName("load_percent")
    ->Arg(2)
    ->Arg(10)
    ->Arg(20);

/// Answers everything at once.
class Sink : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Sink> socket{"socket"};
  explicit Sink(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &Sink::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// Writes 64 bytes to random tiles for ever, about every `mean_gap_ns`.
class Writer : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Writer);
  tlm_utils::simple_initiator_socket<Writer> socket{"socket"};
  Writer(sc_core::sc_module_name name, unsigned seed, unsigned mean_gap_ns)
      : sc_module(name), random_(seed), mean_gap_ns_(mean_gap_ns) {
    SC_THREAD(run);
  }
  std::uint64_t done() const { return done_; }

 private:
  void run() {
    const sc_core::sc_time ns(1, sc_core::SC_NS);
    unsigned char data[64] = {};
    tlm::tlm_generic_payload& payload = payload_;
    for (;;) {
      payload.set_command(tlm::TLM_WRITE_COMMAND);
      payload.set_address((random_() % kTiles) << 20U);
      payload.set_data_ptr(data);
      payload.set_data_length(sizeof data);
      payload.set_streaming_width(sizeof data);
      payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      sc_core::sc_time delay;
      socket->b_transport(payload, delay);
      ++done_;
      sc_core::wait(delay + ns * static_cast<double>(random_() % (2 * mean_gap_ns_ + 1)));
    }
  }

  std::mt19937 random_;
  tlm::tlm_generic_payload payload_;  // not on the thread's stack, which nobody unwinds
  unsigned mean_gap_ns_;
  std::uint64_t done_ = 0;
};

/// A simulation context of its own: SystemC elaborates once in each.
class Context {
 public:
  Context() : previous_(sc_core::sc_curr_simcontext), own_(new sc_core::sc_simcontext) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = own_;
  }
  ~Context() {
    delete own_;
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = previous_;
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

 private:
  sc_core::sc_simcontext* previous_;
  sc_core::sc_simcontext* own_;
};

// Every tile writes to every tile, from a thread of its own.
void transactions(benchmark::State& state, Engine engine) {
  const Context context;
  core::EnergyMeter energy;
  core::Probe probe;
  NocConfig config = mesh8();
  config.engine = engine;
  Noc noc("noc", config, energy, probe);
  std::vector<std::unique_ptr<Sink>> sinks;
  std::vector<std::unique_ptr<Writer>> writers;
  for (unsigned tile = 0; tile < kTiles; ++tile) {
    sinks.push_back(std::make_unique<Sink>(("sink" + std::to_string(tile)).c_str()));
    writers.push_back(
        std::make_unique<Writer>(("writer" + std::to_string(tile)).c_str(), tile, 100));
    noc.target_port({tile}).bind(sinks[tile]->socket);
    writers[tile]->socket.bind(noc.initiator_port({tile}));
    noc.map({std::uint64_t{tile} << 20U, 0x10'0000, {tile}, false});
  }
  while (state.KeepRunning()) sc_core::sc_start(10, sc_core::SC_US);
  std::uint64_t done = 0;
  for (const auto& writer : writers) done += writer->done();
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
  const NetworkCounters& counters = noc.counters();
  state.counters["mean_latency_cycles"] =
      static_cast<double>(counters.latency_cycles) / static_cast<double>(counters.packets);
}
BENCHMARK_CAPTURE(transactions, lt, Engine::kLt);
BENCHMARK_CAPTURE(transactions, at, Engine::kAt);
BENCHMARK_CAPTURE(transactions, flit, Engine::kFlit);

}  // namespace
}  // namespace aimc::noc

extern "C" int sc_main(int /*argc*/, char* /*argv*/[]) {
  return 0;
}

int main(int argc, char** argv) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
