#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "models/core/energy.h"
#include "platform/soc/history.h"
#include "platform/soc/soc.h"

namespace aimc::platform {

/// Keeps power and utilisation over time, by looking at counters and the energy meter at the edges
/// of time bins. It takes no part in the simulation: whoever runs the kernel calls it between two
/// stretches.
///
/// Groups of components are the first part of the path, or for tiles all of them together by part
/// ("tiles_adc"). What took longer than a bin and is posted at its end is spread over the time it
/// took.
class RunRecorder : private core::EnergyObserver {
 public:
  /// @param width_ps, max_bins see History; both must outlive the recorder
  RunRecorder(Soc& soc, core::EnergyMeter& energy, core::TimePs width_ps, std::size_t max_bins);
  ~RunRecorder() override;
  RunRecorder(const RunRecorder&) = delete;
  RunRecorder& operator=(const RunRecorder&) = delete;

  /// The next edge of a bin behind `now_ps`, where sample() wants to be called.
  core::TimePs next_edge_ps(core::TimePs now_ps) const {
    return (now_ps / energy_history_.width_ps() + 1) * energy_history_.width_ps();
  }
  /// Takes over what has happened up to the kernel's time.
  void sample();
  /// The last sample; then the histories are complete.
  void finish();

  /// Joules by group of components.
  const History& power() const { return energy_history_; }
  /// Busy picoseconds by track; those of "noc" are the mean over the links, those of
  /// "noc/busiest" the link's that was busiest between two samples.
  const History& utilisation() const { return busy_history_; }

 private:
  struct Account {
    std::size_t series = 0;
    bool of_host = false;  // runs ahead of the kernel
    double seen_j = 0.0;
  };
  struct TileTracks {
    std::size_t busy = 0, crossbar = 0, nmpu = 0;
    tile::TileCounters seen;
  };

  void on_energy(core::EnergyAccount account, double joules, core::TimePs begin_ps,
                 core::TimePs end_ps) override;
  void open_accounts(const std::vector<core::EnergyMeter::Entry>& entries);
  void sample_energy(core::TimePs now_ps, core::TimePs host_ps);
  void sample_host(core::TimePs now_ps, core::TimePs host_ps);
  void sample_network(core::TimePs now_ps);
  void sample_tiles(core::TimePs now_ps);
  void add_busy(std::size_t track, core::TimePs now_ps, core::TimePs busy_ps);

  Soc& soc_;
  core::EnergyMeter& energy_;
  History energy_history_;
  History busy_history_;
  std::unordered_map<std::string, std::size_t> groups_;
  std::vector<Account> accounts_;
  std::vector<TileTracks> tiles_;
  std::size_t host_track_ = 0;
  std::size_t dma_track_ = 0;
  std::size_t noc_track_ = 0;
  std::size_t busiest_link_track_ = 0;
  double links_ = 1.0;  // of the mesh, both planes
  core::TimePs link_cycle_ps_ = 1;
  core::TimePs sampled_ps_ = 0;
  core::TimePs host_sampled_ps_ = 0;
  core::TimePs waited_ps_ = 0;  // by the host
  core::TimePs dma_ps_ = 0;
  std::uint64_t link_flits_ = 0;        // flits times links crossed
  std::vector<noc::LinkUse> link_use_;  // at the last sample
};

/// The group a component belongs to; see RunRecorder.
std::string component_group(const std::string& component);

}  // namespace aimc::platform
