// Multicast packets at the routers where their routes part.
#include <algorithm>

#include "models/noc/flit_mesh.h"
#include "models/noc/flit_ports.h"
#include "models/noc/routing.h"

namespace aimc::noc {

// Whether the multicast at the front of a lane has several outputs; its branches are set up then.
// If it has one, that is branch 0.
bool FlitMesh::fork_at_front(std::size_t number, unsigned router,
                             const PacketBook::Multicast& multicast) {
  Fork& fork = forks_[number];
  fork = {};
  for (unsigned output = 0; output < kPorts; ++output) {
    const std::uint32_t link = out_link_[std::size_t{router} * kPorts + output];
    if (!multicast.takes(link)) continue;
    Branch& branch = fork.branches[fork.size++];
    branch.output = static_cast<std::uint8_t>(output);
    branch.second_class = leaves_in_second_class(number, output);
  }
  if (fork.size == 1) return false;
  lanes_[number].forks = true;
  routers_[router].forks |= VcMask{1} << number % (std::size_t{kPorts} * vcs_);
  busy_routers_[router / 64] |= VcMask{1} << (router % 64);
  return true;
}

FlitMesh::Branch& FlitMesh::branch_of(std::size_t number, unsigned output) {
  auto& branches = forks_[number].branches;
  return *std::find_if(branches.begin(), branches.end(),
                       [output](const Branch& branch) { return branch.output == output; });
}

// A flit of the multicast at the front of a lane leaves by one of its outputs.
void FlitMesh::send_fork(unsigned index, unsigned number, unsigned output) {
  const std::size_t place = std::size_t{index} * kPorts * vcs_ + number;
  Lane& lane = lanes_[place];
  Fork& fork = forks_[place];
  Branch& branch = branch_of(place, output);
  const unsigned position = (lane.first + branch.sent - fork.gone) % depth_;
  const std::uint32_t flit = flits_[place * depth_ + position];
  emit(index, output, branch.output_vc, flit);
  ++branch.sent;
  if ((flit & kTail) != 0) branch.granted = false;
  const auto sent_less = [](const Branch& a, const Branch& b) { return a.sent < b.sent; };
  const auto end = fork.branches.begin() + fork.size;
  if (std::min_element(fork.branches.begin(), end, sent_less)->sent == fork.gone) return;
  ++fork.gone;
  leave_lane(index, number);
  if ((flit & kTail) == 0) return;
  // The tail has left by the slowest output.
  lane.forks = false;
  routers_[index].forks &= ~(VcMask{1} << number);
  if (lane.count > 0) head_at_front(place, true);
}

// Whether a packet at the front of a lane needs a VC of an output's second class.
bool FlitMesh::leaves_in_second_class(std::size_t number, unsigned output) const {
  if (output >= kNeighbours) return false;
  const auto router = static_cast<unsigned>(number / (std::size_t{kPorts} * vcs_));
  const auto input = static_cast<unsigned>(number / vcs_ % kPorts);
  const bool straight = input < kNeighbours && input / 2 == output / 2;
  return in_second_class(topology_, router, kPortOfIndex[output], straight,
                         number % vcs_ >= vcs_ / 2);
}

bool FlitMesh::wants_second_class(std::size_t number, unsigned output) const {
  if (!lanes_[number].forks) return lanes_[number].second_class;
  const auto& branches = forks_[number].branches;
  return std::find_if(branches.begin(), branches.end(),
                      [output](const Branch& branch) { return branch.output == output; })
      ->second_class;
}

}  // namespace aimc::noc
