#include "models/analog/readout/line_reader.h"

#include <algorithm>

#include "models/analog/output_stage.h"
#include "models/core/random.h"

namespace aimc::analog {

LineReader::LineReader(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config),
      readout_(make_readout(config)),
      plane_(config.rows),
      bit_sums_(config.columns),
      loading_(config.columns),
      lines_(config.columns) {
  const ReadoutConfig& circuit = config.readout;
  if (circuit.kind != ReadoutKind::kChargeRedistribution || circuit.sharing_sigma == 0.0) return;
  const core::RandomStream stream(seed, path, "sharing");
  sharing_error_.resize(std::size_t{2} * config.columns);
  for (std::size_t i = 0; i < sharing_error_.size(); ++i) {
    sharing_error_[i] = circuit.sharing_sigma * stream.normal(i);
  }
}

const ColumnSums& LineReader::lines(const CellArray& array, const ColumnSums& sums,
                                    const InputCodes& driven, const Region& region,
                                    const ReadMode& mode) {
  std::copy_n(sums.positive.begin(), region.columns, lines_.positive.begin());
  std::copy_n(sums.negative.begin(), region.columns, lines_.negative.begin());
  if (!sharing_error_.empty()) share_bits(array, driven, region, mode);
  const bool loaded = needs_loading(config_.readout);
  if (loaded) load(array, driven, region);
  // From the line's own unit back to that of the sums.
  const double step = array.step_us();
  const double back = full_scale(config_, mode) / readout_->full_scale(mode) /
                      (counts_per_us(config_, mode) * step);
  for (std::size_t i = 0; i < region.columns; ++i) {
    const double on_p = loaded ? loading_.positive[i] : 0.0;
    const double on_n = loaded ? loading_.negative[i] : 0.0;
    lines_.positive[i] = back * readout_->transfer({lines_.positive[i] * step, on_p}, mode);
    lines_.negative[i] = back * readout_->transfer({lines_.negative[i] * step, on_n}, mode);
  }
  return lines_;
}

double LineReader::noise_counts(unsigned rows, const ReadMode& mode) const {
  return readout_->noise(rows, mode) / readout_->full_scale(mode) * full_scale(config_, mode);
}

// Sums with the weights that sharing gives to the bits of the inputs, in place of powers of two.
void LineReader::share_bits(const CellArray& array, const InputCodes& driven, const Region& region,
                            const ReadMode& mode) {
  const unsigned bits = mode.magnitude_bits;
  const auto range = static_cast<double>(1U << bits);
  std::fill_n(lines_.positive.begin(), region.columns, 0.0);
  std::fill_n(lines_.negative.begin(), region.columns, 0.0);
  for (unsigned bit = 0; bit < bits; ++bit) {
    for (std::size_t i = 0; i < region.rows; ++i) {
      const int on = driven.magnitude[i] >> bit & 1;
      plane_.set(i, driven.value[i] < 0 ? -on : on);
    }
    array.sums(plane_, region, bit_sums_);
    for (std::size_t i = 0; i < region.columns; ++i) {
      const double* errors = &sharing_error_[2 * (region.first_column + i)];
      lines_.positive[i] += range * sharing_weight(errors[0], bit, bits) * bit_sums_.positive[i];
      lines_.negative[i] += range * sharing_weight(errors[1], bit, bits) * bit_sums_.negative[i];
    }
  }
}

// Conductance of the devices that are driven onto each line, uS.
void LineReader::load(const CellArray& array, const InputCodes& driven, const Region& region) {
  double rows = 0.0;
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int sign = (driven.value[i] > 0 ? 1 : 0) - (driven.value[i] < 0 ? 1 : 0);
    plane_.set(i, sign);
    rows += sign != 0 ? 1.0 : 0.0;
  }
  array.sums(plane_, region, loading_);
  for (std::size_t i = 0; i < region.columns; ++i) {
    for (std::vector<double>* polarity : {&loading_.positive, &loading_.negative}) {
      (*polarity)[i] = (*polarity)[i] * array.step_us() + rows * array.subtracted_us();
    }
  }
}

}  // namespace aimc::analog
