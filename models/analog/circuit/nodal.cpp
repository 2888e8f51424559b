#include "models/analog/circuit/nodal.h"

#include <Eigen/Sparse>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace aimc::analog {
namespace {

using Matrix = Eigen::SparseMatrix<double>;
using Triplet = Eigen::Triplet<double>;

constexpr int kMostNewtonSteps = 200;
constexpr int kMostHalvings = 40;
constexpr double kResidual = 1e-13;  // of the largest current of a cell
constexpr double kRounding = 4e-15;  // of the largest voltage

void check(const CrossbarCircuit& circuit) {
  const std::size_t cells = circuit.rows * circuit.columns;
  if (cells == 0) throw std::invalid_argument("nodal: no cells");
  if (circuit.siemens.size() != cells || circuit.wordlines.size() != circuit.rows ||
      circuit.bitlines.size() != circuit.columns)
    throw std::invalid_argument("nodal: conductances or line ends do not fit the array");
  const auto bad = [](double value) { return !(value >= 0.0 && value < 1e12); };
  if (bad(circuit.wordline_ohm) || bad(circuit.bitline_ohm))
    throw std::invalid_argument("nodal: resistance of a wire below zero or no number");
  const auto wrong = std::find_if(circuit.siemens.begin(), circuit.siemens.end(), bad);
  if (wrong != circuit.siemens.end()) {
    throw std::invalid_argument("nodal: conductance " + std::to_string(*wrong) +
                                " below zero or no number");
  }
}

/// A node: an unknown of the system, or a known voltage.
struct Node {
  int unknown = -1;
  double volt = 0.0;
};

class Network {
 public:
  explicit Network(const CrossbarCircuit& circuit) : circuit_(circuit) {
    find_tied_lines();
    word_.resize(circuit.rows * circuit.columns);
    bit_.resize(word_.size());
    for (std::size_t i = 0; i < circuit.rows; ++i) {
      place_line(circuit.wordlines[i], word_tied_[i], circuit.wordline_ohm, i * circuit.columns, 1,
                 circuit.columns, word_);
    }
    for (std::size_t j = 0; j < circuit.columns; ++j) {
      place_line(circuit.bitlines[j], bit_tied_[j], circuit.bitline_ohm, j, circuit.columns,
                 circuit.rows, bit_);
    }
    volts_ = Eigen::VectorXd::Zero(unknowns_);
  }

  void solve() {
    step(true);
    if (circuit_.cell.ohmic()) return;
    const double tolerance = residual_tolerance();
    for (int i = 0; i < kMostNewtonSteps; ++i) {
      if (residual(volts_).lpNorm<Eigen::Infinity>() <= tolerance) return;
      step(false);
    }
    throw std::runtime_error("nodal: Newton's method does not converge");
  }

  NodalSolution solution() const;

 private:
  // Wires of little resistance turn the last bits of voltages into currents.
  double residual_tolerance() const {
    double cell_a = 0.0;
    for (const double siemens : circuit_.siemens)
      cell_a = std::max(cell_a, siemens * circuit_.cell.reference_v);
    double wire_a = 0.0;
    for_each_segment([&](const Node& a, const Node& b, double siemens) {
      wire_a = std::max(wire_a,
                        siemens * std::max(std::fabs(volt(a, volts_)), std::fabs(volt(b, volts_))));
    });
    return kResidual * cell_a + kRounding * wire_a;
  }

