/* Says hello, shows the SoC, and runs one MVM through crossbar and NMPU of tile 0. */
#include <stdio.h>
#include <stdlib.h>

#include "aimc_hal.h"

enum {
  kRows = 64,
  kColumns = 16,
  kInputsAt = 0,
  kCountsAt = 1024,
  kOutputsAt = 2048,
  kZeroPoint = -128
};

/* Relative and absolute error a real array is allowed: four sigma of an uncalibrated converter and
 * of the device noise of so small a sum. */
enum { kTolerancePercent = 35, kToleranceCounts = 6 };

static int8_t weights[kRows][kColumns];
static uint8_t inputs[kRows];
static aimc_column_params params[kColumns];

static int failed(const char* what, const aimc_tile* tile, aimc_status status) {
  printf("hello: %s: %s (value 0x%08lx)\n", what, aimc_strerror(status),
         (unsigned long)tile->error_value);
  return 1;
}

/* One: the scale 1.0 in the NMPU's format. */
static void make_operands(uint16_t one) {
  for (int r = 0; r < kRows; ++r) {
    inputs[r] = (uint8_t)(40 + 3 * r);
    /* Column c: one sign, growing with c; odd columns negative. */
    for (int c = 0; c < kColumns; ++c)
      weights[r][c] = (int8_t)((c % 2 == 0 ? 1 : -1) * (3 * c + r % 16));
  }
  for (int c = 0; c < kColumns; ++c) {
    params[c] = (aimc_column_params){one, one, 0, 0};
  }
}

int main(void) {
  const aimc_platform_info* soc = aimc_platform();
  printf(
      "Hello from the AIMC platform: %u tiles on a %ux%u mesh, %u NMPU lanes a tile, %lu MiB RAM\n",
      soc->tile_count, soc->mesh_width, soc->mesh_height, soc->nmpu_lanes,
      (unsigned long)(soc->ram_size >> 20));
  printf("clocks: host %lu MHz, network %lu MHz, tiles %lu MHz\n",
         (unsigned long)soc->host_clock_khz / 1000, (unsigned long)soc->noc_clock_khz / 1000,
         (unsigned long)soc->tile_clock_khz / 1000);

  aimc_tile tile = {0};
  aimc_status status = aimc_tile_open(&tile, 0);
  if (status != AIMC_OK) return failed("tile 0", &tile, status);
  printf("tile 0: crossbar %ux%u, %u bytes of SRAM, %u counts at full scale\n", tile.rows,
         tile.columns, tile.sram_bytes, tile.full_scale_counts);
  if (tile.rows < kRows || tile.columns < kColumns || tile.sram_bytes < kOutputsAt + 4 * kColumns) {
    printf("hello: needs a tile of %dx%d\n", kRows, kColumns);
    return 1;
  }

  make_operands(aimc_nominal_scale(&tile));
  const aimc_region region = {0, kRows, 0, kColumns};
  const aimc_read_mode mode = {.magnitude_bits = 8, .range = 0};
  status = aimc_tile_set_read_mode(&tile, &mode);
  if (status == AIMC_OK) status = aimc_tile_load_weights(&tile, weights[0], kColumns, &region);
  if (status == AIMC_OK) status = aimc_tile_program(&tile, &region, AIMC_DEFAULT_TIMEOUT_US);
  if (status == AIMC_OK) status = aimc_tile_set_params(&tile, 0, kColumns, params);
  if (status != AIMC_OK) return failed("programming", &tile, status);
  printf("programmed %d cells, now at %llu us\n", kRows * kColumns, aimc_time_ns() / 1000);

  const aimc_post post = {.psum_out = true};
  const aimc_command mvm = aimc_cmd_mvm(kInputsAt, kCountsAt, kZeroPoint, &region);
  const aimc_command finish = aimc_cmd_post(kCountsAt, kOutputsAt, 0, &region, &post);
  status = aimc_tile_write_pixels(&tile, kInputsAt, inputs, kRows);
  const uint64_t begin = aimc_cycles();
  if (status == AIMC_OK) status = aimc_tile_submit(&tile, &mvm);
  if (status == AIMC_OK) status = aimc_tile_submit(&tile, &finish);
  if (status == AIMC_OK) status = aimc_tile_wait(&tile, AIMC_DEFAULT_TIMEOUT_US);
  const uint64_t cycles = aimc_cycles() - begin;
  int16_t sums[kColumns];
  if (status == AIMC_OK) status = aimc_tile_read(&tile, kOutputsAt, sums, sizeof sums);
  if (status != AIMC_OK) return failed("MVM", &tile, status);

  const double scale = aimc_tile_count_scale(&tile);
  int wrong = 0;
  printf("column: counts from the tile / expected\n");
  for (int c = 0; c < kColumns; ++c) {
    int32_t exact = 0;
    for (int r = 0; r < kRows; ++r) exact += inputs[r] * weights[r][c];
    double expected = exact * scale;
    if (expected > tile.full_scale_counts) expected = tile.full_scale_counts;
    if (expected < -(double)tile.full_scale_counts) expected = -(double)tile.full_scale_counts;
    const int nearest = (int)(expected < 0 ? expected - 0.5 : expected + 0.5);
    const int difference = abs(sums[c] - nearest);
    const bool ok = difference <= kToleranceCounts + abs(nearest) * kTolerancePercent / 100;
    printf("  %2d: %5d / %5d%s\n", c, sums[c], nearest, ok ? "" : "   outside the tolerance");
    wrong += !ok;
  }
  printf("MVM and NMPU: %lu host cycles; %s\n", (unsigned long)cycles,
         wrong == 0 ? "passed" : "FAILED");
  aimc_report("hello_columns_wrong", wrong);
  return wrong == 0 ? 0 : 1;
}
