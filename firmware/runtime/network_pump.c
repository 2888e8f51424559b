/* The event loop: lanes move on as inputs, room, the DMA engine, threads and results allow. */
#include <inttypes.h>
#include <string.h>

#include "aimc_program.h"
#include "hal_internal.h"
#include "network_internal.h"

enum { kAllThreads = (1u << NET_THREADS) - 1u, kProgressEvery = 10 };

/* ---- queues ---- */

static void push(net_queue* q, net_lane* lane) {
  uint32_t at = q->first + q->count++;
  if (at >= q->capacity) at -= q->capacity;
  q->lanes[at] = lane;
}

static net_lane* pop(net_queue* q) {
  net_lane* lane = net_front(q);
  if (++q->first == q->capacity) q->first = 0;
  --q->count;
  return lane;
}

/* ---- what may start ---- */

static bool in_epoch(const aimc_network* n, uint32_t step) {
  return n->steps[step].s->epoch == n->epoch;
}

/* Images that all of the epoch's steps among `users` have done; UINT32_MAX when there are none. */
static uint32_t done_by(const aimc_network* n, const net_users* users) {
  uint32_t done = UINT32_MAX;
  for (uint32_t i = 0; i < users->count; ++i) {
    const net_step* step = &n->steps[users->steps[i]];
    if (in_epoch(n, users->steps[i]) && step->done < done) done = step->done;
  }
  return done;
}

static bool inputs_complete(const aimc_network* n, const net_step* step, uint32_t image) {
  for (unsigned i = 0; i < 4 && step->s->inputs[i] != AIMC_NET_NONE; ++i) {
    const net_tensor* t = &n->tensors[step->s->inputs[i]];
    if (t->t->storage == AIMC_NET_GIVEN || t->from_kept) continue;
    if (done_by(n, &t->makers) <= image) return false;
  }
  return true;
}

/* The slot is that of an older image until all have read that one. */
static bool output_free(const aimc_network* n, const net_step* step, uint32_t image) {
  const net_tensor* t = &n->tensors[step->s->output];
  if (image < t->t->slots) return true;
  uint32_t over = done_by(n, &t->readers);
  const uint32_t made = done_by(n, &t->makers);
  if (made < over) over = made;
  return image - t->t->slots < over;
}

/* Brings the parts of earlier epochs back into the slot, before the first lane adds to it. */
static void restore(net_tensor* t, uint32_t image) {
  if (!t->restores || image < t->restored) return;
  memcpy((void*)(uintptr_t)(t->t->slots_address + image % t->t->slots * t->t->bytes),
         t->kept + image * t->t->bytes, t->t->bytes);
  t->restored = image + 1;
}

static void fetch_or_run(aimc_network* n, net_lane* lane) {
  const bool fetches = lane->groups[lane->at].fetch_count != 0;
  lane->state = fetches ? NET_FETCHING : NET_FETCHED;
  push(fetches ? &n->fetching : &n->fetched, lane);
}

static void try_lane(aimc_network* n, net_lane* lane) {
  const net_step* step = &n->steps[lane->step];
  if (lane->state != NET_IDLE || lane->image >= n->limit ||
      !inputs_complete(n, step, lane->image) || !output_free(n, step, lane->image)) {
    return;
  }
  restore(&n->tensors[step->s->output], lane->image);
  if (step->s->kind == AIMC_NET_HOST) {
    lane->state = NET_QUEUED;
    push(&n->hosted, lane);
    return;
  }
  lane->at = 0;
  fetch_or_run(n, lane);
}

static void try_step(aimc_network* n, uint32_t index) {
  if (index < n->first_step || index >= n->end_step) return;
  const net_step* step = &n->steps[index];
  for (uint32_t i = 0; i < step->lane_count; ++i) try_lane(n, &step->lanes[i]);
}

static void try_users(aimc_network* n, const net_users* users) {
  for (uint32_t i = 0; i < users->count; ++i) try_step(n, users->steps[i]);
}

/* ---- what is over ---- */

static void keep_images(const aimc_network* n, net_tensor* t) {
  if (t->kept == NULL) return;
  for (const uint32_t made = done_by(n, &t->makers); t->copied < made; ++t->copied) {
    memcpy(t->kept + t->copied * t->t->bytes,
           (const void*)(uintptr_t)(t->t->slots_address + t->copied % t->t->slots * t->t->bytes),
           t->t->bytes);
  }
}

