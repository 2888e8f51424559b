/* Commands of a tile: building them, handing them over, waiting for them.
 *
 * Completion. A tile raises DONE when its queue has drained and a doorbell clears it, so after a
 * submit "DONE is pending" means "everything submitted is complete": there is nothing to count and
 * no moment at which a stale DONE could be mistaken. It is read from system control, which is local
 * to the host; the tile itself is asked only after an error or when its queue is full.
 *
 * Sleeping. WFI returns when an enabled interrupt is pending even while interrupts are globally
 * disabled. So: disable them, look, sleep, look again. What arrives between look and sleep is
 * pending and makes WFI fall through; no wakeup can be lost.
 */
#include <stddef.h>

#include "hal_internal.h"

enum {
  kSlots = 3,  /* one executing, two waiting behind it */
  kSpins = 64, /* looks before sleeping while other tiles keep the shared line high */
  kBitmapWords = AIMC_SYSCTL_TILE_DONE_PENDING_COUNT,
  kMtimecmp = AIMC_CLINT_BASE + 0x4000
};

/* Tiles whose DONE was seen and left standing: it costs nothing until somebody wants to sleep. */
static uint32_t consumed[kBitmapWords];

static inline bool pending(uint32_t bitmap, const aimc_tile* tile) {
  return (aimc_sysctl(bitmap + 4 * (tile->index / 32)) >> (tile->index % 32) & 1u) != 0;
}

static uint32_t region_word(uint32_t first, uint32_t number) {
  return number << 16 | first;
}

aimc_command aimc_cmd_mvm(uint32_t inputs, uint32_t counts, int8_t zero_point,
                          const aimc_region* region) {
  return (aimc_command){
      {AIMC_TILE_OPCODE_MVM | (uint32_t)(uint8_t)zero_point << AIMC_TILE_MVM_ZERO_POINT_SHIFT,
       inputs, counts, 1, 0, 0, region_word(region->first_row, region->rows),
       region_word(region->first_column, region->columns)}};
}

aimc_command aimc_cmd_post(uint32_t counts, uint32_t outputs, uint32_t psum_in,
                           const aimc_region* region, const aimc_post* post) {
  const uint32_t flags = AIMC_TILE_OPCODE_POST |
                         (uint32_t)post->psum_out << AIMC_TILE_POST_PSUM_OUT_SHIFT |
                         (uint32_t)post->addend << AIMC_TILE_POST_ADDEND_SHIFT |
                         (uint32_t)post->relu << AIMC_TILE_POST_RELU_SHIFT |
                         (uint32_t)post->cut_pre << AIMC_TILE_POST_CUT_PRE_SHIFT |
                         (uint32_t)post->cut_post << AIMC_TILE_POST_CUT_POST_SHIFT |
                         (uint32_t)post->rounding << AIMC_TILE_POST_ROUNDING_SHIFT |
                         (uint32_t)(uint8_t)post->zero_point << AIMC_TILE_POST_ZERO_POINT_SHIFT;
  const bool has_psum = post->addend == AIMC_TILE_POST_ADDEND_PSUM;
  return (aimc_command){{flags, counts, outputs, 1, 0, 0, has_psum ? psum_in : 0,
                         region_word(region->first_column, region->columns)}};
}

aimc_command aimc_cmd_add(uint32_t a, uint32_t b, uint32_t target, uint32_t elements) {
  return (aimc_command){{AIMC_TILE_OPCODE_ADD, a, target, elements, 0, 0, b, 0}};
}

aimc_command aimc_cmd_add8(uint32_t a, uint32_t b, uint32_t target, uint32_t elements,
                           const aimc_scaled_add* add) {
  return (aimc_command){{AIMC_TILE_OPCODE_ADD8 |
                             (uint32_t)(uint8_t)add->zero_a << AIMC_TILE_ADD8_ZERO_A_SHIFT |
                             (uint32_t)(uint8_t)add->zero_b << AIMC_TILE_ADD8_ZERO_B_SHIFT |
                             (uint32_t)(uint8_t)add->zero_out << AIMC_TILE_ADD8_ZERO_OUT_SHIFT,
                         a, target, elements, (uint32_t)add->factor_b << 16 | add->factor_a,
                         (uint32_t)add->relu << 8 | add->shift, b, 0}};
}

