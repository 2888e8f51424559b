#pragma once

#include <cstdint>
#include <vector>

#include "models/noc/network.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// The links of a multicast: the routes from its source to its destinations, each link once.
///
/// Dimension-ordered routes from one source part and never meet again, so together they are a tree.
/// Each destination's copy of the packet owns the links that no copy before it uses: the first copy
/// its whole route, the others theirs from a fork on.
struct MulticastTree {
  static constexpr unsigned kNone = ~0U;

  struct Branch {
    unsigned link = 0;
    unsigned before = kNone;  ///< index of the link before it in `branches`
    unsigned copy = 0;        ///< its owner: position of the destination
    unsigned hop = 0;         ///< position of the link on the owner's route
  };
  std::vector<Branch> branches;  ///< by owner, then along the route: `before` is always less
  std::vector<unsigned> first;   ///< by copy: the first of its branches

  /// Links of a copy's route that other copies own.
  unsigned shared_links(unsigned copy) const { return branches[first[copy]].hop; }
};

/// Makes the tree of a multicast that passes check_multicast.
MulticastTree make_multicast_tree(const Topology& topology, Routing routing, Node source,
                                  const std::vector<Node>& destinations);

/// Checks the destinations and the length of a multicast. A packet must fit the buffer of a router
/// port: then it can leave a fork by one output while another is taken by somebody else, so no
/// output is kept from others for the sake of a second one, and multicasts cannot deadlock.
/// @throws std::invalid_argument for no destination, one that does not exist or is named twice, or
/// more flits than buffer_flits for more than one
void check_multicast(const NocConfig& config, unsigned flits,
                     const std::vector<Node>& destinations);

}  // namespace aimc::noc
