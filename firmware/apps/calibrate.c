/* Programs tiles with random weights, calibrates them and shows what it brings.
 *
 *   calibrate.elf [TILE|all] [VECTORS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_hal.h"
#include "calibrate.h"

enum { kMaxRows = 1024, kMaxColumns = 1024, kProgramTimeoutUs = 60000000 };

static int8_t weights[kMaxRows * kMaxColumns];
static aimc_column_params params[kMaxColumns];
static aimc_column_params check[kMaxColumns];

/* Weights as a trained layer has them: bell-shaped, both signs. */
static void draw_weights(unsigned count, uint32_t state) {
  for (unsigned i = 0; i < count; ++i) {
    int sum = 0;
    for (int k = 0; k < 4; ++k) {
      state = state * 1664525u + 1013904223u;
      sum += (int)(state >> 24) - 128;
    }
    sum /= 3;
    weights[i] = (int8_t)(sum > 127 ? 127 : sum < -127 ? -127 : sum);
  }
}

static int failed(unsigned index, const char* what, aimc_status status) {
  printf("calibrate: tile %u: %s: %s\n", index, what, aimc_strerror(status));
  return 1;
}

/* Reads back what the NMPU holds. */
static bool loaded(const aimc_tile* tile) {
  if (aimc_tile_get_params(tile, 0, tile->columns, check) != AIMC_OK) return false;
  for (unsigned c = 0; c < tile->columns; ++c) {
    if (check[c].scale_p != params[c].scale_p || check[c].scale_n != params[c].scale_n ||
        check[c].offset != params[c].offset) {
      return false;
    }
  }
  return true;
}

static int calibrate_tile(unsigned index, unsigned vectors, double* before, double* after) {
  aimc_tile tile;
  aimc_calibration_result result;
  aimc_status status = aimc_tile_open(&tile, index);
  if (status != AIMC_OK) return failed(index, "opening", status);
  if (tile.rows > kMaxRows || tile.columns > kMaxColumns)
    return failed(index, "geometry", AIMC_INVALID);
  const aimc_region region = {0, (uint16_t)tile.rows, 0, (uint16_t)tile.columns};
  const aimc_read_mode mode = {.magnitude_bits = 8};
  draw_weights(tile.rows * tile.columns, index + 1);
  memset(params, 0, sizeof params);
  status = aimc_tile_set_read_mode(&tile, &mode);
  if (status == AIMC_OK) status = aimc_tile_load_weights(&tile, weights, tile.columns, &region);
  if (status == AIMC_OK) status = aimc_tile_program(&tile, &region, kProgramTimeoutUs);
  if (status != AIMC_OK) return failed(index, "programming", status);

  aimc_calibration_options options = aimc_calibration_defaults(&tile);
  if (vectors != 0) options.vectors = vectors;
  status = aimc_calibrate(&tile, &region, weights, tile.columns, &options, params, &result);
  if (status == AIMC_OK) status = aimc_tile_set_params(&tile, 0, tile.columns, params);
  if (status != AIMC_OK) return failed(index, "calibration", status);
  printf(
      "tile %u: error %.3f -> %.3f counts rms with %u vectors; gain %.3f..%.3f; %u of %u columns "
      "nominal, "
      "%u parameters clamped, %u samples excluded\n",
      index, result.rms_before, result.rms_after, options.vectors, result.gain_min, result.gain_max,
      result.nominal, result.columns, result.clamped, result.excluded);
  if (!loaded(&tile)) return failed(index, "NMPU parameters read back differently", AIMC_BAD_VALUE);
  aimc_report("nominal_columns", result.nominal);
  aimc_report("gain_min", result.gain_min);
  aimc_report("gain_max", result.gain_max);
  *before += result.rms_before;
  *after += result.rms_after;
  /* Either it became better, or there was nothing to correct. */
  return result.rms_after < result.rms_before || result.nominal == result.columns ? 0 : 1;
}

int main(int argc, char** argv) {
  const unsigned count = aimc_platform()->tile_count;
  const bool all = argc > 1 && strcmp(argv[1], "all") == 0;
  const unsigned first = argc > 1 && !all ? (unsigned)strtoul(argv[1], NULL, 0) : 0;
  const unsigned end = all ? count : first + 1;
  const unsigned vectors = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 0;
  double before = 0.0;
  double after = 0.0;
  for (unsigned i = first; i < end; ++i) {
    if (calibrate_tile(i, vectors, &before, &after) != 0) return 1;
  }
  aimc_report("calibration_rms_before", before / (end - first));
  aimc_report("calibration_rms_after", after / (end - first));
  printf("calibrate: passed\n");
  return 0;
}
