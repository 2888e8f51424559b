/** What applications share that read Fashion-MNIST images as a sequence. */
#ifndef SEQUENCE_CLASSIFY_H
#define SEQUENCE_CLASSIFY_H

#include "../fashion/images.h"
#include "tile_layer.h"

enum { SEQUENCE_MAX_LAYERS = 8 };

/** A network of layers on tiles 0, 1, ... */
typedef struct sequence_network {
  const char* name;
  const tile_layer_model* layers;
  unsigned layer_count;
  unsigned vectors; /**< most inputs a layer is given at once */
  /** int8 logits of an image. */
  bool (*run)(tile_layer* layers, const uint8_t* image, int8_t* logits);
} sequence_network;

/** Logits of the last run. */
extern int8_t sequence_logits[FASHION_MAX_IMAGES][FASHION_CLASSES];

/** Parses the arguments, programs the tiles, calibrates them if asked to, classifies and reports;
 * returns the exit code.
 *
 *   [--images N] [--calibrate on|off] [--images-at ADDRESS] [--labels-at ADDRESS]
 */
int sequence_main(const sequence_network* network, int argc, char** argv);

/** Pixels as inputs: half of each, 0..127. Both are word-aligned, `count` is a multiple of four.
 * Section `io` of the trace. */
void sequence_pixels(const uint8_t* pixels, unsigned count, int8_t* inputs);

#endif
