/* Tiles: taking over, settings, memory, weights and parameters. */
#include <string.h>

#include "hal_internal.h"

static inline uint32_t tile_read(const aimc_tile* tile, uint32_t offset) {
  return aimc_read32(tile->base + offset);
}
static inline void tile_write(const aimc_tile* tile, uint32_t offset, uint32_t value) {
  aimc_write32(tile->base + offset, value);
}

aimc_status aimc_tile_open(aimc_tile* tile, unsigned index) {
  const aimc_platform_info* platform = aimc_platform();
  if (index >= platform->tile_count) return AIMC_NO_TILE;
  *tile = (aimc_tile){.base = platform->tile_base + index * platform->tile_stride, .index = index};
  if (tile_read(tile, AIMC_TILE_ID) != AIMC_TILE_ID_RESET) return AIMC_NO_TILE;
  if (tile_read(tile, AIMC_TILE_VERSION) != AIMC_TILE_VERSION_RESET) return AIMC_NO_TILE;
  const uint32_t geometry = tile_read(tile, AIMC_TILE_GEOMETRY);
  const uint32_t converter = tile_read(tile, AIMC_TILE_CONVERTER);
  const uint32_t nmpu = tile_read(tile, AIMC_TILE_NMPU_FORMAT);
  tile->nmpu = (aimc_nmpu_format){
      .scale_fraction = (uint8_t)AIMC_FIELD(nmpu, AIMC_TILE_NMPU_FORMAT_SCALE_FRACTION),
      .scale_bits = (uint8_t)AIMC_FIELD(nmpu, AIMC_TILE_NMPU_FORMAT_SCALE_BITS),
      .offset_fraction = (uint8_t)AIMC_FIELD(nmpu, AIMC_TILE_NMPU_FORMAT_OFFSET_FRACTION),
      .offset_bits = (uint8_t)AIMC_FIELD(nmpu, AIMC_TILE_NMPU_FORMAT_OFFSET_BITS)};
  tile->rows = AIMC_FIELD(geometry, AIMC_TILE_GEOMETRY_ROWS);
  tile->columns = AIMC_FIELD(geometry, AIMC_TILE_GEOMETRY_COLUMNS);
  tile->full_scale_counts = AIMC_FIELD(converter, AIMC_TILE_CONVERTER_FULL_SCALE_COUNTS);
  tile->max_range = AIMC_FIELD(converter, AIMC_TILE_CONVERTER_MAX_RANGE);
  tile->sram_bytes = tile_read(tile, AIMC_TILE_SRAM_SIZE);
  for (unsigned i = 0; i < AIMC_TILE_CMD_COUNT; ++i) tile_write(tile, AIMC_TILE_CMD + 4 * i, 0);
  aimc_tile_clear_errors(tile);
  tile_write(tile, AIMC_TILE_IRQ_STATUS, AIMC_TILE_IRQ_STATUS_DONE_MASK);
  tile_write(tile, AIMC_TILE_IRQ_ENABLE,
             AIMC_TILE_IRQ_ENABLE_DONE_MASK | AIMC_TILE_IRQ_ENABLE_ERROR_MASK);
  aimc_plic_enable(AIMC_IRQ_TILE_DONE);
  aimc_plic_enable(AIMC_IRQ_TILE_ERROR);
  return AIMC_OK;
}

void aimc_tile_clear_errors(aimc_tile* tile) {
  tile_write(tile, AIMC_TILE_ERROR, 0);
  tile_write(tile, AIMC_TILE_IRQ_STATUS, AIMC_TILE_IRQ_STATUS_ERROR_MASK);
}

aimc_status aimc_tile_collect_error(aimc_tile* tile) {
  const uint32_t code = tile_read(tile, AIMC_TILE_ERROR);
  if (code == AIMC_TILE_ERROR_NONE) return AIMC_OK;
  tile->error_value = tile_read(tile, AIMC_TILE_ERROR_VALUE);
  tile_write(tile, AIMC_TILE_ERROR, 0);
  tile_write(tile, AIMC_TILE_IRQ_STATUS, AIMC_TILE_IRQ_STATUS_ERROR_MASK);
  return (aimc_status)code;
}

aimc_status aimc_tile_set_read_mode(aimc_tile* tile, const aimc_read_mode* mode) {
  const uint32_t word =
      ((uint32_t)mode->magnitude_bits << AIMC_TILE_READ_MODE_MAGNITUDE_BITS_SHIFT &
       AIMC_TILE_READ_MODE_MAGNITUDE_BITS_MASK) |
      (mode->four_phase ? AIMC_TILE_READ_MODE_FOUR_PHASE_MASK : 0u) |
      ((uint32_t)mode->range << AIMC_TILE_READ_MODE_RANGE_SHIFT & AIMC_TILE_READ_MODE_RANGE_MASK);
  tile_write(tile, AIMC_TILE_READ_MODE, word);
  const aimc_status status = aimc_tile_collect_error(tile);
  if (status != AIMC_OK) return status;
  const uint32_t converter = tile_read(tile, AIMC_TILE_CONVERTER);
  tile->full_scale_counts = AIMC_FIELD(converter, AIMC_TILE_CONVERTER_FULL_SCALE_COUNTS);
  return AIMC_OK;
}

