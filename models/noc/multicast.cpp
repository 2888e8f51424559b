#include "models/noc/multicast.h"

#include <stdexcept>
#include <string>

#include "models/noc/routing.h"

namespace aimc::noc {

MulticastTree make_multicast_tree(const Topology& topology, Routing routing, Node source,
                                  const std::vector<Node>& destinations) {
  MulticastTree tree;
  std::vector<unsigned> branch_of(topology.link_count(), MulticastTree::kNone);
  Path path;
  for (unsigned copy = 0; copy < destinations.size(); ++copy) {
    find_path(topology, routing, source, destinations[copy], path);
    tree.first.push_back(static_cast<unsigned>(tree.branches.size()));
    unsigned before = MulticastTree::kNone;
    for (unsigned hop = 0; hop < path.size; ++hop) {
      unsigned& branch = branch_of[path.links[hop]];
      if (branch == MulticastTree::kNone) {
        branch = static_cast<unsigned>(tree.branches.size());
        tree.branches.push_back({path.links[hop], before, copy, hop});
      }
      before = branch;
    }
  }
  return tree;
}

void check_multicast(const NocConfig& config, unsigned flits,
                     const std::vector<Node>& destinations) {
  if (destinations.empty()) {
    throw std::invalid_argument("noc: a multicast to nobody, expected at least 1 destination");
  }
  std::vector<bool> named(node_count(config));
  for (const Node node : destinations) {
    if (node.id >= named.size()) {
      throw std::invalid_argument("noc: node " + std::to_string(node.id) +
                                  " does not exist, there are " + std::to_string(named.size()));
    }
    if (named[node.id]) {
      throw std::invalid_argument("noc: a multicast names node " + std::to_string(node.id) +
                                  " twice");
    }
    named[node.id] = true;
  }
  if (destinations.size() > 1 && flits > config.buffer_flits) {
    throw std::invalid_argument("noc: a multicast of " + std::to_string(flits) +
                                " flits, expected at most buffer_flits, " +
                                std::to_string(config.buffer_flits));
  }
}

}  // namespace aimc::noc
