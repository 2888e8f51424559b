/** Shared by the files of the fashion application. */
#ifndef FASHION_H
#define FASHION_H

#include <stdbool.h>
#include <stdint.h>

#include "aimc_hal.h"
#include "images.h"

enum { FASHION_LAYERS = 3 };
/** Input zero point of every layer: int8 -128 is zero, so magnitudes are 0..255. */
#define FASHION_ZERO_POINT (-128)

/** One dense layer as training wrote it. */
typedef struct fashion_layer {
  uint16_t rows, columns;
  uint8_t range; /**< ADC range the counts below refer to */
  uint8_t cut_pre, cut_post;
  uint8_t relu;
  int8_t zero_point;     /**< of the outputs */
  uint32_t count_scale;  /**< nominal counts per |input| x |weight|, U0.32 */
  const int8_t* weights; /**< row-major */
  const int16_t* bias;   /**< counts */
} fashion_layer;

extern const fashion_layer* const fashion_network;

/** Names of the sections the platform traces. */
typedef struct fashion_markers {
  uint32_t io;
  uint32_t layer[FASHION_LAYERS];
} fashion_markers;
extern fashion_markers fashion_sections;

/** int8 logits of an image. */
typedef int8_t fashion_result[FASHION_CLASSES];

/* ---- on tiles ---- */

/** Maps the network to tiles by the geometry of tile 0 and loads the weights' tiles; prints the
 * mapping or what is missing. */
bool fashion_map(void);
/** Programs every tile; prints pulses and time. */
bool fashion_program(void);
/** Loads nominal NMPU parameters. */
bool fashion_load_nominal(void);
/** Calibrates every tile and loads the result; rms errors over all tiles in counts. */
bool fashion_calibrate(double* rms_before, double* rms_after);
/** Classifies one image; the host drives every tile. */
bool fashion_run_tiles(const uint8_t* image, int8_t* logits);
/** Classifies all images; the host drives every tile, each layer with another image. */
bool fashion_run_pipelined(const fashion_data* data, fashion_result* logits);
/** Classifies all images; activations flow from tile to tile without the host. */
bool fashion_run_flow(const fashion_data* data, fashion_result* logits);

/* ---- on the host alone ---- */

/** Classifies one image; touches no tile. */
bool fashion_run_host(const uint8_t* image, int8_t* logits);

#endif
