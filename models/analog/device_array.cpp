#include "models/analog/device_array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "models/analog/converters/slicing.h"
#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

constexpr int kStampShift = 32;  // programming times are kept in units of 2^32 ps = 4.3 ms
constexpr float kMaxConductanceCode = ConductanceCodes::kLimit - 1;
constexpr float kMaxVarianceCode = VarianceCodes::kLimit - 1;
constexpr std::size_t kDitherPeriod = 256;
constexpr double kOldestAgeS = 1e8;  // read noise may grow to this age before its codes saturate
constexpr int kCircuitStepBits = 3;  // wires are solved anew when t has grown by 6 to 12 %
constexpr std::uint64_t kCircuitReadSteps = 32;  // or reads have moved devices by 3 %
constexpr double kReadsPerStep = 1e-3;  // reads move a device by this share between two refreshes
constexpr core::TimePs kForever = std::numeric_limits<core::TimePs>::max();

// A value >= 0 in units of 1 / scale, rounded to the nearest whole number and limited.
float to_code(float value, float scale, float limit) {
  const float code = value * scale + 0.5F;
  return code < limit ? code : limit;
}

// The upper bits of a double above one form a scale whose steps are between 2^-bits and
// 2^-(bits + 1) of its value.
class AgeScale {
 public:
  AgeScale(double t0_s, double before_s, int bits)
      : t0_s_(t0_s), before_s_(before_s), dropped_(52 - bits) {}

  std::uint64_t step_of(core::TimePs age_ps) const {
    const double ratio = 1.0 + (static_cast<double>(age_ps) * 1e-12 + before_s_) / t0_s_;
    std::uint64_t bits = 0;
    std::memcpy(&bits, &ratio, sizeof bits);
    return bits >> dropped_;
  }
  double start(std::uint64_t step) const {
    const std::uint64_t bits = step << dropped_;
    double ratio = 0.0;
    std::memcpy(&ratio, &bits, sizeof ratio);
    return ratio;
  }
  core::TimePs start_ps(std::uint64_t step) const {
    const double age_ps = std::ceil(((start(step) - 1.0) * t0_s_ - before_s_) * 1e12);
    if (age_ps <= 0.0) return 0;
    return age_ps < 0x1p64 ? static_cast<core::TimePs>(age_ps) : kForever;
  }

 private:
  double t0_s_;
  double before_s_;
  int dropped_;
};

core::TimePs saturating_add(core::TimePs a, core::TimePs b) {
  return b > kForever - a ? kForever : a + b;
}

}  // namespace

AgeStep age_step(core::TimePs age_ps, double t0_s, double before_s, int bits) {
  const AgeScale scale(t0_s, before_s, bits);
  std::uint64_t step = scale.step_of(age_ps);
  // Boundaries are whole picoseconds; at one of them the division above may round to either side.
  if (age_ps < scale.start_ps(step)) --step;
  if (age_ps >= scale.start_ps(step + 1)) ++step;
  return {scale.start_ps(step), scale.start_ps(step + 1),
          0.5 * (scale.start(step) + scale.start(step + 1))};
}

DeviceArray::DeviceArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config.device),
      offset_signs_(config.weights.signs == SignScheme::kOffset),
      rows_(config.rows),
      columns_(config.columns),
      stream_(seed, path, "programming"),
      fixed_stream_(seed, path, "device"),
      model_(make_device_model(config.device)),
      faults_(config, seed, path),
      operating_(operating_point(config)),
      age_s_(config.age_s),
      aged_t0_s_(config_.t0_s / operating_.ageing),
      written_(rows_ * columns_),
      crosstalk_(rows_, columns_, config_.thermal_crosstalk, config_.g_max_us),
      circuit_(config),
      circuit_reads_(columns_),
      conductance_(rows_, columns_),
      windows_(columns_),
      reads_(columns_),
      dither_(rows_ + kDitherPeriod),
      normals_(4 * rows_),
      fixed_normals_(config_.cycle_fraction < 1.0 ? 4 * rows_ : 0) {
  for (Devices* devices : {&positive_, &negative_}) {
    devices->first.resize(rows_ * columns_);
    devices->second.resize(rows_ * columns_);
  }
  // Of an operating point only the off state's part can raise a conductance, and of reads only
  // their goal.
  const double factor = std::exp(std::max(0.0, operating_.off_state_log));
  const double goal = config_.disturb_per_read > 0.0 ? config_.disturb_level * config_.g_max_us : 0;
  conductance_step_us_ = std::max(model_->mean_limit_us() * factor, goal) / kMaxConductanceCode;
  if (config_.subtract_off) {  // the reference's devices are at the same operating point
    const double off = 1.0 - config_.g_min_us / config_.g_max_us;
    subtracted_us_ =
        config_.g_min_us *
        static_cast<double>(core::det_exp(static_cast<float>(operating_.off_state_log * off)));
  }
  subtracted_code_ = static_cast<float>(subtracted_us_ / conductance_step_us_);
  for (Moments* moments : {&read_positive_, &read_negative_}) {
    moments->mean.resize(rows_);
    moments->variance.resize(rows_);
    moments->subtracted.assign(rows_, static_cast<std::int32_t>(subtracted_code_ + 0.5F));
  }
  const double largest = model_->variance_limit_us2(kOldestAgeS);
  if (largest > 0.0) {
    variance_step_us2_ = largest * factor * factor / kMaxVarianceCode;
    variance_ = VarianceCodes(rows_, columns_);
  }
  // Multiples of the golden ratio, fractional parts: evenly spread whatever the range taken, and
  // never zero or one.
  for (std::size_t i = 0; i < dither_.size(); ++i) {
    const double product = (static_cast<double>(i % kDitherPeriod) + 0.5) * 0.6180339887498949;
    dither_[i] = static_cast<float>(product - std::floor(product));
  }
}

