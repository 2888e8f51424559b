/* Loading an epoch: what has to be in the tiles before its steps can run. The DMA engine moves what
 * it can; all tiles program at once. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_program.h"
#include "calibrate.h"
#include "network_internal.h"

enum {
  kProgramTimeoutUs = 60000000, /* writing and verifying a crossbar takes milliseconds to 0.1 s */
  kDmaTimeoutUs = 1000000,
  kFillBytes = 4096
};

static aimc_status tile_failed(aimc_network* n, uint32_t tile, const char* what,
                               aimc_status status) {
  return net_fail(n, status, "tile %" PRIu32 ": %s: %s (value 0x%08" PRIx32 ")", tile, what,
                  aimc_strerror(status), n->tiles[tile].tile.error_value);
}

/* Moves rows with the engine and waits. */
static aimc_status move(aimc_network* n, uint32_t tile, const char* what,
                        aimc_dma_descriptor descriptor) {
  static aimc_dma_descriptor in_memory;
  in_memory = descriptor;
  uint32_t value = 0;
  aimc_status status = aimc_dma_start(&in_memory);
  if (status == AIMC_OK) status = aimc_dma_wait(kDmaTimeoutUs, &value);
  if (status != AIMC_OK) {
    return net_fail(n, status, "tile %" PRIu32 ": %s: DMA: %s (value 0x%08" PRIx32 ")", tile, what,
                    aimc_strerror(status), value);
  }
  status = aimc_tile_collect_error(&n->tiles[tile].tile);
  return status == AIMC_OK ? AIMC_OK : tile_failed(n, tile, what, status);
}

static const aimc_net_block* blocks_of(const aimc_network* n) {
  return net_at(n, n->header->blocks.at);
}

static aimc_region region_of(const aimc_net_block* b) {
  return (aimc_region){b->first_row, b->rows, b->first_column, b->columns};
}

static const int8_t* weights_of(const aimc_network* n, const aimc_net_block* b) {
  return net_at(n, b->weights_at);
}

static aimc_status set_read_mode(aimc_network* n, const aimc_net_block* b) {
  const aimc_read_mode mode = {
      .magnitude_bits = (uint8_t)((b->read_mode & AIMC_TILE_READ_MODE_MAGNITUDE_BITS_MASK) >>
                                  AIMC_TILE_READ_MODE_MAGNITUDE_BITS_SHIFT),
      .four_phase = (b->read_mode & AIMC_TILE_READ_MODE_FOUR_PHASE_MASK) != 0,
      .range = (uint8_t)((b->read_mode & AIMC_TILE_READ_MODE_RANGE_MASK) >>
                         AIMC_TILE_READ_MODE_RANGE_SHIFT)};
  const aimc_status status = aimc_tile_set_read_mode(&n->tiles[b->tile].tile, &mode);
  return status == AIMC_OK ? AIMC_OK : tile_failed(n, b->tile, "read mode", status);
}

/* Target weights into the aperture: by DMA where words and one bank suffice. */
static aimc_status load_weights(aimc_network* n, const aimc_net_block* b) {
  aimc_tile* tile = &n->tiles[b->tile].tile;
  const uint32_t first = b->first_row * tile->columns + b->first_column;
  const uint32_t end = (b->first_row + b->rows - 1u) * tile->columns + b->first_column + b->columns;
  const uint32_t bank = first / AIMC_TILE_WEIGHTS_WINDOW_SIZE;
  if ((first | b->columns | tile->columns) % 4 == 0 &&
      (end - 1) / AIMC_TILE_WEIGHTS_WINDOW_SIZE == bank) {
    aimc_write32(tile->base + AIMC_TILE_WEIGHT_BANK, bank);
    return move(
        n, b->tile, "weights",
        (aimc_dma_descriptor){.source = (uint32_t)(uintptr_t)weights_of(n, b),
                              .destination = (uint32_t)tile->base + AIMC_TILE_WEIGHTS_OFFSET +
                                             first % AIMC_TILE_WEIGHTS_WINDOW_SIZE,
                              .row_bytes = b->columns,
                              .rows = b->rows,
                              .source_stride = b->columns,
                              .destination_stride = tile->columns});
  }
  const aimc_region region = region_of(b);
  const aimc_status status = aimc_tile_load_weights(tile, weights_of(n, b), b->columns, &region);
  return status == AIMC_OK ? AIMC_OK : tile_failed(n, b->tile, "weights", status);
}

static aimc_status start_programming(aimc_network* n, const aimc_net_block* b) {
  const aimc_command program = {{AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0,
                                 (uint32_t)b->rows << 16 | b->first_row,
                                 (uint32_t)b->columns << 16 | b->first_column}};
  aimc_tile* tile = &n->tiles[b->tile].tile;
  const aimc_status status = aimc_tile_submit(tile, &program);
  return status == AIMC_OK ? AIMC_OK : tile_failed(n, b->tile, "programming", status);
}

/* Blocks of a tile wait for each other, so the first one of every tile starts before the second of
 * any: round r starts those with r blocks of their tile before them. */
