#include "compensate.h"

#include <math.h>

#include "known_vectors.h"

/* Sums of one column's magnitudes over samples where both polarities are valid. */
static void add_magnitudes(const job* j, unsigned column, const aimc_column_params* params,
                           double* expected, double* measured) {
  const unsigned columns = j->region->columns;
  for (unsigned v = 0; v < j->options->vectors; ++v) {
    const sample* p = j->samples + 2 * v * columns + column;
    const sample* n = p + columns;
    if (p->measured < 0 || n->measured < 0) continue;
    *expected += p->expected + n->expected;
    *measured += ((double)p->measured * params->scale_p + (double)n->measured * params->scale_n) /
                 aimc_nominal_scale(j->tile);
  }
}

static double ratio(double expected, double measured) {
  return expected > 0.0 && measured > 0.0 ? expected / measured : 1.0;
}

static double rms_of(const job* j, const aimc_column_params* params) {
  const unsigned columns = j->region->columns;
  uint64_t total = 0;
  unsigned used = 0;
  for (unsigned c = 0; c < columns; ++c) {
    total +=
        squared_error(j->tile, j->samples + c, columns, j->options->vectors, &params[c], &used);
  }
  return used == 0 ? 0.0 : sqrt((double)total / used) / kFraction;
}

static void compensate(const job* j, bool per_column, aimc_column_params* params,
                       aimc_compensation_result* result) {
  const unsigned columns = j->region->columns;
  double all_expected = 0.0;
  double all_measured = 0.0;
  *result = (aimc_compensation_result){.factor_min = 1e9, .rms_before = rms_of(j, params)};
  for (unsigned c = 0; c < columns; ++c) {
    add_magnitudes(j, c, &params[c], &all_expected, &all_measured);
  }
  for (unsigned c = 0; c < columns; ++c) {
    double factor = ratio(all_expected, all_measured);
    if (per_column) {
      double expected = 0.0;
      double measured = 0.0;
      add_magnitudes(j, c, &params[c], &expected, &measured);
      factor = ratio(expected, measured);
    }
    const double scale = factor / aimc_nominal_scale(j->tile);
    const double offset = params[c].offset * factor / (1 << j->tile->nmpu.offset_fraction);
    result->clamped +=
        aimc_params_from_real(j->tile, params[c].scale_p * scale, params[c].scale_n * scale, offset,
                              params[c].bias, &params[c]);
    if (factor < result->factor_min) result->factor_min = factor;
    if (factor > result->factor_max) result->factor_max = factor;
  }
  result->rms_after = rms_of(j, params);
}

aimc_status aimc_compensate_drift(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                                  uint32_t stride, const aimc_calibration_options* options,
                                  bool per_column, aimc_column_params* params,
                                  aimc_compensation_result* result) {
  if (!options_valid(region, options)) return AIMC_INVALID;
  job j;
  aimc_status status = open_job(&j, tile, region, weights, stride, options);
  if (status == AIMC_OK) status = measure_vectors(&j);
  if (status == AIMC_OK) compensate(&j, per_column, params, result);
  close_job(&j);
  return status;
}

aimc_status aimc_column_errors(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                               uint32_t stride, const aimc_calibration_options* options,
                               const aimc_column_params* params, double* rms) {
  if (!options_valid(region, options)) return AIMC_INVALID;
  job j;
  aimc_status status = open_job(&j, tile, region, weights, stride, options);
  if (status == AIMC_OK) status = measure_vectors(&j);
  for (unsigned c = 0; c < region->columns && status == AIMC_OK; ++c) {
    unsigned used = 0;
    const uint64_t total =
        squared_error(tile, j.samples + c, region->columns, options->vectors, &params[c], &used);
    /* A column none of whose samples can be used is as bad as can be. */
    rms[c] = used == 0 ? 1e9 : sqrt((double)total / used) / kFraction;
  }
  close_job(&j);
  return status;
}