void DeviceArray::program(const std::int8_t* weights, const Region& region,
                          const std::vector<std::uint32_t>& generation, core::TimePs done_ps) {
  const auto stamp = static_cast<std::uint32_t>(done_ps >> kStampShift);
  held_ = {};
  for (unsigned column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    program_column(weights, region, column, generation);
    const auto first =
        written_.begin() + static_cast<std::ptrdiff_t>(column * rows_ + region.first_row);
    std::fill(first, first + region.rows, stamp);
    windows_[column] = {};
    reads_[column] = 0;
  }
  if (crosstalk_.active()) {
    crosstalk_.write(region);
    if (region.first_column > 0) windows_[region.first_column - 1] = {};
    const std::size_t end = std::size_t{region.first_column} + region.columns;
    if (end < columns_) windows_[end] = {};
  }
  written_last_ps_ = std::max(written_last_ps_, core::TimePs{stamp} << kStampShift);
  circuit_until_ps_ = 0;
}

// One Philox block a cell and write cycle: programming noise and drift of G+ and G-, in this order.
// Runs of cells of equal generation lie next to each other in the stream and are drawn together.
void DeviceArray::program_column(const std::int8_t* weights, const Region& region, unsigned column,
                                 const std::vector<std::uint32_t>& generation) {
  const unsigned end = region.first_row + region.rows;
  for (unsigned row = region.first_row; row < end;) {
    const std::uint32_t cycle = generation[row * columns_ + column];
    unsigned run = 1;
    while (row + run < end && generation[(row + run) * columns_ + column] == cycle) ++run;
    const std::size_t first = column * rows_ + row;
    if (config_.cycle_fraction > 0.0) {
      const std::uint64_t block = (std::uint64_t{cycle} * columns_ + column) * rows_ + row;
      stream_.normals(block, normals_.data(), std::size_t{4} * run);
    }
    if (config_.cycle_fraction < 1.0) mix_fixed_part(first, run);
    const bool faultless = faults_.none(cycle + 1);
    for (unsigned i = 0; i < run; ++i) {
      const int weight = +weights[(row + i) * columns_ + column];
      OffsetLevels levels{static_cast<unsigned>(std::max(weight, 0)),
                          static_cast<unsigned>(std::max(-weight, 0))};
      if (offset_signs_) levels = offset_levels(weight);
      const float* z = &normals_[std::size_t{4} * i];
      program_device(first + i, true, levels.positive, cycle + 1, faultless, z[0], z[2]);
      program_device(first + i, false, levels.negative, cycle + 1, faultless, z[1], z[3]);
    }
    row += run;
  }
}

// The normals drawn are those of the write cycle; a device's own, drawn once, take the rest of the
// variance.
void DeviceArray::mix_fixed_part(std::size_t cell, std::size_t run) {
  fixed_stream_.normals(cell, fixed_normals_.data(), 4 * run);
  const auto own = static_cast<float>(std::sqrt(1.0 - config_.cycle_fraction));
  const auto cycle = static_cast<float>(std::sqrt(config_.cycle_fraction));
  for (std::size_t i = 0; i < 4 * run; ++i) {
    const float drawn = config_.cycle_fraction > 0.0 ? cycle * normals_[i] : 0.0F;
    normals_[i] = own * fixed_normals_[i] + drawn;
  }
}

