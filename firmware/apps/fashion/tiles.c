/* The network on tiles.
 *
 * Each layer is cut into blocks no larger than a crossbar, evenly by rows and columns, one tile a
 * block. Blocks of the same columns form a chain over the rows: all convert at once, then partial
 * sums pass down the chain through PUT; the bias enters at the first tile, the last one makes int8
 * activations and puts them into the input areas of the next layer's tiles.
 */
#include <math.h>
#include <stdio.h>

#include "calibrate.h"
#include "fashion.h"
#include "mapping.h"

enum { kMaxColumns = 1024, kProgramTimeoutUs = 60000000 };

block fashion_blocks[kMaxBlocks];
layer_map fashion_maps[FASHION_LAYERS];
static aimc_column_params params[kMaxColumns];

bool fashion_failed(const block* b, const char* what, aimc_status status) {
  printf("fashion: tile %u: %s: %s (value 0x%08lx)\n", b->tile.index, what, aimc_strerror(status),
         (unsigned long)b->tile.error_value);
  return false;
}

/* Length of the pieces of an even split into pieces of at most `limit`, in multiples of four
 * because activations travel in words. */
static unsigned piece(unsigned total, unsigned limit) {
  const unsigned usable = limit / 4 * 4;
  const unsigned pieces = (total + usable - 1) / usable;
  return round_up((total + pieces - 1) / pieces, 4);
}

static unsigned pieces(unsigned total, unsigned length) {
  return (total + length - 1) / length;
}

static void place(block* b, unsigned rows, unsigned columns) {
  b->region = (aimc_region){0, (uint16_t)rows, 0, (uint16_t)columns};
  b->inputs_at = 0;
  b->counts_at = round_up(rows, 4);
  b->psums_at = b->counts_at + 4 * columns;
  b->outputs_at = b->psums_at + round_up(2 * columns, 4);
}

static bool map_layer(unsigned index, const aimc_tile* shape, unsigned* used) {
  const fashion_layer* layer = &fashion_network[index];
  const unsigned rows = piece(layer->rows, shape->rows);
  const unsigned columns = piece(layer->columns, shape->columns);
  fashion_maps[index] = (layer_map){.begin = *used, .chain_length = pieces(layer->rows, rows)};
  for (unsigned c = 0; c < layer->columns; c += columns) {
    for (unsigned r = 0; r < layer->rows; r += rows, ++*used) {
      const unsigned height = layer->rows - r < rows ? layer->rows - r : rows;
      const unsigned width = layer->columns - c < columns ? layer->columns - c : columns;
      block* b = &fashion_blocks[*used];
      *b = (block){.layer = layer,
                   .row = r,
                   .column = c,
                   .first = r == 0,
                   .last = r + height == layer->rows};
      aimc_status status = aimc_tile_open(&b->tile, *used);
      if (status != AIMC_OK) return fashion_failed(b, "opening", status);
      const unsigned top = b->tile.max_range;
      const aimc_read_mode mode = {.magnitude_bits = 8,
                                   .range = (uint8_t)(layer->range < top ? layer->range : top)};
      status = aimc_tile_set_read_mode(&b->tile, &mode);
      if (status != AIMC_OK) return fashion_failed(b, "read mode", status);
      place(b, height, width);
      if (sram_needed(b) > b->tile.sram_bytes) {
        printf("fashion: layer %u needs %lu bytes of SRAM in a tile, tile %u has %u\n", index + 1,
               (unsigned long)sram_needed(b), *used, b->tile.sram_bytes);
        return false;
      }
    }
  }
  fashion_maps[index].end = *used;
  printf("layer %u: %ux%u on tiles %u..%u, %u row block(s) of %u\n", index + 1, layer->rows,
         layer->columns, fashion_maps[index].begin, fashion_maps[index].end - 1,
         fashion_maps[index].chain_length, rows);
  return true;
}

