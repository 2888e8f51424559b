#pragma once

#include <cstddef>
#include <vector>

#include "models/analog/circuit/nodal.h"
#include "models/core/random.h"

namespace aimc::analog::test {

/// Uniform numbers in 0 .. 1.
inline std::vector<double> uniform(std::size_t n, const char* purpose) {
  const core::RandomStream stream(1, "test", purpose);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(stream.uniform(i));
  return values;
}

/// Conductances of 0.25 .. 25 uS, S, row by row.
inline std::vector<double> conductances(std::size_t rows, std::size_t columns) {
  std::vector<double> siemens = uniform(rows * columns, "conductances");
  for (double& g : siemens) g = (0.25 + 24.75 * g) * 1e-6;
  return siemens;
}

/// The same matrix column by column.
inline std::vector<double> by_columns(const std::vector<double>& by_rows, std::size_t rows) {
  const std::size_t columns = by_rows.size() / rows;
  std::vector<double> turned(by_rows.size());
  for (std::size_t k = 0; k < by_rows.size(); ++k)
    turned[k % columns * rows + k / columns] = by_rows[k];
  return turned;
}

/// A crossbar of random cells, driven with random voltages up to 0.2 V.
inline CrossbarCircuit random_crossbar(std::size_t rows, std::size_t columns, double ohm) {
  std::vector<double> volts = uniform(rows, "voltages");
  for (double& v : volts) v *= 0.2;
  CrossbarCircuit circuit =
      CrossbarCircuit::driven(rows, columns, conductances(rows, columns), volts);
  circuit.wordline_ohm = circuit.bitline_ohm = ohm;
  return circuit;
}

}  // namespace aimc::analog::test
