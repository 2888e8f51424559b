#include "models/analog/column_sums.h"

#include <gtest/gtest.h>

#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Dice;

// Every pair (p, n) from `draw`, every input from `input`; compared with sums of 64-bit integers.
template <typename Code, typename Draw, typename Input>
void compare(const Region& region, std::size_t rows, std::size_t columns, Draw draw, Input input) {
  PairCodes<Code> codes(rows, columns);
  std::vector<std::int64_t> p(rows * columns);
  std::vector<std::int64_t> n(rows * columns);
  for (std::size_t i = 0; i < rows * columns; ++i) {
    p[i] = draw();
    n[i] = draw();
    codes.set(i, static_cast<std::int32_t>(p[i]), static_cast<std::int32_t>(n[i]));
  }
  InputCodes inputs(rows);
  for (std::size_t i = 0; i < region.rows; ++i) inputs.set(i, input());
  ColumnSums sums(columns);
  column_sums(codes, inputs, region, sums);
  for (std::size_t column = 0; column < region.columns; ++column) {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    for (std::size_t i = 0; i < region.rows; ++i) {
      const std::size_t cell = (region.first_column + column) * rows + region.first_row + i;
      const int x = +inputs.value[i];
      positive += std::abs(x) * (x > 0 ? p[cell] : n[cell]);
      negative += std::abs(x) * (x > 0 ? n[cell] : p[cell]);
    }
    ASSERT_EQ(sums.positive[column], static_cast<double>(positive)) << "column " << column;
    ASSERT_EQ(sums.negative[column], static_cast<double>(negative)) << "column " << column;
  }
}

TEST(ColumnSums, EqualSumsOfWideIntegers) {
  Dice dice(1, "sums");
  for (int trial = 0; trial < 60; ++trial) {
    SCOPED_TRACE(trial);
    const auto rows = static_cast<unsigned>(dice.between(1, 700));
    const auto columns = static_cast<unsigned>(dice.between(1, 21));
    Region region;
    region.first_row = static_cast<unsigned>(dice.between(0, static_cast<int>(rows) - 1));
    region.rows = static_cast<unsigned>(dice.between(1, static_cast<int>(rows - region.first_row)));
    region.first_column = static_cast<unsigned>(dice.between(0, static_cast<int>(columns) - 1));
    region.columns =
        static_cast<unsigned>(dice.between(1, static_cast<int>(columns - region.first_column)));
    compare<std::int16_t>(
        region, rows, columns, [&] { return dice.between(0, 16383); },
        [&] { return dice.between(-255, 255); });
    compare<std::uint8_t>(
        region, rows, columns, [&] { return dice.between(0, 127); },
        [&] { return dice.between(-32767, 32767); });
  }
}

// The largest products of the largest array, all of one sign: far beyond 32 bits.
TEST(ColumnSums, TheLargestSumsDoNotOverflow) {
  for (const int sign : {1, -1}) {
    compare<std::int16_t>(
        {0, 1024, 0, 6}, 1024, 6, [] { return 16383; }, [&] { return sign * 255; });
    compare<std::uint8_t>(
        {0, 1024, 0, 6}, 1024, 6, [] { return 127; }, [&] { return sign * 32767; });
  }
}

}  // namespace
}  // namespace aimc::analog