static aimc_status program_blocks(aimc_network* n, uint32_t epoch) {
  const aimc_net_block* blocks = blocks_of(n);
  const uint32_t count = n->header->blocks.count;
  bool any = true;
  for (uint32_t round = 0; any; ++round) {
    any = false;
    for (uint32_t i = 0; i < n->header->tile_count; ++i) n->tiles[i].ended = 0;
    for (uint32_t i = 0; i < count; ++i) {
      if (blocks[i].epoch != epoch || n->tiles[blocks[i].tile].ended++ != round) continue;
      any = true;
      const aimc_status status = start_programming(n, &blocks[i]);
      if (status != AIMC_OK) return status;
      ++n->loads.blocks;
    }
  }
  for (uint32_t i = 0; i < n->header->tile_count; ++i) {
    n->tiles[i].ended = 0;
    const aimc_status status = aimc_tile_wait(&n->tiles[i].tile, kProgramTimeoutUs);
    if (status != AIMC_OK) return tile_failed(n, i, "programming", status);
  }
  return AIMC_OK;
}

static int16_t whole(double value) {
  const double rounded = round(value);
  return (int16_t)(rounded > 32767.0 ? 32767.0 : rounded < -32768.0 ? -32768.0 : rounded);
}

/* scale_p and scale_n multiply counts; what the column's own offsets leave behind goes into the
 * NMPU's offset, beside the fraction of the bias. */
static unsigned column_params(const aimc_tile* tile, const aimc_net_column* column,
                              const aimc_column_response* r, double count_scale,
                              aimc_column_params* params) {
  const double scale = (double)column->scale / count_scale;
  const int16_t bias = whole((double)column->bias);
  const unsigned limited =
      aimc_params_from_real(tile, scale / r->gain_p, scale / r->gain_n, 0.0, bias, params);
  const double one = aimc_nominal_scale(tile);
  const double left = (r->offset_p * params->scale_p - r->offset_n * params->scale_n) / one;
  return limited + aimc_params_set_offset(tile, (double)column->bias - bias - left, params);
}

static aimc_calibration_options calibration_options(const aimc_network* n,
                                                    const aimc_net_block* b) {
  aimc_calibration_options options = aimc_calibration_defaults(&n->tiles[b->tile].tile);
  const uint32_t bits = (b->read_mode & AIMC_TILE_READ_MODE_MAGNITUDE_BITS_MASK) >>
                        AIMC_TILE_READ_MODE_MAGNITUDE_BITS_SHIFT;
  /* The zero point from which inputs reach all magnitudes. */
  options.zero_point = (int8_t)(bits >= 8 ? -128 : 128 - (1 << bits));
  options.vectors = n->options.vectors;
  return options;
}

static aimc_status measure(aimc_network* n, const aimc_net_block* b,
                           aimc_column_response* responses) {
  aimc_calibration_result found;
  const aimc_region region = region_of(b);
  const aimc_calibration_options options = calibration_options(n, b);
  const aimc_status status = aimc_measure_columns(
      &n->tiles[b->tile].tile, &region, weights_of(n, b), b->columns, &options, responses, &found);
  if (status != AIMC_OK) return tile_failed(n, b->tile, "calibration", status);
  n->squares_before += found.rms_before * found.rms_before * found.columns;
  n->squares_after += found.rms_after * found.rms_after * found.columns;
  n->loads.columns += found.columns;
  n->loads.nominal += found.nominal;
  return AIMC_OK;
}

static aimc_status load_params(aimc_network* n, const aimc_net_block* b) {
  const aimc_net_column* columns = net_at(n, b->columns_at);
  aimc_tile* tile = &n->tiles[b->tile].tile;
  aimc_column_response* responses = malloc(b->columns * sizeof *responses);
  aimc_column_params* params = malloc(b->columns * sizeof *params);
  aimc_status status = AIMC_OK;
  if (responses == NULL || params == NULL) {
    status = net_fail(n, AIMC_NO_MEMORY, "the heap is exhausted");
  } else if (n->options.calibrate) {
    status = measure(n, b, responses);
  } else {
    for (unsigned c = 0; c < b->columns; ++c)
      responses[c] = (aimc_column_response){.gain_p = 1.0, .gain_n = 1.0};
  }
  if (status == AIMC_OK) {
    const double count_scale = aimc_tile_count_scale(tile);
    for (unsigned c = 0; c < b->columns; ++c) {
      n->loads.limited += column_params(tile, &columns[c], &responses[c], count_scale, &params[c]);
    }
    status = aimc_tile_set_params(tile, b->first_column, b->columns, params);
    if (status != AIMC_OK) tile_failed(n, b->tile, "NMPU parameters", status);
  }
  free(params);
  free(responses);
  return status;
}