aimc_command aimc_cmd_move(uint32_t source, uint32_t target, uint32_t bytes) {
  return (aimc_command){{AIMC_TILE_OPCODE_MOVE, source, target, bytes, 0, 0, 0, 0}};
}

aimc_command aimc_cmd_put(uint32_t source, uintptr_t target, uint32_t bytes) {
  return (aimc_command){{AIMC_TILE_OPCODE_PUT, source, (uint32_t)target, bytes, 0, 0, 0, 0}};
}

aimc_command aimc_cmd_put_tiles(uint32_t source, uintptr_t target, uint32_t bytes, unsigned columns,
                                unsigned rows) {
  return (aimc_command){{AIMC_TILE_OPCODE_PUT | AIMC_TILE_PUT_MULTICAST_MASK, source,
                         (uint32_t)target, bytes, columns | (uint32_t)rows << 16}};
}

void aimc_cmd_repeat(aimc_command* command, unsigned repetitions, uint32_t input_stride,
                     uint32_t output_stride) {
  command->word[3] = (command->word[3] & 0xFFFF0000u) | repetitions;
  command->word[4] = (command->word[4] & 0xFFFF0000u) | input_stride;
  command->word[5] = output_stride;
}

void aimc_cmd_gather(aimc_command* mvm, unsigned segment_bytes, unsigned segment_stride) {
  mvm->word[3] = (mvm->word[3] & 0xFFFFu) | (uint32_t)segment_bytes << 16;
  mvm->word[4] = (mvm->word[4] & 0xFFFFu) | (uint32_t)segment_stride << 16;
}

/* The mtime `timeout_us` from now. */
static uint64_t deadline_in(uint32_t timeout_us) {
  const uint64_t ticks =
      ((uint64_t)timeout_us * (aimc_platform()->timebase_hz / 1000u) + 999u) / 1000u;
  return aimc_mtime() + ticks;
}

/* Room in the queue, from the tile's own STATUS. */
static aimc_status wait_for_room(aimc_tile* tile) {
  if (pending(AIMC_SYSCTL_TILE_DONE_PENDING, tile)) {
    tile->outstanding = 0;
    return AIMC_OK;
  }
  const uint64_t limit = deadline_in(AIMC_DEFAULT_TIMEOUT_US);
  for (;;) {
    const uint32_t status = aimc_read32(tile->base + AIMC_TILE_STATUS);
    tile->outstanding =
        AIMC_FIELD(status, AIMC_TILE_STATUS_QUEUED) + (status & AIMC_TILE_STATUS_BUSY_MASK);
    if (tile->outstanding < kSlots) return AIMC_OK;
    if (aimc_mtime() >= limit) return AIMC_TIMEOUT;
  }
}

void aimc_hal_done_is_wanted(const aimc_tile* tile) {
  consumed[tile->index / 32] &= ~(1u << (tile->index % 32)); /* what starts clears DONE */
}

aimc_status aimc_tile_submit(aimc_tile* tile, const aimc_command* command) {
  if (tile->outstanding >= kSlots) {
    const aimc_status status = wait_for_room(tile);
    if (status != AIMC_OK) return status;
  }
  const uintptr_t cmd = tile->base + AIMC_TILE_CMD;
#pragma GCC unroll 8
  for (unsigned i = 0; i < AIMC_TILE_CMD_COUNT; ++i) {
    const uint32_t word = command->word[i];
    if (word != tile->shadow.word[i]) {
      tile->shadow.word[i] = word;
      aimc_write32(cmd + 4 * i, word);
    }
  }
  ++tile->outstanding;
  aimc_hal_done_is_wanted(tile);
  aimc_write32(tile->base + AIMC_TILE_DOORBELL, 1);
  return AIMC_OK;
}

/* After an error: lets the rest of the queue finish, or the threads of a program end, which may
 * wait for the one that failed; then fetches and clears what went wrong. */
