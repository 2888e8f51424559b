#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compensate.h"

enum { kZeroPoint = -128, kFull = 255 };

typedef struct verify_job {
  aimc_tile* tile;
  const aimc_region* region;
  const int8_t* weights;
  uint32_t stride;
  const aimc_verify_options* options;
  const aimc_column_params* params;
  double counts_per_weight; /* one input at full */
  uint8_t* inputs;
  uint32_t* words;
} verify_job;

/* Programs one cell; its target is still in the aperture. */
static aimc_status rewrite(const verify_job* j, unsigned row, unsigned column) {
  const aimc_region cell = {.first_row = (uint16_t)(j->region->first_row + row),
                            .rows = 1,
                            .first_column = (uint16_t)(j->region->first_column + column),
                            .columns = 1};
  return aimc_tile_program(j->tile, &cell, j->options->timeout_us);
}

/* Counts of one row driven alone, to words. */
static aimc_status read_row(const verify_job* j, unsigned row) {
  const uint32_t bytes = (j->region->rows + 3u) & ~3u;
  const aimc_command mvm =
      aimc_cmd_mvm(j->options->inputs_at, j->options->counts_at, kZeroPoint, j->region);
  memset(j->inputs, (uint8_t)kZeroPoint, bytes);
  j->inputs[row] = (uint8_t)(kFull + kZeroPoint);
  aimc_status status = aimc_tile_write(j->tile, j->options->inputs_at, j->inputs, bytes);
  if (status == AIMC_OK) status = aimc_tile_run(j->tile, &mvm, AIMC_DEFAULT_TIMEOUT_US);
  if (status != AIMC_OK) return status;
  return aimc_tile_read(j->tile, j->options->counts_at, j->words, 4u * j->region->columns);
}

/* Error of a weight as the counts of its column say it. */
static double weight_error(const verify_job* j, unsigned row, unsigned column) {
  const aimc_column_params* p = &j->params[column];
  const double positive = j->words[column] & 0xFFFFu;
  const double negative = j->words[column] >> 16;
  const double counts =
      (positive * p->scale_p - negative * p->scale_n) / aimc_nominal_scale(j->tile) +
      (double)p->offset / (1 << j->tile->nmpu.offset_fraction);
  return counts / j->counts_per_weight - j->weights[row * j->stride + column];
}

/* Reads all cells; programs those again that are off, unless this round is the last. */
static aimc_status round_of(const verify_job* j, bool last, unsigned* off, double* rms) {
  double squares = 0.0;
  *off = 0;
  for (unsigned r = 0; r < j->region->rows; ++r) {
    aimc_status status = read_row(j, r);
    for (unsigned c = 0; c < j->region->columns && status == AIMC_OK; ++c) {
      const double error = weight_error(j, r, c);
      squares += error * error;
      if (fabs(error) <= j->options->tolerance) continue;
      ++*off;
      if (!last) status = rewrite(j, r, c);
    }
    if (status != AIMC_OK) return status;
  }
  *rms = sqrt(squares / ((double)j->region->rows * j->region->columns));
  return AIMC_OK;
}

static aimc_status verify(verify_job* j, aimc_verify_result* result) {
  *result = (aimc_verify_result){0};
  for (unsigned round = 0; round < j->options->rounds; ++round) {
    double rms = 0.0;
    const aimc_status status =
        round_of(j, round + 1 == j->options->rounds, &result->rewritten[round], &rms);
    if (status != AIMC_OK) return status;
    if (round == 0) result->rms_first = rms;
    result->rms_last = rms;
    result->rounds = round + 1;
    if (result->rewritten[round] == 0) break;
  }
  return AIMC_OK;
}

aimc_status aimc_program_verify(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                                uint32_t stride, const aimc_verify_options* options,
                                const aimc_column_params* params, aimc_verify_result* result) {
  if (options->rounds < 1 || options->rounds > AIMC_VERIFY_ROUNDS || !(options->tolerance > 0.0) ||
      region->rows == 0 || region->columns == 0) {
    return AIMC_INVALID;
  }
  verify_job j = {.tile = tile,
                  .region = region,
                  .weights = weights,
                  .stride = stride,
                  .options = options,
                  .params = params,
                  .inputs = aligned_alloc(4, (region->rows + 3u) & ~3u),
                  .words = malloc(4u * region->columns)};
  aimc_status status = j.inputs != NULL && j.words != NULL ? AIMC_OK : AIMC_NO_MEMORY;
  const uint32_t mode_before = aimc_read32(tile->base + AIMC_TILE_READ_MODE);
  const aimc_read_mode mode = {.magnitude_bits = 8, .range = (uint8_t)tile->max_range};
  if (status == AIMC_OK) status = aimc_tile_load_weights(tile, weights, stride, region);
  if (status == AIMC_OK) status = aimc_tile_program(tile, region, options->timeout_us);
  if (status == AIMC_OK) status = aimc_tile_set_read_mode(tile, &mode);
  if (status == AIMC_OK) {
    j.counts_per_weight = aimc_tile_count_scale(tile) * kFull;
    status = verify(&j, result);
    aimc_write32(tile->base + AIMC_TILE_READ_MODE, mode_before);
  }
  free(j.words);
  free(j.inputs);
  return status;
}

unsigned aimc_map_columns(const double* rms, unsigned available, unsigned needed, double limit,
                          uint16_t* map, unsigned* unmoved) {
  unsigned moved = 0;
  unsigned spare = needed;
  *unmoved = 0;
  for (unsigned c = 0; c < needed; ++c) {
    map[c] = (uint16_t)c;
    if (rms[c] <= limit) continue;
    while (spare < available && rms[spare] > limit) ++spare;
    if (spare < available) {
      map[c] = (uint16_t)spare++;
      ++moved;
    } else {
      ++*unmoved;
    }
  }
  return moved;
}
