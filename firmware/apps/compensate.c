/* What firmware can do about drift, missed targets and broken columns of tile 0.
 *
 *   compensate.elf [drift|verify|map] [SECONDS]   (default: drift, a day of simulated time)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_hal.h"
#include "aimc_trap.h"
#include "compensate.h"

enum { kSize = 1024, kTimeoutUs = 60000000, kVerifyRows = 64, kVerifyColumns = 32 };

static int8_t weights[kSize * kSize];
static aimc_column_params params[kSize];
static aimc_tile tile;

static int failed(const char* what, aimc_status status) {
  printf("compensate: %s: %s\n", what, aimc_strerror(status));
  return 1;
}

static void draw_weights(uint32_t state) {
  for (unsigned i = 0; i < tile.rows * tile.columns; ++i) {
    int sum = 0;
    for (int k = 0; k < 4; ++k) {
      state = state * 1664525u + 1013904223u;
      sum += (int)(state >> 24) - 128;
    }
    sum /= 3;
    weights[i] = (int8_t)(sum > 127 ? 127 : sum < -127 ? -127 : sum);
  }
  for (unsigned c = 0; c < tile.columns; ++c) {
    (void)aimc_params_from_real(&tile, 1.0, 1.0, 0.0, 0, &params[c]);
  }
}

static aimc_status program(const aimc_region* region) {
  const int8_t* first = weights + region->first_row * tile.columns + region->first_column;
  const aimc_status status = aimc_tile_load_weights(&tile, first, tile.columns, region);
  return status == AIMC_OK ? aimc_tile_program(&tile, region, kTimeoutUs) : status;
}

static volatile bool woken;

static void wake(void) {
  woken = true;
  aimc_timer_set(UINT64_MAX);
}

/* Sleeps; devices drift meanwhile. */
static void let_pass(unsigned seconds) {
  aimc_timer_set(aimc_mtime() + (uint64_t)seconds * aimc_platform()->timebase_hz);
  aimc_on_interrupt(AIMC_INTERRUPT_TIMER, wake);
  aimc_interrupts_set(true);
  while (!woken) {
    __asm__ volatile("wfi");
  }
}

/* Calibrated when fresh, compensated when old. */
static int drift(unsigned seconds) {
  const aimc_region region = {0, (uint16_t)tile.rows, 0, (uint16_t)tile.columns};
  aimc_calibration_options options = aimc_calibration_defaults(&tile);
  aimc_compensation_result global;
  aimc_compensation_result columns;
  aimc_calibration_result fresh;
  aimc_status status = program(&region);
  if (status == AIMC_OK) {
    status = aimc_calibrate(&tile, &region, weights, tile.columns, &options, params, &fresh);
  }
  if (status != AIMC_OK) return failed("calibration", status);
  let_pass(seconds);
  if (status == AIMC_OK) {
    status = aimc_compensate_drift(&tile, &region, weights, tile.columns, &options, false, params,
                                   &global);
  }
  options.seed = 2;
  if (status == AIMC_OK) {
    status = aimc_compensate_drift(&tile, &region, weights, tile.columns, &options, true, params,
                                   &columns);
  }
  if (status == AIMC_OK) status = aimc_tile_set_params(&tile, 0, tile.columns, params);
  if (status != AIMC_OK) return failed("drift", status);
  printf("fresh: error %.2f counts rms; after %u s:\n", fresh.rms_after, seconds);
  printf("global: factor %.3f, error %.2f -> %.2f counts rms, %u clamped\n", global.factor_min,
         global.rms_before, global.rms_after, global.clamped);
  printf("per column: factor %.3f..%.3f, error %.2f -> %.2f counts rms, %u clamped\n",
         columns.factor_min, columns.factor_max, columns.rms_before, columns.rms_after,
         columns.clamped);
  aimc_report("rms_fresh", fresh.rms_after);
  aimc_report("global_factor", global.factor_min);
  aimc_report("rms_before", global.rms_before);
  aimc_report("rms_global", global.rms_after);
  aimc_report("rms_column", columns.rms_after);
  aimc_report("clamped", global.clamped + columns.clamped);
  return 0;
}

