#pragma once

#include <cstdint>

namespace aimc::analog {

/// What is in series with every device.
enum class Selector : std::uint8_t {
  kTransistor,  ///< on in the rows of an MVM, off elsewhere: no current but through those rows
  kDiode,       ///< a two-terminal selector: little current at partial voltages
  kNone,        ///< nothing: a passive array
};

/// What lines outside the region of an MVM are connected to.
enum class IdleLines : std::uint8_t {
  kGrounded,  ///< the potential bitlines are read at
  kFloating,  ///< nothing
};

/// The wiring of a crossbar. Every pair of columns is two bitlines side by side, first that of G+,
/// then that of G-; wordlines are driven left of column 0, bitlines end below the last row.
struct WireConfig {
  double wordline_ohm = 0.0;  ///< of a wordline from one bitline to the next, ohm, >= 0
  double bitline_ohm = 0.0;   ///< of a bitline from one wordline to the next, ohm, >= 0
  Selector selector = Selector::kTransistor;
  double half_bias_ratio = 1000.0;  ///< of a cell with a diode: its current at the read voltage
                                    ///< over that at half of it, 2 .. 1e9; 2 is ohmic
  IdleLines idle_lines = IdleLines::kFloating;
};

/// Largest resistance of a segment times g_max times the square of the cells along the line:
/// beyond, next to no voltage is left at the far end, and solving takes long.
constexpr double kLargestWireLoad = 100.0;

}  // namespace aimc::analog
