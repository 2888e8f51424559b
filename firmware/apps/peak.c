/* What the tiles can do at most: every tile executes strided MVMs over its whole crossbar, all at
 * once, and the host takes the time from the first start to the last end.
 *
 *   peak.elf [--repetitions N] [--strided N] [--phases 1|4] [--tiles N] [--data sparse|dense]
 *            [--bits 1..7]
 *
 * A command does `strided` MVMs (32; at most 48, for the counts have to fit the SRAM), a program
 * repeats it. Dense data are spread uniformly, weights over -127..127 and inputs over the
 * magnitudes that `bits` (7) hold, which is what the derived energy of a peak MVM assumes; sparse
 * ones are half of full scale at most, in few inputs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_dma.h"
#include "aimc_program.h"

enum { kInputBytes = 0x1000 }; /* before the counts */
enum { kMaxTiles = 1024, kMaxColumns = 1024, kMaxStrided = 48, kTimeoutUs = 60000000, kUsage = 2 };

static aimc_tile tiles[kMaxTiles];
static int8_t weights[kMaxColumns] __attribute__((aligned(4)));

static unsigned long option(int argc, char** argv, const char* name, unsigned long value) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], name) == 0) return strtoul(argv[i + 1], NULL, 0);
  }
  return value;
}

static void check(const aimc_tile* tile, const char* what, aimc_status status) {
  if (status == AIMC_OK) return;
  printf("peak: tile %u: %s: %s\n", tile->index, what, aimc_strerror(status));
  exit(1);
}

/* One row of weights is every row's: a stride of zero. By DMA where one window shows them all. */
static aimc_status load_weights(aimc_tile* tile) {
  const aimc_region all = {0, (uint16_t)tile->rows, 0, (uint16_t)tile->columns};
  if (tile->rows * tile->columns > AIMC_TILE_WEIGHTS_WINDOW_SIZE || tile->columns % 4 != 0) {
    return aimc_tile_load_weights(tile, weights, 0, &all);
  }
  aimc_dma_descriptor rows = aimc_dma_move(
      (uintptr_t)weights, tile->base + AIMC_TILE_WEIGHTS_OFFSET, (uint32_t)tile->columns);
  rows.rows = tile->rows;
  rows.destination_stride = tile->columns;
  const aimc_status status = aimc_dma_start(&rows);
  return status != AIMC_OK ? status : aimc_dma_wait(kTimeoutUs, NULL);
}

/* A value spread uniformly over -largest..largest. */
static int8_t uniform(uint32_t* state, unsigned largest) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return (int8_t)((int)((*state >> 8) % (2 * largest + 1)) - (int)largest);
}

static void write_inputs(aimc_tile* tile, bool dense, unsigned largest, uint32_t* state) {
  if (!dense) {
    uint32_t inputs[256];
    for (unsigned i = 0; i < 256; ++i) inputs[i] = (i * 2654435761u) & 0x3F3F3F3Fu;
    check(tile, "inputs", aimc_tile_write(tile, 0, inputs, sizeof inputs));
    return;
  }
  static int8_t inputs[kInputBytes] __attribute__((aligned(4)));
  for (unsigned i = 0; i < sizeof inputs; ++i) inputs[i] = uniform(state, largest);
  check(tile, "inputs", aimc_tile_write(tile, 0, inputs, sizeof inputs));
}

/* The same row of weights in every row, inputs that differ from repetition to repetition. */
static void prepare(aimc_tile* tile, unsigned index, unsigned bits, bool four_phase, bool dense) {
  uint32_t state = 2463534242u + 7919u * index;
  for (unsigned i = 0; i < sizeof weights; ++i) {
    weights[i] = dense ? uniform(&state, 127) : i % 2 == 0 ? 64 : -64;
  }
  check(tile, "opening", aimc_tile_open(tile, index));
  const aimc_read_mode mode = {.magnitude_bits = (uint8_t)bits, .four_phase = four_phase};
  check(tile, "read mode", aimc_tile_set_read_mode(tile, &mode));
  check(tile, "weights", load_weights(tile));
  const aimc_command program = {
      {AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0, tile->rows << 16, tile->columns << 16}};
  check(tile, "programming", aimc_tile_submit(tile, &program));
  write_inputs(tile, dense, (1u << bits) - 1, &state);
}

