// The model of binary16 against the compiler's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/fp16_affine/fp16.h"
#include "tests/fp16/half_cases.h"
#include "tests/fp16/half_reference.h"

namespace aimc::fp16_affine {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr unsigned kRandom = 1'000'000;
#else
constexpr unsigned kRandom = 10'000'000;
#endif

TEST(Fp16Model, FusedMultiplyAddEqualsTheCompilersForEveryCornerTriple) {
  const std::vector<std::uint16_t> values = corner_values();
  for (const std::uint16_t a : values) {
    for (const std::uint16_t b : values) {
      for (const std::uint16_t c : values) {
        ASSERT_EQ(fma(a, b, c), half_fma(a, b, c)) << std::hex << a << " * " << b << " + " << c;
      }
    }
  }
}

TEST(Fp16Model, FusedMultiplyAddEqualsTheCompilersForRandomOperands) {
  RandomTriples triples(20241120);
  for (unsigned i = 0; i < kRandom; ++i) {
    const Triple t = triples.next();
    ASSERT_EQ(fma(t[0], t[1], t[2]), half_fma(t[0], t[1], t[2]))
        << std::hex << t[0] << " * " << t[1] << " + " << t[2];
  }
}

TEST(Fp16Model, ProductsAndSumsEqualTheCompilersOperators) {
  RandomTriples triples(7);
  for (unsigned i = 0; i < kRandom / 4; ++i) {
    const Triple t = triples.next();
    ASSERT_EQ(fma(t[0], t[1], kMinusZero), half_multiply(t[0], t[1]))
        << std::hex << t[0] << " * " << t[1];
    ASSERT_EQ(fma(t[0], kOne, t[2]), half_add(t[0], t[2])) << std::hex << t[0] << " + " << t[2];
  }
}

TEST(Fp16Model, EveryCountIsTheNearestHalf) {
  for (int count = 0; count < 4096; ++count) {
    ASSERT_EQ(from_count(static_cast<unsigned>(count), false), half_from_int(count));
    ASSERT_EQ(from_count(static_cast<unsigned>(count), true), half_from_int(count) | 0x8000);
  }
}

TEST(Fp16Model, EveryHalfIsTheNearestActivation) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const double value = half_to_double(static_cast<std::uint16_t>(bits));
    const double integer = std::isnan(value) ? 0.0 : std::nearbyint(value);
    for (const int zero_point : {-128, -1, 0, 3, 127}) {
      for (const bool relu : {false, true}) {
        const double low = relu ? zero_point : -128;
        const double expected = std::min(std::max(integer + zero_point, low), 127.0);
        ASSERT_EQ(to_int8(static_cast<Half>(bits), relu, static_cast<std::int8_t>(zero_point)),
                  expected)
            << std::hex << bits << std::dec << " zero point " << zero_point << " relu " << relu;
      }
    }
  }
}

// Values by hand, so that a fault common to both sides would show.
TEST(Fp16Model, KnownValues) {
  EXPECT_EQ(fma(0x3c00, 0x3c00, 0x3c00), 0x4000);  // 1*1 + 1 = 2
  EXPECT_EQ(fma(0x7bff, 0x4000, 0), kInfinity);    // 65504*2
  EXPECT_EQ(fma(0x7bff, 0x4000, 0xfbff), 0x7bff);  // 65504*2 - 65504: no overflow in between
  EXPECT_EQ(fma(0x3c01, 0x3c01, 0xbc02), 0x0010);  // (1 + 2^-10)^2 - (1 + 2^-9) = 2^-20
  EXPECT_EQ(fma(0x0001, 0x3800, 0), 0x0000);       // half of the smallest: tie to even
  EXPECT_EQ(fma(0x0003, 0x3800, 0), 0x0002);       // one and a half: tie to even
  EXPECT_EQ(fma(0x0400, 0x3800, 0), 0x0200);       // into the subnormals, exactly
  EXPECT_EQ(fma(0x3c00, 0x3c00, 0xbc00), 0x0000);  // an exact zero is positive
  EXPECT_EQ(fma(0x8000, 0x3c00, 0x8000), 0x8000);  // of two negative zeros it is negative
  EXPECT_EQ(fma(kInfinity, 0, 0x3c00), kNan);
  EXPECT_EQ(fma(kInfinity, 0x3c00, 0xfc00), kNan);
  EXPECT_EQ(from_count(4095, false), from_count(4096 - 2, false) + 1);  // 4095 becomes 4096
  EXPECT_EQ(to_int8(0x4100, false, 0), 2);                              // 2.5: tie to even
  EXPECT_EQ(to_int8(0x4300, false, 0), 4);                              // 3.5: tie to even
}

}  // namespace
}  // namespace aimc::fp16_affine
