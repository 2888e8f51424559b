#include "models/analog/circuit/ir_drop.h"

#include <algorithm>
#include <cmath>

namespace aimc::analog {
namespace {

constexpr int kMostSweeps = 2000;
constexpr int kMostSteps = 200;
constexpr double kSecantTolerance = 1e-4;  // of a secant conductance, relative

}  // namespace

IrDrop::IrDrop(std::size_t rows, std::size_t columns, const WireResistance& wires)
    : rows_(rows),
      columns_(columns),
      wires_(wires),
      word_factor_(rows * columns),
      bit_factor_(rows * columns),
      word_v_(rows * columns),
      bit_v_(rows * columns) {}

// Elimination from the far end of every line: V_k = f_k V_(k-1) with f = 1 / (2 + r g - f of the
// next), and 1 / (1 + r g) at the far end.
void IrDrop::factor(const std::vector<double>& siemens) {
  siemens_ = siemens;
  for (std::size_t j = columns_; j-- > 0;) {
    const bool far = j + 1 == columns_;
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t k = j * rows_ + i;
      const double load = wires_.wordline_ohm * siemens_[k];
      word_factor_[k] = 1.0 / (1.0 + load + (far ? 0.0 : 1.0 - word_factor_[k + rows_]));
    }
  }
  for (std::size_t j = 0; j < columns_; ++j) {
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t k = j * rows_ + i;
      const double load = wires_.bitline_ohm * siemens_[k];
      bit_factor_[k] = 1.0 / (1.0 + load + (i == 0 ? 0.0 : 1.0 - bit_factor_[k - 1]));
    }
  }
}

// Voltages of all wordlines given those of the bitlines.
void IrDrop::solve_wordlines(const std::vector<double>& volts) {
  for (std::size_t j = columns_; j-- > 0;) {
    const std::size_t start = j * rows_;
    const double* next = j + 1 < columns_ ? &word_v_[start + rows_] : nullptr;
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t k = start + i;
      const double fed = wires_.wordline_ohm * siemens_[k] * bit_v_[k];
      word_v_[k] = word_factor_[k] * (fed + (next != nullptr ? next[i] : 0.0));
    }
  }
  for (std::size_t j = 0; j < columns_; ++j) {
    const double* before = j == 0 ? volts.data() : &word_v_[(j - 1) * rows_];
    for (std::size_t i = 0; i < rows_; ++i)
      word_v_[j * rows_ + i] += word_factor_[j * rows_ + i] * before[i];
  }
}

// Voltages of all bitlines given those of the wordlines; returns the largest change.
double IrDrop::solve_bitlines() {
  double largest = 0.0;
  std::vector<double> fed(rows_);
  for (std::size_t j = 0; j < columns_; ++j) {
    const std::size_t start = j * rows_;
    double above = 0.0;
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t k = start + i;
      above = bit_factor_[k] * (wires_.bitline_ohm * siemens_[k] * word_v_[k] + above);
      fed[i] = above;
    }
    double below = 0.0;
    for (std::size_t i = rows_; i-- > 0;) {
      const std::size_t k = start + i;
      below = fed[i] + bit_factor_[k] * below;
      largest = std::max(largest, std::fabs(below - bit_v_[k]));
      bit_v_[k] = below;
    }
  }
  return largest;
}

std::vector<double> IrDrop::currents(const std::vector<double>& volts, double tolerance) {
  double largest = 0.0;
  for (const double volt : volts) largest = std::max(largest, std::fabs(volt));
  std::fill(bit_v_.begin(), bit_v_.end(), 0.0);
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    solve_wordlines(volts);
    if (wires_.bitline_ohm == 0.0 || solve_bitlines() <= tolerance * largest) break;
  }
  std::vector<double> sums(columns_);
  for (std::size_t j = 0; j < columns_; ++j) {
    for (std::size_t k = j * rows_; k < (j + 1) * rows_; ++k)
      sums[j] += siemens_[k] * (word_v_[k] - bit_v_[k]);
  }
  return sums;
}

std::vector<double> IrDrop::attenuation() {
  const std::vector<double> exact = currents(std::vector<double>(rows_, 1.0));
  std::vector<double> share(rows_ * columns_);
  std::vector<double> driven(rows_, 1.0);
  for (std::size_t j = 0; j < columns_; ++j) {
    const std::size_t start = j * rows_;
    double voltage = 1.0;
    double sum = 0.0;
    for (std::size_t i = rows_; i-- > 0;) {
      voltage *= bit_factor_[start + i];
      driven[i] *= word_factor_[start + i];
      share[start + i] = voltage * driven[i];
      sum += siemens_[start + i] * share[start + i];
    }
    const double factor = sum > 0.0 ? exact[j] / sum : 1.0;
    for (std::size_t i = 0; i < rows_; ++i) share[start + i] *= factor;
  }
  return share;
}

// Voltages follow from secant conductances and these from voltages. A drop lowers a conductance,
// which lowers the drop: going a quarter of the way (in the logarithm) each time settles it.
std::vector<double> IrDrop::attenuation(const CellLaw& cell) {
  if (cell.ohmic()) return attenuation();
  const std::vector<double> nominal = siemens_;
  std::vector<double> secant = nominal;
  std::vector<double> share(nominal.size(), 1.0);
  const std::vector<double> driven(rows_, 1.0);
  for (int step = 0; step < kMostSteps; ++step) {
    factor(secant);
    currents(driven);
    double largest = 0.0;
    for (std::size_t k = 0; k < share.size(); ++k) {
      if (nominal[k] == 0.0) continue;
      const double voltage = std::max(word_v_[k] - bit_v_[k], 1e-12);
      share[k] = cell.current(1.0, voltage * cell.reference_v) / cell.reference_v;
      const double ratio = nominal[k] * share[k] / (voltage * secant[k]);
      largest = std::max(largest, std::fabs(ratio - 1.0));
      secant[k] *= std::sqrt(std::sqrt(ratio));
    }
    if (largest < kSecantTolerance) break;
  }
  factor(nominal);
  return share;
}

}  // namespace aimc::analog
