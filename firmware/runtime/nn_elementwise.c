/* ADD and QUANTIZE. */
#include "nn.h"
#include "nn_internal.h"

enum { kAddShift = 20 /* fraction bits both inputs of ADD are raised by */ };

static int32_t raised(int8_t value, int32_t zero_point, const aimc_net_factor* factor) {
  return nn_multiply((value - zero_point) * (1 << kAddShift), factor);
}

/* Bytes from one element of the output to the next in an input that may be repeated. */
typedef struct steps {
  uint32_t row, column, channel;
} steps;

static steps steps_of(const aimc_nn_dims* d) {
  return (steps){d->rows == 1 ? 0 : d->columns * d->pitch, d->columns == 1 ? 0 : d->pitch,
                 d->channels == 1 ? 0 : 1};
}

static void add_pixel(const aimc_net_add* p, const int8_t* a, uint32_t a_step, const int8_t* b,
                      uint32_t b_step, uint32_t channels, int8_t* out) {
  for (uint32_t c = 0; c < channels; ++c, a += a_step, b += b_step) {
    const int32_t sum = nn_wrapping_add(raised(*a, p->zero_points[0], &p->factors[0]),
                                        raised(*b, p->zero_points[1], &p->factors[1]));
    out[c] = nn_clamp((int64_t)nn_multiply(sum, &p->factors[2]) + p->zero_points[2], &p->clamp);
  }
}

void aimc_nn_add_s8(const aimc_net_add* p, const aimc_nn_dims* a_dims, const int8_t* a,
                    const aimc_nn_dims* b_dims, const int8_t* b, const aimc_nn_dims* out_dims,
                    int8_t* out) {
  const steps sa = steps_of(a_dims);
  const steps sb = steps_of(b_dims);
  for (uint32_t y = 0; y < out_dims->rows; ++y) {
    for (uint32_t x = 0; x < out_dims->columns; ++x, out += out_dims->pitch) {
      add_pixel(p, a + y * sa.row + x * sa.column, sa.channel, b + y * sb.row + x * sb.column,
                sb.channel, out_dims->channels, out);
    }
  }
}

void aimc_nn_requantise_s8(const aimc_net_requantise* p, const aimc_nn_dims* in_dims,
                           const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out) {
  const uint32_t pixels = out_dims->rows * out_dims->columns;
  for (uint32_t i = 0; i < pixels; ++i, in += in_dims->pitch, out += out_dims->pitch) {
    for (uint32_t c = 0; c < out_dims->channels; ++c) {
      const int32_t value = nn_multiply(in[c] - p->input_zero_point, &p->factor);
      out[c] = nn_clamp((int64_t)value + p->output_zero_point, &p->clamp);
    }
  }
}