static bool add_put(block* b, uint32_t source, const block* to, uint32_t offset, uint32_t bytes) {
  if (b->put_count == kMaxTargets) {
    printf("fashion: tile %u would feed more than %d tiles\n", b->tile.index, kMaxTargets);
    return false;
  }
  b->targets[b->put_count] = to;
  b->puts[b->put_count++] = aimc_cmd_put(source, aimc_tile_sram(&to->tile, offset), bytes);
  return true;
}

/* Activations of the last block of a chain go to every tile of the next layer that has these rows.
 */
static bool connect_outputs(block* b, const layer_map* next) {
  const unsigned begin = b->column;
  const unsigned end = begin + b->region.columns;
  for (unsigned i = next->begin; i < next->end; ++i) {
    const block* to = &fashion_blocks[i];
    const unsigned low = to->row > begin ? to->row : begin;
    const unsigned high = to->row + to->region.rows < end ? to->row + to->region.rows : end;
    if (low < high &&
        !add_put(b, b->outputs_at + low - begin, to, to->inputs_at + low - to->row, high - low)) {
      return false;
    }
  }
  return true;
}

static bool make_commands(unsigned index) {
  for (unsigned i = fashion_maps[index].begin; i < fashion_maps[index].end; ++i) {
    block* b = &fashion_blocks[i];
    const fashion_layer* layer = b->layer;
    aimc_post post = {.psum_out = !b->last, .addend = AIMC_TILE_POST_ADDEND_PSUM};
    if (b->first) post.addend = AIMC_TILE_POST_ADDEND_BIAS;
    if (b->last) {
      post.relu = layer->relu != 0;
      /* The model's cuts are for 7 fraction bits. */
      post.cut_pre = (uint8_t)(layer->cut_pre + b->tile.nmpu.scale_fraction - 7);
      post.cut_post = (uint8_t)fashion_maps[index].cut_post;
      post.zero_point = layer->zero_point;
    }
    b->mvm = aimc_cmd_mvm(b->inputs_at, b->counts_at, FASHION_ZERO_POINT, &b->region);
    b->post = aimc_cmd_post(b->counts_at, b->outputs_at, b->psums_at, &b->region, &post);
    bool ok = true;
    if (!b->last) {
      const block* next = b + 1;
      ok = add_put(b, b->outputs_at, next, next->psums_at, round_up(2u * b->region.columns, 4));
    } else if (index + 1 < FASHION_LAYERS) {
      ok = connect_outputs(b, &fashion_maps[index + 1]);
    }
    if (!ok) return false;
  }
  return true;
}

/* The model's biases and cuts are for counts of the default converter. With another one a layer
 * counts more or less by a factor: its biases follow, its outputs are shifted back by the nearest
 * power of two, and what is left of the factor is in the inputs of the next layer. */
static void adapt_to_converter(void) {
  double factor = 1.0;
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    const double scale = aimc_tile_count_scale(&fashion_blocks[fashion_maps[l].begin].tile);
    factor *= scale * 4294967296.0 / fashion_network[l].count_scale;
    fashion_maps[l].factor = factor;
    fashion_maps[l].cut_post = fashion_network[l].cut_post;
    for (; factor > 1.4142 && fashion_maps[l].cut_post < 15; factor /= 2.0)
      ++fashion_maps[l].cut_post;
    for (; factor < 0.7071 && fashion_maps[l].cut_post > 0; factor *= 2.0)
      --fashion_maps[l].cut_post;
  }
}

bool fashion_map(void) {
  aimc_tile shape = {0};
  const aimc_status status = aimc_tile_open(&shape, 0);
  if (status != AIMC_OK) {
    printf("fashion: tile 0: %s\n", aimc_strerror(status));
    return false;
  }
  if (shape.rows < 4 || shape.columns < 4) {
    printf("fashion: tiles of %ux%u are too small, 4x4 is the least\n", shape.rows, shape.columns);
    return false;
  }
  unsigned needed = 0;
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    const fashion_layer* layer = &fashion_network[l];
    needed += pieces(layer->rows, piece(layer->rows, shape.rows)) *
              pieces(layer->columns, piece(layer->columns, shape.columns));
  }
  const unsigned available = aimc_platform()->tile_count;
  if (needed > available || needed > kMaxBlocks) {
    printf("fashion: needs %u tiles of %ux%u, platform has %u\n", needed, shape.rows, shape.columns,
           available);
    return false;
  }
  unsigned used = 0;
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    if (!map_layer(l, &shape, &used)) return false;
  }
  adapt_to_converter();
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    if (!make_commands(l)) return false;
  }
  return true;
}

