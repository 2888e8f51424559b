/* One of everything the HAL can assemble, for `aimc-vp describe --program`; nothing is executed. */
#include <stdio.h>

#include "aimc_program.h"

enum { kCommands = 24 };

/* Made here, saved by the test. */
aimc_command listing_code[kCommands];
/* There from the beginning. */
aimc_command listing_constant[2] = {{{AIMC_TILE_OPCODE_IRQ, 0x2A}}, {{AIMC_TILE_OPCODE_HALT}}};

int main(void) {
  aimc_tile tiles[2];
  for (unsigned i = 0; i < 2; ++i) {
    if (aimc_tile_open(&tiles[i], i) != AIMC_OK) return 1;
  }
  const aimc_region all = {0, 256, 0, 256};
  const aimc_region part = {16, 32, 64, 128};
  const aimc_post psums = {.psum_out = true, .addend = AIMC_TILE_POST_ADDEND_BIAS};
  const aimc_post outputs = {.addend = AIMC_TILE_POST_ADDEND_PSUM,
                             .relu = true,
                             .rounding = AIMC_TILE_POST_ROUNDING_TRUNCATE,
                             .cut_pre = 3,
                             .cut_post = 5,
                             .zero_point = -128};
  aimc_command repeated = aimc_cmd_mvm(0x40, 0x1000, -128, &part);
  aimc_cmd_repeat(&repeated, 8, 64, 512);
  aimc_command patches = aimc_cmd_mvm(0x40, 0x1000, -128, &part);
  aimc_cmd_gather(&patches, 12, 136);
  aimc_cmd_repeat(&patches, 16, 4, 512);
  const aimc_scaled_add scaled = {.zero_a = -128,
                                  .zero_b = 3,
                                  .zero_out = -128,
                                  .relu = true,
                                  .factor_a = 40000,
                                  .factor_b = 300,
                                  .shift = 15};
  aimc_program p = {.commands = listing_code, .capacity = kCommands};
  const aimc_command commands[] = {
      {{AIMC_TILE_OPCODE_NOP}},
      {{AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0, 256u << 16, 256u << 16}},
      aimc_cmd_wait(3, 2),
      aimc_cmd_mvm(0, 0x100, 5, &all),
      repeated,
      patches,
      aimc_cmd_post(0x100, 0x500, 0, &all, &psums),
      aimc_cmd_post(0x100, 0x500, 0x700, &part, &outputs),
      aimc_cmd_add(0x500, 0x700, 0x900, 256),
      aimc_cmd_add8(0x500, 0x700, 0x900, 256, &scaled),
      aimc_cmd_move(0x500, 0x700, 512),
      aimc_cmd_put(0x900, aimc_tile_sram(&tiles[1], 0x40), 64),
      aimc_cmd_signal(31, 7),
      aimc_cmd_signal_tile(&tiles[1], 4, 1),
      aimc_cmd_loop(2, 2, 10),
      aimc_cmd_loop(0, 0, 0),
      aimc_cmd_irq(0x123),
      aimc_cmd_halt(),
      {{0x77}},
  };
  for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; ++i) {
    aimc_program_add(&p, commands[i]);
  }
  printf("%u commands; tag 0x%lx\n", p.count, (unsigned long)listing_constant[0].word[1]);
  return 0;
}