double aimc_tile_count_scale(const aimc_tile* tile) {
  double scale = (double)tile_read(tile, AIMC_TILE_COUNT_SCALE);
  for (unsigned i = 0; i < 32; i += 16) scale /= 65536.0;
  return scale;
}

static aimc_status check_words(const aimc_tile* tile, uint32_t offset, uint32_t bytes) {
  if (offset % 4 != 0 || bytes % 4 != 0) return AIMC_MISALIGNED;
  if (offset > tile->sram_bytes || bytes > tile->sram_bytes - offset) return AIMC_BAD_ADDRESS;
  return AIMC_OK;
}

aimc_status aimc_tile_write(const aimc_tile* tile, uint32_t offset, const void* source,
                            uint32_t bytes) {
  const aimc_status status = check_words(tile, offset, bytes);
  if (status != AIMC_OK) return status;
  const uint8_t* from = source;
  const uintptr_t to = aimc_tile_sram(tile, offset);
  for (uint32_t i = 0; i < bytes; i += 4) {
    uint32_t word = 0;
    memcpy(&word, from + i, sizeof word); /* the source may have any alignment */
    aimc_write32(to + i, word);
  }
  return AIMC_OK;
}

aimc_status aimc_tile_write_pixels(const aimc_tile* tile, uint32_t offset, const uint8_t* source,
                                   uint32_t bytes) {
  const aimc_status status = check_words(tile, offset, bytes);
  if (status != AIMC_OK) return status;
  if ((uintptr_t)source % 4 != 0) return AIMC_MISALIGNED;
  const uint32_t sign = 0x80808080u; /* x - 128 in two's complement is x ^ 0x80 */
  const uint32_t* from = (const uint32_t*)(uintptr_t)source;
  volatile uint32_t* to = (volatile uint32_t*)aimc_tile_sram(tile, offset);
  const uint32_t* const end = from + bytes / 4;
  for (; end - from >= 4; from += 4, to += 4) {
    to[0] = from[0] ^ sign;
    to[1] = from[1] ^ sign;
    to[2] = from[2] ^ sign;
    to[3] = from[3] ^ sign;
  }
  while (from < end) *to++ = *from++ ^ sign;
  return AIMC_OK;
}

aimc_status aimc_tile_read(const aimc_tile* tile, uint32_t offset, void* target, uint32_t bytes) {
  const aimc_status status = check_words(tile, offset, bytes);
  if (status != AIMC_OK) return status;
  uint8_t* to = target;
  const uintptr_t from = aimc_tile_sram(tile, offset);
  for (uint32_t i = 0; i < bytes; i += 4) {
    const uint32_t word = aimc_read32(from + i);
    memcpy(to + i, &word, sizeof word);
  }
  return AIMC_OK;
}

static bool region_fits(const aimc_tile* tile, const aimc_region* region) {
  return region->rows != 0 && region->columns != 0 &&
         (unsigned)region->first_row + region->rows <= tile->rows &&
         (unsigned)region->first_column + region->columns <= tile->columns;
}

/* One row of weights; words where the aperture's addresses allow, bytes at the edges. */
static void load_row(aimc_tile* tile, const int8_t* row, uint32_t index, uint32_t columns,
                     uint32_t* bank) {
  uint32_t done = 0;
  while (done < columns) {
    const uint32_t at = index + done;
    const uint32_t wanted = at / AIMC_TILE_WEIGHTS_WINDOW_SIZE;
    if (wanted != *bank) {
      tile_write(tile, AIMC_TILE_WEIGHT_BANK, wanted);
      *bank = wanted;
    }
    const uintptr_t address =
        tile->base + AIMC_TILE_WEIGHTS_OFFSET + at % AIMC_TILE_WEIGHTS_WINDOW_SIZE;
    if (at % 4 == 0 && columns - done >= 4) {
      uint32_t word = 0;
      memcpy(&word, row + done, sizeof word);
      aimc_write32(address, word);
      done += 4;
    } else {
      *(volatile uint8_t*)address = (uint8_t)row[done];
      ++done;
    }
  }
}

aimc_status aimc_tile_load_weights(aimc_tile* tile, const int8_t* weights, uint32_t stride,
                                   const aimc_region* region) {
  if (!region_fits(tile, region)) return AIMC_BAD_REGION;
  uint32_t bank = UINT32_MAX; /* unknown: the first access selects it */
  for (uint32_t r = 0; r < region->rows; ++r) {
    const uint32_t index = (region->first_row + r) * tile->columns + region->first_column;
    load_row(tile, weights + r * stride, index, region->columns, &bank);
  }
  return aimc_tile_collect_error(tile);
}

