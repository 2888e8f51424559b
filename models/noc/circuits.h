#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/noc/network.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// The ends of a circuit.
struct CircuitRoute {
  Node source;
  Node destination;
};

/// The circuits there are.
struct CircuitConfig {
  std::vector<CircuitRoute> routes;
  unsigned cycles = 1;  ///< a switch with its output link, network cycles, 1..64
};

/// Form of parse_circuits' text, in words.
inline constexpr const char* kCircuitsForm =
    "none, or routes SOURCE>DESTINATION of node numbers with commas between them, e.g. 0>1,1>5";

/// The routes of a text like kCircuitsForm.
/// @throws std::invalid_argument with what is wrong
std::vector<CircuitRoute> parse_circuits(const std::string& text);
/// The text of routes.
std::string circuits_text(const std::vector<CircuitRoute>& routes);

/// Configured circuits: a network of its own beside the packet network, on the same routes, for
/// data that always goes the same way. Switches are set once, have no buffers and pass a flit a
/// cycle, so every link belongs to at most one circuit. Published analog chips move vectors between
/// tiles that way.
///
/// A packet of L flits over R switches that finds its circuit free takes
/// `cycles` R + 2 + (L - 1) cycles; packets of one circuit follow each other without a gap.
class Circuits {
 public:
  /// @param config must pass check()
  /// @throws std::invalid_argument for a node that does not exist, or two routes over one link,
  /// with both routes and the link
  Circuits(const NocConfig& config, const CircuitConfig& circuits);

  /// Whether a packet has a circuit: requests only.
  bool carries(const Packet& packet) const;
  /// Sends a packet that has one.
  Delivery send(const Packet& packet);
  /// Totals of the packets sent.
  const NetworkCounters& counters() const { return counters_; }

 private:
  struct Circuit {
    CircuitRoute route;
    unsigned routers = 0;
    std::uint64_t free_cycle = 0;  // when the next packet may leave its source
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  unsigned cycles_;
  std::vector<Circuit> circuits_;
  std::vector<std::uint32_t> of_source_;  // a node's only circuit, or kNone
  NetworkCounters counters_;
};

}  // namespace aimc::noc
