/** A dense layer on a tile of its own: int8 inputs and outputs with zero point 0, driven by the
 * host. */
#ifndef SEQUENCE_TILE_LAYER_H
#define SEQUENCE_TILE_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "aimc_hal.h"

/** A layer as training wrote it. */
typedef struct tile_layer_model {
  const char* name;
  uint16_t rows, columns;
  uint8_t range; /**< ADC range the counts below refer to */
  uint8_t cut_pre, cut_post;
  bool relu;
  uint32_t count_scale;  /**< nominal counts per |input| x |weight|, U0.32 */
  const int8_t* weights; /**< row-major */
  const int16_t* bias;   /**< counts */
} tile_layer_model;

/** Where it lies. Fill with tile_layer_map. */
typedef struct tile_layer {
  const tile_layer_model* model;
  aimc_tile tile;
  aimc_region region;
  unsigned vectors; /**< input vectors that fit into SRAM at once */
  uint32_t input_stride, output_stride;
  uint32_t counts_at, outputs_at; /**< inputs are at 0 */
  double scale; /**< of the NMPU, on top of calibration: a converter other than the model's */
  double bias_factor;
  uint8_t cut_post;
  uint32_t section; /**< marker of the layer's work */
} tile_layer;

/** Takes over a tile for a layer that is given up to `vectors` inputs at once; prints what is
 * missing and returns false. */
bool tile_layer_map(tile_layer* layer, const tile_layer_model* model, unsigned tile,
                    unsigned vectors);
/** Programs the weights of several layers, all tiles at once. */
bool tile_layer_program(tile_layer* layers, unsigned count);
/** Loads NMPU parameters: nominal ones, or those of a calibration, whose squared errors (counts)
 * are added up before and after. */
bool tile_layer_load(tile_layer* layer, bool calibrate, double* before, double* after);
/** The layer of `vectors` inputs, one after the other in `inputs` (rows each) and `outputs`
 * (columns each). Both are word-aligned. */
bool tile_layer_run(tile_layer* layer, unsigned vectors, const int8_t* inputs, int8_t* outputs);

#endif
