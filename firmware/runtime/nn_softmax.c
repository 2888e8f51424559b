/* SOFTMAX for int8 in fixed point, bit by bit as TFLite Micro's reference kernel: exp(x) for x <= 0
 * as a polynomial on [-1/4, 0) times factors exp(-2^k), and 1 / x by Newton's iteration. The number
 * format of a value is written QI.F: I integer bits, F fraction bits, 31 together. */
#include "nn.h"
#include "nn_internal.h"

enum {
  kDifferenceBits = 5, /* integer bits of a difference to the greatest input */
  kSumBits = 12,       /* integer bits of the sum of exponentials */
  kFactors = 7,
  kHeld = 64 /* exponentials that are not computed twice */
};

/* exp(x) in Q0.31 for x in Q0.31, -1/4 <= x < 0: the Taylor series around -1/8 to the fourth order.
 */
static int32_t exp_of_small(int32_t x) {
  const int32_t exp_of_minus_eighth = 1895147668;
  const int32_t third = 715827883;
  const int32_t d = x + (1 << 28); /* plus 1/8 */
  const int32_t d2 = nn_doubled_high(d, d);
  const int32_t d3 = nn_doubled_high(d2, d);
  const int32_t d4 = nn_doubled_high(d2, d2);
  const int32_t fourth = nn_divide_by_power(d4, 2);
  const int32_t tail = nn_divide_by_power(nn_doubled_high(fourth + d3, third) + d2, 1);
  return exp_of_minus_eighth + nn_doubled_high(exp_of_minus_eighth, d + tail);
}

/* exp(x) in Q0.31 for x <= 0 in Q5.26. */
static int32_t exp_of_negative(int32_t x) {
  const int32_t quarter = 1 << (31 - kDifferenceBits - 2);
  /* exp(-2^k) for k = -2 to 4 */
  static const int32_t factors[kFactors] = {1672461947, 1302514674, 790015084, 290630308,
                                            39332535,   720401,     242};
  if (x == 0) return INT32_MAX;
  const int32_t small = (x & (quarter - 1)) - quarter;
  const int32_t rest = small - x; /* a multiple of 1/4 */
  int32_t result = exp_of_small(nn_shift_left(small, kDifferenceBits));
  for (unsigned k = 0; k < kFactors; ++k) {
    if ((rest & quarter << k) != 0) result = nn_doubled_high(result, factors[k]);
  }
  return result;
}

/* 1 / (1 + x) in Q0.31 for x in Q0.31, 0 <= x < 1. */
static int32_t reciprocal_of_one_plus(int32_t x) {
  const int32_t start = 1515870810;                                 /* 48/17 in Q2.29 */
  const int32_t slope = -1010580540;                                /* -32/17 in Q2.29 */
  const int32_t half = (int32_t)(((uint32_t)x + 0x80000000u) >> 1); /* (1 + x) / 2 */
  int32_t estimate = start + nn_doubled_high(half, slope);
  for (int i = 0; i < 3; ++i) {
    const int32_t error = (1 << 29) - nn_doubled_high(half, estimate);
    estimate += nn_shift_left(nn_doubled_high(estimate, error), 2);
  }
  return nn_shift_left(estimate, 1); /* half of 1 / half, from Q1.30 */
}

/* exp(difference) in Q0.31, or nothing worth counting: -1. */
static int32_t exponential(const aimc_net_softmax* p, int32_t difference) {
  const aimc_net_factor beta = {p->beta_fraction, p->beta_shift};
  return difference < p->least_difference ? -1 : exp_of_negative(nn_multiply(difference, &beta));
}

static void softmax(const aimc_net_softmax* p, const int8_t* in, uint32_t channels, int8_t* out) {
  int32_t greatest = INT8_MIN;
  for (uint32_t c = 0; c < channels; ++c) greatest = in[c] > greatest ? in[c] : greatest;
  int32_t held_values[kHeld];
  int64_t sum = 0; /* in Q12.19 */
  for (uint32_t c = 0; c < channels; ++c) {
    const int32_t value = exponential(p, in[c] - greatest);
    if (c < kHeld) held_values[c] = value;
    if (value >= 0) sum += nn_divide_by_power(value, kSumBits);
  }
  /* The greatest input alone makes the sum 1; beyond 4096 equal inputs it does not fit. */
  const uint32_t held = sum > INT32_MAX ? (uint32_t)INT32_MAX : (uint32_t)sum;
  const int headroom = __builtin_clz(held);
  const int32_t scale = reciprocal_of_one_plus((int32_t)((held << headroom) - 0x80000000u));
  const int32_t shift = kSumBits - headroom + 31 - 8;
  for (uint32_t c = 0; c < channels; ++c) {
    const int32_t value = c < kHeld ? held_values[c] : exponential(p, in[c] - greatest);
    int32_t result = INT8_MIN;
    if (value >= 0) result += nn_divide_by_power(nn_doubled_high(scale, value), shift);
    out[c] = (int8_t)(result > INT8_MAX ? INT8_MAX : result);
  }
}

void aimc_nn_softmax_s8(const aimc_net_softmax* p, const aimc_nn_dims* in_dims, const int8_t* in,
                        const aimc_nn_dims* out_dims, int8_t* out) {
  const uint32_t pixels = in_dims->rows * in_dims->columns;
  for (uint32_t i = 0; i < pixels; ++i, in += in_dims->pitch, out += out_dims->pitch) {
    softmax(p, in, in_dims->channels, out);
  }
}
