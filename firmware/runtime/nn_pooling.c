/* AVERAGE_POOL_2D, MAX_POOL_2D, MEAN.
 *
 * Sums are taken of four channels at a time: with the sign bits flipped the bytes of a word are
 * unsigned, and their even and odd ones are added in two words of two 16-bit lanes each. */
#include <string.h>

#include "nn.h"
#include "nn_internal.h"

enum {
  kLaneLimit = 257, /* bytes of 255 that a 16-bit lane can hold */
  kOffset = 128     /* an element with its sign bit flipped is that much larger */
};

typedef struct rectangle {
  const int8_t* image;
  nn_range rows, columns;
  uint32_t row_bytes, pitch;
} rectangle;

static void add_lanes(uint32_t even, uint32_t odd, uint32_t sums[4]) {
  sums[0] += even & 0xFFFFu;
  sums[1] += odd & 0xFFFFu;
  sums[2] += even >> 16;
  sums[3] += odd >> 16;
}

/* Adds `count` pixels in a row; a lane must have room for them. */
static void add_pixels(const int8_t* pixel, uint32_t pitch, uint32_t count, uint32_t lanes[2]) {
  const uint32_t mask = 0x00FF00FFu;
  const uint32_t sign = 0x80808080u;
  uint32_t even = lanes[0];
  uint32_t odd = lanes[1];
  /* Loads ahead of what needs them: a word takes several cycles to come from RAM. */
  for (; count >= 4; count -= 4, pixel += 4 * pitch) {
    const uint32_t a = *(const uint32_t*)(const void*)pixel ^ sign;
    const uint32_t b = *(const uint32_t*)(const void*)(pixel + pitch) ^ sign;
    const uint32_t c = *(const uint32_t*)(const void*)(pixel + 2 * pitch) ^ sign;
    const uint32_t d = *(const uint32_t*)(const void*)(pixel + 3 * pitch) ^ sign;
    even += (a & mask) + (b & mask) + (c & mask) + (d & mask);
    odd += (a >> 8 & mask) + (b >> 8 & mask) + (c >> 8 & mask) + (d >> 8 & mask);
  }
  for (; count != 0; --count, pixel += pitch) {
    const uint32_t a = *(const uint32_t*)(const void*)pixel ^ sign;
    even += a & mask;
    odd += a >> 8 & mask;
  }
  lanes[0] = even;
  lanes[1] = odd;
}

static void sum_four(const rectangle* r, uint32_t at, uint32_t sums[4]) {
  uint32_t lanes[2] = {0, 0};
  uint32_t room = kLaneLimit;
  uint32_t rows = r->rows.end - r->rows.begin;
  uint32_t columns = r->columns.end - r->columns.begin;
  const int8_t* row = r->image + r->rows.begin * r->row_bytes + r->columns.begin * r->pitch + at;
  memset(sums, 0, 4 * sizeof *sums);
  if (columns * r->pitch == r->row_bytes) {
    columns *= rows; /* whole rows follow each other without gaps */
    rows = 1;
  }
  for (; rows != 0; --rows, row += r->row_bytes) {
    const int8_t* pixel = row;
    for (uint32_t left = columns; left != 0;) {
      const uint32_t count = left < room ? left : room;
      add_pixels(pixel, r->pitch, count, lanes);
      pixel += count * r->pitch;
      left -= count;
      room -= count;
      if (room != 0) continue;
      add_lanes(lanes[0], lanes[1], sums);
      lanes[0] = lanes[1] = 0;
      room = kLaneLimit;
    }
  }
  add_lanes(lanes[0], lanes[1], sums);
}

static uint32_t area(const rectangle* r) {
  return (r->rows.end - r->rows.begin) * (r->columns.end - r->columns.begin);
}

static int32_t rounded_mean(int32_t sum, int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

static void average(const rectangle* r, uint32_t channels, const aimc_net_clamp* clamp,
                    int8_t* out) {
  const int32_t count = (int32_t)area(r);
  for (uint32_t c = 0; c < channels; c += 4) {
    uint32_t sums[4];
    sum_four(r, c, sums);
    for (uint32_t i = 0; i < 4; ++i) {
      out[c + i] = nn_clamp(rounded_mean((int32_t)sums[i] - kOffset * count, count), clamp);
    }
  }
}

static void greatest(const rectangle* r, uint32_t channels, const aimc_net_clamp* clamp,
                     int8_t* out) {
  for (uint32_t c = 0; c < channels; ++c) {
    int32_t most = INT8_MIN;
    for (uint32_t y = r->rows.begin; y < r->rows.end; ++y) {
      const int8_t* pixel = r->image + y * r->row_bytes + r->columns.begin * r->pitch + c;
      for (uint32_t x = r->columns.begin; x < r->columns.end; ++x, pixel += r->pitch) {
        if (*pixel > most) most = *pixel;
      }
    }
    out[c] = nn_clamp(most, clamp);
  }
}

typedef void (*pool)(const rectangle*, uint32_t channels, const aimc_net_clamp*, int8_t* out);

static void for_all_windows(pool function, const aimc_net_window* p, const aimc_nn_dims* in_dims,
                            const int8_t* in, const aimc_nn_dims* out_dims, int8_t* out) {
  rectangle r = {
      .image = in, .row_bytes = in_dims->columns * in_dims->pitch, .pitch = in_dims->pitch};
  for (uint32_t y = 0; y < out_dims->rows; ++y) {
    r.rows = nn_covered(y, p->stride_rows, p->filter_rows, p->before_rows, in_dims->rows);
    for (uint32_t x = 0; x < out_dims->columns; ++x, out += out_dims->pitch) {
      r.columns =
          nn_covered(x, p->stride_columns, p->filter_columns, p->before_columns, in_dims->columns);
      function(&r, out_dims->channels, &p->clamp, out);
    }
  }
}

void aimc_nn_avgpool_s8(const aimc_net_window* p, const aimc_nn_dims* in_dims, const int8_t* in,
                        const aimc_nn_dims* out_dims, int8_t* out) {
  for_all_windows(average, p, in_dims, in, out_dims, out);
}

void aimc_nn_max_pool_s8(const aimc_net_window* p, const aimc_nn_dims* in_dims, const int8_t* in,
                         const aimc_nn_dims* out_dims, int8_t* out) {
  for_all_windows(greatest, p, in_dims, in, out_dims, out);
}

void aimc_nn_mean_s8(const aimc_net_requantise* p, const aimc_nn_dims* in_dims, const int8_t* in,
                     int8_t* out) {
  const rectangle r = {.image = in,
                       .rows = {0, in_dims->rows},
                       .columns = {0, in_dims->columns},
                       .row_bytes = in_dims->columns * in_dims->pitch,
                       .pitch = in_dims->pitch};
  const uint32_t offset = area(&r) * (uint32_t)(kOffset + p->input_zero_point);
  for (uint32_t c = 0; c < in_dims->channels; c += 4) {
    uint32_t sums[4];
    sum_four(&r, c, sums);
    for (uint32_t i = 0; i < 4; ++i) {
      const int32_t value = nn_multiply((int32_t)(sums[i] - offset), &p->factor);
      out[c + i] = nn_clamp((int64_t)value + p->output_zero_point, &p->clamp);
    }
  }
}
