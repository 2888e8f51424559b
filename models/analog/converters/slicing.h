#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// Weight codes of one step of a slice's digit: as many as whole numbers of them fit into a device,
/// so that a digit is a whole number of codes.
unsigned slice_unit(const WeightConfig& weights);
/// Weights of a region as slice number `slice` holds them, row-major over the crossbar.
void slice_weights(const WeightConfig& weights, unsigned slice, const std::int8_t* values,
                   const Region& region, std::size_t columns, std::vector<std::int8_t>& digits);
/// Bits by which the sum of shifted counts is shifted down so that sums of `largest` counts of
/// every slice still fit a count's word.
unsigned slice_shift(const WeightConfig& weights, unsigned largest);
/// Counts of a sliced weight over those of a weight in one device.
double slice_gain(const WeightConfig& weights, unsigned largest);
/// The largest sum of counts.
unsigned slice_limit(const WeightConfig& weights, unsigned largest);

/// Levels of both devices of a pair for a weight under the offset scheme, in weight codes: around a
/// reference of 64, of which there is one for each pair, half a code of the weight to a code.
struct OffsetLevels {
  unsigned positive;
  unsigned negative;
};
OffsetLevels offset_levels(int weight);

}  // namespace aimc::analog
