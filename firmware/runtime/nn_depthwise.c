/* DEPTHWISE_CONV_2D. */
#include "nn.h"
#include "nn_internal.h"

/* What of the window lies inside the input, in one dimension. */
static nn_range inside(int32_t start, uint32_t filter, uint32_t dilation, uint32_t input) {
  nn_range range = {0, filter};
  while (range.begin < filter && start + (int32_t)(range.begin * dilation) < 0) ++range.begin;
  while (range.end > range.begin && start + (int32_t)((range.end - 1) * dilation) >= (int32_t)input)
    --range.end;
  return range;
}

typedef struct patch {
  const int8_t* corner; /* where the window's first element would be */
  nn_range rows, columns;
  uint32_t row_step, column_step; /* bytes between elements of the window */
} patch;

/* Sum of products of one output channel; `taps` bytes from one element's weight to the next. */
static int32_t window_sum(const aimc_net_depthwise* p, const patch* at, uint32_t in_channel,
                          const int8_t* weights, uint32_t taps) {
  int32_t sum = 0;
  for (uint32_t i = at->rows.begin; i < at->rows.end; ++i) {
    const int8_t* w = weights + (i * p->window.filter_columns + at->columns.begin) * taps;
    const int8_t* x =
        at->corner + i * at->row_step + at->columns.begin * at->column_step + in_channel;
    for (uint32_t j = at->columns.begin; j < at->columns.end; ++j) {
      sum = nn_wrapping_add(sum, (*x - p->input_zero_point) * *w);
      x += at->column_step;
      w += taps;
    }
  }
  return sum;
}

void aimc_nn_depthwise_conv_s8(const aimc_net_depthwise* p, const int8_t* weights,
                               const int32_t* bias, const aimc_net_factor* factors,
                               const aimc_nn_dims* in_dims, const int8_t* in,
                               const aimc_nn_dims* out_dims, int8_t* out) {
  const aimc_net_window* w = &p->window;
  const uint32_t row_bytes = in_dims->columns * in_dims->pitch;
  patch at = {.row_step = w->dilation_rows * row_bytes,
              .column_step = w->dilation_columns * in_dims->pitch};
  for (uint32_t y = 0; y < out_dims->rows; ++y) {
    const int32_t row = (int32_t)(y * w->stride_rows) - (int32_t)w->before_rows;
    at.rows = inside(row, w->filter_rows, w->dilation_rows, in_dims->rows);
    for (uint32_t x = 0; x < out_dims->columns; ++x, out += out_dims->pitch) {
      const int32_t column = (int32_t)(x * w->stride_columns) - (int32_t)w->before_columns;
      at.columns = inside(column, w->filter_columns, w->dilation_columns, in_dims->columns);
      at.corner = in + row * (int32_t)row_bytes + column * (int32_t)in_dims->pitch;
      for (uint32_t c = 0; c < out_dims->channels; ++c) {
        const int32_t sum = nn_wrapping_add(
            window_sum(p, &at, c / p->multiplier, weights + c, out_dims->channels), bias[c]);
        out[c] = nn_clamp((int64_t)nn_multiply(sum, &factors[c]) + p->output_zero_point,
                          &p->window.clamp);
      }
    }
  }
}
