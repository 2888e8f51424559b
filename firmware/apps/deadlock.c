/* Two tiles that wait for each other, and a host that sleeps: the platform must notice and say who
 * waits for what.
 */
#include "aimc_program.h"
#include "hal_internal.h"

static void wait_for(unsigned index, const aimc_tile* other) {
  aimc_tile tile;
  aimc_command code[3];
  aimc_program program = {.commands = code, .capacity = 3};
  aimc_program_add(&program, aimc_cmd_wait(5 + index, 2));
  aimc_program_add(&program, aimc_cmd_signal_tile(other, 5 + index, 2));
  aimc_program_add(&program, aimc_cmd_halt());
  if (aimc_tile_open(&tile, index) != AIMC_OK || aimc_program_load(&tile, &program) != AIMC_OK ||
      aimc_program_start(&tile, 1, 0) != AIMC_OK) {
    aimc_finish(1);
  }
}

int main(void) {
  aimc_tile tiles[2];
  for (unsigned i = 0; i < 2; ++i) {
    if (aimc_tile_open(&tiles[i], i) != AIMC_OK) return 1;
  }
  wait_for(0, &tiles[1]);
  wait_for(1, &tiles[0]);
  aimc_semaphore_post(&tiles[1], 6, 1);
  for (;;) aimc_wfi();
}
