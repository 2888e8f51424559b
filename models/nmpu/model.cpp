// The bit-exact model: the equations of docs/models_nmpu.md in 32-bit integers.
//
// It runs on every column of every matrix-vector multiplication, so the loop has no branches and
// the parameters lie in arrays of their own, with constant factors already applied: the compiler
// vectorises it.
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
};

Compression compression(const VectorConfig& config, const Format& format) {
  const auto half = [](unsigned cut) { return cut == 0 ? 0 : 1 << (cut - 1); };
  if (config.psum_out) {
    return {0,
            half(format.scale_frac_bits),
            static_cast<int>(format.scale_frac_bits),
            0,
            std::numeric_limits<std::int16_t>::min(),
            std::numeric_limits<std::int16_t>::max()};
  }
  return {config.cut_pre,
          half(config.cut_post),
          config.cut_post,
          config.zero_point,
          config.relu ? config.zero_point : std::numeric_limits<std::int8_t>::min(),
          std::numeric_limits<std::int8_t>::max()};
}

class Model final : public Backend {
 public:
  explicit Model(const Format& format)
      : format_(format),
        scale_p_(column_capacity(format.lanes)),
        scale_n_(scale_p_.size()),
        offset_(scale_p_.size()),
        bias_(scale_p_.size()) {}

  void write_params(unsigned column, const ColumnParams& params) override {
    check_column(column, format_.lanes);
    scale_p_[column] = params.scale_p;
    scale_n_[column] = params.scale_n;
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
    return beats_touched(first, vector.columns, format_.lanes) + format_.stages;
  }

 private:
  template <typename AddendOf>
  void process(const Vector& vector, std::int16_t* out, AddendOf addend_of) const {
    const Compression c = compression(vector.config, format_);
    const std::int16_t* scale_p = scale_p_.data() + vector.first_column;
    const std::int16_t* scale_n = scale_n_.data() + vector.first_column;
    const std::int32_t* offset = offset_.data() + vector.first_column;
    for (unsigned i = 0; i < vector.columns; ++i) {
      // Counts have 12 bits, so they keep their value as signed 16-bit factors, which SIMD
      // multiplies best.
      const std::int32_t product_p = static_cast<std::int16_t>(vector.cp[i]) * scale_p[i];
      const std::int32_t product_n = static_cast<std::int16_t>(vector.cn[i]) * scale_n[i];
      const std::int32_t acc = product_p - product_n + offset[i] + addend_of(i);
      const std::int32_t rounded = ((acc >> c.cut_pre) + c.round) >> c.cut_post;
      out[i] = static_cast<std::int16_t>(std::min(std::max(rounded + c.zero_point, c.low), c.high));
    }
  }

  Format format_;
  std::vector<std::int16_t> scale_p_;  // 0..255
  std::vector<std::int16_t> scale_n_;  // 0..255
  std::vector<std::int32_t> offset_;   // in units of the accumulator
  std::vector<std::int32_t> bias_;     // in units of the accumulator
};

}  // namespace

std::unique_ptr<Backend> make_model(const Format& format) {
  check_format(format);
  return std::make_unique<Model>(format);
}

}  // namespace aimc::nmpu