static aimc_status drain(aimc_tile* tile, uint32_t timeout_us) {
  const uint32_t threads =
      AIMC_FIELD(aimc_read32(tile->base + AIMC_TILE_STATUS), AIMC_TILE_STATUS_THREADS);
  if (threads != 0) aimc_write32(tile->base + AIMC_TILE_PROGRAM_STOP, threads);
  const uint64_t limit = deadline_in(timeout_us);
  const uint32_t active = AIMC_TILE_STATUS_BUSY_MASK | AIMC_TILE_STATUS_QUEUED_MASK;
  while ((aimc_read32(tile->base + AIMC_TILE_STATUS) & active) != 0) {
    if (aimc_mtime() >= limit) return AIMC_TIMEOUT;
  }
  tile->outstanding = 0;
  return aimc_tile_collect_error(tile);
}

/* Takes DONE from tiles nobody waits for any more, so that the shared line can fall. */
static void clear_consumed(void) {
  const aimc_platform_info* platform = aimc_platform();
  for (unsigned word = 0; word < kBitmapWords; ++word) {
    while (consumed[word] != 0) {
      const unsigned bit = (unsigned)__builtin_ctz(consumed[word]);
      consumed[word] &= consumed[word] - 1u;
      aimc_write32(
          platform->tile_base + (32 * word + bit) * platform->tile_stride + AIMC_TILE_IRQ_STATUS,
          AIMC_TILE_IRQ_STATUS_DONE_MASK);
    }
  }
}

static inline bool finished(const aimc_tile* tile) {
  return pending(AIMC_SYSCTL_TILE_DONE_PENDING, tile) ||
         pending(AIMC_SYSCTL_TILE_ERROR_PENDING, tile);
}

/* Sleeps until the tile reports something or the deadline passes; false on the latter. */
static bool sleep_until_finished(const aimc_tile* tile, uint32_t timeout_us) {
  const uint32_t wanted = 1u << AIMC_INTERRUPT_EXTERNAL | 1u << AIMC_INTERRUPT_TIMER;
  const bool enabled = aimc_interrupts_set(false);
  const uint32_t mie = aimc_mie_swap(wanted);
  const uint64_t timer = (uint64_t)aimc_read32(kMtimecmp + 4) << 32 | aimc_read32(kMtimecmp);
  const uint64_t limit = deadline_in(timeout_us);
  aimc_timer_set(limit);
  bool in_time = true;
  for (;;) {
    if (finished(tile)) break;
    /* The PLIC remembers a source until it is claimed; completing it lets a line that is still
     * high be seen again. */
    const unsigned source = aimc_plic_claim();
    if (source != 0) aimc_plic_complete(source);
    if (finished(tile)) break;
    if (aimc_mtime() >= limit) {
      in_time = false;
      break;
    }
    aimc_wfi();
  }
  aimc_timer_set(timer);
  aimc_mie_swap(mie);
  aimc_interrupts_set(enabled);
  return in_time;
}

aimc_status aimc_tile_wait(aimc_tile* tile, uint32_t timeout_us) {
  if (tile->outstanding != 0) {
    bool over = finished(tile);
    for (unsigned spin = 0; !over && spin < kSpins; ++spin) over = finished(tile);
    if (!over) {
      clear_consumed();
      if (!sleep_until_finished(tile, timeout_us)) return AIMC_TIMEOUT;
    }
  }
  if (pending(AIMC_SYSCTL_TILE_ERROR_PENDING, tile)) return drain(tile, timeout_us);
  if (tile->outstanding != 0) {
    tile->outstanding = 0;
    consumed[tile->index / 32] |= 1u << (tile->index % 32);
  }
  return AIMC_OK;
}

aimc_status aimc_tile_run(aimc_tile* tile, const aimc_command* command, uint32_t timeout_us) {
  const aimc_status status = aimc_tile_submit(tile, command);
  return status != AIMC_OK ? status : aimc_tile_wait(tile, timeout_us);
}

aimc_status aimc_tile_program(aimc_tile* tile, const aimc_region* region, uint32_t timeout_us) {
  const aimc_command command = {{AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0,
                                 region_word(region->first_row, region->rows),
                                 region_word(region->first_column, region->columns)}};
  return aimc_tile_run(tile, &command, timeout_us);
}
