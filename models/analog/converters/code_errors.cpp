#include "models/analog/converters/code_errors.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/analog/converters/quantise.h"

namespace aimc::analog {
namespace {

constexpr std::uint64_t kNormalsEach = 32;  // of a converter and polarity: its bow, then its edges

}  // namespace

CodeErrors::CodeErrors(const AdcConfig& config, std::size_t converters,
                       const core::RandomStream& stream, unsigned polarity)
    : bits_(config.kind == AdcKind::kSar ? config.bits : 0) {
  for (std::size_t converter = 0; converter < converters; ++converter) {
    const std::uint64_t first = kNormalsEach * (2 * converter + polarity);
    if (config.inl_lsb > 0.0) {
      bow_.push_back(static_cast<float>(config.inl_lsb) * stream.normal(first));
    }
    if (config.dnl_lsb <= 0.0) continue;
    if (bits_ > 0) {
      draw_weights(stream, first + 1, config.dnl_lsb);
    } else {
      draw_widths(stream, first + 1, config.dnl_lsb);
    }
  }
}

// Differences from the mean of 16 vary by 15/16 of their own variance.
void CodeErrors::draw_widths(const core::RandomStream& stream, std::uint64_t first, double spread) {
  std::array<double, kPeriod> widths{};
  double mean = 0.0;
  for (unsigned i = 0; i < kPeriod; ++i) {
    widths[i] = static_cast<double>(stream.normal(first + i));
    mean += widths[i] / kPeriod;
  }
  const double scale = spread * std::sqrt(kPeriod / (kPeriod - 1.0));
  double total = 0.0;
  for (double& width : widths) {
    width = std::max(0.0, 1.0 + scale * (width - mean));
    total += width;
  }
  double edge = 0.0;
  for (const double width : widths) {
    edges_.push_back(static_cast<float>(edge));
    edge += width * kPeriod / total;
  }
}

void CodeErrors::draw_weights(const core::RandomStream& stream, std::uint64_t first,
                              double spread) {
  double total = 0.0;
  const std::size_t begin = edges_.size();
  for (unsigned i = 0; i < bits_; ++i) {
    const double units = double(1U << i);
    const double weight = units + spread * std::sqrt(units) * stream.normal(first + i);
    edges_.push_back(static_cast<float>(std::max(0.0, weight)));
    total += static_cast<double>(edges_.back());
  }
  const double top = double(1U << bits_) - 1.0;
  for (std::size_t i = begin; i < edges_.size() && total > 0.0; ++i) {
    edges_[i] = static_cast<float>(edges_[i] * top / total);
  }
}

std::int32_t CodeErrors::periodic_code(const float* edges, double value, double limit) const {
  const double position = std::clamp(value + 0.5, 0.0, limit + 1.0);
  const double period = std::floor(position / kPeriod);
  const auto within = static_cast<float>(position - period * kPeriod);
  std::int32_t code = static_cast<std::int32_t>(period) * std::int32_t{kPeriod} - 1;
  for (unsigned i = 0; i < kPeriod; ++i) code += edges[i] <= within ? 1 : 0;
  return std::min(code, static_cast<std::int32_t>(limit));
}

std::int32_t CodeErrors::approximated_code(const float* weights, double value, double limit) const {
  const double top = double(1U << bits_);
  if (value + 0.5 >= top) return to_code(value, limit);
  double reached = 0.0;
  std::int32_t code = 0;
  for (unsigned bit = bits_; bit-- > 0;) {
    const double trial = reached + static_cast<double>(weights[bit]);
    if (value + 0.5 < trial) continue;
    reached = trial;
    code += std::int32_t{1} << bit;
  }
  return code;
}

std::int32_t CodeErrors::code(std::size_t converter, double value, double full_scale,
                              double limit) const {
  if (!bow_.empty()) value += bow(value, full_scale, static_cast<double>(bow_[converter]));
  if (edges_.empty()) return to_code(value, limit);
  if (bits_ > 0) return approximated_code(&edges_[converter * bits_], value, limit);
  return periodic_code(&edges_[converter * kPeriod], value, limit);
}

}  // namespace aimc::analog