  // Lines that cells of more than zero conductance connect, by way of other lines, to one held.
  void find_tied_lines() {
    word_tied_.assign(circuit_.rows, false);
    bit_tied_.assign(circuit_.columns, false);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < circuit_.rows; ++i) {
      if (circuit_.wordlines[i].held) open.push_back(i);
    }
    for (std::size_t j = 0; j < circuit_.columns; ++j) {
      if (circuit_.bitlines[j].held) open.push_back(circuit_.rows + j);
    }
    const auto tied = [this](std::size_t line) {
      return line < circuit_.rows ? word_tied_[line] : bit_tied_[line - circuit_.rows];
    };
    for (const std::size_t line : open) tied(line) = true;
    while (!open.empty()) {
      const std::size_t line = open.back();
      open.pop_back();
      const bool is_row = line < circuit_.rows;
      for (std::size_t k = 0; k < (is_row ? circuit_.columns : circuit_.rows); ++k) {
        const std::size_t row = is_row ? line : k;
        const std::size_t column = is_row ? k : line - circuit_.rows;
        const std::size_t other = is_row ? circuit_.rows + k : k;
        if (tied(other) || circuit_.siemens[row * circuit_.columns + column] == 0.0) continue;
        tied(other) = true;
        open.push_back(other);
      }
    }
  }

  // A line without resistance is one node, known where it is held.
  void place_line(const LineEnd& end, bool tied, double ohm, std::size_t first, std::size_t stride,
                  std::size_t count, std::vector<Node>& nodes) {
    if (!tied || (ohm == 0.0 && end.held)) {
      for (std::size_t k = 0; k < count; ++k)
        nodes[first + k * stride] = {-1, tied ? end.volt : 0.0};
      return;
    }
    for (std::size_t k = 0; k < count; ++k)
      nodes[first + k * stride] = {ohm == 0.0 ? unknowns_ : unknowns_ + static_cast<int>(k), 0.0};
    unknowns_ += ohm == 0.0 ? 1 : static_cast<int>(count);
  }

  double volt(const Node& node, const Eigen::VectorXd& volts) const {
    return node.unknown < 0 ? node.volt : volts[node.unknown];
  }

  // Calls use(a, b, siemens) for every segment of wire; known ends of lines are nodes too.
  template <typename Use>
  void for_each_segment(const Use& use) const {
    const std::size_t columns = circuit_.columns;
    for (std::size_t i = 0; i < circuit_.rows && circuit_.wordline_ohm > 0.0; ++i) {
      if (!word_tied_[i]) continue;
      const double siemens = 1.0 / circuit_.wordline_ohm;
      const LineEnd& end = circuit_.wordlines[i];
      if (end.held) use(Node{-1, end.volt}, word_[i * columns], siemens);
      for (std::size_t j = 1; j < columns; ++j)
        use(word_[i * columns + j - 1], word_[i * columns + j], siemens);
    }
    for (std::size_t j = 0; j < columns && circuit_.bitline_ohm > 0.0; ++j) {
      if (!bit_tied_[j]) continue;
      const double siemens = 1.0 / circuit_.bitline_ohm;
      const LineEnd& end = circuit_.bitlines[j];
      if (end.held) use(Node{-1, end.volt}, bit_[(circuit_.rows - 1) * columns + j], siemens);
      for (std::size_t i = 1; i < circuit_.rows; ++i)
        use(bit_[(i - 1) * columns + j], bit_[i * columns + j], siemens);
    }
  }

  // Current that leaves each unknown node, which is zero in the solution.
  Eigen::VectorXd residual(const Eigen::VectorXd& volts) const {
    Eigen::VectorXd out = Eigen::VectorXd::Zero(unknowns_);
    const auto add = [&](const Node& a, const Node& b, double ampere) {
      if (a.unknown >= 0) out[a.unknown] += ampere;
      if (b.unknown >= 0) out[b.unknown] -= ampere;
    };
    for_each_segment([&](const Node& a, const Node& b, double siemens) {
      add(a, b, siemens * (volt(a, volts) - volt(b, volts)));
    });
    for (std::size_t k = 0; k < word_.size(); ++k) {
      const double across = volt(word_[k], volts) - volt(bit_[k], volts);
      add(word_[k], bit_[k], circuit_.cell.current(circuit_.siemens[k], across));
    }
    return out;
  }