static aimc_status load_all_params(aimc_network* n, uint32_t epoch) {
  const aimc_net_block* blocks = blocks_of(n);
  for (uint32_t i = 0; i < n->header->blocks.count; ++i) {
    if (blocks[i].epoch != epoch) continue;
    const aimc_status status = load_params(n, &blocks[i]);
    if (status != AIMC_OK) return status;
  }
  if (n->loads.columns != 0) {
    n->loads.rms_before = sqrt(n->squares_before / n->loads.columns);
    n->loads.rms_after = sqrt(n->squares_after / n->loads.columns);
  }
  return AIMC_OK;
}

static aimc_status load_program(aimc_network* n, const aimc_net_program* p) {
  const aimc_tile* tile = &n->tiles[p->tile].tile;
  static uint32_t zero;
  zero = 0;
  aimc_status status =
      move(n, p->tile, "semaphores",
           (aimc_dma_descriptor){.source = (uint32_t)(uintptr_t)&zero,
                                 .destination = (uint32_t)tile->base + AIMC_TILE_SEMAPHORE,
                                 .row_bytes = 4,
                                 .rows = AIMC_TILE_SEMAPHORE_COUNT,
                                 .destination_stride = 4});
  if (status != AIMC_OK) return status;
  return move(n, p->tile, "program",
              aimc_dma_move((uintptr_t)net_at(n, p->commands.at),
                            tile->base + AIMC_TILE_PROGRAM_OFFSET, 32 * p->commands.count));
}

static aimc_status load_fill(aimc_network* n, const aimc_net_fill* f) {
  static uint32_t pattern[kFillBytes / 4];
  for (unsigned i = 0; i < kFillBytes / 4; ++i) pattern[i] = f->word;
  const uint32_t rows = f->bytes / kFillBytes;
  const uint32_t rest = f->bytes % kFillBytes;
  const uintptr_t to = aimc_tile_sram(&n->tiles[f->tile].tile, f->sram);
  aimc_status status = AIMC_OK;
  if (rows != 0) {
    status = move(n, f->tile, "constants",
                  (aimc_dma_descriptor){.source = (uint32_t)(uintptr_t)pattern,
                                        .destination = (uint32_t)to,
                                        .row_bytes = kFillBytes,
                                        .rows = rows,
                                        .destination_stride = kFillBytes});
  }
  if (status == AIMC_OK && rest != 0) {
    status = move(n, f->tile, "constants",
                  aimc_dma_move((uintptr_t)pattern, to + rows * kFillBytes, rest));
  }
  return status;
}

static aimc_status load_programs_and_fills(aimc_network* n, uint32_t epoch) {
  const aimc_net_program* programs = net_at(n, n->header->programs.at);
  const aimc_net_fill* fills = net_at(n, n->header->fills.at);
  aimc_status status = AIMC_OK;
  for (uint32_t i = 0; i < n->header->programs.count && status == AIMC_OK; ++i) {
    if (programs[i].epoch == epoch) status = load_program(n, &programs[i]);
  }
  for (uint32_t i = 0; i < n->header->fills.count && status == AIMC_OK; ++i) {
    if (fills[i].epoch == epoch) status = load_fill(n, &fills[i]);
  }
  return status;
}

static aimc_status load_and_program(aimc_network* n, uint32_t epoch) {
  const aimc_net_block* blocks = blocks_of(n);
  for (uint32_t i = 0; i < n->header->blocks.count; ++i) {
    if (blocks[i].epoch != epoch) continue;
    aimc_status status = set_read_mode(n, &blocks[i]);
    if (status == AIMC_OK) status = load_weights(n, &blocks[i]);
    if (status != AIMC_OK) return status;
  }
  return program_blocks(n, epoch);
}

/* A part of loading, with its marker, time and energy. */
static aimc_status account(aimc_network* n, aimc_status (*part)(aimc_network*, uint32_t),
                           uint32_t epoch, uint32_t marker, uint64_t* ns, uint64_t* pj) {
  const uint64_t begin_ns = aimc_time_ns();
  const uint64_t begin_pj = aimc_energy_pj();
  aimc_marker_begin(marker);
  const aimc_status status = part(n, epoch);
  aimc_marker_end(marker);
  *ns += aimc_time_ns() - begin_ns;
  *pj += aimc_energy_pj() - begin_pj;
  return status;
}

aimc_status aimc_network_load(aimc_network* n, uint32_t epoch) {
  if (epoch >= n->header->epochs.count) {
    return net_fail(n, AIMC_INVALID, "epoch %" PRIu32 "; there are %" PRIu32, epoch,
                    n->header->epochs.count);
  }
  n->epoch = AIMC_NET_NONE;
  aimc_status status = account(n, load_and_program, epoch, n->marker_programming,
                               &n->loads.programming_ns, &n->loads.programming_pj);
  if (status == AIMC_OK) {
    status = account(n, load_all_params, epoch, n->marker_calibration, &n->loads.calibration_ns,
                     &n->loads.calibration_pj);
  }
  if (status == AIMC_OK) status = load_programs_and_fills(n, epoch);
  if (status != AIMC_OK) return status;
  n->epoch = epoch;
  ++n->loads.loads;
  return AIMC_OK;
}
