#include "models/nmpu/lockstep.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "models/nmpu/checks.h"
#include "models/nmpu/trace_format.h"

namespace aimc::nmpu {
namespace {

const char* addend_name(Addend addend) {
  switch (addend) {
    case Addend::kNone:
      return "none";
    case Addend::kBias:
      return "bias";
    case Addend::kPsum:
      return "psum";
  }
  return "invalid";
}

const char* rounding_name(Rounding rounding) {
  switch (rounding) {
    case Rounding::kHalfUp:
      return "half_up";
    case Rounding::kHalfEven:
      return "half_even";
    case Rounding::kTruncate:
      return "truncate";
  }
  return "invalid";
}

/// The number a name like "tile3" ends with; 0 if it ends with none.
unsigned index_in(const std::string& name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  const std::string digits = last == std::string::npos ? name : name.substr(last + 1);
  constexpr std::size_t kMost = 4;
  return digits.empty() || digits.size() > kMost ? 0 : static_cast<unsigned>(std::stoul(digits));
}

class Comparison final : public Backend {
 public:
  Comparison(std::unique_ptr<Backend> expected, std::unique_ptr<Backend> actual,
             const Format& format, std::string name)
      : expected_(std::move(expected)),
        actual_(std::move(actual)),
        format_(format),
        name_(std::move(name)),
        params_(column_capacity(format.lanes)),
        actual_out_(column_capacity(format.lanes)),
        window_(kRecordedVectors) {
    for (TraceVector& slot : window_) slot.tile = index_in(name_);
    expected_->observe(&expected_points_);
    actual_->observe(&actual_points_);
  }

  void write_params(unsigned column, const ColumnParams& params) override {
    expected_->write_params(column, params);
    actual_->write_params(column, params);
    params_.at(column) = params;
    recorded_ = 0;
  }

  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) override {
    const Saturation before = expected_->saturation();
    const unsigned cycles = expected_->run(vector, out, now_ps);
    const Saturation saturated = expected_->saturation();
    record(vector, out, cycles,
           saturated.psums - before.psums + saturated.activations - before.activations, now_ps);
    const unsigned actual_cycles = run_actual(vector, now_ps);
    const std::int16_t* difference =
        std::mismatch(out, out + vector.columns, actual_out_.data()).first;
    const auto index = static_cast<unsigned>(difference - out);
    counters_.columns_compared += std::min(index + 1, vector.columns);
    if (index < vector.columns) {
      mismatch(describe_value(vector, index, "", out[index], actual_out_[index], now_ps));
    }
    if (cycles != actual_cycles) mismatch(describe_cycles(vector, cycles, actual_cycles, now_ps));
    if (saturated != actual_->saturation()) {
      mismatch(describe_saturation(vector, saturated, now_ps));
    }
    if (expected_points_.valid && actual_points_.valid) {
      compare_points("product of the positive count", expected_points_.product_p,
                     actual_points_.product_p, vector, now_ps);
      compare_points("product of the negative count", expected_points_.product_n,
                     actual_points_.product_n, vector, now_ps);
      compare_points("accumulator", expected_points_.acc, actual_points_.acc, vector, now_ps);
    }
    return cycles;
  }

  [[nodiscard]] Saturation saturation() const override { return actual_->saturation(); }
  void clear_saturation() override {
    expected_->clear_saturation();
    actual_->clear_saturation();
  }

  [[nodiscard]] LockstepCounters lockstep() const override { return counters_; }
  [[nodiscard]] const Recording* mismatch() const override { return mismatch_.get(); }

 private:
  unsigned run_actual(const Vector& vector, std::uint64_t now_ps) {
    try {
      return actual_->run(vector, actual_out_.data(), now_ps);
    } catch (const std::runtime_error& error) {
      keep_window();
      throw std::runtime_error(name_ + " at " + std::to_string(now_ps) + " ps: " + error.what());
    }
  }

  [[noreturn]] void mismatch(const std::string& text) {
    ++counters_.mismatches;
    keep_window();
    throw LockstepMismatch(text);
  }

  template <typename Value>
  void compare_points(const char* point, const std::vector<Value>& expected,
                      const std::vector<Value>& actual, const Vector& vector,
                      std::uint64_t now_ps) {
    if (expected == actual) return;
    const auto difference =
        std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
    const auto index = static_cast<unsigned>(difference.first - expected.begin());
    if (index >= actual.size()) return;
    mismatch(describe_value(vector, index, point, *difference.first, *difference.second, now_ps));
  }

