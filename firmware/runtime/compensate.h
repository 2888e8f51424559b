/** What firmware can do about devices that drift, miss their targets or are broken. */
#ifndef AIMC_COMPENSATE_H
#define AIMC_COMPENSATE_H

#include "calibrate.h"

/** What a compensation found. Errors are those of the corrected sum against the exact one, in
 * counts. */
typedef struct aimc_compensation_result {
  double factor_min, factor_max; /**< by which scales were multiplied */
  unsigned clamped;              /**< parameters that did not fit their format */
  double rms_before;             /**< with the parameters given */
  double rms_after;              /**< with those returned */
} aimc_compensation_result;

/** Multiplies the scales and offsets of a region's columns by sum(expected) / sum(measured) of the
 * magnitudes over known vectors: one factor for all columns, or one each. Cheaper than a
 * calibration, whose gains and offsets between polarities and columns it keeps.
 *
 * @param weights the weights the region was programmed with, `stride` bytes between rows
 * @param params in use at present; changed. Call aimc_tile_set_params to load them.
 */
aimc_status aimc_compensate_drift(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                                  uint32_t stride, const aimc_calibration_options* options,
                                  bool per_column, aimc_column_params* params,
                                  aimc_compensation_result* result);

/** Error of every column with some parameters, rms in counts over known vectors. */
aimc_status aimc_column_errors(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                               uint32_t stride, const aimc_calibration_options* options,
                               const aimc_column_params* params, double* rms);

enum { AIMC_VERIFY_ROUNDS = 16 };

/** How to program and verify. */
typedef struct aimc_verify_options {
  unsigned rounds;     /**< most reads of the whole region, 1..AIMC_VERIFY_ROUNDS */
  double tolerance;    /**< largest error of a weight that is left alone, units of a weight */
  uint32_t inputs_at;  /**< SRAM the tile may use: one row of inputs */
  uint32_t counts_at;  /**< and one word a column */
  uint32_t timeout_us; /**< of a programming command */
} aimc_verify_options;

/** What happened; errors are in units of a weight. */
typedef struct aimc_verify_result {
  unsigned rounds;                        /**< reads of the region */
  unsigned rewritten[AIMC_VERIFY_ROUNDS]; /**< cells outside the tolerance in each of them */
  double rms_first, rms_last;             /**< error of all weights in the first and last */
} aimc_verify_result;

/** Programs a region from `weights`, reads every cell (one row driven at a time, at the largest
 * range) and programs those again that are off by more than the tolerance, until none is or the
 * rounds are used up. Pulses of all kinds wear: rewriting is of single cells.
 *
 * @param params scales and offsets that correct the converters (aimc_calibrate), for reading
 */
aimc_status aimc_program_verify(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                                uint32_t stride, const aimc_verify_options* options,
                                const aimc_column_params* params, aimc_verify_result* result);

/** Chooses `needed` of `available` columns: each keeps its place unless its error is above `limit`
 * and a column from `needed` on is free whose error is not. map[i] is the column that takes the
 * place of i.
 * @return how many were moved; `unmoved` counts those above the limit for which none was left
 */
unsigned aimc_map_columns(const double* rms, unsigned available, unsigned needed, double limit,
                          uint16_t* map, unsigned* unmoved);

#endif
