#include "tile_layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_dma.h"
#include "calibrate.h"

enum {
  kMagnitudeBits = 7,
  kProgramTimeoutUs = 60000000,
  kTransferTimeoutUs = 1000000,
  kLeastByDma = 64 /* bytes; fewer are sooner moved word by word */
};

static uint32_t round_up(uint32_t value) {
  return (value + 3u) & ~3u;
}

static bool failed(const tile_layer* layer, const char* what, aimc_status status) {
  if (status == AIMC_OK) return false;
  printf("%s: tile %u: %s: %s (value 0x%08lx)\n", layer->model->name, layer->tile.index, what,
         aimc_strerror(status), (unsigned long)layer->tile.error_value);
  return true;
}

/* Counts of another converter than the model's are brought to the model's: by a shift where they
 * differ by more than a scale holds, by the scale for the rest. */
static void adapt_to_converter(tile_layer* layer) {
  const tile_layer_model* model = layer->model;
  double scale = model->count_scale / 4294967296.0 / aimc_tile_count_scale(&layer->tile);
  layer->bias_factor = 1.0;
  layer->cut_post = model->cut_post;
  for (; scale > 1.4142 && layer->cut_post > 0; scale /= 2.0, layer->bias_factor /= 2.0)
    --layer->cut_post;
  for (; scale < 0.7071 && layer->cut_post < 15; scale *= 2.0, layer->bias_factor *= 2.0)
    ++layer->cut_post;
  layer->scale = scale;
}

bool tile_layer_map(tile_layer* layer, const tile_layer_model* model, unsigned tile,
                    unsigned vectors) {
  *layer = (tile_layer){.model = model,
                        .region = {0, model->rows, 0, model->columns},
                        .vectors = vectors,
                        .input_stride = round_up(model->rows),
                        .output_stride = round_up(model->columns)};
  aimc_tile* t = &layer->tile;
  if (failed(layer, "opening", aimc_tile_open(t, tile))) return false;
  layer->counts_at = vectors * layer->input_stride;
  layer->outputs_at = layer->counts_at + 4u * vectors * model->columns;
  const uint32_t needed = layer->outputs_at + vectors * layer->output_stride;
  if (model->rows > t->rows || model->columns > t->columns || needed > t->sram_bytes) {
    printf("%s: needs %ux%u cells and %lu bytes of SRAM in a tile, tile %u has %ux%u and %u\n",
           model->name, model->rows, model->columns, (unsigned long)needed, tile, t->rows,
           t->columns, t->sram_bytes);
    return false;
  }
  const uint8_t range = (uint8_t)(model->range < t->max_range ? model->range : t->max_range);
  const aimc_read_mode mode = {.magnitude_bits = kMagnitudeBits, .range = range};
  if (failed(layer, "read mode", aimc_tile_set_read_mode(t, &mode))) return false;
  adapt_to_converter(layer);
  layer->section = aimc_name(model->name);
  printf("%s: %ux%u on tile %u\n", model->name, model->rows, model->columns, tile);
  return true;
}

bool tile_layer_program(tile_layer* layers, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    tile_layer* l = &layers[i];
    const tile_layer_model* model = l->model;
    if (failed(l, "loading weights",
               aimc_tile_load_weights(&l->tile, model->weights, model->columns, &l->region))) {
      return false;
    }
    const aimc_command program = {{AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0,
                                   (uint32_t)model->rows << 16, (uint32_t)model->columns << 16}};
    if (failed(l, "programming", aimc_tile_submit(&l->tile, &program))) return false;
  }
  for (unsigned i = 0; i < count; ++i) {
    if (failed(&layers[i], "programming", aimc_tile_wait(&layers[i].tile, kProgramTimeoutUs)))
      return false;
  }
  return true;
}

static int16_t limited(double value, double lowest, double highest) {
  if (value < lowest) return (int16_t)lowest;
  if (value > highest) return (int16_t)highest;
  return (int16_t)(value < 0.0 ? value - 0.5 : value + 0.5);
}

/* Brings parameters for the tile's own counts to those of the model. */
static void scale_params(const tile_layer* layer, aimc_column_params* p, int16_t bias) {
  const double one = aimc_nominal_scale(&layer->tile);
  const double offset = p->offset / (double)(1 << layer->tile.nmpu.offset_fraction);
  p->bias = limited(bias * layer->bias_factor, -32768.0, 32767.0);
  if (layer->scale == 1.0) return;
  aimc_params_from_real(&layer->tile, p->scale_p / one * layer->scale,
                        p->scale_n / one * layer->scale, offset * layer->scale, p->bias, p);
}

