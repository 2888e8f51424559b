/** Fixed-point arithmetic of TFLite Micro's kernels: multipliers that are rounded twice. */
#ifndef AIMC_NN_INTERNAL_H
#define AIMC_NN_INTERNAL_H

#include <string.h>

#include "network_image.h"

/** High half of 2 a b, rounded to the nearest, ties upwards; saturates for -2^31 * -2^31. */
static inline int32_t nn_doubled_high(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/** value / 2^exponent rounded to the nearest, ties away from zero; exponent 0 and more. */
static inline int32_t nn_divide_by_power(int32_t value, int32_t exponent) {
  if (exponent == 0) return value;
  if (exponent > 31) return 0; /* but for -2^31 / 2^32, which no operator asks for */
  const uint32_t magnitude = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
  const uint32_t half = 1u << (exponent - 1);
  /* The magnitude is at most 2^31 and half at most 2^30: no overflow. */
  const uint32_t rounded = (magnitude + half) >> exponent;
  return value < 0 ? (int32_t)(0u - rounded) : (int32_t)rounded;
}

/** value * 2^exponent, saturating; exponent 0 to 31. */
static inline int32_t nn_shift_left(int32_t value, int32_t exponent) {
  const int64_t wide = (int64_t)value * ((int64_t)1 << exponent);
  return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/** value times the factor. */
static inline int32_t nn_multiply(int32_t value, const aimc_net_factor* factor) {
  const int32_t raised = factor->shift > 0 ? nn_shift_left(value, factor->shift) : value;
  const int32_t product = nn_doubled_high(raised, factor->fraction);
  return factor->shift < 0 ? nn_divide_by_power(product, -factor->shift) : product;
}

/** Sums wrap at 32 bits, as a register does. */
static inline int32_t nn_wrapping_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

/** A result within the range of an activation. The zero point may be added to any number. */
static inline int8_t nn_clamp(int64_t value, const aimc_net_clamp* clamp) {
  return (int8_t)(value < clamp->least ? clamp->least : value > clamp->most ? clamp->most : value);
}

/** memcpy, in words where it can be: that of a small C library takes a byte at a time. */
static inline void nn_copy(void* to, const void* from, uint32_t bytes) {
  if ((((uintptr_t)to | (uintptr_t)from | bytes) & 3u) != 0) {
    memcpy(to, from, bytes);
    return;
  }
  uint32_t* out = to;
  const uint32_t* in = from;
  const uint32_t* const end = in + bytes / 4;
  for (; end - in >= 4; in += 4, out += 4) {
    const uint32_t a = in[0];
    const uint32_t b = in[1];
    const uint32_t c = in[2];
    const uint32_t d = in[3];
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
  }
  while (in != end) *out++ = *in++;
}

/** Elements of the input under a window at a position; those in the padding do not count. */
typedef struct nn_range {
  uint32_t begin, end;
} nn_range;

static inline nn_range nn_covered(uint32_t position, uint32_t stride, uint32_t filter,
                                  uint32_t before, uint32_t input) {
  const uint32_t start = position * stride; /* in the padded input */
  const uint32_t stop = start + filter > before ? start + filter - before : 0;
  return (nn_range){start > before ? start - before : 0, stop < input ? stop : input};
}

#endif
