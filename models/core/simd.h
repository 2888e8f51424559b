#pragma once

#include <cstdint>

// Kernels are plain loops that the compiler vectorises, or written with the processor's own
// instructions where that pays. Where it is known how, a kernel is compiled again for wider
// instruction sets and chosen at run time; the arithmetic is the same, and so is every bit of the
// result.

#if defined(__GNUC__)
#define AIMC_ALWAYS_INLINE [[gnu::always_inline]] inline
#else
#define AIMC_ALWAYS_INLINE inline
#endif

#if defined(__GNUC__) && defined(__x86_64__)
#define AIMC_HAS_AVX2_DISPATCH 1
#define AIMC_TARGET_AVX2 [[gnu::target("avx2")]]
#if defined(__clang__)
#define AIMC_TARGET_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]]
#else
#define AIMC_TARGET_AVX512 \
  [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,prefer-vector-width=512")]]
#endif
#endif

namespace aimc::core {

/// Instruction sets kernels are compiled for; results do not depend on them.
enum class InstructionSet : std::uint8_t {
  kPortable,  ///< what the compiler may take for granted
  kAvx2,
  kAvx512,  ///< AVX-512 F, BW, DQ, VL and VNNI
};

#ifdef AIMC_HAS_AVX2_DISPATCH
/// True when this processor has AVX2.
inline bool cpu_has_avx2() {
  return __builtin_cpu_supports("avx2") != 0;
}
#endif

/// The widest of these that this processor has.
inline InstructionSet widest_instruction_set() {
#ifdef AIMC_HAS_AVX2_DISPATCH
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
      __builtin_cpu_supports("avx512vnni") != 0) {
    return InstructionSet::kAvx512;
  }
  if (cpu_has_avx2()) return InstructionSet::kAvx2;
#endif
  return InstructionSet::kPortable;
}

}  // namespace aimc::core
