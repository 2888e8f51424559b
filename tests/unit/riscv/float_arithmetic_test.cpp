// Floating-point arithmetic by integers against rounding by comparison, and the fast path against
// both.

#include "models/riscv/float_arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "models/riscv/float_host.h"
#include "tests/unit/riscv/float_reference.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kSeed = 20241;

std::string text(FloatOperation operation, const FloatOperands& x, Rounding rounding) {
  char line[120];
  std::snprintf(line, sizeof line, "operation %u, rounding %u, operands %08x %08x %08x",
                static_cast<unsigned>(operation), static_cast<unsigned>(rounding), x.a, x.b, x.c);
  return line;
}

unsigned arity(FloatOperation operation) {
  switch (operation) {
    case FloatOperation::kFused:
      return 3;
    case FloatOperation::kAdd:
    case FloatOperation::kMultiply:
    case FloatOperation::kDivide:
      return 2;
    default:
      return 1;
  }
}

// Calls `visit` with every combination of corner numbers an operation can have.
template <typename Visit>
void for_corners(FloatOperation operation, const Visit& visit) {
  const auto corners = corner_numbers();
  const std::vector<std::uint32_t> none{0};
  const auto& second = arity(operation) > 1 ? corners : none;
  for (const std::uint32_t a : corners) {
    for (const std::uint32_t b : second) {
      if (arity(operation) < 3) {
        visit(FloatOperands{a, b, 0});
        continue;
      }
      for (const std::uint32_t c : corners) visit(FloatOperands{a, b, c});
    }
  }
}

class Operations : public testing::TestWithParam<FloatOperation> {};
INSTANTIATE_TEST_SUITE_P(SoftFloat, Operations, testing::ValuesIn(kRoundedOperations));

void expect_reference(FloatOperation operation, const FloatOperands& x, Rounding rounding) {
  const FloatResult expected = reference::result(operation, x, rounding);
  const FloatResult found = soft_result(operation, x, rounding);
  ASSERT_EQ(found.value, expected.value) << text(operation, x, rounding);
  ASSERT_EQ(found.flags, expected.flags) << text(operation, x, rounding);
}

TEST_P(Operations, CornersInEveryMode) {
  for_corners(GetParam(), [&](const FloatOperands& x) {
    for (unsigned mode = 0; mode < kRoundingModes && !HasFatalFailure(); ++mode) {
      expect_reference(GetParam(), x, static_cast<Rounding>(mode));
    }
  });
}

TEST_P(Operations, RandomOperandsInEveryMode) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomOperands random(kSeed);
  for (unsigned i = 0; i < 1000000 && !HasFatalFailure(); ++i) {
    expect_reference(GetParam(), random.next(), static_cast<Rounding>(i % kRoundingModes));
  }
}

// What the fast path does and what it leaves.
struct FastCount {
  unsigned done = 0;
  unsigned left = 0;
};

void expect_same(FloatOperation operation, const FloatOperands& x, Rounding rounding,
                 FastCount& count) {
  const FloatResult expected = soft_result(operation, x, rounding);
  for (const std::uint32_t before : {0U, static_cast<std::uint32_t>(kFloatInexact)}) {
    std::uint32_t flags = before;
    HostFloat unit(static_cast<std::uint8_t>(rounding), flags);
    const std::uint32_t value = compute(unit, operation, x);
    if (!unit.done()) {
      ASSERT_EQ(flags, before) << text(operation, x, rounding);
      ++count.left;
      continue;
    }
    ++count.done;
    ASSERT_EQ(value, expected.value) << text(operation, x, rounding);
    ASSERT_EQ(flags, expected.flags | before) << text(operation, x, rounding);
  }
}

TEST_P(Operations, FastPathAgrees) {
  const bool to_integer =
      GetParam() == FloatOperation::kToSigned || GetParam() == FloatOperation::kToUnsigned;
  const Rounding rounding = to_integer ? Rounding::kTowardsZero : Rounding::kNearestEven;
  FastCount corners;
  for_corners(GetParam(),
              [&](const FloatOperands& x) { expect_same(GetParam(), x, rounding, corners); });
  SCOPED_TRACE("seed " + std::to_string(kSeed + 1));
  FastCount random;
  RandomOperands operands(kSeed + 1);
  for (unsigned i = 0; i < 1000000 && !HasFatalFailure(); ++i) {
    expect_same(GetParam(), operands.next(), rounding, random);
  }
  EXPECT_GT(corners.done, 0U);
  EXPECT_GT(random.done, random.left / 4);
}

TEST_P(Operations, FastPathLeavesOtherModes) {
  FastCount count;
  const bool to_integer =
      GetParam() == FloatOperation::kToSigned || GetParam() == FloatOperation::kToUnsigned;
  for (unsigned mode = 0; mode < 8; ++mode) {
    if (mode == (to_integer ? 1 : 0)) continue;
    std::uint32_t flags = 0;
    HostFloat unit(static_cast<std::uint8_t>(mode), flags);
    compute(unit, GetParam(), {0x3F800000, 0x3F800000, 0x3F800000});
    EXPECT_FALSE(unit.done()) << mode;
    EXPECT_EQ(flags, 0U);
  }
}

