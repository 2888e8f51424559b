#include "models/analog/sums_ahead.h"

#include <algorithm>

namespace aimc::analog {
namespace {

constexpr int kMaxSquare = 32767;  // squares of inputs beyond this are halved

bool same(const Region& a, const Region& b) {
  return a.first_row == b.first_row && a.rows == b.rows && a.first_column == b.first_column &&
         a.columns == b.columns;
}

}  // namespace

// Halving is the only case in which a square is rounded, and then the largest is above 2^15.
double square_inputs(const InputCodes& inputs, std::size_t rows, InputCodes& squares) {
  int largest = 0;
  for (std::size_t i = 0; i < rows; ++i) largest = std::max<int>(largest, inputs.magnitude[i]);
  const int shift = largest * largest > kMaxSquare ? 1 : 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const int square = (inputs.magnitude[i] * inputs.magnitude[i] + shift) >> shift;
    squares.value[i] = static_cast<std::int16_t>(inputs.value[i] < 0 ? -square : square);
    squares.magnitude[i] = static_cast<std::int16_t>(square);
  }
  return shift + 1.0;
}

void SumsAhead::start(const Region& region, std::uint64_t version) {
  count_ = next_ = 0;
  region_ = region;
  version_ = version;
}

void SumsAhead::announce(const InputCodes& driven) {
  if (count_ == slots_.size()) {
    slots_.push_back({InputCodes(0), InputCodes(0), ColumnSums(0), ColumnSums(0)});
  }
  InputCodes& inputs = slots_[count_++].inputs;
  inputs.value.assign(driven.value.begin(), driven.value.begin() + region_.rows);
  inputs.magnitude.assign(driven.magnitude.begin(), driven.magnitude.begin() + region_.rows);
}

void SumsAhead::compute(const ConductanceCodes& conductances, const VarianceCodes& variances,
                        std::size_t columns, core::InstructionSet set) {
  std::array<SumJob, kMaxSumInputs> jobs;
  std::array<SumJob, kMaxSumInputs> variance_jobs;
  const auto fit = [&](ColumnSums& sums) {
    sums.positive.resize(columns);
    sums.negative.resize(columns);
    sums.instructions = set;
  };
  for (std::size_t i = 0; i < count_; ++i) {
    Slot& slot = slots_[i];
    fit(slot.sums);
    jobs[i] = {&slot.inputs, &slot.sums};
    if (variances.empty()) continue;
    fit(slot.variances);
    slot.squares.value.resize(region_.rows);
    slot.squares.magnitude.resize(region_.rows);
    slot.unit = square_inputs(slot.inputs, region_.rows, slot.squares);
    variance_jobs[i] = {&slot.squares, &slot.variances};
  }
  if (variances.empty()) {
    column_sums(conductances, jobs.data(), count_, region_);
  } else {
    column_sums(conductances, jobs.data(), variances, variance_jobs.data(), count_, region_);
  }
}

bool SumsAhead::take(const InputCodes& driven, const Region& region, std::uint64_t version,
                     ColumnSums& sums, ColumnSums& variances, double& unit) {
  if (!any()) return false;
  Slot& slot = slots_[next_++];
  if (version != version_ || !same(region, region_) ||
      !std::equal(slot.inputs.value.begin(), slot.inputs.value.end(), driven.value.begin())) {
    count_ = next_ = 0;
    return false;
  }
  sums.positive.swap(slot.sums.positive);
  sums.negative.swap(slot.sums.negative);
  if (!slot.variances.positive.empty()) {
    variances.positive.swap(slot.variances.positive);
    variances.negative.swap(slot.variances.negative);
    unit = slot.unit;
  }
  return true;
}

}  // namespace aimc::analog