void DeviceArray::program_device(std::size_t index, bool positive, unsigned magnitude,
                                 std::uint32_t cycles, bool faultless, float programming,
                                 float drift) {
  Devices& devices = positive ? positive_ : negative_;
  DeviceWords words = model_->program(magnitude, programming, drift);
  if (!faultless) {
    const auto stuck = faults_.stuck_at(2 * index + (positive ? 0 : 1), cycles);
    if (stuck) words = model_->program(*stuck, 0.0F, 0.0F);
  }
  devices.first[index] = words.first;
  devices.second[index] = words.second;
}

void DeviceArray::disturb(const Region& region) {
  if (config_.disturb_per_read == 0.0) return;
  const auto first = reads_.begin() + region.first_column;
  std::for_each(first, first + region.columns, [](std::uint64_t& reads) { ++reads; });
}

std::uint64_t DeviceArray::reads_step(unsigned column) const {
  const double moved = static_cast<double>(reads_[column]) * config_.disturb_per_read;
  return static_cast<std::uint64_t>(std::min(moved / kReadsPerStep, 1e9));
}

void DeviceArray::prepare(const Region& region, core::TimePs now_ps) {
  if (circuit_.attenuates() || circuit_.sneaks()) prepare_circuit(region, now_ps);
  if (holds(region, now_ps)) return;
  held_ = {region, {0, kForever, 0}};
  for (unsigned column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    const Window& window = windows_[column];
    if (now_ps < window.from_ps || now_ps >= window.until_ps ||
        window.reads_step != reads_step(column)) {
      refresh(column, now_ps);
    }
    held_.window.from_ps = std::max(held_.window.from_ps, window.from_ps);
    held_.window.until_ps = std::min(held_.window.until_ps, window.until_ps);
  }
}

void DeviceArray::prepare_circuit(const Region& region, core::TimePs now_ps) {
  bool holds = now_ps >= circuit_from_ps_ && now_ps < circuit_until_ps_;
  for (unsigned column = region.first_column;
       holds && column < region.first_column + region.columns; ++column)
    holds = circuit_reads_[column] == reads_step(column) / kCircuitReadSteps;
  if (!holds) solve_circuit(now_ps);
  circuit_.select(region);
}

// The circuit is solved for the beginning of a step of the time since the array was last written:
// then the solution does not depend on when within the step it was asked for.
void DeviceArray::solve_circuit(core::TimePs now_ps) {
  const core::TimePs age = now_ps > written_last_ps_ ? now_ps - written_last_ps_ : 0;
  const AgeStep step = age_step(age, aged_t0_s_, age_s_, kCircuitStepBits);
  const core::TimePs begin_ps = saturating_add(written_last_ps_, step.from_ps);
  circuit_from_ps_ = step.from_ps > 0 ? begin_ps : 0;
  circuit_until_ps_ = saturating_add(written_last_ps_, step.until_ps);
  std::vector<double> conductance_us(2 * rows_ * columns_);
  for (unsigned column = 0; column < columns_; ++column) {
    circuit_reads_[column] = reads_step(column) / kCircuitReadSteps;
    const std::size_t start = column * rows_;
    for_each_run(column, begin_ps, circuit_reads_[column] * kCircuitReadSteps,
                 [&](std::size_t cell, std::size_t run, core::TimePs, const AgeStep& cell_step) {
                   read_moments(cell, run, cell_step.time_ratio);
                   const auto out =
                       conductance_us.begin() + static_cast<std::ptrdiff_t>(start + cell);
                   const auto n = static_cast<std::ptrdiff_t>(run);
                   const auto offset = static_cast<std::ptrdiff_t>(rows_);
                   std::copy_n(read_positive_.mean.begin(), n, out);
                   std::copy_n(read_negative_.mean.begin(), n, out + offset);
                 });
  }
  circuit_.update(conductance_us);
  std::fill(windows_.begin(), windows_.end(), Window{});
  held_ = {};
}

// What every read moves is looked at column by column.
bool DeviceArray::holds(const Region& region, core::TimePs now_ps) const {
  return config_.disturb_per_read == 0.0 && now_ps >= held_.window.from_ps &&
         now_ps < held_.window.until_ps && region.first_column == held_.region.first_column &&
         region.columns == held_.region.columns;
}

// Runs of cells programmed at the same time have the same age.
template <typename Use>
void DeviceArray::for_each_run(unsigned column, core::TimePs now_ps, std::uint64_t reads_step,
                               const Use& use) {
  disturbed_ = 1.0 - std::exp(-static_cast<double>(reads_step) * kReadsPerStep);
  const std::size_t start = column * rows_;
  const std::size_t end = start + rows_;
  for (std::size_t cell = start; cell < end;) {
    std::size_t run = 1;
    while (cell + run < end && written_[cell + run] == written_[cell]) ++run;
    const core::TimePs written_ps = core::TimePs{written_[cell]} << kStampShift;
    const core::TimePs age = now_ps > written_ps ? now_ps - written_ps : 0;
    use(cell, run, written_ps, age_step(age, aged_t0_s_, age_s_));
    cell += run;
  }
}

