/* Single-precision arithmetic: a filter, a matrix product, a polynomial, a division and a
 * conversion each step. By the library where the core has no F. */
#include "bench.h"

enum { kSize = 10, kSamples = 64 };

static float left[kSize][kSize], right[kSize][kSize];

static float product_trace(float scale) {
  float trace = 0.0F;
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) {
      left[i][j] = scale * (float)(i + 1) + (float)j;
      right[i][j] = scale - (float)(i * j);
    }
  }
  for (int i = 0; i < kSize; ++i) {
    float dot = 0.0F;
    for (int j = 0; j < kSize; ++j) {
      for (int k = 0; k < kSize; ++k) dot += left[i][k] * right[k][j];
    }
    trace += dot;
  }
  return trace;
}

static float filter(uint32_t* random) {
  float low = 0.0F, band = 0.0F;
  for (int i = 0; i < kSamples; ++i) {
    const float input = (float)(int32_t)next_random(random) * (1.0F / 2147483648.0F);
    low += 0.1F * band;
    const float high = input - low - 0.5F * band;
    band += 0.1F * high;
    const float x = band * band;
    low += ((0.01F * x - 0.2F) * x + 1.0F) / (x + 8.0F) * 0.001F;
  }
  return low;
}

uint32_t bench_round(uint32_t seed) {
  uint32_t random = seed | 1;
  const float sum = product_trace((float)(seed & 255) * 0.25F) * 0.001F + filter(&random);
  return (uint32_t)(int32_t)(sum < 1e6F && sum > -1e6F ? sum * 100.0F : 0.0F);
}
