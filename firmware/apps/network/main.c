/* Runs a compiled network on samples in RAM.
 *
 *   network.elf IMAGE INPUTS COUNT OUTPUTS LOGITS [--labels ADDRESS] [--no-calibrate]
 *               [--vectors N] [--sequential N] [--timeout-us N]
 *
 * IMAGE, INPUTS, OUTPUTS, LOGITS are addresses, hexadecimal; samples and results lie as the image's
 * tensors `input`, `output` and `logits` say. The labels are bytes, one a sample.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "nn.h"

enum { kUsage = 2, kPositional = 5 };

typedef struct arguments {
  uint32_t image, inputs, count, outputs, logits, labels;
  aimc_network_options options;
} arguments;

static bool number(const char* text, int base, uint32_t* value) {
  char* end = NULL;
  *value = (uint32_t)strtoul(text, &end, base);
  return end != text && *end == '\0';
}

static bool usage(const char* word) {
  printf(
      "network: '%s' is not valid; usage: IMAGE INPUTS COUNT OUTPUTS LOGITS [--labels ADDRESS] "
      "[--no-calibrate] [--vectors N] [--sequential N] [--timeout-us N]\n",
      word);
  return false;
}

/* An option with a number behind it. */
static bool parse_option(const char* name, const char* value, arguments* a) {
  uint32_t n = 0;
  if (strcmp(name, "--labels") == 0) return number(value, 16, &a->labels);
  if (!number(value, 10, &n)) return false;
  if (strcmp(name, "--vectors") == 0) {
    a->options.vectors = n;
  } else if (strcmp(name, "--sequential") == 0) {
    a->options.sequential = n;
  } else if (strcmp(name, "--timeout-us") == 0) {
    a->options.timeout_us = n;
  } else {
    return false;
  }
  return true;
}

static bool parse(int argc, char** argv, arguments* a) {
  *a = (arguments){.options = aimc_network_defaults()};
  uint32_t* places[kPositional] = {&a->image, &a->inputs, &a->count, &a->outputs, &a->logits};
  for (int i = 0; i < kPositional; ++i) {
    if (i + 1 >= argc) return usage("");
    if (!number(argv[i + 1], i == 2 ? 10 : 16, places[i])) return usage(argv[i + 1]);
  }
  for (int i = kPositional + 1; i < argc; ++i) {
    if (strcmp(argv[i], "--no-calibrate") == 0) {
      a->options.calibrate = false;
    } else if (i + 1 == argc || !parse_option(argv[i], argv[i + 1], a)) {
      return usage(argv[i]);
    } else {
      ++i;
    }
  }
  return true;
}

static const int8_t* bytes_at(uint32_t address) {
  return (const int8_t*)(uintptr_t)address;
}

static double accuracy(const aimc_network* network, const arguments* a) {
  const uint32_t index = aimc_network_header(network)->logits;
  const aimc_net_tensor* t = aimc_network_tensor(network, index);
  const aimc_nn_dims dims = {t->rows, t->columns, t->channels, t->pitch};
  /* One array for both when they are one tensor. */
  const bool same = index == aimc_network_header(network)->output;
  const int8_t* logits = bytes_at(same ? a->outputs : a->logits);
  const uint8_t* labels = (const uint8_t*)bytes_at(a->labels);
  uint32_t correct = 0;
  for (uint32_t i = 0; i < a->count; ++i) {
    correct += aimc_nn_arg_max(&dims, logits + i * t->bytes) == labels[i];
  }
  return (double)correct / a->count;
}

static void report_saturation(const aimc_network* network) {
  uint32_t psums = 0;
  uint32_t activations = 0;
  for (uint32_t i = 0; i < aimc_network_header(network)->tile_count; ++i) {
    aimc_tile tile;
    if (aimc_tile_open(&tile, i) != AIMC_OK) continue;
    const aimc_saturation s = aimc_tile_saturation(&tile);
    psums += s.psums;
    activations += s.activations;
  }
  aimc_report("saturated_psums", psums);
  aimc_report("saturated_activations", activations);
}

static void report_loads(const aimc_network* network) {
  const aimc_network_loads* l = aimc_network_loaded(network);
  aimc_report("epochs", aimc_network_header(network)->epochs.count);
  aimc_report("loads", l->loads);
  aimc_report("programming_s", (double)l->programming_ns * 1e-9);
  aimc_report("programming_j", (double)l->programming_pj * 1e-12);
  if (l->columns != 0) {
    aimc_report("calibration_s", (double)l->calibration_ns * 1e-9);
    aimc_report("calibration_rms_before", l->rms_before);
    aimc_report("calibration_rms_after", l->rms_after);
    aimc_report("calibration_nominal_columns", l->nominal);
    aimc_report("calibration_columns", l->columns);
  }
  aimc_report("limited_parameters", l->limited);
}

static void report(const aimc_network* network, const arguments* a, const aimc_network_result* r) {
  const bool piped = r->piped != 0;
  const uint32_t images = piped ? r->piped : r->alone;
  const double seconds = (double)(piped ? r->piped_ns : r->alone_ns) * 1e-9;
  const double joules = (double)(piped ? r->piped_pj : r->alone_pj) * 1e-12;
  aimc_report("images", a->count);
  if (r->alone != 0) {
    aimc_report("latency_s", (double)r->alone_ns * 1e-9 / r->alone);
    aimc_report("energy_alone_j", (double)r->alone_pj * 1e-12 / r->alone);
  }
  aimc_report("images_per_s", images / seconds);
  aimc_report("energy_j", joules / images);
  report_loads(network);
  if (aimc_network_header(network)->epochs.count > 1) {
    aimc_report("images_per_s_with_loading", a->count / ((double)r->total_ns * 1e-9));
    aimc_report("energy_with_loading_j", (double)r->total_pj * 1e-12 / a->count);
  }
  report_saturation(network);
  if (a->labels != 0) aimc_report("accuracy", accuracy(network, a));
  printf("network: %" PRIu32 " images, %.1f images/s, %.3f uJ each", a->count, images / seconds,
         joules / images * 1e6);
  if (r->alone != 0) printf(", latency %.2f us", (double)r->alone_ns * 1e-3 / r->alone);
  printf("\n");
}

int main(int argc, char** argv) {
  arguments a;
  if (!parse(argc, argv, &a)) return kUsage;
  char why[AIMC_NETWORK_MESSAGE_BYTES];
  aimc_network* network = NULL;
  aimc_status status = aimc_network_open(&network, a.image, &a.options, why);
  if (status != AIMC_OK) {
    printf("network: image at 0x%08" PRIx32 ": %s\n", a.image, why);
    return kUsage;
  }
  const aimc_net_header* h = aimc_network_header(network);
  const aimc_network_batch batch = {
      .inputs = bytes_at(a.inputs),
      .outputs = (int8_t*)(uintptr_t)a.outputs,
      .logits = h->logits == h->output ? NULL : (int8_t*)(uintptr_t)a.logits,
      .count = a.count};
  aimc_network_result result;
  status = aimc_network_run(network, &batch, &result);
  if (status != AIMC_OK) {
    printf("network: %s\n", aimc_network_message(network));
    aimc_network_close(network);
    return 1;
  }
  report(network, &a, &result);
  aimc_network_close(network);
  return 0;
}
