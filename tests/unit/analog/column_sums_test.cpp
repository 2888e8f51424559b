#include "models/analog/column_sums.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Dice;

// The instruction sets of this processor.
std::vector<core::InstructionSet> instruction_sets() {
  std::vector<core::InstructionSet> sets{core::InstructionSet::kPortable};
  for (const auto set : {core::InstructionSet::kAvx2, core::InstructionSet::kAvx512}) {
    if (set <= core::widest_instruction_set()) sets.push_back(set);
  }
  return sets;
}

// Codes of every cell, and the same as plain integers.
template <typename Code>
struct Array {
  template <typename Draw>
  Array(std::size_t row_count, std::size_t column_count, Draw draw)
      : rows(row_count),
        codes(row_count, column_count),
        p(row_count * column_count),
        n(row_count * column_count) {
    for (std::size_t i = 0; i < p.size(); ++i) {
      p[i] = draw();
      n[i] = draw();
      codes.set(i % rows, i / rows, static_cast<std::int32_t>(p[i]),
                static_cast<std::int32_t>(n[i]));
    }
  }

  // Sums of 64-bit integers.
  void expect(const ColumnSums& sums, const InputCodes& inputs, const Region& region) const {
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

  std::size_t rows;
  PairCodes<Code> codes;
  std::vector<std::int64_t> p, n;
};

// Some vectors of inputs and the sums they give.
struct Vectors {
  template <typename Input>
  Vectors(std::size_t rows, std::size_t columns, std::size_t count, Input input)
      : inputs(count, InputCodes(rows)), sums(count, ColumnSums(columns)) {
    for (InputCodes& vector : inputs) {
      for (std::size_t i = 0; i < rows; ++i) vector.set(i, input());
    }
  }
  void use(core::InstructionSet set) {
    for (ColumnSums& s : sums) s.instructions = set;
  }
  std::vector<SumJob> jobs() {
    std::vector<SumJob> result;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      // What a pass leaves behind must not matter to the next.
      std::fill(sums[i].positive.begin(), sums[i].positive.end(), 1e9);
      std::fill(sums[i].negative.begin(), sums[i].negative.end(), 1e9);
      result.push_back({&inputs[i], &sums[i]});
    }
    return result;
  }
  template <typename Code>
  void expect(const Array<Code>& array, const Region& region) const {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      SCOPED_TRACE("vector " + std::to_string(i));
      array.expect(sums[i], inputs[i], region);
    }
  }

  std::vector<InputCodes> inputs;
  std::vector<ColumnSums> sums;
};

Region draw_region(Dice& dice, unsigned rows, unsigned columns) {
  Region region;
  region.first_row = static_cast<unsigned>(dice.between(0, static_cast<int>(rows) - 1));
  region.rows = static_cast<unsigned>(dice.between(1, static_cast<int>(rows - region.first_row)));
  region.first_column = static_cast<unsigned>(dice.between(0, static_cast<int>(columns) - 1));
  region.columns =
      static_cast<unsigned>(dice.between(1, static_cast<int>(columns - region.first_column)));
  return region;
}

// Every kernel, either quantity by itself and both at once, one vector and several, with few and
// many inputs that are zero.
TEST(ColumnSums, EqualSumsOfWideIntegers) {
  Dice dice(1, "sums");
  for (int trial = 0; trial < 40; ++trial) {
    SCOPED_TRACE(trial);
    const auto rows = static_cast<unsigned>(dice.between(1, 700));
    const auto columns = static_cast<unsigned>(dice.between(1, 70));
    const Array<std::int16_t> conductances(rows, columns, [&] { return dice.between(0, 16383); });
    const Array<std::uint8_t> variances(rows, columns, [&] { return dice.between(0, 127); });
    const auto count = static_cast<std::size_t>(dice.between(1, 6));
    const int driven = trial % 3 == 0 ? 100 : dice.between(0, 40);  // per cent of the inputs
    const auto input = [&](int limit) {
      return dice.between(0, 99) < driven ? dice.between(-limit, limit) : 0;
    };
    Vectors x(rows, columns, count, [&] { return input(255); });
    const int limit = trial % 2 == 0 ? 16129 : 32767;  // with and without inputs above two bytes
    Vectors square(rows, columns, count, [&] { return input(limit); });
    for (const core::InstructionSet set : instruction_sets()) {
      SCOPED_TRACE("instruction set " + std::to_string(static_cast<int>(set)));
      x.use(set);
      square.use(set);
      for (int pass = 0; pass < 2; ++pass) {  // forwards and backwards
        const Region region = draw_region(dice, rows, columns);
        for (const SumJob& job : x.jobs())
          column_sums(conductances.codes, *job.inputs, region, *job.sums);
        x.expect(conductances, region);
        for (const SumJob& job : square.jobs())
          column_sums(variances.codes, *job.inputs, region, *job.sums);
        square.expect(variances, region);
        column_sums(conductances.codes, x.jobs().data(), count, region);
        x.expect(conductances, region);
        column_sums(conductances.codes, x.jobs().data(), variances.codes, square.jobs().data(),
                    count, region);
        x.expect(conductances, region);
        square.expect(variances, region);
      }
    }
  }
}

// The largest products of the largest array, all of one sign: far beyond 32 bits.
TEST(ColumnSums, TheLargestSumsDoNotOverflow) {
  constexpr unsigned kRows = 1024;
  constexpr unsigned kColumns = 6;
  const Region all{0, kRows, 0, kColumns};
  for (const core::InstructionSet set : instruction_sets()) {
    for (const int sign : {1, -1}) {
      for (const bool only_positive : {true, false}) {
        bool odd = false;
        const auto alternate = [&](int value) {  // 0 where only one device of a pair conducts
          odd = !odd;
          return odd || !only_positive ? value : 0;
        };
        const Array<std::int16_t> conductances(kRows, kColumns, [&] { return alternate(16383); });
        const Array<std::uint8_t> variances(kRows, kColumns, [&] { return alternate(127); });
        for (const int square : {32639, 32640, 32767}) {
          Vectors x(kRows, kColumns, 3, [&] { return sign * 255; });
          Vectors squares(kRows, kColumns, 3, [&] { return sign * square; });
          x.use(set);
          squares.use(set);
          column_sums(conductances.codes, x.jobs().data(), variances.codes, squares.jobs().data(),
                      3, all);
          x.expect(conductances, all);
          squares.expect(variances, all);
        }
      }
    }
  }
}

TEST(ColumnSums, TotalIsTheSumOfBothPolarities) {
  Dice dice(2, "total");
  for (const std::size_t columns : {1U, 7U, 8U, 9U, 31U, 256U}) {
    ColumnSums sums(columns + 1);
    double expected = 0.0;
    for (std::size_t i = 0; i <= columns; ++i) {
      sums.positive[i] = dice.between(0, 1 << 30);
      sums.negative[i] = dice.between(0, 1 << 30);
      if (i < columns) expected += sums.positive[i] + sums.negative[i];
    }
    EXPECT_EQ(total(sums, columns), expected);
  }
}

}  // namespace
}  // namespace aimc::analog
