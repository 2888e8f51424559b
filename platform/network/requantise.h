#pragma once

#include <cstdint>
#include <utility>

#include "platform/network/network.h"

namespace aimc::network {

/// How a product with a real multiplier is rounded. TFLite's runtimes differ here, by one unit in
/// many results, which flips decisions on real data.
enum class Rounding {
  kDouble,  ///< twice: the doubled high half of the product, then its shift (TFLite Micro,
            ///< gemmlowp)
  kSingle,  ///< once, half up (TFLite with single rounding, XNNPACK)
};

/// A real factor as a 31-bit fraction and a power of two.
struct Multiplier {
  std::int32_t fraction = 0;  ///< 0, or 2^30 to 2^31 - 1: the mantissa in units of 2^-31
  int shift = 0;              ///< exponent; -31 to 30
};

/// The multiplier next to `factor`; factors below 2^-32 become 0.
/// Throws std::out_of_range for one that is negative, 2^30 and more, or no number.
Multiplier make_multiplier(double factor);

/// `value` times the factor, rounded; saturates at 32 bits.
std::int32_t multiply(std::int32_t value, const Multiplier& factor, Rounding rounding);

/// High half of 2 a b, rounded to the nearest, ties upwards; saturates for -2^31 * -2^31. gemmlowp
/// calls it the saturating rounding doubling high multiplication.
std::int32_t high_half_of_doubled_product(std::int32_t a, std::int32_t b);
/// value / 2^exponent rounded to the nearest, ties away from zero; exponent 0 to 62.
std::int32_t divide_by_power_of_two(std::int32_t value, int exponent);
/// value * 2^exponent, saturating at 32 bits; exponent 0 to 31.
std::int32_t saturating_shift_left(std::int32_t value, int exponent);

/// Stored values that an activation lets through, for INT8 with this scale and zero point: least
/// and most.
std::pair<std::int32_t, std::int32_t> activation_range(Activation activation, float scale,
                                                       std::int32_t zero_point);

}  // namespace aimc::network
