#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace aimc::fp16_affine {

/// Every exponent with its lowest, second lowest and highest fractions, both signs: zeros,
/// subnormals, infinities and NaNs (signalling ones too) are among them.
inline std::vector<std::uint16_t> corner_values() {
  std::vector<std::uint16_t> values;
  for (unsigned sign = 0; sign < 2; ++sign) {
    for (unsigned exponent = 0; exponent < 32; ++exponent) {
      for (const unsigned fraction : {0x000U, 0x001U, 0x3ffU}) {
        values.push_back(static_cast<std::uint16_t>(sign << 15U | exponent << 10U | fraction));
      }
    }
  }
  return values;
}

using Triple = std::array<std::uint16_t, 3>;

/// Operands of a fused multiply-add: one half of any bits, the other half with an addend whose
/// exponent is near the product's, where cancellation and rounding meet.
class RandomTriples {
 public:
  explicit RandomTriples(std::uint64_t seed) : bits_(seed) {}

  Triple next() {
    const std::uint64_t random = bits_();
    Triple t = {static_cast<std::uint16_t>(random), static_cast<std::uint16_t>(random >> 16U),
                static_cast<std::uint16_t>(random >> 32U)};
    if ((random >> 63U) != 0) {
      const int product = (t[0] >> 10U & 31) + (t[1] >> 10U & 31) - 15;
      const int near = product + static_cast<int>(random >> 48U & 31) - 16;
      if (near >= 0 && near < 32) {
        t[2] = static_cast<std::uint16_t>((t[2] & 0x83ffU) | static_cast<unsigned>(near) << 10U);
      }
    }
    return t;
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace aimc::fp16_affine
