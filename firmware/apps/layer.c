/* What one input of a layer costs, transport and digital part included: the activations come from
 * another tile, each of the layer's tiles integrates its rows in four phases, partial sums go from
 * tile to tile through their NMPUs, and the last one sends the activations on. An input starts when
 * the last one has arrived, so its time is a latency. Several layers, one in each row of the mesh,
 * work at once on inputs of their own, as the layers of a pipelined network do.
 *
 *   layer.elf [--layers N] [--tiles N] [--inputs N] [--phases 1|4]
 *
 * A layer has `tiles` tiles (4) that share its rows, one before them that sends the inputs and one
 * behind them that receives the outputs. Weights and inputs are spread uniformly over -127..127.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_program.h"

enum {
  kMaxLayers = 32,
  kMaxTiles = 32, /* of a layer, source and sink included */
  kWidth = 256,
  kInputsAt = 0,
  kPsumAt = 0x1000,
  kCountsAt = 0x2000,
  kOutputsAt = 0x3000,
  kTimeoutUs = 60000000,
  kUsage = 2
};

/* Semaphores. */
enum { kCredit, kArrived, kPsumArrived };

static aimc_tile tiles[kMaxLayers][kMaxTiles];
static int8_t values[kWidth] __attribute__((aligned(4)));

static void check(const aimc_tile* tile, const char* what, aimc_status status) {
  if (status == AIMC_OK) return;
  printf("layer: tile %u: %s: %s\n", tile->index, what, aimc_strerror(status));
  exit(1);
}

static void fill(uint32_t* state) {
  for (unsigned i = 0; i < kWidth; ++i) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    values[i] = (int8_t)((int)((*state >> 8) % 255u) - 127);
  }
}

static void open_tile(aimc_tile* tile, unsigned index) {
  check(tile, "opening", aimc_tile_open(tile, index));
  if (tile->rows != kWidth || tile->columns != kWidth) {
    printf("layer: tile %u is %ux%u; expected %dx%d\n", index, tile->rows, tile->columns, kWidth,
           kWidth);
    exit(1);
  }
}

/* Crossbar with the same row of weights in every row, unit scales. */
static void program_weights(aimc_tile* tile, bool four_phase) {
  const aimc_region all = {0, kWidth, 0, kWidth};
  const aimc_read_mode mode = {.magnitude_bits = 7, .four_phase = four_phase};
  uint32_t state = 2463534242u + 7919u * tile->index;
  fill(&state);
  check(tile, "read mode", aimc_tile_set_read_mode(tile, &mode));
  check(tile, "weights", aimc_tile_load_weights(tile, values, 0, &all));
  const aimc_command program = {
      {AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0, kWidth << 16, kWidth << 16}};
  check(tile, "programming", aimc_tile_submit(tile, &program));
}

static void load(aimc_tile* tile, aimc_program* p, unsigned inputs) {
  aimc_program_add(p, aimc_cmd_loop(0, 0, inputs));
  aimc_program_add(p, aimc_cmd_halt());
  check(tile, "program", aimc_program_load(tile, p));
}

/* Each tile of the layer gets its rows of the input. */
static void load_source(aimc_tile* tile, const aimc_tile* members, unsigned count,
                        unsigned inputs) {
  aimc_command code[2 * kMaxTiles + 3];
  aimc_program p = {.commands = code, .capacity = 2 * kMaxTiles + 3};
  uint32_t state = 88675123u + tile->index;
  aimc_program_add(&p, aimc_cmd_wait(kCredit, 1));
  for (unsigned i = 0; i < count; ++i) {
    fill(&state);
    check(tile, "inputs", aimc_tile_write(tile, i * kWidth, values, kWidth));
    aimc_program_add(&p, aimc_cmd_put(i * kWidth, aimc_tile_sram(&members[i], kInputsAt), kWidth));
    aimc_program_add(&p, aimc_cmd_signal_tile(&members[i], kArrived, 1));
  }
  load(tile, &p, inputs);
}

