#include "models/analog/pcm_array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

constexpr int kStampShift = 32;  // programming times are kept in units of 2^32 ps = 4.3 ms
constexpr float kMaxConductanceCode = ConductanceCodes::kLimit - 1;
constexpr float kMaxVarianceCode = VarianceCodes::kLimit - 1;
constexpr std::size_t kDitherPeriod = 256;
constexpr double kOldestAgeS = 1e8;  // read noise may grow to this age before its codes saturate
constexpr core::TimePs kForever = std::numeric_limits<core::TimePs>::max();

// A value >= 0 in units of 1 / scale, rounded to the nearest whole number and limited.
float to_code(float value, float scale, float limit) {
  const float code = value * scale + 0.5F;
  return code < limit ? code : limit;
}

// Upper bits of a double above one form a scale whose steps are between 2^-10 and 2^-11 of its
// value.
constexpr int kDroppedBits = 52 - 10;

std::uint64_t step_of(double ratio) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &ratio, sizeof bits);
  return bits >> kDroppedBits;
}

double step_start(std::uint64_t step) {
  const std::uint64_t bits = step << kDroppedBits;
  double ratio = 0.0;
  std::memcpy(&ratio, &bits, sizeof ratio);
  return ratio;
}

core::TimePs step_age_ps(std::uint64_t step, double t0_s) {
  const double age_ps = std::ceil((step_start(step) - 1.0) * t0_s * 1e12);
  return age_ps < 0x1p64 ? static_cast<core::TimePs>(age_ps) : kForever;
}

core::TimePs saturating_add(core::TimePs a, core::TimePs b) {
  return b > kForever - a ? kForever : a + b;
}

double read_variance_us2(const PcmConfig& config, double conductance_us) {
  const double sigma = conductance_us * pcm_read_fraction(conductance_us / config.g_max_us) *
                       config.read_noise * pcm_read_noise_growth(config, kOldestAgeS);
  return sigma * sigma;
}

}  // namespace

AgeStep age_step(core::TimePs age_ps, double t0_s) {
  std::uint64_t step = step_of(1.0 + static_cast<double>(age_ps) / (t0_s * 1e12));
  // Boundaries are whole picoseconds; at one of them the division above may round to either side.
  if (age_ps < step_age_ps(step, t0_s)) --step;
  if (age_ps >= step_age_ps(step + 1, t0_s)) ++step;
  return {step_age_ps(step, t0_s), step_age_ps(step + 1, t0_s),
          0.5 * (step_start(step) + step_start(step + 1))};
}

PcmArray::PcmArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config.pcm),
      rows_(config.rows),
      columns_(config.columns),
      stream_(seed, path, "programming"),
      encoding_(config.pcm),
      conductance_step_us_(pcm_conductance_limit_us(config.pcm) / kMaxConductanceCode),
      written_(rows_ * columns_),
      conductance_(rows_, columns_),
      windows_(columns_),
      dither_(rows_ + kDitherPeriod),
      normals_(4 * rows_) {
  for (Devices* devices : {&positive_, &negative_}) {
    devices->conductance.resize(rows_ * columns_);
    devices->drift.resize(rows_ * columns_);
  }
  for (Moments* moments : {&read_positive_, &read_negative_}) {
    moments->mean.resize(rows_);
    moments->variance.resize(rows_);
  }
  for (std::size_t weight = 0; weight < levels_.size(); ++weight) {
    levels_[weight] = pcm_level(config_, static_cast<double>(weight) / 127.0);
  }
  if (config_.read_noise > 0.0) {
    const double largest = read_variance_us2(config_, pcm_conductance_limit_us(config_));
    variance_step_us2_ = largest / kMaxVarianceCode;
    variance_ = VarianceCodes(rows_, columns_);
  }
  // Multiples of the golden ratio, fractional parts: evenly spread whatever the range taken, and
  // never zero or one.
  for (std::size_t i = 0; i < dither_.size(); ++i) {
    const double product = (static_cast<double>(i % kDitherPeriod) + 0.5) * 0.6180339887498949;
    dither_[i] = static_cast<float>(product - std::floor(product));
  }
}

void PcmArray::program(const std::int8_t* weights, const Region& region,
                       const std::vector<std::uint32_t>& generation, core::TimePs done_ps) {
  const auto stamp = static_cast<std::uint32_t>(done_ps >> kStampShift);
  for (unsigned column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    program_column(weights, region, column, generation);
    const auto first =
        written_.begin() + static_cast<std::ptrdiff_t>(column * rows_ + region.first_row);
    std::fill(first, first + region.rows, stamp);
    windows_[column] = {};
  }
}

