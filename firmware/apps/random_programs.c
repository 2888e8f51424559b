/* Random tile programs that hand over to each other, right or wrong: whatever they do, the platform
 * has to bear it. Ends when all threads have ended; sleeps without a timer until then, so that the
 * platform notices when they never will.
 *
 *   random_programs.elf [SEED]
 */
#include <stdio.h>
#include <stdlib.h>

#include "aimc_program.h"
#include "hal_internal.h"

enum {
  kTiles = 4,
  kThreads = 4,
  kMostCommands = 14,
  kApart = 32, /* commands from one thread's first to the next one's */
  kSize = 8,   /* rows and columns in use */
  kSemaphores = 5,
  kArea = 0x1000, /* SRAM in use */
  kTimeoutUs = 1000000
};

static aimc_tile tiles[kTiles];
static aimc_command code[kThreads * kApart];
static uint32_t state;
static bool with_waits; /* without, more programs come to their end */

/* xorshift32, G. Marsaglia, Journal of Statistical Software 8(14), 2003. */
static uint32_t below(uint32_t limit) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return (state >> 8) % limit;
}

static uint32_t address(void) {
  return 4 * below(kArea / 4);
}

static aimc_region region(void) {
  const uint32_t row = below(kSize);
  const uint32_t column = below(kSize);
  return (aimc_region){(uint16_t)row, (uint16_t)(1 + below(kSize - row)), (uint16_t)column,
                       (uint16_t)(1 + below(kSize - column))};
}

/* Somewhere in a tile: mostly SRAM, sometimes where a write is refused or answered with an error.
 */
static uintptr_t anywhere(void) {
  const aimc_tile* tile = &tiles[below(kTiles)];
  switch (below(12)) {
    case 0:
      return tile->base + AIMC_TILE_PROGRAM_OFFSET + 4 * below(64);
    case 1:
      return tile->base + AIMC_TILE_NMPU_PARAMS_OFFSET + 8 * below(8);
    case 2:
      return tile->base + 0x2000;
    default:
      return aimc_tile_sram(tile, address());
  }
}

static aimc_command random_command(unsigned index, unsigned first) {
  const aimc_region part = region();
  const uint32_t bytes = 4 + 4 * below(16);
  aimc_command command = {{AIMC_TILE_OPCODE_NOP}};
  switch (below(15)) {
    case 0:
    case 1:
      command = aimc_cmd_mvm(address(), address(), (int8_t)below(256), &part);
      aimc_cmd_repeat(&command, 1 + below(4), 4 * below(8), 4 * below(16));
      if (below(3) == 0) aimc_cmd_gather(&command, 4 * (1 + below(2)), 4 * below(8));
      return command;
    case 2:
    case 3: {
      const aimc_post post = {.addend = (uint8_t)below(2), .cut_pre = 2, .relu = below(2) != 0};
      return aimc_cmd_post(address(), address(), 0, &part, &post);
    }
    case 4:
      return aimc_cmd_add(address(), address(), address(), 2 + 2 * below(20));
    case 13: {
      const aimc_scaled_add add = {.zero_a = (int8_t)below(256),
                                   .zero_b = (int8_t)below(256),
                                   .relu = below(2) != 0,
                                   .factor_a = (uint16_t)below(65536),
                                   .factor_b = (uint16_t)below(65536),
                                   .shift = (uint8_t)(1 + below(31))};
      return aimc_cmd_add8(address(), address(), address(), bytes, &add);
    }
    case 5:
      return aimc_cmd_move(address(), address(), bytes);
    case 6:
    case 7:
      return aimc_cmd_put(address(), anywhere(), bytes);
    case 8:
      return with_waits ? aimc_cmd_wait(below(kSemaphores), 1 + below(2)) : command;
    case 9:
    case 10:
      return aimc_cmd_signal(below(kSemaphores), 1 + below(3));
    case 11:
    case 12:
      return aimc_cmd_signal_tile(&tiles[below(kTiles)], below(kSemaphores), 1 + below(3));
    default:
      if (below(3) == 0) return aimc_cmd_irq(index);
      return aimc_cmd_loop(below(4), first + below(index - first + 1), 1 + below(5));
  }
}

static bool prepare(unsigned index) {
  aimc_tile* tile = &tiles[index];
  static int8_t weights[kSize * kSize];
  for (unsigned i = 0; i < sizeof weights; ++i) weights[i] = (int8_t)(below(255) - 127);
  const aimc_region all = {0, kSize, 0, kSize};
  if (aimc_tile_load_weights(tile, weights, kSize, &all) != AIMC_OK) return false;
  return aimc_tile_program(tile, &all, kTimeoutUs) == AIMC_OK;
}

/* Threads of a tile: from one to four, ending in HALT, in a loop for ever or in nothing at all. */
static bool load(unsigned index) {
  for (unsigned i = 0; i < kThreads * kApart; ++i) {
    code[i] = (aimc_command){{AIMC_TILE_OPCODE_HALT}};
  }
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    const unsigned first = thread * kApart;
    const unsigned count = 2 + below(kMostCommands - 1);
    for (unsigned i = 0; i < count; ++i) code[first + i] = random_command(first + i, first);
    if (below(10) == 0) code[first + count] = aimc_cmd_loop(0, first, 0);
    if (below(10) == 0) code[first + count] = (aimc_command){{0x55}};
  }
  const aimc_program program = {
      .commands = code, .capacity = kThreads * kApart, .count = kThreads * kApart};
  return aimc_program_load(&tiles[index], &program) == AIMC_OK;
}

static uint32_t running(void) {
  uint32_t threads = 0;
  for (unsigned i = 0; i < kTiles; ++i) {
    threads |= aimc_read32(tiles[i].base + AIMC_TILE_STATUS) & AIMC_TILE_STATUS_THREADS_MASK;
  }
  return threads;
}

/* Lets the interrupt lines of the tiles fall. */
static void acknowledge(void) {
  for (unsigned i = 0; i < kTiles; ++i) {
    aimc_write32(tiles[i].base + AIMC_TILE_IRQ_STATUS, UINT32_MAX);
  }
  const unsigned source = aimc_plic_claim();
  if (source != 0) aimc_plic_complete(source);
}

int main(int argc, char** argv) {
  state = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1u;
  state = state * 2654435761u + 1u; /* seeds next to each other begin differently */
  if (state == 0) state = 1;
  with_waits = below(2) != 0;
  for (unsigned i = 0; i < kTiles; ++i) {
    if (aimc_tile_open(&tiles[i], i) != AIMC_OK || !prepare(i)) return 1;
  }
  for (unsigned i = 0; i < kTiles; ++i) {
    if (!load(i)) return 1;
  }
  aimc_interrupts_set(false);
  aimc_mie_swap(1u << AIMC_INTERRUPT_EXTERNAL);
  for (unsigned i = 0; i < kTiles; ++i) {
    for (unsigned thread = 0, count = 1 + below(kThreads); thread < count; ++thread) {
      aimc_write32(tiles[i].base + AIMC_TILE_PROGRAM_START + 4 * thread, thread * kApart);
    }
  }
  for (;;) {
    acknowledge();
    if (running() == 0) break;
    aimc_wfi();
  }
  for (unsigned i = 0; i < kTiles; ++i) {
    printf("tile %u: %lu MVMs, error %lu\n", i,
           (unsigned long)aimc_read32(tiles[i].base + AIMC_TILE_MVM_COUNT),
           (unsigned long)aimc_read32(tiles[i].base + AIMC_TILE_ERROR));
  }
  return 0;
}