static int verify(void) {
  const aimc_region region = {
      0, (uint16_t)(tile.rows < kVerifyRows ? tile.rows : kVerifyRows), 0,
      (uint16_t)(tile.columns < kVerifyColumns ? tile.columns : kVerifyColumns)};
  const aimc_calibration_options options = aimc_calibration_defaults(&tile);
  const aimc_verify_options how = {.rounds = 8,
                                   .tolerance = 6.0,
                                   .inputs_at = options.inputs_at,
                                   .counts_at = options.counts_at,
                                   .timeout_us = kTimeoutUs};
  const aimc_read_mode fine = {.magnitude_bits = 8, .range = (uint8_t)tile.max_range};
  aimc_calibration_result calibrated;
  aimc_verify_result result;
  aimc_status status = program(&region);
  if (status == AIMC_OK) status = aimc_tile_set_read_mode(&tile, &fine);
  if (status == AIMC_OK) {
    status = aimc_calibrate(&tile, &region, weights, tile.columns, &options, params, &calibrated);
  }
  if (status == AIMC_OK) {
    status = aimc_program_verify(&tile, &region, weights, tile.columns, &how, params, &result);
  }
  if (status != AIMC_OK) return failed("verify", status);
  for (unsigned i = 0; i < result.rounds; ++i) {
    printf("round %u: %u cells off\n", i + 1, result.rewritten[i]);
  }
  printf("verify: error %.2f -> %.2f units of a weight rms\n", result.rms_first, result.rms_last);
  aimc_report("rounds", result.rounds);
  aimc_report("off_first", result.rewritten[0]);
  aimc_report("off_last", result.rewritten[result.rounds - 1]);
  aimc_report("rms_first", result.rms_first);
  aimc_report("rms_last", result.rms_last);
  return 0;
}

/* Weights of columns that are bad go to spare ones. */
static int map(void) {
  static double rms[kSize];
  static uint16_t places[kSize];
  const aimc_region region = {0, (uint16_t)tile.rows, 0, (uint16_t)tile.columns};
  const aimc_calibration_options options = aimc_calibration_defaults(&tile);
  const unsigned needed = tile.columns * 7 / 8;
  aimc_calibration_result result;
  aimc_status status = program(&region);
  if (status == AIMC_OK) {
    status = aimc_calibrate(&tile, &region, weights, tile.columns, &options, params, &result);
  }
  if (status == AIMC_OK) {
    status = aimc_column_errors(&tile, &region, weights, tile.columns, &options, params, rms);
  }
  if (status != AIMC_OK) return failed("map", status);
  const double limit = 1.3 * result.rms_after;
  unsigned unmoved = 0;
  const unsigned moved = aimc_map_columns(rms, tile.columns, needed, limit, places, &unmoved);
  double before = 0.0;
  for (unsigned c = 0; c < needed; ++c) before += rms[c] * rms[c] / needed;
  for (unsigned c = 0; c < needed; ++c) {
    if (places[c] == c) continue;
    for (unsigned r = 0; r < tile.rows; ++r) {
      weights[r * tile.columns + places[c]] = weights[r * tile.columns + c];
    }
    const aimc_region column = {0, (uint16_t)tile.rows, places[c], 1};
    status = program(&column);
    if (status != AIMC_OK) return failed("moving a column", status);
  }
  status = aimc_calibrate(&tile, &region, weights, tile.columns, &options, params, &result);
  if (status == AIMC_OK) {
    status = aimc_column_errors(&tile, &region, weights, tile.columns, &options, params, rms);
  }
  if (status != AIMC_OK) return failed("map", status);
  double after = 0.0;
  for (unsigned c = 0; c < needed; ++c) after += rms[places[c]] * rms[places[c]] / needed;
  printf("map: %u of %u columns moved, %u left bad; mean square error %.3f -> %.3f counts\n", moved,
         needed, unmoved, before, after);
  aimc_report("moved", moved);
  aimc_report("unmoved", unmoved);
  aimc_report("square_before", before);
  aimc_report("square_after", after);
  return 0;
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "drift";
  const unsigned seconds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 86400;
  const aimc_read_mode mode = {.magnitude_bits = 8};
  aimc_status status = aimc_tile_open(&tile, 0);
  if (status == AIMC_OK) status = aimc_tile_set_read_mode(&tile, &mode);
  if (status != AIMC_OK) return failed("opening tile 0", status);
  draw_weights(1);
  if (strcmp(what, "drift") == 0) return drift(seconds);
  if (strcmp(what, "verify") == 0) return verify();
  if (strcmp(what, "map") == 0) return map();
  puts("usage: compensate.elf [drift|verify|map] [SECONDS]");
  return 2;
}
