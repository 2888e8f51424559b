/** Calibration of a tile: gain and offset of every column and polarity from known vectors. */
#ifndef AIMC_CALIBRATE_H
#define AIMC_CALIBRATE_H

#include "aimc_hal.h"

/** How to calibrate; start from aimc_calibration_defaults(). */
typedef struct aimc_calibration_options {
  unsigned vectors;   /**< known vectors, 4..256 */
  unsigned repeats;   /**< conversions averaged per vector, 1..16 */
  int8_t zero_point;  /**< input zero point the vectors are applied with */
  uint32_t seed;      /**< of the vectors */
  uint32_t inputs_at; /**< SRAM the tile may use: one row of inputs */
  uint32_t counts_at; /**< and one word a column */
} aimc_calibration_options;

aimc_calibration_options aimc_calibration_defaults(const aimc_tile* tile);

/** What calibration found. Errors are those of the corrected sum against the exact one, in counts.
 */
typedef struct aimc_calibration_result {
  unsigned columns;
  unsigned nominal;  /**< columns for which nothing but the nominal parameters was justified */
  unsigned clamped;  /**< parameters that did not fit their format */
  unsigned excluded; /**< samples left out of the fit because the converter was at a limit */
  double rms_before; /**< with nominal parameters */
  double rms_after;  /**< with those found */
  double gain_min, gain_max; /**< relative to nominal */
} aimc_calibration_result;

/** How a column and its polarities respond: measured counts = gain x nominal counts + offset. */
typedef struct aimc_column_response {
  double gain_p, offset_p, gain_n, offset_n;
} aimc_column_response;

/** Measures a programmed region: responses (one per column), for whoever scales columns by other
 * factors than 1. The result is that of aimc_calibrate. */
aimc_status aimc_measure_columns(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                                 uint32_t stride, const aimc_calibration_options* options,
                                 aimc_column_response* responses, aimc_calibration_result* result);

/** Measures a programmed region and fills scales and offset of `params` (one per column; the bias
 * is left alone).
 *
 * @param weights the weights the region was programmed with, `stride` bytes between rows
 * Call aimc_tile_set_params to load the result.
 */
aimc_status aimc_calibrate(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                           uint32_t stride, const aimc_calibration_options* options,
                           aimc_column_params* params, aimc_calibration_result* result);

#endif