static const int8_t* block_weights(const block* b) {
  return b->layer->weights + b->row * b->layer->columns + b->column;
}

bool fashion_program(void) {
  const unsigned count = fashion_maps[FASHION_LAYERS - 1].end;
  const uint64_t begin = aimc_time_ns();
  for (unsigned i = 0; i < count; ++i) {
    block* b = &fashion_blocks[i];
    aimc_status status =
        aimc_tile_load_weights(&b->tile, block_weights(b), b->layer->columns, &b->region);
    if (status != AIMC_OK) return fashion_failed(b, "loading weights", status);
    /* Programming takes milliseconds: all tiles at once. */
    const aimc_command program = {{AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0,
                                   (uint32_t)b->region.rows << 16,
                                   (uint32_t)b->region.columns << 16}};
    status = aimc_tile_submit(&b->tile, &program);
    if (status != AIMC_OK) return fashion_failed(b, "programming", status);
  }
  for (unsigned i = 0; i < count; ++i) {
    const aimc_status status = aimc_tile_wait(&fashion_blocks[i].tile, kProgramTimeoutUs);
    if (status != AIMC_OK) return fashion_failed(&fashion_blocks[i], "programming", status);
  }
  printf("programmed %u tiles in %llu us\n", count, (aimc_time_ns() - begin) / 1000);
  return true;
}

static int16_t scaled_bias(const block* b, unsigned column, double factor) {
  const double bias = b->layer->bias[b->column + column] * factor;
  if (bias > 32767.0) return 32767;
  if (bias < -32768.0) return -32768;
  return (int16_t)(bias < 0.0 ? bias - 0.5 : bias + 0.5);
}

static bool load_params(const aimc_calibration_options* calibration, double* squares_before,
                        double* squares_after) {
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    for (unsigned i = fashion_maps[l].begin; i < fashion_maps[l].end; ++i) {
      block* b = &fashion_blocks[i];
      for (unsigned c = 0; c < b->region.columns; ++c) {
        const uint16_t one = aimc_nominal_scale(&b->tile);
        params[c] = (aimc_column_params){one, one, 0, scaled_bias(b, c, fashion_maps[l].factor)};
      }
      aimc_status status = AIMC_OK;
      if (calibration != NULL) {
        aimc_calibration_result result;
        aimc_calibration_options options = *calibration;
        options.inputs_at = b->inputs_at;
        options.counts_at = b->counts_at;
        status = aimc_calibrate(&b->tile, &b->region, block_weights(b), b->layer->columns, &options,
                                params, &result);
        if (status != AIMC_OK) return fashion_failed(b, "calibration", status);
        *squares_before += result.rms_before * result.rms_before;
        *squares_after += result.rms_after * result.rms_after;
        printf(
            "tile %u: error %.2f -> %.2f counts rms, gain %.2f..%.2f, %u of %u columns nominal, %u "
            "clamped\n",
            b->tile.index, result.rms_before, result.rms_after, result.gain_min, result.gain_max,
            result.nominal, result.columns, result.clamped);
      }
      status = aimc_tile_set_params(&b->tile, 0, b->region.columns, params);
      if (status != AIMC_OK) return fashion_failed(b, "NMPU parameters", status);
    }
  }
  return true;
}

bool fashion_load_nominal(void) {
  return load_params(NULL, NULL, NULL);
}

bool fashion_calibrate(double* rms_before, double* rms_after) {
  const aimc_calibration_options options = aimc_calibration_defaults(&fashion_blocks[0].tile);
  *rms_before = 0.0;
  *rms_after = 0.0;
  if (!load_params(&options, rms_before, rms_after)) return false;
  const double tiles = fashion_maps[FASHION_LAYERS - 1].end;
  *rms_before = sqrt(*rms_before / tiles);
  *rms_after = sqrt(*rms_after / tiles);
  return true;
}

