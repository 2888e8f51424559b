/** Tile programs: commands that a tile executes by itself, in up to four threads, so that
 * activations flow from tile to tile with the host out of the way.
 *
 *   aimc_command code[16];
 *   aimc_program p = {.commands = code, .capacity = 16};
 *   const unsigned top = aimc_program_add(&p, aimc_cmd_wait(0, 1));
 *   aimc_program_add(&p, aimc_cmd_mvm(...));
 *   aimc_program_add(&p, aimc_cmd_signal(1, 1));
 *   aimc_program_add(&p, aimc_cmd_loop(0, top, 100));
 *   aimc_program_add(&p, aimc_cmd_halt());
 *   aimc_program_load(&tile, &p, 0);
 *   aimc_program_start(&tile, 0, top);
 */
#ifndef AIMC_PROGRAM_H
#define AIMC_PROGRAM_H

#include "aimc_hal.h"

/** Commands a tile's PROGRAM window holds. */
#define AIMC_PROGRAM_COMMANDS (AIMC_TILE_PROGRAM_WINDOW_SIZE / 32u)

/** A program under construction. */
typedef struct aimc_program {
  aimc_command* commands; /**< where they are collected */
  unsigned capacity;      /**< of `commands` */
  unsigned count;         /**< beyond capacity when they did not fit */
  unsigned first;         /**< index of commands[0] in the PROGRAM window */
} aimc_program;

/** Appends a command and returns its index in the PROGRAM window. */
unsigned aimc_program_add(aimc_program* program, aimc_command command);

/** Takes `amount` (1..65535) from a semaphore (0..31) of the tile, waiting until it has that. */
aimc_command aimc_cmd_wait(unsigned semaphore, unsigned amount);
/** Adds to a semaphore of the tile. */
aimc_command aimc_cmd_signal(unsigned semaphore, unsigned amount);
/** Adds to a semaphore of another tile; whatever was PUT there before has arrived by then. */
aimc_command aimc_cmd_signal_tile(const aimc_tile* target, unsigned semaphore, unsigned amount);
/** Goes back to a command until all between has been executed `times` times; 0: for ever. Loops
 * inside each other use different counters (0..3). */
aimc_command aimc_cmd_loop(unsigned counter, unsigned command, uint32_t times);
/** Raises the tile's interrupt line; the tag is shown in PROGRAM_TAG. */
aimc_command aimc_cmd_irq(uint32_t tag);
/** Ends the thread. */
aimc_command aimc_cmd_halt(void);

/** Writes a program into the tile. AIMC_NO_MEMORY when it did not fit its buffer or the window. */
aimc_status aimc_program_load(aimc_tile* tile, const aimc_program* program);
/** Starts thread 0..3 at a command. aimc_tile_wait then waits until all threads have ended. */
aimc_status aimc_program_start(aimc_tile* tile, unsigned thread, unsigned command);
/** Ends all threads after the commands in progress. */
void aimc_program_stop(const aimc_tile* tile);

/** Adds to a semaphore of a tile from the host. */
static inline void aimc_semaphore_post(const aimc_tile* tile, unsigned semaphore, unsigned amount) {
  aimc_write32(tile->base + AIMC_TILE_SEMAPHORE_POST + 4 * semaphore, amount);
}
/** Sets a semaphore, whatever it held. */
static inline void aimc_semaphore_set(const aimc_tile* tile, unsigned semaphore, uint32_t value) {
  aimc_write32(tile->base + AIMC_TILE_SEMAPHORE + 4 * semaphore, value);
}
/** What a semaphore holds. */
static inline uint32_t aimc_semaphore(const aimc_tile* tile, unsigned semaphore) {
  return aimc_read32(tile->base + AIMC_TILE_SEMAPHORE + 4 * semaphore);
}

#endif