// In the fused operation a sum rounded to double first is rounded wrongly at these.
TEST(FastPath, DoubleRoundingIsNoticed) {
  const FloatOperands ties[] = {
      {0x3F800001, 0x3F800001, 0x26800000}, {0x3F800001, 0x3F800800, 0x80800000},
      {0x4B800001, 0x3F800000, 0x0F800000}, {0x3FC00001, 0x33800000, 0x3F800000},
      {0x33800000, 0x3F800000, 0x3F800000}, {0x33800000, 0x3F800000, 0x3F800001}};
  FastCount count;
  for (const FloatOperands& x : ties) {
    expect_same(FloatOperation::kFused, x, Rounding::kNearestEven, count);
  }
  RandomOperands random(kSeed + 2);
  for (unsigned i = 0; i < 300000; ++i) {
    // A product and an addend that meet half way between two numbers, and a bit of something else.
    FloatOperands x = random.next();
    x.a = (x.a & 0x807FFFFFU) | 0x3F800000U;
    x.b = 0x33800000U | (x.b & 0x80000000U);
    x.c = (x.c & 0x80FFFFFFU) | 0x3F000000U;
    if (i % 2 == 0) x.a &= 0xFF800003U;
    expect_same(FloatOperation::kFused, x, Rounding::kNearestEven, count);
  }
  EXPECT_GT(count.done, 0U);
}

// Order of numbers as an integer, -0 below +0.
std::int64_t order_of(std::uint32_t a) {
  const std::int64_t magnitude = a & 0x7FFFFFFFU;
  return a >> 31U != 0 ? -magnitude - 1 : magnitude;
}

TEST(Comparison, AllPairsOfCorners) {
  for (const std::uint32_t a : corner_numbers()) {
    for (const std::uint32_t b : corner_numbers()) {
      const bool nan = reference::is_nan(a) || reference::is_nan(b);
      const bool signalling = (reference::is_nan(a) && !reference::is_quiet(a)) ||
                              (reference::is_nan(b) && !reference::is_quiet(b));
      const auto key = [](std::uint32_t x) { return (x & 0x7FFFFFFFU) == 0 ? 0 : order_of(x); };
      const std::uint32_t quiet = signalling ? kFloatInvalid : 0U;
      const std::uint32_t loud = nan ? kFloatInvalid : 0U;
      std::uint32_t flags = 0;
      EXPECT_EQ(float_equal(a, b, flags), !nan && key(a) == key(b) ? 1U : 0U);
      EXPECT_EQ(flags, quiet) << std::hex << a << " " << b;
      flags = 0;
      EXPECT_EQ(float_less(a, b, flags), !nan && key(a) < key(b) ? 1U : 0U);
      EXPECT_EQ(flags, loud) << std::hex << a << " " << b;
      flags = 0;
      EXPECT_EQ(float_less_or_equal(a, b, flags), !nan && key(a) <= key(b) ? 1U : 0U);
      EXPECT_EQ(flags, loud) << std::hex << a << " " << b;

      std::vector<std::uint32_t> numbers;
      for (const std::uint32_t x : {a, b}) {
        if (!reference::is_nan(x)) numbers.push_back(x);
      }
      std::sort(numbers.begin(), numbers.end(),
                [](std::uint32_t x, std::uint32_t y) { return order_of(x) < order_of(y); });
      flags = 0;
      EXPECT_EQ(float_minimum(a, b, flags), numbers.empty() ? 0x7FC00000U : numbers.front());
      EXPECT_EQ(float_maximum(a, b, flags), numbers.empty() ? 0x7FC00000U : numbers.back());
      EXPECT_EQ(flags, quiet) << std::hex << a << " " << b;
    }
  }
}

TEST(Class, OneBitForEachKind) {
  const struct {
    std::uint32_t number;
    unsigned bit;
  } cases[] = {{0xFF800000, 0}, {0xFF7FFFFF, 1}, {0x80800000, 1}, {0x807FFFFF, 2},
               {0x80000001, 2}, {0x80000000, 3}, {0x00000000, 4}, {0x00000001, 5},
               {0x007FFFFF, 5}, {0x00800000, 6}, {0x7F7FFFFF, 6}, {0x7F800000, 7},
               {0x7F800001, 8}, {0xFFBFFFFF, 8}, {0x7FC00000, 9}, {0xFFFFFFFF, 9}};
  for (const auto& c : cases) {
    EXPECT_EQ(float_class(c.number), 1U << c.bit) << std::hex << c.number;
  }
}

}  // namespace
}  // namespace aimc::riscv
