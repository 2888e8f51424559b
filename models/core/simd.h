#pragma once

// Kernels are plain loops that the compiler vectorises. Where it is known how, a kernel is compiled
// a second time for a wider instruction set and chosen at run time; the arithmetic is the same, and
// so is every bit of the result.

#if defined(__GNUC__)
#define AIMC_ALWAYS_INLINE [[gnu::always_inline]] inline
#else
#define AIMC_ALWAYS_INLINE inline
#endif

#if defined(__GNUC__) && defined(__x86_64__)
#define AIMC_HAS_AVX2_DISPATCH 1
#define AIMC_TARGET_AVX2 [[gnu::target("avx2")]]
#endif

namespace aimc::core {

#ifdef AIMC_HAS_AVX2_DISPATCH
/// True when this processor has AVX2.
inline bool cpu_has_avx2() {
  return __builtin_cpu_supports("avx2") != 0;
}
#endif

}  // namespace aimc::core
