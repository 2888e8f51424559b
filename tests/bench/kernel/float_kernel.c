/* Floating-point kernels of different character, over and over: matrix product, filter, division
 * and roots, a chaotic map, comparisons and conversions. */
#include <stdint.h>

enum { kMatrix = 24, kSamples = 512, kTaps = 16, kBodies = 64 };

static float left[kMatrix][kMatrix], right[kMatrix][kMatrix], product[kMatrix][kMatrix];
static float samples[kSamples], filtered[kSamples], taps[kTaps];
static float positions[kBodies][3], forces[kBodies];
static int8_t quantised[kSamples];

static void multiply(float seed) {
  for (int i = 0; i < kMatrix; ++i) {
    for (int j = 0; j < kMatrix; ++j) {
      left[i][j] = seed + (float)(i - j);
      right[i][j] = (float)(i * j) * 0.01f;
    }
  }
  for (int i = 0; i < kMatrix; ++i) {
    for (int j = 0; j < kMatrix; ++j) {
      float sum = 0.0f;
      for (int k = 0; k < kMatrix; ++k) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  }
}

static void filter(float x) {
  for (int i = 0; i < kTaps; ++i) taps[i] = 1.0f / (float)(i + 2);
  for (int i = 0; i < kSamples; ++i) {
    x = 3.9f * x * (1.0f - x);
    samples[i] = x - 0.5f;
  }
  for (int i = kTaps; i < kSamples; ++i) {
    float sum = 0.0f;
    for (int j = 0; j < kTaps; ++j) sum += taps[j] * samples[i - j];
    filtered[i] = sum > 0.0f ? sum : 0.0f; /* ReLU */
  }
}

static void attract(float step) {
  for (int i = 0; i < kBodies; ++i) {
    for (int axis = 0; axis < 3; ++axis) positions[i][axis] = (float)((i * (axis + 3)) % 17) + step;
  }
  for (int i = 0; i < kBodies; ++i) {
    float force = 0.0f;
    for (int j = 0; j < kBodies; ++j) {
      const float dx = positions[i][0] - positions[j][0];
      const float dy = positions[i][1] - positions[j][1];
      const float dz = positions[i][2] - positions[j][2];
      const float square = dx * dx + dy * dy + dz * dz + 0.25f;
      force += dx / (square * __builtin_sqrtf(square));
    }
    forces[i] = force;
  }
}

static int32_t quantise(float scale) {
  int32_t sum = 0;
  for (int i = 0; i < kSamples; ++i) {
    float value = filtered[i] * scale;
    if (value > 127.0f) value = 127.0f;
    quantised[i] = (int8_t)(int32_t)value;
    sum += quantised[i];
  }
  return sum;
}

void kernel(void) {
  volatile float result = 0.0f;
  __asm__ volatile("csrs mstatus, %0" ::"r"(3 << 13));
  for (float x = 0.1f;; x = x < 0.8f ? x + 0.01f : 0.1f) {
    multiply(x);
    filter(x);
    attract(x);
    result = product[3][5] + forces[7] + (float)quantise(40.0f);
  }
  (void)result;
}
