#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/analog/converters/converter_config.h"
#include "models/core/random.h"
#include "models/core/time.h"

namespace aimc::analog {

/// 1/f noise of converters: a sum of octaves, of which number k keeps its value, a normal drawn
/// anew, for 2^k times the shortest time. A function of time alone, whatever was read before.
class FlickerNoise {
 public:
  /// @param converters their number, each with two polarities
  /// @param seed, path key the stream "flicker"
  FlickerNoise(const AdcConfig& config, std::size_t converters, std::uint64_t seed,
               std::string_view path);

  /// Counts at `now_ps`, G+ and G- of converter 0, 1, ...; valid until the next call.
  const float* at(core::TimePs now_ps);

 private:
  struct Octave {
    bool drawn = false;
    std::uint64_t step = 0;
    std::vector<float> normals;
  };

  core::RandomStream stream_;
  core::TimePs shortest_ps_;
  float scale_;
  std::vector<Octave> octaves_;
  std::vector<float> sum_;
};

}  // namespace aimc::analog
