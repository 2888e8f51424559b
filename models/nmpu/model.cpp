// The bit-exact model: the equations of docs/models_nmpu.md in 32-bit integers.
//
// It runs on every column of every matrix-vector multiplication, so the loop has no branches and
// the parameters lie in arrays of their own, with constant factors already applied: the compiler
// vectorises it. Scales of the configuration `paper` and counts both fit signed 16-bit factors,
// which SIMD multiplies best; `wide` takes 32-bit ones.
#include <algorithm>
#include <limits>
#include <vector>

#include "models/nmpu/checks.h"

namespace aimc::nmpu {
namespace {

static_assert(-1 >> 1 == -1, "the model needs arithmetic right shifts of negative values");
static_assert(format::kPsumW == 16 && format::kOutW == 8 && format::kBiasW == 16,
              "the interface carries int16 partial sums and biases, and int8 activations");

/// Stage 3 in one form for both kinds of output: a partial sum is an activation with fixed cuts, no
/// zero point and wider bounds.
struct Compression {
  int cut_pre;
  int round;
  int cut_post;
  std::int32_t zero_point;
  std::int32_t low;
  std::int32_t high;
  std::int32_t lowest;  ///< weight of the lowest bit that stays where ties go to the even one, or 0
  std::int32_t saturates_below;  ///< `low`, unless that is ReLU's
};

Compression compression(const VectorConfig& config, const Format& format) {
  Compression c{};
  if (config.psum_out) {
    c.cut_post = static_cast<int>(format.scale_frac_bits);
    c.low = c.saturates_below = std::numeric_limits<std::int16_t>::min();
    c.high = std::numeric_limits<std::int16_t>::max();
  } else {
    c.cut_pre = config.cut_pre;
    c.cut_post = config.cut_post;
    c.zero_point = config.zero_point;
    c.low = config.relu ? config.zero_point : std::numeric_limits<std::int8_t>::min();
    c.high = std::numeric_limits<std::int8_t>::max();
    c.saturates_below = config.relu ? std::numeric_limits<std::int32_t>::min() : c.low;
  }
  if (c.cut_post == 0 || config.rounding == Rounding::kTruncate) return c;
  c.round = 1 << (c.cut_post - 1);
  if (config.rounding == Rounding::kHalfEven) {
    // Just under a half, and one more where the lowest bit that stays is set.
    --c.round;
    c.lowest = 1 << c.cut_post;
  }
  return c;
}

/// @tparam Scale a signed integer that holds a scale and, if narrow, a count
template <typename Scale>
class Model final : public Backend {
 public:
  explicit Model(const Format& format)
      : format_(format),
        scale_p_(column_capacity(format.lanes)),
        scale_n_(scale_p_.size()),
        offset_(scale_p_.size()),
        bias_(scale_p_.size()) {}

  void write_params(unsigned column, const ColumnParams& params) override {
    check_params(column, params, format_);
    scale_p_[column] = static_cast<Scale>(params.scale_p);
    scale_n_[column] = static_cast<Scale>(params.scale_n);
    offset_[column] = params.offset * (1 << (format_.scale_frac_bits - format_.offset_frac_bits));
    bias_[column] = params.bias * (1 << format_.scale_frac_bits);
  }

  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t /*now_ps*/) override {
    check_vector(vector, out, format_.lanes);
    const unsigned first = vector.first_column;
    const std::int32_t addend_unit = 1 << format_.scale_frac_bits;
    switch (vector.config.addend) {
      case Addend::kNone:
        process(vector, out, [](unsigned) { return 0; });
        break;
      case Addend::kBias:
        process(vector, out, [bias = bias_.data() + first](unsigned i) { return bias[i]; });
        break;
      case Addend::kPsum:
        process(vector, out,
                [psum = vector.psum, addend_unit](unsigned i) { return psum[i] * addend_unit; });
        break;
    }
    if (points_ != nullptr) show(vector);
    return beats_touched(first, vector.columns, format_.lanes) + format_.stages;
  }

  void observe(Intermediates* points) override { points_ = points; }

  [[nodiscard]] Saturation saturation() const override { return saturation_; }
  void clear_saturation() override { saturation_ = {}; }

 private:
  template <typename AddendOf>
  void process(const Vector& vector, std::int16_t* out, AddendOf addend_of) {
    const Compression c = compression(vector.config, format_);
    const std::uint32_t saturated = c.lowest != 0 ? compute<true>(c, vector, out, addend_of)
                                                  : compute<false>(c, vector, out, addend_of);
    (vector.config.psum_out ? saturation_.psums : saturation_.activations) += saturated;
  }

  /// Returns how many results exceeded their range.
  template <bool kTiesToEven, typename AddendOf>
  std::uint32_t compute(const Compression& c, const Vector& vector, std::int16_t* out,
                        AddendOf addend_of) const {
    const Scale* scale_p = scale_p_.data() + vector.first_column;
    const Scale* scale_n = scale_n_.data() + vector.first_column;
    const std::int32_t* offset = offset_.data() + vector.first_column;
    std::int32_t saturated = 0;
    for (unsigned i = 0; i < vector.columns; ++i) {
      const std::int32_t product_p = static_cast<Scale>(vector.cp[i]) * scale_p[i];
      const std::int32_t product_n = static_cast<Scale>(vector.cn[i]) * scale_n[i];
      const std::int32_t acc = product_p - product_n + offset[i] + addend_of(i);
      const std::int32_t kept = acc >> c.cut_pre;
      std::int32_t sum = kept + c.round;
      if constexpr (kTiesToEven) sum += (kept & c.lowest) != 0 ? 1 : 0;
      const std::int32_t value = (sum >> c.cut_post) + c.zero_point;
      out[i] = static_cast<std::int16_t>(std::min(std::max(value, c.low), c.high));
      saturated += static_cast<int>(value > c.high) + static_cast<int>(value < c.saturates_below);
    }
    return static_cast<std::uint32_t>(saturated);
  }

  void show(const Vector& vector) const {
    const unsigned first = vector.first_column;
    points_->product_p.resize(vector.columns);
    points_->product_n.resize(vector.columns);
    points_->acc.resize(vector.columns);
    for (unsigned i = 0; i < vector.columns; ++i) {
      const std::int32_t p = static_cast<std::int32_t>(vector.cp[i]) * scale_p_[first + i];
      const std::int32_t n = static_cast<std::int32_t>(vector.cn[i]) * scale_n_[first + i];
      std::int32_t addend = 0;
      if (vector.config.addend == Addend::kBias) addend = bias_[first + i];
      if (vector.config.addend == Addend::kPsum) {
        addend = vector.psum[i] * (1 << format_.scale_frac_bits);
      }
      points_->product_p[i] = static_cast<std::uint32_t>(p);
      points_->product_n[i] = static_cast<std::uint32_t>(n);
      points_->acc[i] = p - n + offset_[first + i] + addend;
    }
    points_->valid = true;
  }

  Format format_;
  Saturation saturation_;
  Intermediates* points_ = nullptr;
  std::vector<Scale> scale_p_;
  std::vector<Scale> scale_n_;
  std::vector<std::int32_t> offset_;  // in units of the accumulator
  std::vector<std::int32_t> bias_;    // in units of the accumulator
};

}  // namespace

std::unique_ptr<Backend> make_model(const Format& format) {
  check_format(format);
  constexpr unsigned kNarrow = 15;
  if (format.scale_bits() <= kNarrow) return std::make_unique<Model<std::int16_t>>(format);
  return std::make_unique<Model<std::int32_t>>(format);
}

}  // namespace aimc::nmpu
