#include "models/analog/converters/pulses.h"

#include <algorithm>
#include <cmath>

#include "models/analog/converters/quantise.h"

namespace aimc::analog {
namespace {

constexpr int kFractions = 256;  // of an input LSB

double largest(unsigned magnitude_bits) {
  return double(1U << magnitude_bits) - 1.0;
}

int bits_set(int magnitude) {
  int count = 0;
  for (; magnitude != 0; magnitude >>= 1) count += magnitude & 1;
  return count;
}

}  // namespace

Pulses::Pulses(const CrossbarConfig& config)
    : kind_(config.dac.kind),
      bits_(config.dac.bits),
      nonlinearity_(config.mode == AnalogMode::kIdeal || kind_ == DacKind::kBitSerial
                        ? 0.0
                        : config.dac.nonlinearity),
      distort_(nonlinearity_ != 0.0),
      drive_(needs_scratch() ? config.rows : 0),
      whole_(drive_.size()),
      rest_(drive_.size()),
      rest_sums_(needs_scratch() ? config.columns : 0),
      square_sums_(needs_scratch() ? config.columns : 0) {}

int Pulses::resolved(int magnitude, unsigned magnitude_bits) const {
  if (bits_ >= magnitude_bits) return magnitude;
  const unsigned dropped = magnitude_bits - bits_;
  const int level = (magnitude + (1 << (dropped - 1))) >> dropped;
  return std::min(level, (1 << bits_) - 1) << dropped;
}

double Pulses::driven_lsb(int magnitude, unsigned magnitude_bits) const {
  if (!distort_) return magnitude;
  const double top = largest(magnitude_bits);
  return top * third_order(magnitude / top, nonlinearity_);
}

double Pulses::square_time(int magnitude, unsigned magnitude_bits) const {
  if (kind_ == DacKind::kBitSerial) return bits_set(magnitude);
  const double lsb = driven_lsb(magnitude, magnitude_bits);
  if (kind_ == DacKind::kPwm) return lsb;
  const double part = lsb / double(1U << magnitude_bits);
  return part * part;
}

double Pulses::square_time(const InputCodes& inputs, std::size_t rows,
                           unsigned magnitude_bits) const {
  if (kind_ == DacKind::kPwm && !distort_) return total(inputs, rows);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows; ++i) sum += square_time(inputs.magnitude[i], magnitude_bits);
  return sum;
}

void Pulses::bit_plane(const InputCodes& inputs, std::size_t rows, unsigned bit,
                       InputCodes& plane) {
  for (std::size_t i = 0; i < rows; ++i) {
    const int set = (inputs.magnitude[i] >> bit) & 1;
    plane.set(i, inputs.value[i] < 0 ? -set : set);
  }
}

// Inputs of a product are whole numbers of eight bits; a drive between two of them is the sum of
// two products.
void Pulses::fractional_sums(const ConductanceCodes& codes, const Region& region,
                             ColumnSums& sums) {
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int sign = drive_[i] < 0.0 ? -1 : 1;
    const auto parts = static_cast<int>(std::lround(std::fabs(drive_[i]) * kFractions));
    whole_.set(i, sign * (parts / kFractions));
    rest_.set(i, sign * (parts % kFractions));
  }
  column_sums(codes, whole_, region, sums);
  column_sums(codes, rest_, region, rest_sums_);
  for (std::size_t i = 0; i < region.columns; ++i) {
    sums.positive[i] += rest_sums_.positive[i] / kFractions;
    sums.negative[i] += rest_sums_.negative[i] / kFractions;
  }
}

void Pulses::driven_sums(const ConductanceCodes& codes, const InputCodes& inputs,
                         const Region& region, unsigned magnitude_bits, ColumnSums& sums) {
  if (!distort_) {
    column_sums(codes, inputs, region, sums);
    return;
  }
  for (std::size_t i = 0; i < region.rows; ++i) {
    drive_[i] = std::copysign(driven_lsb(inputs.magnitude[i], magnitude_bits), inputs.value[i]);
  }
  fractional_sums(codes, region, sums);
}

double Pulses::square_sum(const ConductanceCodes& codes, const InputCodes& inputs,
                          const Region& region, unsigned magnitude_bits) {
  // Parts of full scale are small numbers: in LSB they use the range of a product's inputs.
  const double unit = kind_ == DacKind::kAmplitude ? double(1U << magnitude_bits) : 1.0;
  for (std::size_t i = 0; i < region.rows; ++i) {
    drive_[i] = unit * square_time(inputs.magnitude[i], magnitude_bits);
  }
  fractional_sums(codes, region, square_sums_);
  return total(square_sums_, region.columns) / unit;
}

}  // namespace aimc::analog