/* A lane has done its image: perhaps the step has, and others may go on. */
static void image_done(aimc_network* n, net_lane* lane) {
  net_step* step = &n->steps[lane->step];
  lane->state = NET_IDLE;
  ++lane->image;
  uint32_t done = lane->image;
  for (uint32_t i = 0; i < step->lane_count; ++i) {
    if (step->lanes[i].image < done) done = step->lanes[i].image;
  }
  if (done != step->done) {
    step->done = done;
    net_tensor* out = &n->tensors[step->s->output];
    keep_images(n, out);
    if (step->s->output == n->header->output && done % kProgressEvery == 0)
      aimc_progress(n->first_image + done, n->total_images);
    try_users(n, &out->readers);
    if (out->makers.count > 1) try_users(n, &out->makers);
    for (unsigned i = 0; i < 4 && step->s->inputs[i] != AIMC_NET_NONE; ++i) {
      try_users(n, &n->tensors[step->s->inputs[i]].makers);
    }
    try_step(n, lane->step);
  }
  try_lane(n, lane);
}

/* ---- the DMA engine ---- */

static void start_fetching(aimc_network* n) {
  const net_lane* lane = net_front(&n->fetching);
  const net_group* group = &lane->groups[lane->at];
  for (uint32_t i = 0; i < group->fetch_count; ++i) {
    const aimc_net_fetch* fetch = group->fetches[i];
    const uint8_t* from = net_read_at(&n->tensors[fetch->tensor], n->inputs, lane->image);
    group->chain[i].source = (uint32_t)(uintptr_t)from + fetch->offset;
  }
  n->engine_busy = aimc_dma_start(group->chain) == AIMC_OK;
}

/* Hands a fetched group on, and the next one to the engine. */
static aimc_status serve_engine(aimc_network* n, bool* moved) {
  if (n->engine_busy) {
    if (!aimc_dma_idle()) return AIMC_OK;
    uint32_t value = 0;
    const aimc_status status = aimc_dma_wait(0, &value);
    net_lane* lane = pop(&n->fetching);
    n->engine_busy = false;
    if (status != AIMC_OK) {
      return net_fail(n, status, "step %s: DMA: %s (value 0x%08" PRIx32 ")",
                      net_step_name(n, lane->step), aimc_strerror(status), value);
    }
    lane->state = NET_FETCHED;
    push(&n->fetched, lane);
    *moved = true;
  }
  if (n->fetching.count != 0) start_fetching(n);
  return AIMC_OK;
}

/* ---- threads ---- */

static unsigned bits_in(uint32_t mask) {
  return (unsigned)(mask & 1u) + (mask >> 1 & 1u) + (mask >> 2 & 1u) + (mask >> 3 & 1u);
}

/* Threads of a tile that may be started. A thread that has set its word may still be at its last
 * command: the tile is asked when there are not enough others. */
static unsigned free_threads(net_tile* t, unsigned wanted) {
  unsigned free = kAllThreads & ~(unsigned)(t->busy | t->ended);
  if (bits_in(free) >= wanted || t->ended == 0) return free;
  const uint32_t active =
      AIMC_FIELD(aimc_read32(t->tile.base + AIMC_TILE_STATUS), AIMC_TILE_STATUS_THREADS);
  t->ended &= (uint8_t)active;
  free = kAllThreads & ~(unsigned)(t->busy | t->ended);
  return free;
}

/* All jobs or none: a chain that has only some of its threads could block another one. */
static bool start_group(aimc_network* n, net_lane* lane) {
  net_group* group = &lane->groups[lane->at];
  const net_step* step = &n->steps[lane->step];
  const uint32_t slot = lane->image % n->tensors[step->s->output].t->slots;
  for (uint32_t j = 0; j < group->job_count; ++j) {
    const uint32_t tile = group->jobs[j].tile;
    const unsigned wanted = group->job_count == 1 ? 1 : net_jobs_on(group, tile);
    if (bits_in(free_threads(&n->tiles[tile], wanted)) < wanted) return false;
  }
  for (uint32_t j = 0; j < group->job_count; ++j) {
    const aimc_net_job* job = &group->jobs[j];
    net_tile* t = &n->tiles[job->tile];
    const unsigned thread = (unsigned)__builtin_ctz(free_threads(t, 1));
    t->busy |= (uint8_t)(1u << thread);
    group->threads[j] = (uint8_t)thread;
    if (job->done_address != 0) aimc_write32(job->done_address, 0);
    aimc_write32(t->tile.base + AIMC_TILE_PROGRAM_START + 4 * thread,
                 job->entry + slot * job->entry_stride);
  }
  lane->pending = 0;
  lane->state = NET_RUNNING;
  n->running[n->running_count++] = lane;
  return true;
}

static void start_groups(aimc_network* n, bool* moved) {
  for (uint32_t left = n->fetched.count; left != 0; --left) {
    net_lane* lane = pop(&n->fetched);
    if (start_group(n, lane)) {
      *moved = true;
    } else {
      push(&n->fetched, lane);
    }
  }
}

static bool group_done(net_lane* lane) {
  const net_group* group = &lane->groups[lane->at];
  for (; lane->pending < group->job_count; ++lane->pending) {
    const uint32_t done = group->jobs[lane->pending].done_address;
    if (done != 0 && aimc_read32(done) == 0) return false;
  }
  return true;
}

