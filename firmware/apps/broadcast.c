/* Sends a vector from tile 0 to the 2 x 2 tiles from column 1, row 1 on: by one PUT to all of them
 * (broadcast.elf multicast), by a PUT to each (puts), or not at all (none). The program is as long
 * in each case, so what the network carries besides is the same. Exit code 0 when the vector is
 * where it ought to be and nowhere else.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "aimc_program.h"

enum { kFrom = 0x100, kTo = 0x400, kWords = 112, kBytes = 4 * kWords, kTimeoutUs = 200000 };

static unsigned failures;

static void expect_ok(const char* what, aimc_status status) {
  if (status == AIMC_OK) return;
  ++failures;
  printf("FAILED: %s: %s\n", what, aimc_strerror(status));
}

static void open_tile(aimc_tile* tile, unsigned index) {
  expect_ok("open", aimc_tile_open(tile, index));
}

/* Whether a tile holds the vector, or else nothing; what it wrote there before must be zeros. */
static void check(const aimc_tile* tile, const uint32_t* expected) {
  static uint32_t found[kWords];
  expect_ok("read", aimc_tile_read(tile, kTo, found, sizeof found));
  if (memcmp(found, expected, sizeof found) == 0) return;
  ++failures;
  printf("FAILED: tile %u\n", tile->index);
}

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "multicast";
  const bool multicast = strcmp(mode, "multicast") == 0;
  const bool puts_each = strcmp(mode, "puts") == 0;
  static uint32_t vector[kWords];
  static uint32_t zeros[kWords];
  for (unsigned i = 0; i < kWords; ++i) vector[i] = 0x01020304u * (i + 1);

  aimc_tile source;
  open_tile(&source, 0);
  const unsigned width = aimc_platform()->mesh_width;
  aimc_tile tiles[6]; /* the rectangle, and a tile on either side */
  const unsigned places[6] = {width + 1,     width + 2,     2 * width + 1,
                              2 * width + 2, 2 * width + 3, width};
  for (unsigned i = 0; i < 6; ++i) {
    open_tile(&tiles[i], places[i]);
    expect_ok("clear", aimc_tile_write(&tiles[i], kTo, zeros, sizeof zeros));
  }
  expect_ok("vector", aimc_tile_write(&source, kFrom, vector, sizeof vector));

  aimc_command code[5];
  aimc_program p = {.commands = code, .capacity = 5};
  for (unsigned i = 0; i < 4; ++i) {
    const uintptr_t to = aimc_tile_sram(&tiles[i], kTo);
    aimc_command command = {{AIMC_TILE_OPCODE_NOP}};
    if (puts_each) command = aimc_cmd_put(kFrom, to, kBytes);
    if (multicast && i == 0) command = aimc_cmd_put_tiles(kFrom, to, kBytes, 2, 2);
    aimc_program_add(&p, command);
  }
  aimc_program_add(&p, aimc_cmd_halt());
  expect_ok("load", aimc_program_load(&source, &p));
  const uint64_t begin = aimc_cycles();
  expect_ok("start", aimc_program_start(&source, 0, 0));
  expect_ok("wait", aimc_tile_wait(&source, kTimeoutUs));
  printf("%s: %u cycles\n", mode, (unsigned)(aimc_cycles() - begin));
  for (unsigned i = 0; i < 6; ++i) {
    check(&tiles[i], i < 4 && (multicast || puts_each) ? vector : zeros);
  }

  /* Beyond the last column there is no tile. */
  const aimc_command beyond =
      aimc_cmd_put_tiles(kFrom, aimc_tile_sram(&tiles[0], kTo), kBytes, width, 1);
  const aimc_status refused = aimc_tile_run(&source, &beyond, kTimeoutUs);
  printf("beyond the edge: %s\n", aimc_strerror(refused));
  return failures == 0 && refused == AIMC_BUS ? 0 : 1;
}
