/* RESHAPE, PAD, CONCATENATION, patches of a convolution. */
#include <stdbool.h>
#include <string.h>

#include "nn.h"
#include "nn_internal.h"

void aimc_nn_fill(const aimc_nn_dims* dims, int8_t fill, int8_t* out) {
  const uint32_t pixels = dims->rows * dims->columns;
  if (dims->channels == dims->pitch) return;
  for (uint32_t i = 0; i < pixels; ++i, out += dims->pitch) {
    memset(out + dims->channels, (uint8_t)fill, dims->pitch - dims->channels);
  }
}

uint32_t aimc_nn_arg_max(const aimc_nn_dims* dims, const int8_t* in) {
  const uint32_t pixels = dims->rows * dims->columns;
  uint32_t best = 0;
  int32_t most = INT32_MIN;
  for (uint32_t i = 0; i < pixels; ++i, in += dims->pitch) {
    for (uint32_t c = 0; c < dims->channels; ++c) {
      if (in[c] <= most) continue;
      most = in[c];
      best = i * dims->channels + c;
    }
  }
  return best;
}

void aimc_nn_reshape_s8(const aimc_nn_dims* in_dims, const int8_t* in, const aimc_nn_dims* out_dims,
                        int8_t* out) {
  uint32_t in_left = in_dims->channels; /* of the pixel */
  uint32_t out_left = out_dims->channels;
  for (uint32_t left = in_dims->rows * in_dims->columns * in_dims->channels; left != 0;) {
    const uint32_t count = in_left < out_left ? in_left : out_left;
    nn_copy(out, in, count);
    in += count;
    out += count;
    left -= count;
    in_left -= count;
    out_left -= count;
    if (in_left == 0) {
      in += in_dims->pitch - in_dims->channels;
      in_left = in_dims->channels;
    }
    if (out_left == 0) {
      out += out_dims->pitch - out_dims->channels;
      out_left = out_dims->channels;
    }
  }
}

/* Puts the input into the output with its first element at a place there. */
static void place(uint32_t row, uint32_t column, uint32_t channel, const aimc_nn_dims* in_dims,
                  const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out) {
  for (uint32_t y = 0; y < in_dims->rows; ++y) {
    int8_t* to = out + ((row + y) * out_dims->columns + column) * out_dims->pitch + channel;
    for (uint32_t x = 0; x < in_dims->columns; ++x, in += in_dims->pitch, to += out_dims->pitch) {
      nn_copy(to, in, in_dims->channels);
    }
  }
}

void aimc_nn_pad_s8(const aimc_net_pad* p, int8_t fill, const aimc_nn_dims* in_dims,
                    const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out) {
  memset(out, (uint8_t)fill, out_dims->rows * out_dims->columns * out_dims->pitch);
  place(p->before_rows, p->before_columns, p->before_channels, in_dims, in, out_dims, out);
}

void aimc_nn_concatenate_s8(uint32_t axis, uint32_t at, const aimc_nn_dims* in_dims,
                            const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out) {
  place(axis == 0 ? at : 0, axis == 1 ? at : 0, axis == 2 ? at : 0, in_dims, in, out_dims, out);
}

/* One row of the window: `count` pixels `step` columns apart, the first at a column that may lie
 * outside. */
static int8_t* patch_row(const aimc_nn_dims* in_dims, const int8_t* row, int32_t column,
                         uint32_t step, uint32_t count, uint32_t bytes, int8_t fill, int8_t* out) {
  for (uint32_t i = 0; i < count; ++i, column += (int32_t)step, out += bytes) {
    if (row == NULL || column < 0 || column >= (int32_t)in_dims->columns) {
      memset(out, (uint8_t)fill, bytes);
    } else {
      nn_copy(out, row + (uint32_t)column * in_dims->pitch, bytes);
    }
  }
  return out;
}

void aimc_nn_im2col_s8(const aimc_net_window* p, int8_t fill, const aimc_nn_dims* in_dims,
                       const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out) {
  const uint32_t bytes = out_dims->channels / (p->filter_rows * p->filter_columns);
  const uint32_t row_bytes = in_dims->columns * in_dims->pitch;
  for (uint32_t y = 0; y < out_dims->rows; ++y) {
    for (uint32_t x = 0; x < out_dims->columns; ++x, out += out_dims->pitch) {
      const int32_t column = (int32_t)(x * p->stride_columns) - (int32_t)p->before_columns;
      int32_t row = (int32_t)(y * p->stride_rows) - (int32_t)p->before_rows;
      int8_t* to = out;
      for (uint32_t i = 0; i < p->filter_rows; ++i, row += (int32_t)p->dilation_rows) {
        const bool inside = row >= 0 && row < (int32_t)in_dims->rows;
        to = patch_row(in_dims, inside ? in + (uint32_t)row * row_bytes : NULL, column,
                       p->dilation_columns, p->filter_columns, bytes, fill, to);
      }
    }
  }
}
