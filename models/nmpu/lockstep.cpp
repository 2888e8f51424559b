#include "models/nmpu/lockstep.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "models/nmpu/checks.h"

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

class Comparison final : public Backend {
 public:
  Comparison(std::unique_ptr<Backend> expected, std::unique_ptr<Backend> actual, unsigned lanes,
             std::string name)
      : expected_(std::move(expected)),
        actual_(std::move(actual)),
        name_(std::move(name)),
        params_(column_capacity(lanes)),
        actual_out_(column_capacity(lanes)) {}

  void write_params(unsigned column, const ColumnParams& params) override {
    expected_->write_params(column, params);
    actual_->write_params(column, params);
    params_.at(column) = params;
  }

  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) override {
    const unsigned cycles = expected_->run(vector, out, now_ps);
    const unsigned actual_cycles = run_actual(vector, now_ps);
    const std::int16_t* difference =
        std::mismatch(out, out + vector.columns, actual_out_.data()).first;
    const auto index = static_cast<unsigned>(difference - out);
    counters_.columns_compared += std::min(index + 1, vector.columns);
    if (index < vector.columns) {
      ++counters_.mismatches;
      throw LockstepMismatch(describe_value(vector, index, out[index], now_ps));
    }
    if (cycles != actual_cycles) {
      ++counters_.mismatches;
      throw LockstepMismatch(describe_cycles(vector, cycles, actual_cycles, now_ps));
    }
    const Saturation saturated = expected_->saturation();
    if (saturated != actual_->saturation()) {
      ++counters_.mismatches;
      throw LockstepMismatch(describe_saturation(vector, saturated, now_ps));
    }
    return cycles;
  }

  [[nodiscard]] Saturation saturation() const override { return actual_->saturation(); }
  void clear_saturation() override {
    expected_->clear_saturation();
    actual_->clear_saturation();
  }

  [[nodiscard]] LockstepCounters lockstep() const override { return counters_; }

 private:
  unsigned run_actual(const Vector& vector, std::uint64_t now_ps) {
    try {
      return actual_->run(vector, actual_out_.data(), now_ps);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(name_ + " at " + std::to_string(now_ps) + " ps: " + error.what());
    }
  }

  std::string describe_value(const Vector& vector, unsigned index, int expected,
                             std::uint64_t now_ps) const {
    const unsigned column = vector.first_column + index;
    const ColumnParams& p = params_.at(column);
    std::ostringstream text;
    text << "NMPU lockstep mismatch in " << name_ << ", column " << column << ", at " << now_ps
         << " ps: expected " << expected << " (model), actual " << actual_out_[index]
         << " (RTL); inputs cp=" << vector.cp[index] << " cn=" << vector.cn[index] << " psum=";
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
  std::string name_;
  std::vector<ColumnParams> params_;  // for messages
  std::vector<std::int16_t> actual_out_;
  LockstepCounters counters_;
};

}  // namespace

std::unique_ptr<Backend> make_comparison(std::unique_ptr<Backend> expected,
                                         std::unique_ptr<Backend> actual, unsigned lanes,
                                         std::string name) {
  return std::make_unique<Comparison>(std::move(expected), std::move(actual), lanes,
                                      std::move(name));
}

}  // namespace aimc::nmpu
