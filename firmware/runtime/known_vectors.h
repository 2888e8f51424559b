/** Known vectors applied to a programmed region: what should come out and what does. Private to the
 * files of this directory; static, so that each is optimised for what it does with them. */
#ifndef AIMC_KNOWN_VECTORS_H
#define AIMC_KNOWN_VECTORS_H

#include <stdlib.h>
#include <string.h>

#include "calibrate.h"

enum {
  kFraction = 256, /* expected and measured counts carry 8 fraction bits */
  kMinVectors = 4,
  kMaxVectors = 256,
  kMaxRepeats = 16
};

typedef struct sample {
  int32_t expected; /* 1/256 count */
  int32_t measured; /* 1/256 count, -1: at a limit of the converter */
} sample;

typedef struct job {
  aimc_tile* tile;
  const aimc_region* region;
  const int8_t* weights;
  uint32_t stride;
  const aimc_calibration_options* options;
  uint32_t count_scale; /* U0.32 */
  sample* samples;      /* [vector][polarity][column] */
  uint32_t* sums;       /* [polarity][column] */
  uint8_t* inputs;      /* magnitudes of one vector */
  uint32_t* words;      /* inputs as written, counts as read */
} job;

/* Adds |x||w| of one row to the sums of the polarity it flows into. */
static void add_row(const job* j, const int8_t* row, uint32_t magnitude) {
  const unsigned columns = j->region->columns;
  uint32_t* positive = j->sums;
  uint32_t* negative = j->sums + columns;
  for (unsigned c = 0; c < columns; ++c) {
    const int32_t product = (int32_t)magnitude * row[c];
    if (product >= 0) {
      positive[c] += (uint32_t)product;
    } else {
      negative[c] -= (uint32_t)product;
    }
  }
}

static void sum_rows(const job* j) {
  memset(j->sums, 0, 2u * j->region->columns * sizeof *j->sums);
  for (unsigned r = 0; r < j->region->rows; ++r) {
    if (j->inputs[r] != 0) add_row(j, j->weights + r * j->stride, j->inputs[r]);
  }
}

static int32_t expected_counts(const job* j, uint32_t sum) {
  return (int32_t)(((uint64_t)sum * j->count_scale + (1u << 23)) >> 24);
}

/* Largest input of the last vector; the others climb to it in equal steps. With it the largest
 * column ends a third above full scale (its upper samples are excluded), so that smaller columns
 * still use most of the converter. */
static uint32_t top_input(const job* j) {
  const uint32_t limit = (uint32_t)(127 - j->options->zero_point);
  memset(j->inputs, 1, j->region->rows);
  sum_rows(j);
  uint32_t largest = 1;
  for (unsigned c = 0; c < 2u * j->region->columns; ++c) {
    const uint32_t counts = (uint32_t)expected_counts(j, j->sums[c]);
    if (counts > largest) largest = counts;
  }
  /* Inputs are uniform, half the largest on average: 2 * 4/3 of full scale. */
  const uint64_t top = (uint64_t)j->tile->full_scale_counts * kFraction * 8u / (3u * largest);
  return top > limit ? limit : top == 0 ? 1 : (uint32_t)top;
}

static void draw_inputs(const job* j, uint32_t top, uint32_t* state) {
  for (unsigned r = 0; r < j->region->rows; ++r) {
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' generator */
    j->inputs[r] = (uint8_t)((*state >> 16) * (top + 1u) >> 16);
  }
}

/* Applies one vector and notes what came out. */
static aimc_status measure(const job* j, const aimc_command* mvm, sample* out) {
  const unsigned columns = j->region->columns;
  const uint32_t input_bytes = (j->region->rows + 3u) & ~3u;
  const aimc_calibration_options* options = j->options;
  uint8_t* bytes = (uint8_t*)j->words;
  memset(bytes, 0, input_bytes);
  for (unsigned r = 0; r < j->region->rows; ++r) {
    bytes[r] = (uint8_t)(j->inputs[r] + (uint8_t)options->zero_point);
  }
  aimc_status status = aimc_tile_write(j->tile, options->inputs_at, bytes, input_bytes);
  for (unsigned i = 0; i < 2 * columns; ++i) {
    out[i] = (sample){.expected = expected_counts(j, j->sums[i]), .measured = 0};
  }
  for (unsigned repeat = 0; repeat < options->repeats && status == AIMC_OK; ++repeat) {
    status = aimc_tile_run(j->tile, mvm, AIMC_DEFAULT_TIMEOUT_US);
    if (status == AIMC_OK)
      status = aimc_tile_read(j->tile, options->counts_at, j->words, 4 * columns);
    for (unsigned i = 0; i < 2 * columns; ++i) {
      const uint32_t word = j->words[i % columns];
      const uint32_t count = i < columns ? word & 0xFFFFu : word >> 16;
      if (count == 0 || count >= j->tile->full_scale_counts) out[i].measured = -1;
      if (out[i].measured >= 0) out[i].measured += (int32_t)count;
    }
  }
  for (unsigned i = 0; i < 2 * columns; ++i) {
    if (out[i].measured >= 0) {
      out[i].measured = out[i].measured * kFraction / (int32_t)options->repeats;
    }
  }
  return status;
}

