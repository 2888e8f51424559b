#include <algorithm>
#include <cmath>

#include "platform/compiler/plan.h"

namespace aimc::compiler {
namespace {

std::size_t divided_up(std::size_t amount, std::size_t by) {
  return (amount + by - 1) / by;
}

std::size_t words_of(std::size_t bytes) {
  return bytes / 4 * 4;
}

std::vector<Piece> split_rows(const MatrixWork& work, std::size_t most, bool fine) {
  std::vector<Piece> pieces;
  if (work.segment_bytes <= most && !fine) {
    const std::size_t count = divided_up(work.segments, most / work.segment_bytes);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t first = i * work.segments / count;
      const std::size_t end = (i + 1) * work.segments / count;
      pieces.push_back({first, end - first, 0, work.segment_bytes});
    }
    return pieces;
  }
  const std::size_t words = work.segment_bytes / 4;
  const std::size_t count = divided_up(words, most / 4);
  for (std::size_t segment = 0; segment < work.segments; ++segment) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t first = i * words / count;
      const std::size_t end = (i + 1) * words / count;
      pieces.push_back({segment, 1, 4 * first, 4 * (end - first)});
    }
  }
  return pieces;
}

/// The bias of every column, and what the input's zero point makes of its weights beyond what the
/// drivers take off.
std::vector<double> column_offsets(const MatrixWork& work, std::int32_t zero_point) {
  std::vector<double> offsets(work.biases.begin(), work.biases.end());
  const double left = zero_point - work.input_zero_point;
  if (zero_point == work.input_zero_point) return offsets;
  for (std::size_t row = 0; row < work.rows(); ++row) {
    for (std::size_t i = 0; i < work.columns; ++i) {
      offsets[i] += left * work.weights[row * work.columns + i];
    }
  }
  return offsets;
}

}  // namespace

Split split_matrix(const MatrixWork& work, std::size_t tile_rows, std::size_t tile_columns,
                   bool fine) {
  Split split;
  const std::size_t most = words_of(tile_rows);
  split.pieces = split_rows(work, fine ? std::max<std::size_t>(4, words_of(most / 2)) : most, fine);
  const std::size_t words = divided_up(work.columns, 4);
  const std::size_t count = divided_up(words, words_of(tile_columns) / 4);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = 4 * (i * words / count);
    const std::size_t end = std::min(work.columns, 4 * ((i + 1) * words / count));
    // Partial sums of one position fill whole words.
    const std::size_t filler = split.pieces.size() > 1 ? (end - first) % 2 : 0;
    split.parts.push_back({first, end - first, end - first + filler});
  }
  return split;
}

std::size_t most_replicas(const Split& split, std::size_t tile_rows) {
  std::size_t most = tile_rows;
  for (const Piece& piece : split.pieces) {
    most = std::min(most, piece.segments > 1 ? 1 : tile_rows / piece.bytes);
  }
  return most;
}

Scaling make_scaling(const MatrixWork& work, const nmpu::Format& format, double counts,
                     std::int32_t zero_point, std::string& obstacle) {
  constexpr int kMostBits = 15;  // of each cut
  const auto most_scale = static_cast<double>((1U << format.scale_bits()) - 1);
  const double one = std::ldexp(1.0, static_cast<int>(format.scale_frac_bits));
  const double most_bias = std::ldexp(1.0, static_cast<int>(format.bias_bits) - 1) - 1.0;
  const std::vector<double> offsets = column_offsets(work, zero_point);
  double factor = 0.0;
  double bias = 0.0;
  for (std::size_t i = 0; i < work.columns; ++i) {
    factor = std::max(factor, work.factors[i]);
    bias = std::max(bias, std::fabs(work.factors[i] * offsets[i]));
  }
  // Bits from the sum in the accumulator to the output.
  int cut = 2 * kMostBits;
  const auto shift = [&] { return cut - static_cast<int>(format.scale_frac_bits); };
  const auto fits = [&] {
    return std::round(std::ldexp(factor / counts, shift()) * one) <= most_scale &&
           std::ldexp(bias, shift()) <= most_bias;
  };
  while (cut > 0 && !fits()) --cut;
  if (!fits()) {
    obstacle = "a sum's factor of " + std::to_string(factor) + " and a bias of " +
               std::to_string(bias) + " output steps; beyond the NMPU's parameters at " +
               std::to_string(counts) + " counts for one unit of a sum";
  }
  Scaling scaling;
  scaling.cut_post = static_cast<unsigned>(std::min(cut, kMostBits));
  scaling.cut_pre = static_cast<unsigned>(cut) - scaling.cut_post;
  for (std::size_t i = 0; i < work.columns; ++i) {
    scaling.scales.push_back(std::ldexp(work.factors[i], shift()));
    scaling.biases.push_back(std::ldexp(work.factors[i] * offsets[i], shift()));
  }
  return scaling;
}

nmpu::ColumnParams column_params(double scale, double bias, double counts,
                                 const nmpu::Format& format) {
  const auto limited = [](double value, double least, double most) {
    return static_cast<std::int32_t>(std::lround(std::clamp(value, least, most)));
  };
  nmpu::ColumnParams params;
  const double one = std::ldexp(1.0, static_cast<int>(format.scale_frac_bits));
  const auto most_scale = static_cast<double>((1U << format.scale_bits()) - 1);
  params.scale_p = static_cast<std::uint16_t>(limited(scale / counts * one, 0.0, most_scale));
  params.scale_n = params.scale_p;
  params.bias = static_cast<std::int16_t>(limited(bias, -32768.0, 32767.0));
  const double offset_one = std::ldexp(1.0, static_cast<int>(format.offset_frac_bits));
  const double most_offset = std::ldexp(1.0, static_cast<int>(format.offset_bits()) - 1) - 1.0;
  params.offset = static_cast<std::int16_t>(
      limited((bias - params.bias) * offset_one, -most_offset - 1.0, most_offset));
  return params;
}

}  // namespace aimc::compiler