aimc_status aimc_tile_set_params(aimc_tile* tile, unsigned first_column, unsigned columns,
                                 const aimc_column_params* params) {
  if (first_column > tile->columns || columns > tile->columns - first_column)
    return AIMC_BAD_REGION;
  for (unsigned i = 0; i < columns; ++i) {
    const uint32_t at = AIMC_TILE_NMPU_PARAMS_OFFSET + 8 * (first_column + i);
    tile_write(tile, at, (uint32_t)params[i].scale_p | (uint32_t)params[i].scale_n << 16);
    tile_write(tile, at + 4, (uint16_t)params[i].bias | (uint32_t)(uint16_t)params[i].offset << 16);
  }
  return aimc_tile_collect_error(tile);
}

aimc_status aimc_tile_get_params(const aimc_tile* tile, unsigned first_column, unsigned columns,
                                 aimc_column_params* params) {
  if (first_column > tile->columns || columns > tile->columns - first_column)
    return AIMC_BAD_REGION;
  for (unsigned i = 0; i < columns; ++i) {
    const uint32_t at = AIMC_TILE_NMPU_PARAMS_OFFSET + 8 * (first_column + i);
    const uint32_t scales = tile_read(tile, at);
    const uint32_t sums = tile_read(tile, at + 4);
    params[i] = (aimc_column_params){.scale_p = (uint16_t)scales,
                                     .scale_n = (uint16_t)(scales >> 16),
                                     .offset = (int16_t)(sums >> 16),
                                     .bias = (int16_t)sums};
  }
  return AIMC_OK;
}

aimc_saturation aimc_tile_saturation(const aimc_tile* tile) {
  return (aimc_saturation){tile_read(tile, AIMC_TILE_NMPU_SATURATED_PSUMS),
                           tile_read(tile, AIMC_TILE_NMPU_SATURATED_ACTIVATIONS)};
}

void aimc_tile_clear_saturation(aimc_tile* tile) {
  tile_write(tile, AIMC_TILE_NMPU_SATURATED_PSUMS, 0);
}

/* The nearest whole number of `value`, ties away from zero, within low..high. */
static int32_t limited(double value, int32_t low, int32_t high, unsigned* count) {
  const double limit = 1e9; /* what an integer surely holds, and no format reaches */
  if (value > -limit && value < limit) {
    const int32_t rounded = (int32_t)(value < 0.0 ? value - 0.5 : value + 0.5);
    if (rounded >= low && rounded <= high) return rounded;
  }
  ++*count;
  return value > 0.0 ? high : low;
}

unsigned aimc_params_set_offset(const aimc_tile* tile, double offset, aimc_column_params* params) {
  const int32_t half = (int32_t)(1u << (tile->nmpu.offset_bits - 1u));
  const double count = (double)(1u << tile->nmpu.offset_fraction);
  unsigned clamped = 0;
  params->offset = (int16_t)limited(offset * count, -half, half - 1, &clamped);
  return clamped;
}

unsigned aimc_params_from_real(const aimc_tile* tile, double scale_p, double scale_n, double offset,
                               int16_t bias, aimc_column_params* params) {
  const int32_t top = (int32_t)((1u << tile->nmpu.scale_bits) - 1u);
  const double one = (double)aimc_nominal_scale(tile);
  unsigned clamped = 0;
  params->scale_p = (uint16_t)limited(scale_p * one, 0, top, &clamped);
  params->scale_n = (uint16_t)limited(scale_n * one, 0, top, &clamped);
  params->bias = bias;
  return clamped + aimc_params_set_offset(tile, offset, params);
}

enum { kQ16 = 16 };

/* A number with 16 fraction bits to one with `fraction`, rounded and within low..high. */
static int32_t from_q16(int64_t value, unsigned fraction, int32_t low, int32_t high,
                        unsigned* count) {
  const unsigned shift = kQ16 - fraction; /* at least one: no format has 16 fraction bits */
  const int64_t half = (int64_t)1 << (shift - 1);
  const int64_t rounded = value < 0 ? -((-value + half) >> shift) : (value + half) >> shift;
  if (rounded >= low && rounded <= high) return (int32_t)rounded;
  ++*count;
  return rounded > 0 ? high : low;
}

unsigned aimc_params_from_q16(const aimc_tile* tile, uint32_t scale_p, uint32_t scale_n,
                              int32_t offset, int16_t bias, aimc_column_params* params) {
  const int32_t top = (int32_t)((1u << tile->nmpu.scale_bits) - 1u);
  const int32_t half = (int32_t)(1u << (tile->nmpu.offset_bits - 1u));
  const unsigned fraction = tile->nmpu.scale_fraction;
  unsigned clamped = 0;
  params->scale_p = (uint16_t)from_q16(scale_p, fraction, 0, top, &clamped);
  params->scale_n = (uint16_t)from_q16(scale_n, fraction, 0, top, &clamped);
  params->offset = (int16_t)from_q16(offset, tile->nmpu.offset_fraction, -half, half - 1, &clamped);
  params->bias = bias;
  return clamped;
}
