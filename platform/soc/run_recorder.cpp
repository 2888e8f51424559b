#include "platform/soc/run_recorder.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace aimc::platform {
namespace {

core::TimePs now() {
  return sc_core::sc_time_stamp().value();
}

/// Directed links of both planes: between routers, and two a node.
double links_of(const noc::NocConfig& config) {
  // A line of routers on a torus has as many links in each direction as routers.
  const bool torus = config.topology == noc::Wrap::kTorus;
  const auto links_of_line = [torus](unsigned routers) {
    return 2 * (torus && routers > 1 ? routers : routers - 1);
  };
  const unsigned between =
      links_of_line(config.width) * config.height + links_of_line(config.height) * config.width;
  return 2.0 * (between + 2.0 * noc::node_count(config));
}

bool same_link(const noc::LinkUse& a, const noc::LinkUse& b) {
  return a.from_router == b.from_router && a.to_router == b.to_router && a.kind == b.kind &&
         a.plane == b.plane && a.node.id == b.node.id;
}

/// Busy cycles of the link that was busiest between two looks at all links. Links come in a fixed
/// order; later there may be more of them.
std::uint64_t busiest_since(const std::vector<noc::LinkUse>& before,
                            const std::vector<noc::LinkUse>& now) {
  std::uint64_t busiest = 0;
  auto known = before.begin();
  for (const noc::LinkUse& link : now) {
    std::uint64_t cycles = link.busy_cycles;
    if (known != before.end() && same_link(*known, link)) {
      cycles -= known->busy_cycles;
      ++known;
    }
    busiest = std::max(busiest, cycles);
  }
  return busiest;
}

}  // namespace

std::string component_group(const std::string& component) {
  const std::size_t slash = component.find('/');
  const std::string first = component.substr(0, slash);
  const bool is_tile = first.size() > 4 && first.compare(0, 4, "tile") == 0 &&
                       std::all_of(first.begin() + 4, first.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_tile) return first;
  return slash == std::string::npos ? "tiles" : "tiles_" + component.substr(slash + 1);
}

RunRecorder::RunRecorder(Soc& soc, core::EnergyMeter& energy, core::TimePs width_ps,
                         std::size_t max_bins)
    : soc_(soc),
      energy_(energy),
      energy_history_(width_ps, max_bins),
      busy_history_(width_ps, max_bins),
      host_track_(busy_history_.open("host")),
      dma_track_(busy_history_.open("dma")),
      noc_track_(busy_history_.open("noc")),
      busiest_link_track_(busy_history_.open("noc/busiest")),
      links_(links_of(soc.network().config())),
      link_cycle_ps_(core::Clock(soc.network().config().clock_mhz).period_ps()) {
  for (unsigned id = 0; id < soc.tiles().size(); ++id) {
    const std::string name = "tile" + std::to_string(id);
    TileTracks tracks;
    tracks.busy = busy_history_.open(name);
    tracks.crossbar = busy_history_.open(name + "/crossbar");
    tracks.nmpu = busy_history_.open(name + "/nmpu");
    tiles_.push_back(tracks);
  }
  open_accounts(energy.entries());
  energy.observe(this, width_ps);
}

RunRecorder::~RunRecorder() {
  energy_.observe(nullptr, 0);
}

void RunRecorder::open_accounts(const std::vector<core::EnergyMeter::Entry>& entries) {
  for (std::size_t i = accounts_.size(); i < entries.size(); ++i) {
    const std::string& component = entries[i].component;
    const auto [group, is_new] = groups_.try_emplace(component_group(component), 0);
    if (is_new) group->second = energy_history_.open(group->first);
    const bool of_host =
        (component == "host" || component == "ram") && entries[i].activity != "leakage";
    accounts_.push_back({group->second, of_host, 0.0});
  }
}

void RunRecorder::on_energy(core::EnergyAccount account, double joules, core::TimePs begin_ps,
                            core::TimePs end_ps) {
  if (account.index >= accounts_.size()) return;  // the next sample has it
  accounts_[account.index].seen_j += joules;
  energy_history_.add(accounts_[account.index].series, begin_ps, end_ps, joules);
}