static void load(aimc_tile* tile, unsigned strided, unsigned rounds) {
  const aimc_region all = {0, (uint16_t)tile->rows, 0, (uint16_t)tile->columns};
  aimc_command code[3];
  aimc_program program = {.commands = code, .capacity = 3};
  aimc_command mvm = aimc_cmd_mvm(0, kInputBytes, 0, &all);
  if (strided > 1) aimc_cmd_repeat(&mvm, strided, 64, 4 * tile->columns);
  const unsigned top = aimc_program_add(&program, mvm);
  aimc_program_add(&program, aimc_cmd_loop(0, top, rounds));
  aimc_program_add(&program, aimc_cmd_halt());
  check(tile, "program", aimc_program_load(tile, &program));
}

/* 0 sparse, 1 dense, 2 neither. */
static unsigned data_option(int argc, char** argv) {
  const char* word = "sparse";
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--data") == 0) word = argv[i + 1];
  }
  return strcmp(word, "sparse") == 0 ? 0 : strcmp(word, "dense") == 0 ? 1 : 2;
}

int main(int argc, char** argv) {
  const unsigned long count = option(argc, argv, "--tiles", aimc_platform()->tile_count);
  const unsigned long repetitions = option(argc, argv, "--repetitions", 12800);
  const unsigned long strided = option(argc, argv, "--strided", 32);
  const unsigned long phases = option(argc, argv, "--phases", 1);
  const unsigned long bits = option(argc, argv, "--bits", 7);
  const unsigned data = data_option(argc, argv);
  if (data > 1 || count == 0 || count > aimc_platform()->tile_count || strided == 0 ||
      strided > kMaxStrided || repetitions < strided || (phases != 1 && phases != 4) || bits < 1 ||
      bits > 7) {
    printf(
        "usage: peak.elf [--repetitions N] [--strided N] [--phases 1|4] [--tiles N] "
        "[--data sparse|dense] [--bits 1..7]\n");
    return kUsage;
  }
  const unsigned rounds = (unsigned)(repetitions / strided);
  for (unsigned i = 0; i < count; ++i)
    prepare(&tiles[i], i, (unsigned)bits, phases == 4, data == 1);
  for (unsigned i = 0; i < count; ++i)
    check(&tiles[i], "programming", aimc_tile_wait(&tiles[i], kTimeoutUs));
  for (unsigned i = 0; i < count; ++i) load(&tiles[i], (unsigned)strided, rounds);

  const uint64_t energy = aimc_energy_pj();
  const uint64_t begin = aimc_cycles();
  for (unsigned i = 0; i < count; ++i)
    check(&tiles[i], "start", aimc_program_start(&tiles[i], 0, 0));
  for (unsigned i = 0; i < count; ++i)
    check(&tiles[i], "run", aimc_tile_wait(&tiles[i], kTimeoutUs));
  const double seconds = (double)(aimc_cycles() - begin) / (aimc_platform()->host_clock_khz * 1e3);
  const double joules = (double)(aimc_energy_pj() - energy) * 1e-12;
  const double mvms = (double)rounds * (double)strided;
  const double operations = 2.0 * (double)count * mvms * tiles[0].rows * tiles[0].columns;
  aimc_report("tops", operations / seconds * 1e-12);
  aimc_report("tops_per_watt", operations / joules * 1e-12);
  aimc_report("mvm_ns", seconds * 1e9 / mvms);
  printf("%lu tiles, %u MVMs each in %u ns: %.2f TOPS, %.2f TOPS/W\n", count, (unsigned)mvms,
         (unsigned)(seconds * 1e9), operations / seconds * 1e-12, operations / joules * 1e-12);
  return 0;
}
