#pragma once

namespace aimc::core {

/// False in a build that cannot be observed: reports of models and observers of the hart are
/// compiled away, to measure what they cost when nobody listens (tests/bench/observation_cost).
#ifdef AIMC_NO_OBSERVATION
inline constexpr bool kObservation = false;
#else
inline constexpr bool kObservation = true;
#endif

}  // namespace aimc::core
