#include "models/core/random.h"

#include <algorithm>
#include <cmath>

#include "models/core/elementary.h"

namespace aimc::core {
namespace {

// Constants of Philox4x32: multipliers and the Weyl sequence of the key (Salmon et al., SC 2011).
constexpr std::uint32_t kMultiplier0 = 0xD2511F53U;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57U;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
constexpr std::uint32_t kRounds = 10;

// Last counter word: keeps raw words and normals apart.
constexpr std::uint32_t kKindBits = 0;
constexpr std::uint32_t kKindNormal = 1;

struct Block {
  std::uint32_t w0, w1, w2, w3;
};

AIMC_ALWAYS_INLINE Block philox_round(Block c, std::uint32_t key0, std::uint32_t key1) {
  const std::uint64_t product0 = std::uint64_t{kMultiplier0} * c.w0;
  const std::uint64_t product1 = std::uint64_t{kMultiplier1} * c.w2;
  return {static_cast<std::uint32_t>(product1 >> 32) ^ c.w1 ^ key0,
          static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ c.w3 ^ key1,
          static_cast<std::uint32_t>(product0)};
}

AIMC_ALWAYS_INLINE Block philox(Block c, std::uint32_t key0, std::uint32_t key1) {
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    c = philox_round(c, key0 + round * kWeyl0, key1 + round * kWeyl1);
  }
  return c;
}

struct NormalPair {
  float z0, z1;
};

// Box-Muller. The radius takes 24 bits of one word, the angle 26 of the other: two for the
// quadrant, 24 within it.
AIMC_ALWAYS_INLINE NormalPair box_muller(std::uint32_t radius_word, std::uint32_t angle_word) {
  constexpr float kTwoToMinus24 = 0x1p-24F;
  constexpr float kHalfPi = 1.57079632679489662F;
  const auto radius_bits = static_cast<float>(static_cast<std::int32_t>(radius_word >> 8));
  const float u = (radius_bits + 0.5F) * kTwoToMinus24;  // in [2^-25, 1]
  const float minus_two_log = -2.0F * det_log(u);
  const float radius = std::sqrt(minus_two_log > 0.0F ? minus_two_log : 0.0F);
  const auto angle_bits =
      static_cast<float>(static_cast<std::int32_t>((angle_word >> 6) & 0xFFFFFFU));
  const float angle = ((angle_bits + 0.5F) * kTwoToMinus24 - 0.5F) * kHalfPi;
  const std::uint32_t sine = float_bits(det_sin(angle));
  const std::uint32_t cosine = float_bits(det_cos(angle));
  // A quarter turn per quadrant: odd quadrants swap sine and cosine, and the signs follow; done on
  // the bits.
  const std::uint32_t swap = 0U - ((angle_word >> 30) & 1U);
  const std::uint32_t half_turn = angle_word & 0x80000000U;
  const std::uint32_t x = ((cosine & ~swap) | (sine & swap)) ^ half_turn ^ (swap & 0x80000000U);
  const std::uint32_t y = ((sine & ~swap) | (cosine & swap)) ^ half_turn;
  return {radius * float_from_bits(x), radius * float_from_bits(y)};
}

constexpr std::size_t kBatch = 64;  // blocks handled together so that the loops vectorise

struct Batch {
  std::array<std::uint32_t, kBatch> low, high;
  std::array<std::array<std::uint32_t, kBatch>, 4> words;
};

// Blocks first .. first + n of a stream, word by word; n <= kBatch.
AIMC_ALWAYS_INLINE void philox_batch(Batch& batch, std::uint64_t first, std::size_t n,
                                     std::uint32_t lane, std::uint32_t kind,
                                     const std::array<std::uint32_t, 2>& key) {
  for (std::size_t i = 0; i < n; ++i) {
    batch.low[i] = static_cast<std::uint32_t>(first + i);
    batch.high[i] = static_cast<std::uint32_t>((first + i) >> 32);
  }
  const std::uint32_t key0 = key[0];
  const std::uint32_t key1 = key[1];
  for (std::size_t i = 0; i < n; ++i) {
    const Block block = philox({batch.low[i], batch.high[i], lane, kind}, key0, key1);
    batch.words[0][i] = block.w0;
    batch.words[1][i] = block.w1;
    batch.words[2][i] = block.w2;
    batch.words[3][i] = block.w3;
  }
}

AIMC_ALWAYS_INLINE void normals_batch(const Batch& batch, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    const NormalPair first = box_muller(batch.words[0][i], batch.words[1][i]);
    const NormalPair second = box_muller(batch.words[2][i], batch.words[3][i]);
    out[4 * i] = first.z0;
    out[4 * i + 1] = first.z1;
    out[4 * i + 2] = second.z0;
    out[4 * i + 3] = second.z1;
  }
}