bool tile_layer_load(tile_layer* layer, bool calibrate, double* before, double* after) {
  const tile_layer_model* model = layer->model;
  const unsigned columns = model->columns;
  aimc_column_params* params = malloc(columns * sizeof *params);
  aimc_status status = params == NULL ? AIMC_NO_MEMORY : AIMC_OK;
  const uint16_t one = aimc_nominal_scale(&layer->tile);
  for (unsigned c = 0; status == AIMC_OK && c < columns; ++c)
    params[c] = (aimc_column_params){one, one, 0, 0};
  if (status == AIMC_OK && calibrate) {
    aimc_calibration_options options = aimc_calibration_defaults(&layer->tile);
    aimc_calibration_result result;
    options.zero_point = 0;
    options.inputs_at = 0;
    options.counts_at = layer->counts_at;
    status = aimc_calibrate(&layer->tile, &layer->region, model->weights, columns, &options, params,
                            &result);
    if (status == AIMC_OK) {
      *before += result.rms_before * result.rms_before;
      *after += result.rms_after * result.rms_after;
    }
  }
  for (unsigned c = 0; status == AIMC_OK && c < columns; ++c)
    scale_params(layer, &params[c], model->bias[c]);
  if (status == AIMC_OK) status = aimc_tile_set_params(&layer->tile, 0, columns, params);
  free(params);
  return !failed(layer, "parameters", status);
}

static aimc_status move_by_dma(uintptr_t source, uintptr_t destination, uint32_t bytes) {
  const aimc_dma_descriptor descriptor = aimc_dma_move(source, destination, bytes);
  const aimc_status status = aimc_dma_start(&descriptor);
  return status == AIMC_OK ? aimc_dma_wait(kTransferTimeoutUs, NULL) : status;
}

static aimc_status write_inputs(const tile_layer* layer, unsigned vectors, const int8_t* inputs) {
  const uint32_t bytes = vectors * layer->model->rows;
  if (vectors > layer->vectors || layer->model->rows % 4 != 0) return AIMC_INVALID;
  if (bytes < kLeastByDma) return aimc_tile_write(&layer->tile, 0, inputs, bytes);
  return move_by_dma((uintptr_t)inputs, aimc_tile_sram(&layer->tile, 0), bytes);
}

/* Vectors lie at a stride of words in the tile, one behind the other for the caller. */
static aimc_status read_outputs(const tile_layer* layer, unsigned vectors, int8_t* outputs) {
  const unsigned columns = layer->model->columns;
  const uint32_t bytes = vectors * columns;
  if (layer->output_stride == columns && bytes >= kLeastByDma) {
    return move_by_dma(aimc_tile_sram(&layer->tile, layer->outputs_at), (uintptr_t)outputs, bytes);
  }
  for (unsigned v = 0; v < vectors; ++v) {
    const uint32_t at = layer->outputs_at + v * layer->output_stride;
    for (unsigned c = 0; c < columns; c += 4) {
      uint32_t word = 0;
      const aimc_status status = aimc_tile_read(&layer->tile, at + c, &word, sizeof word);
      if (status != AIMC_OK) return status;
      memcpy(outputs + v * columns + c, &word, columns - c < 4 ? columns - c : 4);
    }
  }
  return AIMC_OK;
}

bool tile_layer_run(tile_layer* layer, unsigned vectors, const int8_t* inputs, int8_t* outputs) {
  const tile_layer_model* model = layer->model;
  aimc_marker_begin(layer->section);
  aimc_status status = write_inputs(layer, vectors, inputs);
  const aimc_post post = {
      .addend = AIMC_TILE_POST_ADDEND_BIAS,
      .relu = model->relu,
      .cut_pre = (uint8_t)(model->cut_pre + layer->tile.nmpu.scale_fraction - 7),
      .cut_post = layer->cut_post};
  aimc_command command = aimc_cmd_mvm(0, layer->counts_at, 0, &layer->region);
  aimc_cmd_repeat(&command, vectors, layer->input_stride, 4u * model->columns);
  if (status == AIMC_OK) status = aimc_tile_submit(&layer->tile, &command);
  command = aimc_cmd_post(layer->counts_at, layer->outputs_at, 0, &layer->region, &post);
  aimc_cmd_repeat(&command, vectors, 4u * model->columns, layer->output_stride);
  if (status == AIMC_OK) status = aimc_tile_submit(&layer->tile, &command);
  if (status == AIMC_OK) status = aimc_tile_wait(&layer->tile, AIMC_DEFAULT_TIMEOUT_US);
  if (status == AIMC_OK) status = read_outputs(layer, vectors, outputs);
  aimc_marker_end(layer->section);
  return !failed(layer, "layer", status);
}