  /// Notes the vector in the ring; nothing is allocated once the ring has been around.
  void record(const Vector& vector, const std::int16_t* out, unsigned cycles,
              std::uint32_t saturated, std::uint64_t now_ps) {
    TraceVector& slot = window_[recorded_++ % kRecordedVectors];
    slot.first_column = vector.first_column;
    slot.time_ps = now_ps;
    slot.config = vector.config;
    slot.cycles = cycles;
    slot.saturated = saturated;
    slot.cp.assign(vector.cp, vector.cp + vector.columns);
    slot.cn.assign(vector.cn, vector.cn + vector.columns);
    slot.psum.clear();
    if (vector.config.addend == Addend::kPsum) {
      slot.psum.assign(vector.psum, vector.psum + vector.columns);
    }
    slot.out.assign(out, out + vector.columns);
  }

  /// Turns the ring into a recording: all parameters, then the vectors, oldest first.
  void keep_window() {
    auto recording = std::make_unique<Recording>();
    recording->header.format = format_;
    for (unsigned column = 0; column < params_.size(); ++column) {
      recording->records.emplace_back(TraceParams{index_in(name_), column, params_[column]});
    }
    const std::uint64_t kept = std::min<std::uint64_t>(recorded_, kRecordedVectors);
    for (std::uint64_t i = recorded_ - kept; i < recorded_; ++i) {
      recording->records.emplace_back(window_[i % kRecordedVectors]);
    }
    mismatch_ = std::move(recording);
  }

  /// @param point what differs, or empty for the output
  std::string describe_value(const Vector& vector, unsigned index, const std::string& point,
                             std::int64_t expected, std::int64_t actual,
                             std::uint64_t now_ps) const {
    const unsigned column = vector.first_column + index;
    const ColumnParams& p = params_.at(column);
    std::ostringstream text;
    text << "NMPU lockstep mismatch in " << name_ << ", column " << column << ", at " << now_ps
         << " ps: " << point << (point.empty() ? "" : ": ") << "expected " << expected
         << " (model), actual " << actual << " (RTL); inputs cp=" << vector.cp[index]
         << " cn=" << vector.cn[index] << " psum=";
    if (vector.config.addend == Addend::kPsum) {
      text << vector.psum[index];
    } else {
      text << "unused";
    }
    text << "; parameters sp=" << p.scale_p << " sn=" << p.scale_n << " offset=" << p.offset
         << " bias=" << p.bias;
    describe_config(vector, text);
    return text.str();
  }

  std::string describe_cycles(const Vector& vector, unsigned expected, unsigned actual,
                              std::uint64_t now_ps) const {
    std::ostringstream text;
    text << "NMPU lockstep mismatch in " << name_ << " at " << now_ps << " ps: expected "
         << expected << " cycles (model), actual " << actual << " cycles (RTL)";
    describe_config(vector, text);
    return text.str();
  }

  std::string describe_saturation(const Vector& vector, const Saturation& expected,
                                  std::uint64_t now_ps) const {
    const Saturation actual = actual_->saturation();
    std::ostringstream text;
    text << "NMPU lockstep mismatch in " << name_ << " at " << now_ps << " ps: expected "
         << expected.psums << " saturated partial sums and " << expected.activations
         << " activations (model), actual " << actual.psums << " and " << actual.activations
         << " (RTL)";
    describe_config(vector, text);
    return text.str();
  }

  static void describe_config(const Vector& vector, std::ostream& text) {
    const VectorConfig& c = vector.config;
    text << "; vector of " << vector.columns << " columns from column " << vector.first_column
         << "; config cut_pre=" << unsigned{c.cut_pre} << " cut_post=" << unsigned{c.cut_post}
         << " relu=" << c.relu << " zero_point=" << int{c.zero_point}
         << " output=" << (c.psum_out ? "psum" : "int8") << " addend=" << addend_name(c.addend)
         << " rounding=" << rounding_name(c.rounding);
  }

  std::unique_ptr<Backend> expected_;
  std::unique_ptr<Backend> actual_;
  Format format_;
  std::string name_;
  std::vector<ColumnParams> params_;  // for messages
  std::vector<std::int16_t> actual_out_;
  Intermediates expected_points_, actual_points_;
  std::vector<TraceVector> window_;  // the last vectors, a ring
  std::uint64_t recorded_ = 0;       // since the last parameter write
  std::unique_ptr<Recording> mismatch_;
  LockstepCounters counters_;
};

}  // namespace

std::unique_ptr<Backend> make_comparison(std::unique_ptr<Backend> expected,
                                         std::unique_ptr<Backend> actual, const Format& format,
                                         std::string name) {
  return std::make_unique<Comparison>(std::move(expected), std::move(actual), format,
                                      std::move(name));
}

}  // namespace aimc::nmpu