struct StreamName {
  std::uint32_t lane;
  std::array<std::uint32_t, 2> key;
};

AIMC_ALWAYS_INLINE void fill_normals(const StreamName& name, std::uint64_t block, float* out,
                                     std::size_t n) {
  Batch batch;
  for (; n >= 4 * kBatch; n -= 4 * kBatch, out += 4 * kBatch, block += kBatch) {
    philox_batch(batch, block, kBatch, name.lane, kKindNormal, name.key);
    normals_batch(batch, kBatch, out);
  }
  if (n == 0) return;
  const std::size_t blocks = (n + 3) / 4;
  std::array<float, 4 * kBatch> tail;
  philox_batch(batch, block, blocks, name.lane, kKindNormal, name.key);
  normals_batch(batch, blocks, tail.data());
  std::copy_n(tail.begin(), n, out);
}

#ifdef AIMC_HAS_AVX2_DISPATCH
AIMC_TARGET_AVX2 void fill_normals_avx2(const StreamName& name, std::uint64_t block, float* out,
                                        std::size_t n) {
  fill_normals(name, block, out, n);
}
AIMC_TARGET_AVX512 void fill_normals_avx512(const StreamName& name, std::uint64_t block, float* out,
                                            std::size_t n) {
  fill_normals(name, block, out, n);
}
#endif

// Finaliser of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014).
constexpr std::uint64_t mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

// FNV-1a, 64 bit, of the two names with a zero byte between them.
std::uint64_t hash_names(std::string_view component, std::string_view purpose) {
  constexpr std::uint64_t kPrime = 0x100000001B3U;
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : component) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  hash *= kPrime;
  for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  const Block block = philox({counter[0], counter[1], counter[2], counter[3]}, key[0], key[1]);
  return {block.w0, block.w1, block.w2, block.w3};
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view component,
                           std::string_view purpose) {
  const std::uint64_t name = hash_names(component, purpose);
  const std::uint64_t key = mix(mix(seed) ^ name);
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
  lane_ = static_cast<std::uint32_t>(mix(name) >> 32);
}

std::array<std::uint32_t, 4> RandomStream::bits(std::uint64_t index) const {
  return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                     lane_, kKindBits},
                    key_);
}

void RandomStream::words(std::uint64_t first, std::uint32_t* out, std::size_t n) const {
  Batch batch;
  std::uint64_t block = first / 4;
  std::size_t skip = first % 4;
  while (n > 0) {
    const std::size_t blocks = std::min(kBatch, (skip + n + 3) / 4);
    philox_batch(batch, block, blocks, lane_, kKindBits, key_);
    const std::size_t end = std::min(4 * blocks, skip + n);
    for (std::size_t k = skip; k < end; ++k) *out++ = batch.words[k % 4][k / 4];
    n -= end - skip;
    block += blocks;
    skip = 0;
  }
}

float RandomStream::uniform(std::uint64_t index) const {
  return static_cast<float>(static_cast<std::int32_t>(bits(index)[0] >> 8)) * 0x1p-24F;
}

float RandomStream::normal(std::uint64_t index) const {
  const std::uint64_t block = index / 4;
  const auto words = philox4x32({static_cast<std::uint32_t>(block),
                                 static_cast<std::uint32_t>(block >> 32), lane_, kKindNormal},
                                key_);
  const std::size_t pair = index % 4 / 2 * 2;
  const NormalPair normals = box_muller(words[pair], words[pair + 1]);
  return index % 2 == 0 ? normals.z0 : normals.z1;
}

void RandomStream::normals(std::uint64_t block, float* out, std::size_t n,
                           InstructionSet set) const {
#ifdef AIMC_HAS_AVX2_DISPATCH
  if (set == InstructionSet::kAvx512) {
    fill_normals_avx512({lane_, key_}, block, out, n);
    return;
  }
  if (set == InstructionSet::kAvx2) {
    fill_normals_avx2({lane_, key_}, block, out, n);
    return;
  }
#endif
  static_cast<void>(set);
  fill_normals({lane_, key_}, block, out, n);
}

}  // namespace aimc::core
