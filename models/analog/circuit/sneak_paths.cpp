#include "models/analog/circuit/sneak_paths.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aimc::analog {
namespace {

constexpr int kBisections = 200;
constexpr double kNoPivot = 1e-12;  // of a row's own conductance: it is tied to nothing

/// Secant over nominal conductance of the cells of the three steps of a path.
using StepShares = std::array<double, 3>;

// Equal cells: all those of a step lie in parallel, the steps in series.
StepShares step_shares(const std::array<double, 3>& parallel, const CellLaw& cell) {
  if (cell.ohmic()) return {1.0, 1.0, 1.0};
  const double full = std::sinh(cell.reference_v / cell.scale_v);
  // Voltage of a step whose cells each carry `share` of the current at the reference voltage.
  const auto volts = [&](double share) { return cell.scale_v * std::asinh(share * full); };
  double low = 0.0;
  double high = *std::min_element(parallel.begin(), parallel.end());
  for (int i = 0; i < kBisections; ++i) {
    const double current = 0.5 * (low + high);
    double sum = 0.0;
    for (const double cells : parallel) sum += volts(current / cells);
    (sum < cell.reference_v ? low : high) = current;
  }
  StepShares shares{};
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double share = low / parallel[i];
    shares[i] = share > 0.0 ? share * cell.reference_v / volts(share) : 0.0;
  }
  return shares;
}

/// Lower triangle of a symmetric matrix, column by column, and its Cholesky factor.
class Cholesky {
 public:
  explicit Cholesky(std::size_t n) : n_(n), entries_(n * n), own_(n) {}

  void add(std::size_t i, double value) {
    entries_[i * n_ + i] += value;
    own_[i] += value;
  }
  /// Subtracts scale * vector * vector^T.
  void subtract(const double* vector, double scale) {
    for (std::size_t j = 0; j < n_; ++j) {
      const double factor = scale * vector[j];
      if (factor == 0.0) continue;
      double* column = &entries_[j * n_];
      for (std::size_t i = j; i < n_; ++i) column[i] -= factor * vector[i];
    }
  }
  void factor() {
    for (std::size_t j = 0; j < n_; ++j) {
      double* column = &entries_[j * n_];
      const bool tied = column[j] > kNoPivot * own_[j];
      const double inverse = tied ? 1.0 / std::sqrt(column[j]) : 0.0;
      column[j] = inverse;
      for (std::size_t i = j + 1; i < n_; ++i) column[i] *= inverse;
      for (std::size_t k = j + 1; k < n_; ++k) {
        const double factor = column[k];
        if (factor == 0.0) continue;
        double* later = &entries_[k * n_];
        for (std::size_t i = k; i < n_; ++i) later[i] -= factor * column[i];
      }
    }
  }
  /// L^-1 times a vector, in place.
  void solve(double* vector) const {
    for (std::size_t j = 0; j < n_; ++j) {
      const double* column = &entries_[j * n_];
      vector[j] *= column[j];
      for (std::size_t i = j + 1; i < n_; ++i) vector[i] -= column[i] * vector[j];
    }
  }

 private:
  std::size_t n_;
  std::vector<double> entries_;  // of the factor, with the inverse of the diagonal
  std::vector<double> own_;
};

}  // namespace

// Unknown are the voltages W of the floating rows; those of the floating columns follow from them
// and the inputs: B = (sum over held rows of G V + sum over floating rows of G W) / sum of both G.
// Put into Kirchhoff's law of the floating rows that leaves S W = R V, S symmetric and positive.
std::vector<double> sneak_conductances(std::size_t rows, std::size_t columns,
                                       const std::vector<double>& siemens, const ReadWindow& window,
                                       const CellLaw& cell) {
  std::vector<double> result(window.rows * window.columns);
  const std::size_t idle_rows = rows - window.rows;
  const std::size_t idle_columns = columns - window.columns;
  if (idle_rows == 0 || idle_columns == 0) return result;
  const auto count = [](std::size_t a, std::size_t b) {
    return static_cast<double>(a) * static_cast<double>(b);
  };
  const StepShares shares =
      step_shares({count(window.rows, idle_columns), count(idle_rows, idle_columns),
                   count(idle_rows, window.columns)},
                  cell);

  // The cells of a column in floating rows, one after the other.
  const auto floating = [&](std::size_t column, double share, double* out) {
    const double* g = &siemens[column * rows];
    for (std::size_t i = 0; i < window.first_row; ++i) out[i] = share * g[i];
    for (std::size_t i = window.first_row + window.rows; i < rows; ++i)
      out[i - window.rows] = share * g[i];
  };
  const auto idle_column = [&](std::size_t k) {
    return k < window.first_column ? k : k + window.columns;
  };

  Cholesky system(idle_rows);
  std::vector<double> sources(window.rows * idle_rows);  // R, one held row after the other
  std::vector<double> cells(idle_rows);
  for (std::size_t k = 0; k < idle_columns; ++k) {
    const std::size_t column = idle_column(k);
    floating(column, shares[1], cells.data());
    const double* held = &siemens[column * rows + window.first_row];
    double sum = 0.0;
    for (const double g : cells) sum += g;
    for (std::size_t i = 0; i < window.rows; ++i) sum += shares[0] * held[i];
    for (std::size_t i = 0; i < idle_rows; ++i) system.add(i, cells[i]);
    if (sum == 0.0) continue;
    system.subtract(cells.data(), 1.0 / sum);
    for (std::size_t i = 0; i < window.rows; ++i) {
      const double factor = shares[0] * held[i] / sum;
      for (std::size_t f = 0; f < idle_rows; ++f) sources[i * idle_rows + f] += factor * cells[f];
    }
  }
  std::vector<double> sinks(window.columns * idle_rows);
  for (std::size_t j = 0; j < window.columns; ++j) {
    double* sink = &sinks[j * idle_rows];
    floating(window.first_column + j, shares[2], sink);
    for (std::size_t f = 0; f < idle_rows; ++f) system.add(f, sink[f]);
  }

  system.factor();
  for (std::size_t i = 0; i < window.rows; ++i) system.solve(&sources[i * idle_rows]);
  for (std::size_t j = 0; j < window.columns; ++j) system.solve(&sinks[j * idle_rows]);
  for (std::size_t j = 0; j < window.columns; ++j) {
    for (std::size_t i = 0; i < window.rows; ++i) {
      const double* source = &sources[i * idle_rows];
      const double* sink = &sinks[j * idle_rows];
      double sum = 0.0;
      for (std::size_t f = 0; f < idle_rows; ++f) sum += source[f] * sink[f];
      result[j * window.rows + i] = sum;
    }
  }
  return result;
}

}  // namespace aimc::analog
