#include "models/analog/converters/flicker_noise.h"

#include <algorithm>
#include <cmath>

namespace aimc::analog {
namespace {

// Octaves do not change all at once: fractions of their length by which they are shifted, multiples
// of the golden ratio.
std::uint64_t phase_of(std::size_t octave) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15U;
  return octave == 0 ? 0 : (kGoldenRatio * octave) >> (64U - octave);
}

}  // namespace

FlickerNoise::FlickerNoise(const AdcConfig& config, std::size_t converters, std::uint64_t seed,
                           std::string_view path)
    : stream_(seed, path, "flicker"),
      shortest_ps_(static_cast<core::TimePs>(std::llround(config.flicker_shortest_ns * 1e3))),
      scale_(static_cast<float>(config.flicker_noise_counts /
                                std::sqrt(double(config.flicker_octaves)))),
      octaves_(config.flicker_octaves),
      sum_(2 * converters) {
  for (Octave& octave : octaves_) octave.normals.resize(sum_.size());
}

const float* FlickerNoise::at(core::TimePs now_ps) {
  const std::uint64_t blocks = (sum_.size() + 3) / 4;
  const std::uint64_t shortest_steps = now_ps / shortest_ps_;
  bool changed = false;
  for (std::size_t k = 0; k < octaves_.size(); ++k) {
    Octave& octave = octaves_[k];
    const std::uint64_t step = (shortest_steps + phase_of(k)) >> k;
    if (octave.drawn && octave.step == step) continue;
    stream_.normals((step * octaves_.size() + k) * blocks, octave.normals.data(), sum_.size());
    octave.step = step;
    octave.drawn = changed = true;
  }
  if (changed) {
    std::fill(sum_.begin(), sum_.end(), 0.0F);
    for (const Octave& octave : octaves_) {
      for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += octave.normals[i];
    }
    for (float& value : sum_) value *= scale_;
  }
  return sum_.data();
}

}  // namespace aimc::analog
