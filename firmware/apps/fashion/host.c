/* The same network on the host alone: int8 weights, exact 32-bit sums, the same requantisation.
 *
 * Sixteen columns are accumulated in registers per pass over the inputs, and inputs of zero (half
 * of the pixels) are skipped: about three and a half instructions a multiplication.
 */
#include "fashion.h"

enum { kMaxWidth = 256 };

#define LANE(n) int32_t a##n = 0;
#define MAC(n) a##n += value * w[n];
#define PUT(n) sums[n] = a##n;
#define EIGHT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define SIXTEEN(X) EIGHT(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define DEFINE_COLUMNS(name, LANES)                                                            \
  __attribute__((noinline)) static void name(const uint8_t* x, const int8_t* w, uint32_t rows, \
                                             uint32_t stride, int32_t* sums) {                 \
    LANES(LANE)                                                                                \
    for (const uint8_t* end = x + rows; x != end; ++x, w += stride) {                          \
      const int32_t value = *x;                                                                \
      if (value == 0) continue;                                                                \
      LANES(MAC)                                                                               \
    }                                                                                          \
    LANES(PUT)                                                                                 \
  }
#define ONE(X) X(0)

DEFINE_COLUMNS(sixteen_columns, SIXTEEN)
DEFINE_COLUMNS(eight_columns, EIGHT)
DEFINE_COLUMNS(one_column, ONE)

static void dense(const fashion_layer* layer, const uint8_t* x, int32_t* sums) {
  const uint32_t columns = layer->columns;
  uint32_t c = 0;
  for (; c + 16 <= columns; c += 16)
    sixteen_columns(x, layer->weights + c, layer->rows, columns, sums + c);
  for (; c + 8 <= columns; c += 8)
    eight_columns(x, layer->weights + c, layer->rows, columns, sums + c);
  for (; c < columns; ++c) one_column(x, layer->weights + c, layer->rows, columns, sums + c);
}

/* The sum in counts with 7 fraction bits, then what the NMPU does with it. */
static int32_t requantise(const fashion_layer* layer, int32_t sum, int32_t bias) {
  const int32_t acc = (int32_t)(((int64_t)sum * layer->count_scale + (1 << 24)) >> 25) + bias * 128;
  const int32_t half = layer->cut_post != 0 ? 1 << (layer->cut_post - 1) : 0;
  int32_t y = (((acc >> layer->cut_pre) + half) >> layer->cut_post) + layer->zero_point;
  const int32_t lowest = layer->relu ? layer->zero_point : -128;
  if (y < lowest) y = lowest;
  return y > 127 ? 127 : y;
}

bool fashion_run_host(const uint8_t* image, int8_t* logits) {
  static int32_t sums[kMaxWidth];
  static uint8_t values[kMaxWidth];
  const uint8_t* x = image;
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    const fashion_layer* layer = &fashion_network[l];
    aimc_marker_begin(fashion_sections.layer[l]);
    dense(layer, x, sums);
    for (unsigned c = 0; c < layer->columns; ++c) {
      const int32_t y = requantise(layer, sums[c], layer->bias[c]);
      if (l == FASHION_LAYERS - 1) {
        logits[c] = (int8_t)y;
      } else {
        values[c] = (uint8_t)(y - FASHION_ZERO_POINT);
      }
    }
    aimc_marker_end(fashion_sections.layer[l]);
    x = values;
  }
  return true;
}
