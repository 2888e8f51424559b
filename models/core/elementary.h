#pragma once

#include <cfloat>
#include <cstdint>
#include <cstring>

namespace aimc::core {

// Elementary functions in single precision made of + - * only, so that a result has the same bits
// on every compiler, library and instruction set (with contraction into fused multiply-adds off,
// see CMakeLists.txt), and loops over them vectorise. Coefficients: S. L. Moshier, Cephes
// Mathematical Library, single precision (logf, expf, sinf, cosf).
static_assert(FLT_EVAL_METHOD == 0, "float arithmetic must be done in single precision");

/// The bits of a float.
inline std::uint32_t float_bits(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// The float that has these bits.
inline float float_from_bits(std::uint32_t bits) {
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Natural logarithm of a positive normal number; absolute error below 2e-7 near one, else 1 ulp.
inline float det_log(float x) {
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2)): subtracting the bits of sqrt(1/2) carries into the
  // exponent.
  constexpr std::uint32_t kSqrtHalf = 0x3F3504F3U;
  const std::uint32_t offset = float_bits(x) - kSqrtHalf;
  const auto exponent = static_cast<float>(static_cast<std::int32_t>(offset) >> 23);
  const float m = float_from_bits((offset & 0x007FFFFFU) + kSqrtHalf) - 1.0F;
  const float square = m * m;
  float y = 7.0376836292E-2F;
  y = y * m - 1.1514610310E-1F;
  y = y * m + 1.1676998740E-1F;
  y = y * m - 1.2420140846E-1F;
  y = y * m + 1.4249322787E-1F;
  y = y * m - 1.6668057665E-1F;
  y = y * m + 2.0000714765E-1F;
  y = y * m - 2.4999993993E-1F;
  y = y * m + 3.3333331174E-1F;
  y = y * m * square;
  y = y - 2.12194440E-4F * exponent;
  y = y - 0.5F * square;
  return (m + y) + 0.693359375F * exponent;
}

/// Exponential; |x| <= 87 (the argument is limited to that), relative error below 2e-7.
inline float det_exp(float x) {
  x = x < -87.0F ? -87.0F : x;
  x = x > 87.0F ? 87.0F : x;
  // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
  constexpr float kRound = 12582912.0F;
  const float n = (x * 1.44269504088896341F + kRound) - kRound;
  const float f = (x - n * 0.693359375F) + n * 2.12194440E-4F;
  float y = 1.9875691500E-4F;
  y = y * f + 1.3981999507E-3F;
  y = y * f + 8.3334519073E-3F;
  y = y * f + 4.1665795894E-2F;
  y = y * f + 1.6666665459E-1F;
  y = y * f + 5.0000001201E-1F;
  y = (y * f * f + f) + 1.0F;
  const std::int32_t biased = static_cast<std::int32_t>(n) + 127;
  return y * float_from_bits(static_cast<std::uint32_t>(biased) << 23);
}

/// Sine for |x| <= pi/4.
inline float det_sin(float x) {
  const float z = x * x;
  const float y = (-1.9515295891E-4F * z + 8.3321608736E-3F) * z - 1.6666654611E-1F;
  return y * z * x + x;
}

/// Cosine for |x| <= pi/4.
inline float det_cos(float x) {
  const float z = x * x;
  const float y = (2.443315711809948E-5F * z - 1.388731625493765E-3F) * z + 4.166664568298827E-2F;
  return (y * z * z - 0.5F * z) + 1.0F;
}

}  // namespace aimc::core
