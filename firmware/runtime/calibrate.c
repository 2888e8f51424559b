/* Weighted least squares over known vectors, per column and polarity:
 *
 *   measured count = gain * expected count + offset,   expected count = sum |x||w| * COUNT_SCALE
 *
 * and from it the NMPU parameters: scale = 1 / gain, and the offset that removes what the scaled
 * offsets of both polarities leave. A sample weighs 1 / (1 + (expected / 20)^2): the error of
 * analog weights grows with the signal (about 5 %), that of the converter does not (about one
 * count).
 *
 * Where no sample is further from nominal than the rounding of a conversion, the data hold no
 * reason to depart from the nominal parameters and they stand; on an ideal tile that is every
 * column.
 */
#include "calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "known_vectors.h"

enum {
  kRounding = kFraction / 2 + 2, /* half a count and the error of the fixed-point arithmetic */
  kMinSamples = 4,
  kKnee = 20, /* counts at which both kinds of error are alike */
  kWeightOne = 4096
};

typedef struct line {
  double gain, offset;
  bool nominal;
} line;

aimc_calibration_options aimc_calibration_defaults(const aimc_tile* tile) {
  return (aimc_calibration_options){.vectors = 32,
                                    .repeats = 1,
                                    .zero_point = -128,
                                    .seed = 1,
                                    .inputs_at = 0,
                                    .counts_at = (tile->rows + 3u) & ~3u};
}

/* The line through one column's samples of one polarity, `step` samples apart. */
static line fit(const sample* first, unsigned step, unsigned vectors, unsigned* excluded) {
  int64_t sw = 0;
  int64_t sx = 0;
  int64_t sy = 0;
  int64_t sxx = 0;
  int64_t sxy = 0;
  unsigned used = 0;
  line result = {.gain = 1.0, .offset = 0.0, .nominal = true};
  for (unsigned v = 0; v < vectors; ++v) {
    const sample* s = first + v * step;
    if (s->measured < 0) {
      ++*excluded;
      continue;
    }
    const int32_t counts = s->expected / kFraction;
    const int64_t w = kWeightOne * kKnee * kKnee / (kKnee * kKnee + counts * counts) + 1;
    sw += w;
    sx += w * s->expected;
    sy += w * s->measured;
    sxx += w * s->expected * s->expected;
    sxy += w * s->expected * s->measured;
    ++used;
    if (abs(s->measured - s->expected) > kRounding) result.nominal = false;
  }
  if (used < kMinSamples) result.nominal = true;
  if (result.nominal) return result;
  const double mean_x = (double)sx / (double)sw;
  const double mean_y = (double)sy / (double)sw;
  const double spread = (double)sxx / (double)sw - mean_x * mean_x;
  /* Without a spread of several counts the slope would be noise: only the offset is taken. */
  if (spread > 16.0 * kFraction * kFraction) {
    const double slope = ((double)sxy / (double)sw - mean_x * mean_y) / spread;
    if (slope > 0.25 && slope < 4.0) result.gain = slope;
  }
  result.offset = (mean_y - result.gain * mean_x) / kFraction;
  return result;
}

static void correct(const aimc_tile* tile, const line* p, const line* n, aimc_column_params* params,
                    aimc_calibration_result* result) {
  /* The offset removes what the scales, as rounded, leave of the columns' own offsets. */
  const int16_t bias = params->bias;
  result->clamped += aimc_params_from_real(tile, 1.0 / p->gain, 1.0 / n->gain, 0.0, bias, params);
  const double left = p->offset * params->scale_p - n->offset * params->scale_n;
  result->clamped += aimc_params_set_offset(tile, -left / aimc_nominal_scale(tile), params);
  result->nominal += p->nominal && n->nominal;
  for (unsigned i = 0; i < 2; ++i) {
    const double gain = i == 0 ? p->gain : n->gain;
    if (gain < result->gain_min) result->gain_min = gain;
    if (gain > result->gain_max) result->gain_max = gain;
  }
}

static void evaluate(const job* j, aimc_column_params* params, aimc_column_response* responses,
                     aimc_calibration_result* result) {
  const unsigned columns = j->region->columns;
  const unsigned vectors = j->options->vectors;
  const uint16_t one = aimc_nominal_scale(j->tile);
  const aimc_column_params nominal = {one, one, 0, 0};
  uint64_t before = 0;
  uint64_t after = 0;
  unsigned used = 0;
  unsigned again = 0;
  *result = (aimc_calibration_result){.columns = columns, .gain_min = 1e9, .gain_max = 0.0};
  for (unsigned c = 0; c < columns; ++c) {
    const sample* first = j->samples + c;
    const line p = fit(first, 2 * columns, vectors, &result->excluded);
    const line n = fit(first + columns, 2 * columns, vectors, &result->excluded);
    correct(j->tile, &p, &n, &params[c], result);
    if (responses != NULL) {
      responses[c] = (aimc_column_response){p.gain, p.offset, n.gain, n.offset};
    }
    before += squared_error(j->tile, first, columns, vectors, &nominal, &used);
    after += squared_error(j->tile, first, columns, vectors, &params[c], &again);
  }
  if (used != 0) {
    result->rms_before = sqrt((double)before / used) / kFraction;
    result->rms_after = sqrt((double)after / used) / kFraction;
  }
}

static aimc_status calibrate(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                             uint32_t stride, const aimc_calibration_options* options,
                             aimc_column_params* params, aimc_column_response* responses,
                             aimc_calibration_result* result) {
  if (!options_valid(region, options)) return AIMC_INVALID;
  job j;
  aimc_status status = open_job(&j, tile, region, weights, stride, options);
  if (status == AIMC_OK) status = measure_vectors(&j);
  if (status == AIMC_OK) evaluate(&j, params, responses, result);
  close_job(&j);
  return status;
}

aimc_status aimc_calibrate(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                           uint32_t stride, const aimc_calibration_options* options,
                           aimc_column_params* params, aimc_calibration_result* result) {
  return calibrate(tile, region, weights, stride, options, params, NULL, result);
}

aimc_status aimc_measure_columns(aimc_tile* tile, const aimc_region* region, const int8_t* weights,
                                 uint32_t stride, const aimc_calibration_options* options,
                                 aimc_column_response* responses, aimc_calibration_result* result) {
  aimc_column_params* params = calloc(region->columns, sizeof *params);
  if (params == NULL) return AIMC_NO_MEMORY;
  const aimc_status status =
      calibrate(tile, region, weights, stride, options, params, responses, result);
  free(params);
  return status;
}
