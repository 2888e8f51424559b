#include "models/analog/converters/slicing.h"

#include <algorithm>

#include "models/analog/converters/quantise.h"

namespace aimc::analog {
namespace {

constexpr unsigned kMaxWeight = 127;
constexpr unsigned kWidestCount = 4095;
constexpr int kOffsetReference = 64;

// 1 + 2^bits + 2^(2 bits) + ...: what the counts of all slices weigh.
std::uint64_t all_slices(const WeightConfig& weights) {
  std::uint64_t sum = 0;
  for (unsigned slice = 0; slice < weights.slices(); ++slice) {
    sum += std::uint64_t{1} << (weights.slice_bits * slice);
  }
  return sum;
}

}  // namespace

unsigned slice_unit(const WeightConfig& weights) {
  return kMaxWeight / ((1U << weights.slice_bits) - 1);
}

void slice_weights(const WeightConfig& weights, unsigned slice, const std::int8_t* values,
                   const Region& region, std::size_t columns, std::vector<std::int8_t>& digits) {
  const unsigned unit = slice_unit(weights);
  for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
    for (std::size_t column = region.first_column; column < region.first_column + region.columns;
         ++column) {
      const int weight = +values[row * columns + column];
      const auto magnitude = static_cast<unsigned>(weight < 0 ? -weight : weight);
      const auto code = static_cast<int>(slice_digit(magnitude, weights.slice_bits, slice) * unit);
      digits[row * columns + column] = static_cast<std::int8_t>(weight < 0 ? -code : code);
    }
  }
}

unsigned slice_shift(const WeightConfig& weights, unsigned largest) {
  unsigned shift = 0;
  while ((largest * all_slices(weights)) >> shift > kWidestCount) ++shift;
  return shift;
}

double slice_gain(const WeightConfig& weights, unsigned largest) {
  return slice_unit(weights) / double(1U << slice_shift(weights, largest));
}

unsigned slice_limit(const WeightConfig& weights, unsigned largest) {
  return static_cast<unsigned>((largest * all_slices(weights)) >> slice_shift(weights, largest));
}

OffsetLevels offset_levels(int weight) {
  const int half = weight < 0 ? -((1 - weight) / 2) : (1 + weight) / 2;
  const int level = std::clamp(kOffsetReference + half, 0, static_cast<int>(kMaxWeight));
  return {static_cast<unsigned>(level), static_cast<unsigned>(kOffsetReference)};
}

}  // namespace aimc::analog
