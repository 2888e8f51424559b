/* Tile programs: building, loading, starting them. */
#include "aimc_program.h"
#include "hal_internal.h"

unsigned aimc_program_add(aimc_program* program, aimc_command command) {
  const unsigned index = program->count++;
  if (index < program->capacity) program->commands[index] = command;
  return program->first + index;
}

aimc_command aimc_cmd_wait(unsigned semaphore, unsigned amount) {
  return (aimc_command){{AIMC_TILE_OPCODE_WAIT, semaphore, 0, amount}};
}

aimc_command aimc_cmd_signal(unsigned semaphore, unsigned amount) {
  return (aimc_command){{AIMC_TILE_OPCODE_SIGNAL, semaphore, 0, amount}};
}

aimc_command aimc_cmd_signal_tile(const aimc_tile* target, unsigned semaphore, unsigned amount) {
  const uintptr_t address = target->base + AIMC_TILE_SEMAPHORE_POST + 4 * semaphore;
  return (aimc_command){
      {AIMC_TILE_OPCODE_SIGNAL | AIMC_TILE_SIGNAL_REMOTE_MASK, 0, (uint32_t)address, amount}};
}

aimc_command aimc_cmd_loop(unsigned counter, unsigned command, uint32_t times) {
  return (aimc_command){
      {AIMC_TILE_OPCODE_LOOP | counter << AIMC_TILE_LOOP_COUNTER_SHIFT, command, 0, times}};
}

aimc_command aimc_cmd_irq(uint32_t tag) {
  return (aimc_command){{AIMC_TILE_OPCODE_IRQ, tag}};
}

aimc_command aimc_cmd_halt(void) {
  return (aimc_command){{AIMC_TILE_OPCODE_HALT}};
}

aimc_status aimc_program_load(aimc_tile* tile, const aimc_program* program) {
  if (program->count > program->capacity || program->first > AIMC_PROGRAM_COMMANDS ||
      program->count > AIMC_PROGRAM_COMMANDS - program->first) {
    return AIMC_NO_MEMORY;
  }
  uintptr_t at = tile->base + AIMC_TILE_PROGRAM_OFFSET + 32 * program->first;
  for (unsigned i = 0; i < program->count; ++i) {
    for (unsigned word = 0; word < 8; ++word, at += 4) {
      aimc_write32(at, program->commands[i].word[word]);
    }
  }
  return aimc_tile_collect_error(tile);
}

aimc_status aimc_program_start(aimc_tile* tile, unsigned thread, unsigned command) {
  if (thread >= AIMC_TILE_PROGRAM_START_COUNT) return AIMC_INVALID;
  aimc_hal_done_is_wanted(tile);
  tile->outstanding = 1;
  aimc_write32(tile->base + AIMC_TILE_PROGRAM_START + 4 * thread, command);
  return AIMC_OK;
}

void aimc_program_stop(const aimc_tile* tile) {
  aimc_write32(tile->base + AIMC_TILE_PROGRAM_STOP, (1u << AIMC_TILE_PROGRAM_START_COUNT) - 1u);
}