  // One step of Newton's method; `ohmic` takes every cell for its conductance, which is exact in
  // one step where cells are ohmic and a start where they are not.
  void step(bool ohmic) {
    std::vector<Triplet> entries;
    Eigen::VectorXd out = Eigen::VectorXd::Zero(unknowns_);
    const auto stamp = [&](const Node& a, const Node& b, double siemens, double ampere) {
      if (a.unknown >= 0) {
        entries.emplace_back(a.unknown, a.unknown, siemens);
        out[a.unknown] += ampere;
      }
      if (b.unknown >= 0) {
        entries.emplace_back(b.unknown, b.unknown, siemens);
        out[b.unknown] -= ampere;
      }
      if (a.unknown >= 0 && b.unknown >= 0) {
        entries.emplace_back(std::max(a.unknown, b.unknown), std::min(a.unknown, b.unknown),
                             -siemens);
      }
    };
    for_each_segment([&](const Node& a, const Node& b, double siemens) {
      stamp(a, b, siemens, siemens * (volt(a, volts_) - volt(b, volts_)));
    });
    const CellLaw law = ohmic ? CellLaw{} : circuit_.cell;
    for (std::size_t k = 0; k < word_.size(); ++k) {
      const double across = volt(word_[k], volts_) - volt(bit_[k], volts_);
      const double siemens = circuit_.siemens[k];
      stamp(word_[k], bit_[k], law.slope(siemens, across), law.current(siemens, across));
    }
    if (unknowns_ == 0) return;
    Matrix matrix(unknowns_, unknowns_);
    matrix.setFromTriplets(entries.begin(), entries.end());
    const Eigen::SimplicialLDLT<Matrix, Eigen::Lower> factors(matrix);
    if (factors.info() != Eigen::Success)
      throw std::runtime_error("nodal: the system cannot be factorised");
    const Eigen::VectorXd change = factors.solve(out);
    if (ohmic) {
      volts_ -= change;
      return;
    }
    const double before = out.lpNorm<Eigen::Infinity>();
    double share = 1.0;
    for (int i = 0; i < kMostHalvings; ++i, share *= 0.5) {
      const Eigen::VectorXd tried = volts_ - share * change;
      if (residual(tried).lpNorm<Eigen::Infinity>() < before) {
        volts_ = tried;
        return;
      }
    }
  }

  const CrossbarCircuit& circuit_;
  std::vector<bool> word_tied_, bit_tied_;
  std::vector<Node> word_, bit_;
  int unknowns_ = 0;
  Eigen::VectorXd volts_;
};

NodalSolution Network::solution() const {
  const std::size_t columns = circuit_.columns;
  NodalSolution s;
  s.word_v.resize(word_.size());
  s.bit_v.resize(word_.size());
  s.device_a.resize(word_.size());
  s.wordline_a.resize(circuit_.rows);
  s.bitline_a.resize(columns);
  for (std::size_t k = 0; k < word_.size(); ++k) {
    s.word_v[k] = volt(word_[k], volts_);
    s.bit_v[k] = volt(bit_[k], volts_);
    s.device_a[k] = circuit_.cell.current(circuit_.siemens[k], s.word_v[k] - s.bit_v[k]);
    s.wordline_a[k / columns] += s.device_a[k];
    s.bitline_a[k % columns] += s.device_a[k];
  }
  return s;
}

}  // namespace

CrossbarCircuit CrossbarCircuit::driven(std::size_t rows, std::size_t columns,
                                        std::vector<double> siemens,
                                        const std::vector<double>& volts) {
  CrossbarCircuit circuit;
  circuit.rows = rows;
  circuit.columns = columns;
  circuit.siemens = std::move(siemens);
  for (const double volt : volts) circuit.wordlines.push_back({true, volt});
  circuit.bitlines.resize(columns);
  return circuit;
}

NodalSolution solve_nodal(const CrossbarCircuit& circuit) {
  check(circuit);
  Network network(circuit);
  network.solve();
  return network.solution();
}

}  // namespace aimc::analog
