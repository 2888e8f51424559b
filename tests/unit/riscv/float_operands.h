#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "models/riscv/float_arithmetic.h"

namespace aimc::riscv {

/// What an operation gives: the bits of a number or an integer, and the exceptions it raises.
struct FloatResult {
  std::uint32_t value = 0;
  std::uint32_t flags = 0;

  bool operator==(const FloatResult& other) const {
    return value == other.value && flags == other.flags;
  }
  bool operator!=(const FloatResult& other) const { return !(*this == other); }
};

/// The operations that round.
enum class FloatOperation : std::uint8_t {
  kAdd,
  kMultiply,
  kFused,
  kDivide,
  kSquareRoot,
  kToSigned,
  kToUnsigned,
  kFromSigned,
  kFromUnsigned
};
constexpr FloatOperation kRoundedOperations[] = {
    FloatOperation::kAdd,        FloatOperation::kMultiply,   FloatOperation::kFused,
    FloatOperation::kDivide,     FloatOperation::kSquareRoot, FloatOperation::kToSigned,
    FloatOperation::kToUnsigned, FloatOperation::kFromSigned, FloatOperation::kFromUnsigned};

struct FloatOperands {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};

/// Carries out `operation` with an object like SoftFloat.
template <typename Unit>
std::uint32_t compute(Unit& unit, FloatOperation operation, const FloatOperands& x) {
  switch (operation) {
    case FloatOperation::kAdd:
      return unit.add(x.a, x.b);
    case FloatOperation::kMultiply:
      return unit.multiply(x.a, x.b);
    case FloatOperation::kFused:
      return unit.fused(x.a, x.b, x.c);
    case FloatOperation::kDivide:
      return unit.divide(x.a, x.b);
    case FloatOperation::kSquareRoot:
      return unit.square_root(x.a);
    case FloatOperation::kToSigned:
      return unit.to_signed(x.a);
    case FloatOperation::kToUnsigned:
      return unit.to_unsigned(x.a);
    case FloatOperation::kFromSigned:
      return unit.from_signed(x.a);
    case FloatOperation::kFromUnsigned:
      return unit.from_unsigned(x.a);
  }
  return 0;
}

inline FloatResult soft_result(FloatOperation operation, const FloatOperands& x,
                               Rounding rounding) {
  FloatResult result;
  SoftFloat unit(rounding, result.flags);
  result.value = compute(unit, operation, x);
  return result;
}

/// Numbers at which something changes, of both signs.
inline std::vector<std::uint32_t> corner_numbers() {
  std::vector<std::uint32_t> numbers = {
      0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x003FFFFF, 0x00400000, 0x007FFFFE,
      0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF, 0x01000000, 0x0B800000, 0x0C000001,
      0x1F800000, 0x20000001, 0x33000000, 0x33800000, 0x33800001, 0x34000000, 0x3EFFFFFF,
      0x3F000000, 0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40000000,
      0x40400000, 0x40490FDB, 0x4AFFFFFF, 0x4B000000, 0x4B000001, 0x4B7FFFFF, 0x4B800000,
      0x4EFFFFFF, 0x4F000000, 0x4F7FFFFF, 0x4F800000, 0x5F000000, 0x7E800000, 0x7EFFFFFF,
      0x7F000000, 0x7F7FFFFE, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FBFFFFF, 0x7FC00000,
      0x7FC00001, 0x7FFFFFFF};
  const std::size_t positive = numbers.size();
  for (std::size_t i = 0; i < positive; ++i) numbers.push_back(numbers[i] | kFloatSign);
  return numbers;
}

/// Operands of three kinds: any bits; numbers whose exponents lie close to each other; and numbers
/// with few ones, whose results often lie half way between two numbers.
class RandomOperands {
 public:
  explicit RandomOperands(std::uint32_t seed) : random_(seed) {}

  FloatOperands next() {
    const std::uint32_t kind = word() % 3U;
    if (kind == 0) return {word(), word(), word()};
    const std::uint32_t exponent = word() % 255U;
    return {number(exponent, kind), number(exponent, kind), number(exponent, kind)};
  }

 private:
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }
  std::uint32_t number(std::uint32_t near, std::uint32_t kind) {
    const std::uint32_t exponent = (near + 255U + word() % 61U - 30U) % 255U;
    const std::uint32_t fraction =
        kind == 1 ? word() : 1U << (word() % 23U) | 1U << (word() % 23U) | word() % 2U;
    return (word() & kFloatSign) | exponent << 23U | (fraction & 0x007FFFFFU);
  }

  std::mt19937 random_;
};

}  // namespace aimc::riscv