/* POST and the PUTs behind it. */
static aimc_status finish_block(block* b) {
  aimc_status status = aimc_tile_submit(&b->tile, &b->post);
  for (unsigned i = 0; i < b->put_count && status == AIMC_OK; ++i) {
    status = aimc_tile_submit(&b->tile, &b->puts[i]);
  }
  return status;
}

/* Everything behind the MVMs of a layer: down its chains, until the activations have arrived. */
static bool finish_layer(const layer_map* map) {
  const unsigned length = map->chain_length;
  for (unsigned r = 0; r < length; ++r) {
    for (unsigned i = map->begin + r; i < map->end; i += length) {
      block* b = &fashion_blocks[i];
      /* Partial sums have arrived when the predecessor has completed its PUT. */
      if (!b->first) {
        const aimc_status status = aimc_tile_wait(&b[-1].tile, AIMC_DEFAULT_TIMEOUT_US);
        if (status != AIMC_OK) return fashion_failed(b - 1, "partial sums", status);
      }
      const aimc_status status = finish_block(b);
      if (status != AIMC_OK) return fashion_failed(b, "post", status);
    }
  }
  for (unsigned i = map->begin + length - 1; i < map->end; i += length) {
    const aimc_status status = aimc_tile_wait(&fashion_blocks[i].tile, AIMC_DEFAULT_TIMEOUT_US);
    if (status != AIMC_OK) return fashion_failed(&fashion_blocks[i], "layer", status);
  }
  return true;
}

static bool write_image(const uint8_t* image) {
  for (unsigned i = fashion_maps[0].begin; i < fashion_maps[0].end; ++i) {
    block* b = &fashion_blocks[i];
    aimc_status status =
        aimc_tile_write_pixels(&b->tile, b->inputs_at, image + b->row, round_up(b->region.rows, 4));
    /* Converts while the next tile's inputs are on their way. */
    if (status == AIMC_OK) status = aimc_tile_submit(&b->tile, &b->mvm);
    if (status != AIMC_OK) return fashion_failed(b, "inputs", status);
  }
  return true;
}

bool fashion_read_logits(int8_t* logits) {
  uint32_t words[(FASHION_CLASSES + 3) / 4 + 1];
  const layer_map* map = &fashion_maps[FASHION_LAYERS - 1];
  for (unsigned i = map->begin + map->chain_length - 1; i < map->end; i += map->chain_length) {
    const block* b = &fashion_blocks[i];
    const aimc_status status =
        aimc_tile_read(&b->tile, b->outputs_at, words, round_up(b->region.columns, 4));
    if (status != AIMC_OK) return fashion_failed(b, "logits", status);
    const int8_t* bytes = (const int8_t*)words;
    for (unsigned c = 0; c < b->region.columns; ++c) logits[b->column + c] = bytes[c];
  }
  return true;
}

bool fashion_run_tiles(const uint8_t* image, int8_t* logits) {
  aimc_marker_begin(fashion_sections.io);
  if (!write_image(image)) return false;
  aimc_marker_end(fashion_sections.io);
  for (unsigned l = 0; l < FASHION_LAYERS; ++l) {
    aimc_marker_begin(fashion_sections.layer[l]);
    for (unsigned i = fashion_maps[l].begin; l > 0 && i < fashion_maps[l].end; ++i) {
      const aimc_status status = aimc_tile_submit(&fashion_blocks[i].tile, &fashion_blocks[i].mvm);
      if (status != AIMC_OK) return fashion_failed(&fashion_blocks[i], "mvm", status);
    }
    if (!finish_layer(&fashion_maps[l])) return false;
    aimc_marker_end(fashion_sections.layer[l]);
  }
  aimc_marker_begin(fashion_sections.io);
  const bool ok = fashion_read_logits(logits);
  aimc_marker_end(fashion_sections.io);
  return ok;
}
