#include "classify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kUsage = 2, kProgressEvery = 50 };

typedef struct options {
  uint32_t images;
  bool calibrate;
  uintptr_t images_at, labels_at;
} options;

int8_t sequence_logits[FASHION_MAX_IMAGES][FASHION_CLASSES];
static tile_layer layers[SEQUENCE_MAX_LAYERS];
static uint32_t io_section;

void sequence_pixels(const uint8_t* pixels, unsigned count, int8_t* inputs) {
  aimc_marker_begin(io_section);
  for (unsigned i = 0; i < count; i += 4) {
    uint32_t word;
    memcpy(&word, pixels + i, sizeof word);
    word = word >> 1 & 0x7F7F7F7Fu;
    memcpy(inputs + i, &word, sizeof word);
  }
  aimc_marker_end(io_section);
}

static bool parse_number(const char* text, uintptr_t* value) {
  char* end = NULL;
  *value = strtoul(text, &end, 0);
  return end != text && *end == '\0';
}

static bool parse_option(const char* name, const char* value, options* o) {
  uintptr_t number = 0;
  if (strcmp(name, "--calibrate") == 0) {
    o->calibrate = strcmp(value, "on") == 0;
    return o->calibrate || strcmp(value, "off") == 0;
  }
  if (!parse_number(value, &number)) return false;
  if (strcmp(name, "--images") == 0) {
    o->images = (uint32_t)number;
  } else if (strcmp(name, "--images-at") == 0) {
    o->images_at = number;
  } else if (strcmp(name, "--labels-at") == 0) {
    o->labels_at = number;
  } else {
    return false;
  }
  return true;
}

static bool parse(const char* name, int argc, char** argv, options* o) {
  for (int i = 1; i < argc; i += 2) {
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (parse_option(argv[i], value, o)) continue;
    printf(
        "%s: '%s %s' is not valid; usage: [--images N] [--calibrate on|off] [--images-at ADDRESS] "
        "[--labels-at ADDRESS]\n",
        name, argv[i], value);
    return false;
  }
  return true;
}

static bool set_up(const sequence_network* network, bool calibrate) {
  const unsigned count = network->layer_count;
  const unsigned available = aimc_platform()->tile_count;
  if (count > available) {
    printf("%s: needs %u tiles, platform has %u\n", network->name, count, available);
    return false;
  }
  for (unsigned i = 0; i < count; ++i) {
    if (!tile_layer_map(&layers[i], &network->layers[i], i, network->vectors)) return false;
  }
  if (!tile_layer_program(layers, count)) return false;
  double before = 0.0;
  double after = 0.0;
  for (unsigned i = 0; i < count; ++i) {
    if (!tile_layer_load(&layers[i], calibrate, &before, &after)) return false;
  }
  if (!calibrate) return true;
  before = sqrt(before / count);
  after = sqrt(after / count);
  aimc_report("calibration_rms_before", before);
  aimc_report("calibration_rms_after", after);
  printf("calibration: error %.2f -> %.2f counts rms\n", before, after);
  return true;
}

static unsigned arg_max(const int8_t* logits) {
  unsigned best = 0;
  for (unsigned c = 1; c < FASHION_CLASSES; ++c) {
    if (logits[c] > logits[best]) best = c;
  }
  return best;
}

int sequence_main(const sequence_network* network, int argc, char** argv) {
  options o = {.images = FASHION_MAX_IMAGES,
               .calibrate = true,
               .images_at = 0x84000000u,
               .labels_at = 0x85000000u};
  fashion_data data;
  if (!parse(network->name, argc, argv, &o)) return kUsage;
  if (!fashion_find_data(o.images_at, o.labels_at, o.images, &data)) return 1;
  if (!set_up(network, o.calibrate)) return 1;
  io_section = aimc_name("io");
  const uint64_t energy = aimc_energy_pj();
  const uint64_t begin = aimc_cycles();
  uint32_t right = 0;
  for (uint32_t i = 0; i < data.count; ++i) {
    if (i % kProgressEvery == 0) aimc_progress(i, data.count);
    if (!network->run(layers, data.images + i * FASHION_PIXELS, sequence_logits[i])) return 1;
    right += arg_max(sequence_logits[i]) == data.labels[i];
  }
  const double count = data.count;
  const double seconds = (double)(aimc_cycles() - begin) / (aimc_platform()->host_clock_khz * 1e3);
  const double joules = (double)(aimc_energy_pj() - energy) * 1e-12;
  aimc_progress(data.count, data.count);
  aimc_report("accuracy", right / count);
  aimc_report("images", count);
  aimc_report("latency_s", seconds / count);
  aimc_report("energy_j", joules / count);
  printf("%s: %lu images, accuracy %.4f, %.2f us and %.3f uJ per image\n", network->name,
         (unsigned long)data.count, right / count, seconds / count * 1e6, joules / count * 1e6);
  return 0;
}