/* Both polarities scaled, in the unit of the samples; narrow formats need no 64-bit arithmetic. */
static int32_t scaled(int32_t p, int32_t n, const aimc_column_params* params, unsigned fraction) {
  if (fraction == 7) return (p * params->scale_p - n * params->scale_n) / 128;
  const int64_t sum = (int64_t)p * params->scale_p - (int64_t)n * params->scale_n;
  return (int32_t)(sum < 0 ? -(-sum >> fraction) : sum >> fraction);
}

/* Squared error of one column in (1/256 count)^2, over samples where both polarities are valid. */
static uint64_t squared_error(const aimc_tile* tile, const sample* first, unsigned columns,
                              unsigned vectors, const aimc_column_params* params, unsigned* used) {
  uint64_t total = 0;
  for (unsigned v = 0; v < vectors; ++v) {
    const sample* p = first + 2 * v * columns;
    const sample* n = p + columns;
    if (p->measured < 0 || n->measured < 0) continue;
    const int32_t corrected = scaled(p->measured, n->measured, params, tile->nmpu.scale_fraction) +
                              params->offset * (kFraction >> tile->nmpu.offset_fraction);
    const int64_t error = corrected - (p->expected - n->expected);
    total += (uint64_t)(error * error);
    ++*used;
  }
  return total;
}

static bool options_valid(const aimc_region* region, const aimc_calibration_options* options) {
  return options->vectors >= kMinVectors && options->vectors <= kMaxVectors &&
         options->repeats >= 1 && options->repeats <= kMaxRepeats && region->columns != 0 &&
         region->rows != 0;
}

/* Takes what a job needs from the heap; close_job in any case. */
static aimc_status open_job(job* j, aimc_tile* tile, const aimc_region* region,
                            const int8_t* weights, uint32_t stride,
                            const aimc_calibration_options* options) {
  const size_t columns = region->columns;
  const size_t words = columns > region->rows ? columns : region->rows;
  *j = (job){.tile = tile,
             .region = region,
             .weights = weights,
             .stride = stride,
             .options = options,
             .count_scale = aimc_read32(tile->base + AIMC_TILE_COUNT_SCALE),
             .samples = malloc(2 * columns * options->vectors * sizeof(sample)),
             .sums = malloc(2 * columns * sizeof(uint32_t)),
             .inputs = malloc(region->rows),
             .words = malloc(words * sizeof(uint32_t))};
  const bool all = j->samples != NULL && j->sums != NULL && j->inputs != NULL && j->words != NULL;
  return all ? AIMC_OK : AIMC_NO_MEMORY;
}

static void close_job(job* j) {
  free(j->words);
  free(j->inputs);
  free(j->sums);
  free(j->samples);
}

/* Applies all vectors. */
static aimc_status measure_vectors(const job* j) {
  const unsigned columns = j->region->columns;
  const aimc_calibration_options* options = j->options;
  const aimc_command mvm =
      aimc_cmd_mvm(options->inputs_at, options->counts_at, options->zero_point, j->region);
  const uint32_t full = top_input(j);
  uint32_t state = options->seed;
  for (unsigned v = 0; v < options->vectors; ++v) {
    const uint32_t top = full * (v + 1) / options->vectors;
    draw_inputs(j, top == 0 ? 1 : top, &state);
    sum_rows(j);
    const aimc_status status = measure(j, &mvm, j->samples + 2 * v * columns);
    if (status != AIMC_OK) return status;
  }
  return AIMC_OK;
}

#endif
