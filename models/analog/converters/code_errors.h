#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/converters/converter_config.h"
#include "models/core/random.h"

namespace aimc::analog {

/// Where the codes of the converters of one polarity begin: integral and differential nonlinearity,
/// drawn once.
///
/// Integral: a parabola over the range whose height in the middle is normal (0, inl_lsb).
/// Differential: oscillator and ramp have 16 widths of codes that follow each other again and
/// again, normal (1, dnl_lsb), not negative, 16 together. A converter by successive approximation
/// has bits that weigh 2^i + dnl_lsb 2^(i/2) xi, scaled so that all of them weigh 2^bits - 1;
/// dnl_lsb is what one unit varies by, and the code in the middle 2^(bits/2) times as much.
class CodeErrors {
 public:
  /// @param converters their number
  /// @param stream of the purpose "adc_codes"; @param polarity 0 or 1
  CodeErrors(const AdcConfig& config, std::size_t converters, const core::RandomStream& stream,
             unsigned polarity);

  /// The code of a value in counts, at most `limit`.
  std::int32_t code(std::size_t converter, double value, double full_scale, double limit) const;

 private:
  static constexpr unsigned kPeriod = 16;

  void draw_widths(const core::RandomStream& stream, std::uint64_t first, double spread);
  void draw_weights(const core::RandomStream& stream, std::uint64_t first, double spread);
  std::int32_t periodic_code(const float* edges, double value, double limit) const;
  std::int32_t approximated_code(const float* weights, double value, double limit) const;

  unsigned bits_ = 0;         // of successive approximation, otherwise 0
  std::vector<float> bow_;    // of each converter, counts; empty: none
  std::vector<float> edges_;  // 16 or bits_ of each converter; empty: codes begin where they should
};

}  // namespace aimc::analog