// One Philox block a cell and write cycle: programming noise and drift of G+ and G-, in this order.
// Runs of cells of equal generation lie next to each other in the stream and are drawn together.
void PcmArray::program_column(const std::int8_t* weights, const Region& region, unsigned column,
                              const std::vector<std::uint32_t>& generation) {
  const auto draw = [&](Devices& devices, std::size_t index, const PcmLevel& level,
                        float programming, float drift) {
    const PcmDevice device = pcm_device(level, programming, drift);
    devices.conductance[index] = encoding_.conductance(device);
    devices.drift[index] = encoding_.drift(device);
  };
  const unsigned end = region.first_row + region.rows;
  for (unsigned row = region.first_row; row < end;) {
    const std::uint32_t cycle = generation[row * columns_ + column];
    unsigned run = 1;
    while (row + run < end && generation[(row + run) * columns_ + column] == cycle) ++run;
    const std::uint64_t block = (std::uint64_t{cycle} * columns_ + column) * rows_ + row;
    stream_.normals(block, normals_.data(), std::size_t{4} * run);
    for (unsigned i = 0; i < run; ++i) {
      const int weight = +weights[(row + i) * columns_ + column];
      const PcmLevel& active = levels_[static_cast<std::size_t>(weight < 0 ? -weight : weight)];
      const float* z = &normals_[std::size_t{4} * i];
      const std::size_t index = column * rows_ + row + i;
      draw(positive_, index, weight > 0 ? active : levels_[0], z[0], z[2]);
      draw(negative_, index, weight < 0 ? active : levels_[0], z[1], z[3]);
    }
    row += run;
  }
}

void PcmArray::prepare(const Region& region, core::TimePs now_ps) {
  for (unsigned column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    const Window& window = windows_[column];
    if (now_ps < window.from_ps || now_ps >= window.until_ps) refresh(column, now_ps);
  }
}

// Runs of cells programmed at the same time have the same age.
void PcmArray::refresh(unsigned column, core::TimePs now_ps) {
  Window window{0, kForever};
  const std::size_t start = column * rows_;
  const std::size_t end = start + rows_;
  for (std::size_t cell = start; cell < end;) {
    std::size_t run = 1;
    while (cell + run < end && written_[cell + run] == written_[cell]) ++run;
    const core::TimePs written_ps = core::TimePs{written_[cell]} << kStampShift;
    const AgeStep step = age_step(now_ps > written_ps ? now_ps - written_ps : 0, config_.t0_s);
    // An age below zero counts as zero, so the first step reaches back to the beginning.
    if (step.from_ps > 0)
      window.from_ps = std::max(window.from_ps, saturating_add(written_ps, step.from_ps));
    window.until_ps = std::min(window.until_ps, saturating_add(written_ps, step.until_ps));
    read_run(cell, run, step.time_ratio, (cell - start + std::size_t{37} * column) % kDitherPeriod);
    cell += run;
  }
  windows_[column] = window;
}

void PcmArray::read_run(std::size_t start, std::size_t n, double time_ratio, std::size_t dither) {
  const PcmReadout readout(config_, time_ratio);
  pcm_read_moments(readout, &positive_.conductance[start], &positive_.drift[start], n,
                   read_positive_.mean.data(), read_positive_.variance.data());
  pcm_read_moments(readout, &negative_.conductance[start], &negative_.drift[start], n,
                   read_negative_.mean.data(), read_negative_.variance.data());

  const auto scale = static_cast<float>(1.0 / conductance_step_us_);
  for (std::size_t i = 0; i < n; ++i) {
    const auto p =
        static_cast<std::int32_t>(to_code(read_positive_.mean[i], scale, kMaxConductanceCode));
    const auto m =
        static_cast<std::int32_t>(to_code(read_negative_.mean[i], scale, kMaxConductanceCode));
    conductance_.set(start + i, p, m);
  }
  if (variance_.sum.empty()) return;
  // Few bits are enough for variances that are added up, but their rounding must have no bias: a
  // dither.
  const auto variance_scale = static_cast<float>(1.0 / variance_step_us2_);
  for (std::size_t i = 0; i < n; ++i) {
    const float offset = dither_[dither + i];
    const float p_value = read_positive_.variance[i] * variance_scale + offset;
    const float m_value = read_negative_.variance[i] * variance_scale + (1.0F - offset);
    const auto p =
        static_cast<std::int32_t>(p_value < kMaxVarianceCode ? p_value : kMaxVarianceCode);
    const auto m =
        static_cast<std::int32_t>(m_value < kMaxVarianceCode ? m_value : kMaxVarianceCode);
    variance_.set(start + i, p, m);
  }
}

double PcmArray::programmed_us(unsigned row, unsigned column, bool positive) const {
  const Devices& devices = positive ? positive_ : negative_;
  return static_cast<double>(encoding_.conductance_step_us) *
         devices.conductance[column * rows_ + row];
}

double PcmArray::drift_exponent(unsigned row, unsigned column, bool positive) const {
  const Devices& devices = positive ? positive_ : negative_;
  return static_cast<double>(encoding_.drift_step) * devices.drift[column * rows_ + row];
}

}  // namespace aimc::analog
