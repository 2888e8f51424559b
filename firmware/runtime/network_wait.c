/* When there is nothing to do: interrupts, sleep, time limits, what is told about errors. */
#include <inttypes.h>

#include "aimc_program.h"
#include "hal_internal.h"
#include "network_internal.h"

enum {
  kNapUs = 1,        /* while two threads share a tile, whose interrupt only the last one raises */
  kLongNapUs = 1000, /* otherwise: a look at the time limit */
  kSources = 3       /* interrupts that may be pending together: DMA, tiles done, tiles failed */
};

static uint32_t tile_words(const aimc_network* n) {
  return (n->header->tile_count + 31u) / 32u;
}

/* Takes DONE back from tiles, so that the next one's is seen. True when there was any. */
bool net_take_interrupts(const aimc_network* n) {
  bool any = false;
  for (uint32_t w = 0; w < tile_words(n); ++w) {
    uint32_t pending = aimc_sysctl(AIMC_SYSCTL_TILE_DONE_PENDING + 4 * w);
    for (; pending != 0; pending &= pending - 1u) {
      const uint32_t index = 32 * w + (uint32_t)__builtin_ctz(pending);
      if (index >= n->header->tile_count) break;
      aimc_write32(n->tiles[index].tile.base + AIMC_TILE_IRQ_STATUS,
                   AIMC_TILE_IRQ_STATUS_DONE_MASK);
      any = true;
    }
  }
  if (aimc_read32(AIMC_DMA_BASE + AIMC_DMA_IRQ_STATUS) != 0) {
    aimc_write32(AIMC_DMA_BASE + AIMC_DMA_IRQ_STATUS,
                 AIMC_DMA_IRQ_STATUS_DONE_MASK | AIMC_DMA_IRQ_STATUS_ERROR_MASK);
    any = true;
  }
  /* The PLIC remembers a source until it is claimed. */
  for (unsigned i = 0; i < kSources; ++i) {
    const unsigned source = aimc_plic_claim();
    if (source == 0) break;
    aimc_plic_complete(source);
    any = true;
  }
  return any;
}

static bool threads_share(const aimc_network* n) {
  for (const net_lane* lane = n->running; lane != NULL; lane = lane->next) {
    const net_group* group = &lane->groups[lane->at];
    for (uint32_t j = 0; j < group->job_count; ++j) {
      const unsigned busy = n->tiles[group->jobs[j].tile].busy;
      if ((busy & (busy - 1u)) != 0) return true;
    }
  }
  return false;
}

void net_sleep(const aimc_network* n) {
  const uint64_t ticks_per_us = aimc_platform()->timebase_hz / 1000000u;
  const uint32_t us = n->fetched.count != 0 || threads_share(n) ? kNapUs : kLongNapUs;
  aimc_timer_set(aimc_mtime() + us * ticks_per_us + 1);
  aimc_wfi();
}

static aimc_status tile_failed(aimc_network* n, uint32_t index) {
  net_tile* t = &n->tiles[index];
  const aimc_status status = aimc_tile_collect_error(&t->tile);
  const char* step = "?";
  uint32_t command = 0;
  for (unsigned thread = 0; thread < NET_THREADS; ++thread) {
    const uint32_t state = aimc_read32(t->tile.base + AIMC_TILE_PROGRAM_STATE + 4 * thread);
    if ((state & AIMC_TILE_PROGRAM_STATE_FAULT_MASK) == 0) continue;
    command = aimc_read32(t->tile.base + AIMC_TILE_PROGRAM_PC + 4 * thread);
  }
  for (const net_lane* lane = n->running; lane != NULL; lane = lane->next) {
    if (net_jobs_on(&lane->groups[lane->at], index) != 0) step = net_step_name(n, lane->step);
  }
  return net_fail(n, status == AIMC_OK ? AIMC_BUS : status,
                  "step %s, tile %" PRIu32 ", command %" PRIu32 ": %s (value 0x%08" PRIx32 ")",
                  step, index, command, aimc_strerror(status), t->tile.error_value);
}

aimc_status net_check_tiles(aimc_network* n) {
  for (uint32_t w = 0; w < tile_words(n); ++w) {
    const uint32_t pending = aimc_sysctl(AIMC_SYSCTL_TILE_ERROR_PENDING + 4 * w);
    if (pending != 0) return tile_failed(n, 32 * w + (uint32_t)__builtin_ctz(pending));
  }
  return AIMC_OK;
}

aimc_status net_timed_out(aimc_network* n) {
  const uint32_t us = n->options.timeout_us;
  const net_lane* lane = n->running;
  if (lane != NULL) {
    const net_group* group = &lane->groups[lane->at];
    const aimc_net_job* job = &group->jobs[lane->pending];
    const uint32_t command = aimc_read32(n->tiles[job->tile].tile.base + AIMC_TILE_PROGRAM_PC +
                                         4u * group->threads[lane->pending]);
    return net_fail(n, AIMC_TIMEOUT,
                    "step %s, image %" PRIu32 ": nothing from tile %" PRIu32 " for %" PRIu32
                    " us; its thread is at command %" PRIu32,
                    net_step_name(n, lane->step), lane->image, job->tile, us, command);
  }
  const char* what = n->fetching.count != 0 ? net_step_name(n, net_front(&n->fetching)->step) : "?";
  return net_fail(n, AIMC_TIMEOUT, "step %s: nothing has happened for %" PRIu32 " us", what, us);
}

/* Leaves no thread behind; what failed is known already. */
void net_stop_all(aimc_network* n) {
  for (uint32_t i = 0; i < n->header->tile_count; ++i) {
    if ((n->tiles[i].busy | n->tiles[i].ended) != 0) aimc_program_stop(&n->tiles[i].tile);
  }
  if (n->engine_busy) aimc_write32(AIMC_DMA_BASE + AIMC_DMA_STOP, 1);
  n->engine_busy = false;
}