void DeviceArray::refresh(unsigned column, core::TimePs now_ps) {
  ++version_;
  Window window{0, kForever, reads_step(column)};
  const auto use = [&](std::size_t cell, std::size_t run, core::TimePs written_ps,
                       const AgeStep& step) {
    // An age below zero counts as zero, so the first step reaches back to the beginning.
    if (step.from_ps > 0)
      window.from_ps = std::max(window.from_ps, saturating_add(written_ps, step.from_ps));
    window.until_ps = std::min(window.until_ps, saturating_add(written_ps, step.until_ps));
    read_moments(cell, run, step.time_ratio);
    if (circuit_.attenuates()) {
      attenuate(read_positive_, cell, run, true);
      attenuate(read_negative_, cell, run, false);
    }
    store_codes(cell, run, (cell - column * rows_ + std::size_t{37} * column) % kDitherPeriod);
  };
  for_each_run(column, now_ps, window.reads_step, use);
  windows_[column] = window;
}

// What writes of neighbours, temperature, read voltage and earlier reads make of the moments.
void DeviceArray::operate(Moments& moments, std::size_t start, std::size_t n) const {
  crosstalk_.apply(start, n, moments.mean.data(), moments.variance.data());
  if (operating_.off_state_log != 0.0) {
    for (std::size_t i = 0; i < n; ++i) {
      const double level = static_cast<double>(moments.mean[i]) / config_.g_max_us;
      const double off = std::max(0.0, 1.0 - level);
      const auto factor = core::det_exp(static_cast<float>(operating_.off_state_log * off));
      moments.mean[i] *= factor;
      moments.variance[i] *= factor * factor;
    }
  }
  if (disturbed_ > 0.0) {
    const auto moved = static_cast<float>(disturbed_);
    const auto goal = static_cast<float>(config_.disturb_level * config_.g_max_us);
    for (std::size_t i = 0; i < n; ++i) moments.mean[i] += moved * (goal - moments.mean[i]);
  }
}

// What the wires leave of the moments of cells of one column. The reference column loses as much.
void DeviceArray::attenuate(Moments& moments, std::size_t start, std::size_t n,
                            bool positive) const {
  const std::size_t column = start / rows_;
  const std::uint16_t* shares =
      circuit_.shares(2 * column + (positive ? 0 : 1)) + (start - column * rows_);
  for (std::size_t i = 0; i < n; ++i) {
    const float share =
        static_cast<float>(static_cast<std::int32_t>(shares[i])) / ArrayCircuit::kFullShare;
    moments.mean[i] *= share;
    moments.variance[i] *= share * share;
    moments.subtracted[i] = static_cast<std::int32_t>(subtracted_code_ * share + 0.5F);
  }
}

void DeviceArray::read_moments(std::size_t start, std::size_t n, double time_ratio) {
  model_->read_moments(time_ratio, &positive_.first[start], &positive_.second[start], n,
                       read_positive_.mean.data(), read_positive_.variance.data());
  model_->read_moments(time_ratio, &negative_.first[start], &negative_.second[start], n,
                       read_negative_.mean.data(), read_negative_.variance.data());
  operate(read_positive_, start, n);
  operate(read_negative_, start, n);
}

void DeviceArray::store_codes(std::size_t start, std::size_t n, std::size_t dither) {
  const std::size_t column = start / rows_;
  const std::size_t first_row = start % rows_;
  const auto scale = static_cast<float>(1.0 / conductance_step_us_);
  const std::int32_t* p_subtracted = read_positive_.subtracted.data();
  const std::int32_t* m_subtracted = read_negative_.subtracted.data();
  for (std::size_t i = 0; i < n; ++i) {
    const auto p =
        static_cast<std::int32_t>(to_code(read_positive_.mean[i], scale, kMaxConductanceCode));
    const auto m =
        static_cast<std::int32_t>(to_code(read_negative_.mean[i], scale, kMaxConductanceCode));
    conductance_.set(first_row + i, column, p - p_subtracted[i], m - m_subtracted[i]);
  }
  if (variance_.empty()) return;
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
    variance_.set(first_row + i, column, p, m);
  }
}

DeviceWords DeviceArray::words(unsigned row, unsigned column, bool positive) const {
  const Devices& devices = positive ? positive_ : negative_;
  const std::size_t index = column * rows_ + row;
  return {devices.first[index], devices.second[index]};
}

}  // namespace aimc::analog