static void load_member(aimc_tile* tile, bool first, bool last, const aimc_tile* next,
                        unsigned inputs) {
  const aimc_region all = {0, kWidth, 0, kWidth};
  const aimc_post post = {.psum_out = !last,
                          .addend = first ? 0 : AIMC_TILE_POST_ADDEND_PSUM,
                          .relu = last,
                          .cut_pre = last ? 3 : 0,
                          .cut_post = last ? 4 : 0};
  aimc_command code[8];
  aimc_program p = {.commands = code, .capacity = 8};
  aimc_program_add(&p, aimc_cmd_wait(kArrived, 1));
  aimc_program_add(&p, aimc_cmd_mvm(kInputsAt, kCountsAt, 0, &all));
  if (!first) aimc_program_add(&p, aimc_cmd_wait(kPsumArrived, 1));
  aimc_program_add(&p, aimc_cmd_post(kCountsAt, kOutputsAt, kPsumAt, &all, &post));
  aimc_program_add(&p, aimc_cmd_put(kOutputsAt, aimc_tile_sram(next, last ? kInputsAt : kPsumAt),
                                    last ? kWidth : 2 * kWidth));
  aimc_program_add(&p, aimc_cmd_signal_tile(next, last ? kArrived : kPsumArrived, 1));
  load(tile, &p, inputs);
}

/* The receiver asks for the next input. */
static void load_sink(aimc_tile* tile, const aimc_tile* source, unsigned inputs) {
  aimc_command code[4];
  aimc_program p = {.commands = code, .capacity = 4};
  aimc_program_add(&p, aimc_cmd_wait(kArrived, 1));
  aimc_program_add(&p, aimc_cmd_signal_tile(source, kCredit, 1));
  load(tile, &p, inputs);
}

static void set_up(aimc_tile* layer, unsigned first, unsigned count, bool four_phase,
                   unsigned inputs) {
  for (unsigned i = 0; i < count + 2; ++i) open_tile(&layer[i], first + i);
  for (unsigned i = 1; i <= count; ++i) program_weights(&layer[i], four_phase);
  for (unsigned i = 1; i <= count; ++i) {
    check(&layer[i], "programming", aimc_tile_wait(&layer[i], kTimeoutUs));
    load_member(&layer[i], i == 1, i == count, &layer[i + 1], inputs);
  }
  load_source(&layer[0], &layer[1], count, inputs);
  load_sink(&layer[count + 1], &layer[0], inputs);
}

static unsigned option(int argc, char** argv, const char* name, unsigned value) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], name) == 0) return (unsigned)strtoul(argv[i + 1], NULL, 0);
  }
  return value;
}

int main(int argc, char** argv) {
  const unsigned layers = option(argc, argv, "--layers", 1);
  const unsigned count = option(argc, argv, "--tiles", 4);
  const unsigned inputs = option(argc, argv, "--inputs", 100);
  const unsigned phases = option(argc, argv, "--phases", 4);
  const aimc_platform_info* soc = aimc_platform();
  const unsigned width = soc->mesh_width;
  if (layers == 0 || layers > kMaxLayers || count == 0 || count + 2 > width || inputs == 0 ||
      layers * width > soc->tile_count || count * kWidth > kPsumAt ||
      (phases != 1 && phases != 4)) {
    printf(
        "usage: layer.elf [--layers N] [--tiles N] [--inputs N] [--phases 1|4]\n"
        "       a layer takes a row of the mesh, with two more tiles than `tiles`\n");
    return kUsage;
  }
  for (unsigned l = 0; l < layers; ++l) {
    set_up(tiles[l], l * width, count, phases == 4, inputs);
    for (unsigned i = 0; i < count + 2; ++i) {
      check(&tiles[l][i], "start", aimc_program_start(&tiles[l][i], 0, 0));
    }
  }
  const uint64_t energy = aimc_energy_pj();
  const uint64_t begin = aimc_cycles();
  for (unsigned l = 0; l < layers; ++l) aimc_semaphore_post(&tiles[l][0], kCredit, 1);
  for (unsigned l = 0; l < layers; ++l)
    check(&tiles[l][count + 1], "run", aimc_tile_wait(&tiles[l][count + 1], kTimeoutUs));
  const double ns = (double)(aimc_cycles() - begin) / soc->host_clock_khz * 1e6 / inputs;
  const double nj = (double)(aimc_energy_pj() - energy) * 1e-3 / inputs;
  aimc_report("input_ns", ns);
  aimc_report("input_nj", nj);
  printf("%u layers of %u tiles, %u phases: %.0f ns and %.1f nJ an input of each\n", layers, count,
         phases, ns, nj);
  return 0;
}
