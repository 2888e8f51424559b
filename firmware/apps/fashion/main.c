/* Classifies Fashion-MNIST images on analog tiles, or on the host alone for comparison.
 *
 *   fashion.elf [--images N] [--mode tiles|pipelined|flow|host] [--calibrate on|off|both]
 *               [--images-at ADDRESS] [--labels-at ADDRESS]
 *
 * The images and labels are IDX files in RAM. `both` classifies once with nominal NMPU parameters
 * and once calibrated. Logits of the last run stay in fashion_logits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fashion.h"

enum { kUsageCode = 2, kProgressEvery = 50 };

typedef enum calibrate_mode { kCalibrateOff, kCalibrateOn, kCalibrateBoth } calibrate_mode;

typedef enum run_mode { kOnTiles, kPipelined, kAsFlow, kOnHost } run_mode;

typedef struct options {
  uint32_t images;
  run_mode mode;
  calibrate_mode calibrate;
  uintptr_t images_at, labels_at;
} options;

typedef struct measured {
  double accuracy, latency_s, energy_j;
} measured;

fashion_result fashion_logits[FASHION_MAX_IMAGES];
fashion_markers fashion_sections;

static bool parse_number(const char* text, uint32_t* value) {
  char* end = NULL;
  const unsigned long parsed = strtoul(text, &end, 0);
  if (end == text || *end != '\0') return false;
  *value = (uint32_t)parsed;
  return true;
}

static const char* const mode_names[] = {"tiles", "pipelined", "flow", "host"};

static bool parse_mode(const char* text, run_mode* mode) {
  for (unsigned i = 0; i < 4; ++i) {
    if (strcmp(text, mode_names[i]) == 0) {
      *mode = (run_mode)i;
      return true;
    }
  }
  return false;
}

static bool parse_calibrate(const char* text, calibrate_mode* mode) {
  static const char* const names[] = {"off", "on", "both"};
  for (unsigned i = 0; i < 3; ++i) {
    if (strcmp(text, names[i]) == 0) {
      *mode = (calibrate_mode)i;
      return true;
    }
  }
  return false;
}

static bool parse(int argc, char** argv, options* o) {
  for (int i = 1; i < argc; i += 2) {
    const char* name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    uint32_t number = 0;
    bool known = true;
    bool good = false;
    if (strcmp(name, "--images") == 0) {
      good = parse_number(value, &o->images);
    } else if (strcmp(name, "--images-at") == 0) {
      good = parse_number(value, &number);
      o->images_at = number;
    } else if (strcmp(name, "--labels-at") == 0) {
      good = parse_number(value, &number);
      o->labels_at = number;
    } else if (strcmp(name, "--mode") == 0) {
      good = parse_mode(value, &o->mode);
    } else if (strcmp(name, "--calibrate") == 0) {
      good = parse_calibrate(value, &o->calibrate);
    } else {
      known = false;
    }
    if (good) continue;
    if (known) {
      printf("fashion: %s '%s' is not valid; ", name, value);
    } else {
      printf("fashion: unknown argument '%s'; ", name);
    }
    printf(
        "usage: [--images N] [--mode tiles|pipelined|flow|host] [--calibrate on|off|both] "
        "[--images-at "
        "ADDRESS] "
        "[--labels-at ADDRESS]\n");
    return false;
  }
  return true;
}

static unsigned arg_max(const int8_t* logits) {
  unsigned best = 0;
  for (unsigned c = 1; c < FASHION_CLASSES; ++c) {
    if (logits[c] > logits[best]) best = c;
  }
  return best;
}

static bool run_one_by_one(const fashion_data* data, run_mode mode) {
  for (uint32_t i = 0; i < data->count; ++i) {
    if (i % kProgressEvery == 0) aimc_progress(i, data->count);
    const uint8_t* image = data->images + i * FASHION_PIXELS;
    const bool ok = mode == kOnHost ? fashion_run_host(image, fashion_logits[i])
                                    : fashion_run_tiles(image, fashion_logits[i]);
    if (!ok) return false;
  }
  return true;
}

static bool run(const fashion_data* data, run_mode mode) {
  switch (mode) {
    case kPipelined:
      return fashion_run_pipelined(data, fashion_logits);
    case kAsFlow:
      return fashion_run_flow(data, fashion_logits);
    default:
      return run_one_by_one(data, mode);
  }
}

static bool classify(const fashion_data* data, run_mode mode, measured* result) {
  const uint64_t energy = aimc_energy_pj();
  const uint64_t cycles = aimc_cycles();
  if (!run(data, mode)) return false;
  const double count = data->count;
  const double seconds = (double)(aimc_cycles() - cycles) / (aimc_platform()->host_clock_khz * 1e3);
  result->energy_j = (double)(aimc_energy_pj() - energy) * 1e-12 / count;
  result->latency_s = seconds / count;
  uint32_t correct = 0;
  for (uint32_t i = 0; i < data->count; ++i) {
    correct += arg_max(fashion_logits[i]) == data->labels[i];
  }
  result->accuracy = correct / count;
  aimc_progress(data->count, data->count);
  return true;
}

static bool run_on_tiles(const options* o, const fashion_data* data, measured* result) {
  if (!fashion_map() || !fashion_program()) return false;
  if (o->calibrate != kCalibrateOn) {
    measured plain;
    if (!fashion_load_nominal() || !classify(data, o->mode, &plain)) return false;
    aimc_report("accuracy_uncalibrated", plain.accuracy);
    printf("uncalibrated: accuracy %.4f on %lu images\n", plain.accuracy,
           (unsigned long)data->count);
    if (o->calibrate == kCalibrateOff) {
      *result = plain;
      return true;
    }
  }
  double before = 0.0;
  double after = 0.0;
  if (!fashion_calibrate(&before, &after)) return false;
  aimc_report("calibration_rms_before", before);
  aimc_report("calibration_rms_after", after);
  printf("calibration: error %.2f -> %.2f counts rms over all tiles\n", before, after);
  return classify(data, o->mode, result);
}

int main(int argc, char** argv) {
  options o = {.images = FASHION_MAX_IMAGES,
               .calibrate = kCalibrateOn,
               .images_at = 0x84000000u,
               .labels_at = 0x85000000u};
  fashion_data data;
  if (!parse(argc, argv, &o)) return kUsageCode;
  if (!fashion_find_data(o.images_at, o.labels_at, o.images, &data)) return 1;
  fashion_sections = (fashion_markers){
      aimc_name("io"), {aimc_name("layer1"), aimc_name("layer2"), aimc_name("layer3")}};
  measured result;
  const bool ok =
      o.mode == kOnHost ? classify(&data, o.mode, &result) : run_on_tiles(&o, &data, &result);
  if (!ok) return 1;
  aimc_report("accuracy", result.accuracy);
  aimc_report("images", data.count);
  aimc_report("latency_s", result.latency_s);
  aimc_report("energy_j", result.energy_j);
  printf("fashion on %s: %lu images, accuracy %.4f, %.2f us and %.3f uJ per image\n",
         mode_names[o.mode], (unsigned long)data.count, result.accuracy, result.latency_s * 1e6,
         result.energy_j * 1e6);
  return 0;
}
