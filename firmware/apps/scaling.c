/* What an operation costs as the work and the array grow: a matrix times L vectors on one tile, and
 * the same on the host.
 *
 *   scaling.elf [--rows K] [--columns C] [--vectors L] [--bits B] [--host-vectors N]
 *
 * Inputs and weights are signed numbers of B bits (2..8), spread uniformly. A matrix that does not
 * fit the crossbar is done block by block: every block is programmed, then used for the L vectors.
 * Energies are the SoC's; those of the tile's parts are in energy.csv. An operation is a
 * multiplication or an addition.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_hal.h"

enum {
  kMostRows = 1024,
  kMostColumns = 1024,
  kStrided = 8, /* MVMs of a command */
  kCountsAt = 0x2000,
  kOutputsAt = 0xA000,
  kTimeoutUs = 600000000,
  kUsage = 2
};

static int8_t weights[kMostRows * kMostColumns] __attribute__((aligned(4)));
static int8_t inputs[kStrided * kMostRows] __attribute__((aligned(4)));
static uint32_t random_state = 2463534242u;

typedef struct work {
  unsigned rows, columns, vectors, bits;
} work;

static unsigned option(int argc, char** argv, const char* name, unsigned value) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], name) == 0) return (unsigned)strtoul(argv[i + 1], NULL, 0);
  }
  return value;
}

static void check(const char* what, aimc_status status) {
  if (status == AIMC_OK) return;
  printf("scaling: %s: %s\n", what, aimc_strerror(status));
  exit(1);
}

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* -most..most in steps of `step`, by xorshift32 (G. Marsaglia, Journal of Statistical Software
 * 8(14), 2003). */
static void fill(int8_t* values, size_t count, unsigned most, unsigned step) {
  for (size_t i = 0; i < count; ++i) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    const unsigned level = (random_state >> 8) % (2 * most + 1);
    values[i] = (int8_t)((int)(level * step) - (int)(most * step));
  }
}

static void program(aimc_tile* tile, const aimc_region* part, unsigned bits) {
  const unsigned most = (1u << (bits - 1)) - 1;
  fill(weights, (size_t)part->rows * part->columns, most, 127 / most);
  check("weights", aimc_tile_load_weights(tile, weights, part->columns, part));
  check("programming", aimc_tile_program(tile, part, kTimeoutUs));
}

static void multiply(aimc_tile* tile, const aimc_region* part, unsigned vectors) {
  const uint32_t stride = (part->rows + 3u) / 4 * 4;
  const uint32_t outputs = (part->columns + 3u) / 4 * 4;
  const aimc_post post = {.cut_pre = 3, .cut_post = 4};
  check("inputs", aimc_tile_write(tile, 0, inputs, kStrided * stride));
  for (unsigned done = 0; done < vectors; done += kStrided) {
    const unsigned some = least(vectors - done, kStrided);
    aimc_command mvm = aimc_cmd_mvm(0, kCountsAt, 0, part);
    aimc_command to_int8 = aimc_cmd_post(kCountsAt, kOutputsAt, 0, part, &post);
    aimc_cmd_repeat(&mvm, some, stride, 4u * part->columns);
    aimc_cmd_repeat(&to_int8, some, 4u * part->columns, outputs);
    check("MVM", aimc_tile_submit(tile, &mvm));
    check("POST", aimc_tile_submit(tile, &to_int8));
  }
  check("MVMs", aimc_tile_wait(tile, kTimeoutUs));
}

/* pJ for `vectors` products on the host, one block's share of the matrix each. */
static uint64_t on_the_host(const work* w, unsigned vectors) {
  const unsigned rows = least(w->rows, kMostRows);
  const unsigned columns = least(w->columns, kMostColumns);
  volatile int32_t sum_seen = 0;
  const uint64_t begin = aimc_energy_pj();
  for (unsigned v = 0; v < vectors; ++v) {
    const int8_t* x = inputs + (v % kStrided) * rows;
    for (unsigned c = 0; c < columns; ++c) {
      const int8_t* row = weights + (size_t)c * rows;
      int32_t sum = 0;
      for (unsigned r = 0; r < rows; ++r) sum += x[r] * row[r];
      sum_seen = sum;
    }
  }
  (void)sum_seen;
  return aimc_energy_pj() - begin;
}

int main(int argc, char** argv) {
  aimc_tile tile;
  check("tile 0", aimc_tile_open(&tile, 0));
  const work w = {.rows = option(argc, argv, "--rows", tile.rows),
                  .columns = option(argc, argv, "--columns", tile.columns),
                  .vectors = option(argc, argv, "--vectors", 64),
                  .bits = option(argc, argv, "--bits", 8)};
  const unsigned host_vectors = option(argc, argv, "--host-vectors", 0);
  if (w.rows == 0 || w.columns == 0 || w.bits < 2 || w.bits > 8 || tile.rows > kMostRows ||
      tile.columns > kMostColumns) {
    printf(
        "usage: scaling.elf [--rows K] [--columns C] [--vectors L] [--bits 2..8] "
        "[--host-vectors N]\n");
    return kUsage;
  }
  const aimc_read_mode mode = {.magnitude_bits = (uint8_t)(w.bits - 1)};
  check("read mode", aimc_tile_set_read_mode(&tile, &mode));
  fill(inputs, sizeof inputs, (1u << (w.bits - 1)) - 1, 1);

  uint64_t programming = 0;
  uint64_t multiplying = 0;
  unsigned blocks = 0;
  for (unsigned row = 0; row < w.rows; row += tile.rows) {
    for (unsigned column = 0; column < w.columns; column += tile.columns, ++blocks) {
      const aimc_region part = {0, (uint16_t)least(tile.rows, w.rows - row), 0,
                                (uint16_t)least(tile.columns, w.columns - column)};
      uint64_t before = aimc_energy_pj();
      program(&tile, &part, w.bits);
      programming += aimc_energy_pj() - before;
      before = aimc_energy_pj();
      if (w.vectors != 0) multiply(&tile, &part, w.vectors);
      multiplying += aimc_energy_pj() - before;
    }
  }
  const double operations = 2.0 * w.rows * w.columns * w.vectors;
  aimc_report("operations", operations);
  aimc_report("blocks", blocks);
  aimc_report("programming_pj", (double)programming);
  aimc_report("multiplying_pj", (double)multiplying);
  printf("%u x %u, %u vectors, %u bits: %u blocks\n", w.rows, w.columns, w.vectors, w.bits, blocks);
  if (host_vectors != 0) {
    const double products =
        2.0 * host_vectors * least(w.rows, kMostRows) * least(w.columns, kMostColumns);
    aimc_report("host_pj_per_op", (double)on_the_host(&w, host_vectors) / products);
  }
  return 0;
}