void RunRecorder::sample() {
  const core::TimePs now_ps = now();
  const riscv::HostCpu& cpu = soc_.cpu();
  // The host may be ahead of the kernel; what it did belongs to its own time.
  const core::TimePs local_ps = cpu.waiting() ? now_ps : std::max(now_ps, cpu.local_time_ps());
  const core::TimePs host_ps = std::max(host_sampled_ps_, local_ps);
  sample_energy(now_ps, host_ps);
  sample_host(now_ps, host_ps);
  sample_network(now_ps);
  sample_tiles(now_ps);
  sampled_ps_ = now_ps;
  host_sampled_ps_ = host_ps;
  energy_.observe(this, energy_history_.width_ps());
}

void RunRecorder::sample_energy(core::TimePs now_ps, core::TimePs host_ps) {
  const std::vector<core::EnergyMeter::Entry>& entries = energy_.entries();
  if (accounts_.size() < entries.size()) open_accounts(entries);
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    Account& account = accounts_[i];
    const double joules = entries[i].joules;
    if (joules == account.seen_j) continue;
    energy_history_.add(account.series, account.of_host ? host_sampled_ps_ : sampled_ps_,
                        account.of_host ? host_ps : now_ps, joules - account.seen_j);
    account.seen_j = joules;
  }
}

void RunRecorder::sample_host(core::TimePs now_ps, core::TimePs host_ps) {
  const core::TimePs waited_ps = soc_.cpu().waited_ps(now_ps);
  const core::TimePs idle_ps = waited_ps - waited_ps_;
  const core::TimePs elapsed_ps = host_ps - host_sampled_ps_;
  const core::TimePs active_ps = elapsed_ps - std::min(elapsed_ps, idle_ps);
  busy_history_.add(host_track_, host_sampled_ps_, host_ps, static_cast<double>(active_ps));
  waited_ps_ = waited_ps;
  const core::TimePs dma_ps = soc_.dma().busy_ps(now_ps);
  add_busy(dma_track_, now_ps, dma_ps - dma_ps_);
  dma_ps_ = dma_ps;
}

void RunRecorder::sample_network(core::TimePs now_ps) {
  // A flit crosses a link behind every router and the one into the first.
  const noc::NetworkCounters& counters = soc_.network().counters();
  const std::uint64_t link_flits = counters.flit_hops + counters.flits;
  if (link_flits == link_flits_) return;
  const auto cycles = static_cast<double>(link_flits - link_flits_);
  busy_history_.add(noc_track_, sampled_ps_, now_ps,
                    cycles * static_cast<double>(link_cycle_ps_) / links_);
  link_flits_ = link_flits;
  std::vector<noc::LinkUse> links = soc_.network().link_use();
  const std::uint64_t busiest = busiest_since(link_use_, links);
  link_use_ = std::move(links);
  // What is reserved for a packet counts when it is sent, even where it reaches beyond now.
  busy_history_.add(busiest_link_track_, sampled_ps_, now_ps,
                    std::min(static_cast<double>(busiest * link_cycle_ps_),
                             static_cast<double>(now_ps - sampled_ps_)));
}

void RunRecorder::sample_tiles(core::TimePs now_ps) {
  for (unsigned id = 0; id < tiles_.size(); ++id) {
    TileTracks& tracks = tiles_[id];
    const tile::TileCounters counters = soc_.tile_totals(id);
    add_busy(tracks.busy, now_ps, counters.busy_ps - tracks.seen.busy_ps);
    add_busy(tracks.crossbar, now_ps, counters.crossbar_ps - tracks.seen.crossbar_ps);
    add_busy(tracks.nmpu, now_ps, counters.nmpu_ps - tracks.seen.nmpu_ps);
    tracks.seen = counters;
  }
}

// A unit's time is counted when a command ends; more than has passed since the last sample was
// spent before it.
void RunRecorder::add_busy(std::size_t track, core::TimePs now_ps, core::TimePs busy_ps) {
  const core::TimePs begin_ps = now_ps - std::min(now_ps, busy_ps);
  busy_history_.add(track, std::min(sampled_ps_, begin_ps), now_ps, static_cast<double>(busy_ps));
}

void RunRecorder::finish() {
  sample();
  energy_history_.close(now());
  busy_history_.close(now());
}

}  // namespace aimc::platform
