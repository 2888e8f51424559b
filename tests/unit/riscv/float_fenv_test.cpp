// Floating-point arithmetic by integers against the host's floating-point unit with its exception
// flags, in the four rounding modes it has. Built with -frounding-math.

#include <gtest/gtest.h>

#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "tests/unit/riscv/float_operands.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kSeed = 7001;
constexpr Rounding kHostModes[] = {Rounding::kNearestEven, Rounding::kTowardsZero, Rounding::kDown,
                                   Rounding::kUp};

int host_mode(Rounding rounding) {
  switch (rounding) {
    case Rounding::kTowardsZero:
      return FE_TOWARDZERO;
    case Rounding::kDown:
      return FE_DOWNWARD;
    case Rounding::kUp:
      return FE_UPWARD;
    default:
      return FE_TONEAREST;
  }
}

std::uint32_t host_flags() {
  const int raised = std::fetestexcept(FE_ALL_EXCEPT);
  std::uint32_t flags = 0;
  if ((raised & FE_INEXACT) != 0) flags |= kFloatInexact;
  if ((raised & FE_UNDERFLOW) != 0) flags |= kFloatUnderflow;
  if ((raised & FE_OVERFLOW) != 0) flags |= kFloatOverflow;
  if ((raised & FE_DIVBYZERO) != 0) flags |= kFloatDivideByZero;
  if ((raised & FE_INVALID) != 0) flags |= kFloatInvalid;
  return flags;
}

float number(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// A conversion through rint, which rounds as the environment says: the value is exact then.
template <typename Integer>
FloatResult to_integer(float a) {
  if (std::isnan(a)) {
    return {static_cast<std::uint32_t>(std::numeric_limits<Integer>::max()), kFloatInvalid};
  }
  volatile const double rounded = std::rint(double{a});
  std::feclearexcept(FE_ALL_EXCEPT);
  if (rounded < double{std::numeric_limits<Integer>::min()}) {
    return {static_cast<std::uint32_t>(std::numeric_limits<Integer>::min()), kFloatInvalid};
  }
  if (rounded > double{std::numeric_limits<Integer>::max()}) {
    return {static_cast<std::uint32_t>(std::numeric_limits<Integer>::max()), kFloatInvalid};
  }
  return {static_cast<std::uint32_t>(static_cast<std::int64_t>(rounded)),
          rounded != double{a} ? kFloatInexact : 0U};
}

FloatResult host_result(FloatOperation operation, const FloatOperands& x, Rounding rounding) {
  volatile const float a = number(x.a);
  volatile const float b = number(x.b);
  volatile const float c = number(x.c);
  volatile float result = 0;
  std::fesetround(host_mode(rounding));
  std::feclearexcept(FE_ALL_EXCEPT);
  FloatResult integer;
  bool to_float = true;
  switch (operation) {
    case FloatOperation::kAdd:
      result = a + b;
      break;
    case FloatOperation::kMultiply:
      result = a * b;
      break;
    case FloatOperation::kFused:
      result = std::fma(float{a}, float{b}, float{c});
      break;
    case FloatOperation::kDivide:
      result = a / b;
      break;
    case FloatOperation::kSquareRoot:
      result = std::sqrt(float{a});
      break;
    case FloatOperation::kToSigned:
      integer = to_integer<std::int32_t>(a);
      to_float = false;
      break;
    case FloatOperation::kToUnsigned:
      integer = to_integer<std::uint32_t>(a);
      to_float = false;
      break;
    case FloatOperation::kFromSigned:
      result = static_cast<float>(static_cast<std::int32_t>(x.a));
      break;
    case FloatOperation::kFromUnsigned:
      result = static_cast<float>(std::int64_t{x.a});
      break;
  }
  const std::uint32_t flags = host_flags();
  std::fesetround(FE_TONEAREST);
  if (!to_float) return integer;
  const float value = result;
  FloatResult found{0, flags};
  std::memcpy(&found.value, &value, sizeof value);
  if (std::isnan(value)) found.value = kFloatNan;
  return found;
}

void expect_host(FloatOperation operation, const FloatOperands& x) {
  // The manual makes 0 * infinity + quiet NaN invalid, which IEEE 754 leaves open.
  const bool open = operation == FloatOperation::kFused && is_float_nan(x.c) &&
                    ((float_magnitude(x.a) == 0 && float_magnitude(x.b) == kFloatInfinity) ||
                     (float_magnitude(x.b) == 0 && float_magnitude(x.a) == kFloatInfinity));
  for (const Rounding rounding : kHostModes) {
    FloatResult expected = host_result(operation, x, rounding);
    if (open) expected.flags |= kFloatInvalid;
    const FloatResult found = soft_result(operation, x, rounding);
    ASSERT_TRUE(found == expected)
        << std::hex << "operation " << static_cast<unsigned>(operation) << ", rounding "
        << static_cast<unsigned>(rounding) << ", operands " << x.a << " " << x.b << " " << x.c
        << ": " << found.value << " flags " << found.flags << ", the host has " << expected.value
        << " flags " << expected.flags;
  }
}

class HostOperations : public testing::TestWithParam<FloatOperation> {};
INSTANTIATE_TEST_SUITE_P(SoftFloat, HostOperations, testing::ValuesIn(kRoundedOperations));

TEST_P(HostOperations, Corners) {
  const auto corners = corner_numbers();
  const std::size_t steps = GetParam() == FloatOperation::kFused ? corners.size() : 1;
  for (const std::uint32_t a : corners) {
    for (const std::uint32_t b : corners) {
      for (std::size_t i = 0; i < steps && !HasFatalFailure(); ++i) {
        expect_host(GetParam(), {a, b, corners[i]});
      }
    }
  }
}

TEST_P(HostOperations, RandomOperandsInEveryMode) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomOperands random(kSeed);
  for (unsigned i = 0; i < 300000 && !HasFatalFailure(); ++i) {
    expect_host(GetParam(), random.next());
  }
}

}  // namespace
}  // namespace aimc::riscv