static void end_group(aimc_network* n, net_lane* lane) {
  const net_group* group = &lane->groups[lane->at];
  for (uint32_t j = 0; j < group->job_count; ++j) {
    net_tile* t = &n->tiles[group->jobs[j].tile];
    const uint8_t bit = (uint8_t)(1u << group->threads[j]);
    t->busy &= (uint8_t)~bit;
    t->ended |= bit;
  }
  if (++lane->at < lane->group_count) {
    fetch_or_run(n, lane);
  } else {
    image_done(n, lane);
  }
}

static void look_at_running(aimc_network* n, bool* moved) {
  for (uint32_t i = 0; i < n->running_count;) {
    net_lane* lane = n->running[i];
    if (!group_done(lane)) {
      ++i;
      continue;
    }
    n->running[i] = n->running[--n->running_count];
    *moved = true;
    end_group(n, lane);
  }
}

/* ---- the loop ---- */

static bool all_done(const aimc_network* n) {
  for (uint32_t i = n->first_step; i < n->end_step; ++i) {
    if (n->steps[i].done < n->limit) return false;
  }
  return true;
}

/* One round: whatever is possible. */
static aimc_status work(aimc_network* n, bool* moved) {
  const aimc_status status = serve_engine(n, moved);
  if (status != AIMC_OK) return status;
  start_groups(n, moved);
  look_at_running(n, moved);
  /* Host work comes last, and one piece at a time: tiles shall not wait for it. */
  if (!*moved && n->hosted.count != 0) {
    net_lane* lane = pop(&n->hosted);
    net_run_host_step(n, &n->steps[lane->step], lane->image);
    image_done(n, lane);
    *moved = true;
  }
  return AIMC_OK;
}

static aimc_status loop(aimc_network* n) {
  const uint64_t ticks =
      (uint64_t)n->options.timeout_us * (aimc_platform()->timebase_hz / 1000000u);
  uint64_t limit = aimc_mtime() + ticks;
  for (uint32_t i = n->first_step; i < n->end_step; ++i) try_step(n, i);
  while (!all_done(n)) {
    bool moved = false;
    aimc_status status = work(n, &moved);
    if (status == AIMC_OK && !moved) status = net_check_tiles(n);
    if (status != AIMC_OK) return status;
    if (moved) {
      limit = aimc_mtime() + ticks;
    } else if (!net_take_interrupts(n)) {
      if (aimc_mtime() >= limit) return net_timed_out(n);
      net_sleep(n);
    }
  }
  return AIMC_OK;
}

aimc_status net_pump(aimc_network* n) {
  const bool enabled = aimc_interrupts_set(false);
  const uint32_t mie = aimc_mie_swap(1u << AIMC_INTERRUPT_EXTERNAL | 1u << AIMC_INTERRUPT_TIMER);
  aimc_plic_enable(AIMC_IRQ_DMA);
  aimc_write32(AIMC_DMA_BASE + AIMC_DMA_IRQ_ENABLE,
               AIMC_DMA_IRQ_ENABLE_DONE_MASK | AIMC_DMA_IRQ_ENABLE_ERROR_MASK);
  const aimc_status status = loop(n);
  if (status != AIMC_OK) net_stop_all(n);
  aimc_write32(AIMC_DMA_BASE + AIMC_DMA_IRQ_ENABLE, 0);
  aimc_plic_disable(AIMC_IRQ_DMA);
  aimc_timer_set(UINT64_MAX);
  aimc_mie_swap(mie);
  aimc_interrupts_set(enabled);
  return status;
}

/* Has an epoch before this one made parts of the tensor, and does this one? */
static void begin_tensor(const aimc_network* n, net_tensor* t) {
  bool earlier = false;
  bool now = false;
  for (uint32_t i = 0; i < t->makers.count; ++i) {
    const uint32_t epoch = n->steps[t->makers.steps[i]].s->epoch;
    earlier = earlier || epoch < n->epoch;
    now = now || epoch == n->epoch;
  }
  t->from_kept = earlier && !now;
  t->restores = earlier && now;
  t->copied = t->restored = 0;
}

void net_begin_epoch(aimc_network* n) {
  for (uint32_t i = 0; i < n->header->tensors.count; ++i) begin_tensor(n, &n->tensors[i]);
  for (uint32_t i = 0; i < n->header->steps.count; ++i) n->steps[i].done = 0;
  for (uint32_t i = 0; i < n->lane_count; ++i) {
    n->lanes[i].image = 0;
    n->lanes[i].state = NET_IDLE;
  }
  n->fetching.count = n->fetched.count = n->hosted.count = n->running_count = 0;
  n->engine_busy = false;
}
