#pragma once

#include <string>
#include <vector>

#include "platform/config/area.h"
#include "platform/config/platform_file.h"

namespace aimc::platform {

/// Data for which the energies that depend on data are derived: weights spread uniformly over
/// -127..127, inputs over -(2^bits - 1) .. 2^bits - 1, independent of each other.
struct PeakData {
  unsigned magnitude_bits = 7;  ///< of the inputs; the window is 2^bits input LSB
  /// Mean magnitude of numbers spread uniformly over -largest .. largest.
  static constexpr double mean(double largest) {
    return largest * (largest + 1.0) / (2.0 * largest + 1.0);
  }
  /// Mean magnitude of a weight as a share of the largest.
  static constexpr double weight() { return mean(127.0) / 127.0; }
  /// Mean magnitude of an input in LSB, or mean number of its bits that are one.
  double input() const;
  double input_ones() const;
};

/// Energy of one component of an MVM.
struct EnergyShare {
  std::string component;
  double picojoules = 0.0;
};

/// What the platform does at most in one read mode: MVMs over whole crossbars, one after the other,
/// on every tile; nothing else moves, and the host sleeps.
struct PeakMode {
  bool four_phase = false;
  double mvm_ns = 0.0;  ///< from one MVM of a tile to the next
  double tops = 0.0;    ///< of all tiles, a multiply-accumulate counting as two operations
  /// Of one MVM of one tile: dac, array, adc, sram, command, leakage (a tile's share of all
  /// leakage).
  std::vector<EnergyShare> energy;
  double analog_pj = 0.0;  ///< dac, array and adc: what published peaks count
  double total_pj = 0.0;   ///< all of `energy`
  double power_w = 0.0;    ///< of the SoC
  double tops_per_w_analog = 0.0;
  double tops_per_w = 0.0;
  double tops_per_mm2_tiles = 0.0;
  double tops_per_mm2 = 0.0;
  /// NMPU, SRAM and command of post-processing every column of one MVM; not in the figures above.
  std::vector<EnergyShare> post;
  double post_pj = 0.0;
  double post_ns = 0.0;  ///< of one vector, overlapping with the next MVM
};

/// A derived figure beside a published one.
struct Comparison {
  std::string figure;  ///< "TOPS/W, one-phase"
  std::string key;     ///< the setting with the published value
  double derived = 0.0;
  double published = 0.0;
  bool fitted = false;  ///< a constant of the platform was apportioned from it
  double error() const { return derived / published - 1.0; }  ///< relative
};

/// What follows from a platform's constants.
struct PeakFigures {
  PeakData data;
  std::vector<AreaShare> area;
  std::vector<PeakMode> modes;          ///< one-phase, four-phase
  std::vector<Comparison> comparisons;  ///< only of what was published
};

/// Derives the peak figures of a platform at its voltages. The equations are those of the models,
/// written down independently of them; docs/energy.md states them.
PeakFigures peak_figures(const LoadedPlatform& platform);

}  // namespace aimc::platform
