#include "platform/compiler/ideal.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace aimc::compiler {
namespace {

/// Weights of one piece, column by column, and their magnitudes.
struct Columns {
  std::size_t rows = 0;
  std::vector<std::int16_t> weights, magnitudes;
};

Columns columns_of(const MatrixWork& work, const Piece& piece) {
  Columns columns;
  columns.rows = piece.rows();
  columns.weights.reserve(columns.rows * work.columns);
  for (std::size_t column = 0; column < work.columns; ++column) {
    for (std::size_t segment = 0; segment < piece.segments; ++segment) {
      const std::size_t first =
          (piece.first_segment + segment) * work.segment_bytes + piece.first_byte;
      for (std::size_t i = 0; i < piece.bytes; ++i) {
        columns.weights.push_back(work.weights[(first + i) * work.columns + column]);
      }
    }
  }
  columns.magnitudes = columns.weights;
  for (std::int16_t& value : columns.magnitudes) {
    value = static_cast<std::int16_t>(std::abs(value));
  }
  return columns;
}

std::int32_t dot(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

/// Inputs of a piece at a position, less what the drivers take off; padding is the input's zero
/// point.
void gather(const MatrixWork& work, const Piece& piece, const std::int8_t* input, std::size_t row,
            std::size_t column, std::int32_t zero_point, std::int16_t* to) {
  for (std::size_t segment = 0; segment < piece.segments; ++segment) {
    const auto y = static_cast<std::int64_t>(row * work.row_stride +
                                             (piece.first_segment + segment) * work.dilation) -
                   static_cast<std::int64_t>(work.pad_rows);
    const auto x = static_cast<std::int64_t>(column * work.column_stride + piece.first_byte) -
                   static_cast<std::int64_t>(work.pad_bytes);
    const bool inside = y >= 0 && y < static_cast<std::int64_t>(work.in_rows);
    const auto width = static_cast<std::int64_t>(work.in_row_bytes);
    const std::int8_t* const from = input + y * width;
    for (std::size_t i = 0; i < piece.bytes; ++i) {
      const std::int64_t at = x + static_cast<std::int64_t>(i);
      const bool there = inside && at >= 0 && at < width;
      *to++ = static_cast<std::int16_t>((there ? from[at] : work.input_zero_point) - zero_point);
    }
  }
}

/// Both polarities of each column, of inputs as they are.
void add_pair(const Columns& columns, const std::int16_t* values, const std::int16_t* magnitudes,
              std::size_t count, std::int32_t* plus, std::int32_t* minus) {
  for (std::size_t column = 0; column < count; ++column) {
    const std::int32_t sum =
        dot(values, columns.weights.data() + column * columns.rows, columns.rows);
    const std::int32_t all =
        dot(magnitudes, columns.magnitudes.data() + column * columns.rows, columns.rows);
    plus[column] = (all + sum) / 2;
    minus[column] = (all - sum) / 2;
  }
}

struct Inputs {
  std::vector<std::int16_t> values, magnitudes, positive, negative;

  explicit Inputs(std::size_t rows)
      : values(rows), magnitudes(rows), positive(rows), negative(rows) {}
  void split(std::size_t rows, std::int16_t limit) {
    for (std::size_t i = 0; i < rows; ++i) {
      values[i] =
          std::max<std::int16_t>(std::min(values[i], limit), static_cast<std::int16_t>(-limit));
      magnitudes[i] = static_cast<std::int16_t>(std::abs(values[i]));
      positive[i] = std::max<std::int16_t>(values[i], 0);
      negative[i] = static_cast<std::int16_t>(std::max<int>(-values[i], 0));
    }
  }
};

analog::CrossbarConfig without_errors(analog::CrossbarConfig config) {
  config.mode = analog::AnalogMode::kIdeal;
  config.rows = config.columns = 4;
  return config;
}

/// Counts of one polarity.
class Converter {
 public:
  Converter(const analog::CrossbarConfig& config, const analog::ReadMode& mode,
            std::size_t replicas)
      : scale_(counts_per_unit(config, mode) * static_cast<double>(replicas)) {
    constexpr unsigned kWidest = 4095;
    limit_ = config.circuit_effects.adc_saturation
                 ? analog::Crossbar(without_errors(config), 1, "nominal").full_scale_counts(mode)
                 : kWidest;
  }

  std::uint16_t count(std::int32_t sum) const {
    return static_cast<std::uint16_t>(
        std::min(limit_, std::floor(static_cast<double>(sum) * scale_ + 0.5)));
  }
  std::uint16_t both(std::int32_t first, std::int32_t second) const {
    return static_cast<std::uint16_t>(
        std::min<int>(static_cast<int>(limit_), count(first) + count(second)));
  }
  bool full(std::uint16_t count) const { return count >= limit_; }

 private:
  double scale_;
  double limit_ = 0.0;
};

}  // namespace

double counts_per_unit(const analog::CrossbarConfig& crossbar, const analog::ReadMode& mode) {
  return analog::Crossbar(without_errors(crossbar), 1, "nominal").count_scale(mode);
}

Sums make_sums(const MatrixWork& work, const Split& split, const std::int8_t* input,
               const analog::ReadMode& mode, std::int32_t zero_point, std::size_t step) {
  Sums sums;
  sums.pieces = split.pieces.size();
  sums.columns = work.columns;
  sums.phases = mode.four_phase ? 4 : 2;
  sums.positions = (work.positions() + step - 1) / step;
  sums.values.resize(sums.positions * sums.pieces * sums.phases * sums.columns);
  const std::size_t of_piece = sums.phases * sums.columns;
  const auto limit = static_cast<std::int16_t>((1 << mode.magnitude_bits) - 1);
  for (std::size_t p = 0; p < sums.pieces; ++p) {
    const Columns columns = columns_of(work, split.pieces[p]);
    Inputs inputs(columns.rows);
    for (std::size_t i = 0; i < sums.positions; ++i) {
      const std::size_t position = i * step;
      gather(work, split.pieces[p], input, position / work.out_columns, position % work.out_columns,
             zero_point, inputs.values.data());
      inputs.split(columns.rows, limit);
      std::int32_t* const to = sums.values.data() + (i * sums.pieces + p) * of_piece;
      if (!mode.four_phase) {
        add_pair(columns, inputs.values.data(), inputs.magnitudes.data(), sums.columns, to,
                 to + sums.columns);
        continue;
      }
      // Positive inputs: plus, minus; negative ones: what counts as plus, as minus.
      add_pair(columns, inputs.positive.data(), inputs.positive.data(), sums.columns, to,
               to + 2 * sums.columns);
      add_pair(columns, inputs.negative.data(), inputs.negative.data(), sums.columns,
               to + 3 * sums.columns, to + sums.columns);
    }
  }
  return sums;
}

IdealOutput ideal_output(const MatrixWork& work, const Split& split, const Sums& sums,
                         const Scaling& scaling, std::size_t replicas,
                         const analog::CrossbarConfig& crossbar, const analog::ReadMode& mode,
                         const nmpu::Format& format) {
  IdealOutput output;
  output.values.resize(sums.positions * sums.columns);
  const Converter converter(crossbar, mode, replicas);
  const double counts = counts_per_unit(crossbar, mode) * static_cast<double>(replicas);
  const std::size_t of_piece = sums.phases * sums.columns;
  std::vector<std::uint16_t> cp(sums.columns);
  std::vector<std::uint16_t> cn(sums.columns);
  std::vector<std::int16_t> partial(sums.columns);
  std::vector<std::int16_t> result(sums.columns);
  for (const Part& part : split.parts) {
    std::vector<std::unique_ptr<nmpu::Backend>> units;
    for (std::size_t p = 0; p < sums.pieces; ++p) {
      units.push_back(nmpu::make_model(format));
      for (std::size_t i = 0; i < part.columns; ++i) {
        const double bias = p == 0 ? scaling.biases[part.first + i] : 0.0;
        units[p]->write_params(static_cast<unsigned>(i),
                               column_params(scaling.scales[part.first + i], bias, counts, format));
      }
    }
    for (std::size_t position = 0; position < sums.positions; ++position) {
      for (std::size_t p = 0; p < sums.pieces; ++p) {
        const std::int32_t* const from =
            sums.values.data() + (position * sums.pieces + p) * of_piece + part.first;
        const std::size_t next = sums.columns;
        for (std::size_t i = 0; i < part.columns; ++i) {
          const std::int32_t* const of_column = from + i;
          const bool four = sums.phases == 4;
          cp[i] =
              four ? converter.both(of_column[0], of_column[next]) : converter.count(of_column[0]);
          cn[i] = four ? converter.both(of_column[2 * next], of_column[3 * next])
                       : converter.count(of_column[next]);
          output.saturated += (converter.full(cp[i]) ? 1U : 0U) + (converter.full(cn[i]) ? 1U : 0U);
        }
        output.conversions += 2 * part.columns;
        nmpu::Vector vector;
        vector.columns = static_cast<unsigned>(part.columns);
        vector.cp = cp.data();
        vector.cn = cn.data();
        vector.psum = p == 0 ? nullptr : partial.data();
        vector.config.addend = p == 0 ? nmpu::Addend::kBias : nmpu::Addend::kPsum;
        vector.config.psum_out = p + 1 < sums.pieces;
        if (!vector.config.psum_out) {
          vector.config.cut_pre = static_cast<std::uint8_t>(scaling.cut_pre);
          vector.config.cut_post = static_cast<std::uint8_t>(scaling.cut_post);
          vector.config.relu = work.relu;
          vector.config.zero_point = static_cast<std::int8_t>(work.output_zero_point);
        }
        units[p]->run(vector, result.data(), 0);
        partial = result;
      }
      std::int8_t* const to = output.values.data() + position * sums.columns + part.first;
      for (std::size_t i = 0; i < part.columns; ++i) to[i] = static_cast<std::int8_t>(result[i]);
    }
  }
  return output;
}

}  // namespace aimc::compiler
