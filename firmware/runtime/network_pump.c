/* The event loop: lanes move on as inputs, room, the DMA engine, threads and results allow. */
#include <inttypes.h>

#include "aimc_program.h"
#include "hal_internal.h"
#include "network_internal.h"
#include "nn_internal.h"

static inline uint32_t now(void) {
  uint32_t cycles = 0;
  __asm__ volatile(AIMC_CSR_ASM("csrr %0, mcycle") : "=r"(cycles));
  return cycles;
}

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

/* Images that all of the users have done; UINT32_MAX when there are none. Steps of other epochs
 * have done so many. */
static uint32_t done_by(const aimc_network* n, const net_users* users) {
  uint32_t done = UINT32_MAX;
  for (uint32_t i = 0; i < users->count; ++i) {
    const uint32_t other = n->steps[users->steps[i]].done;
    if (other < done) done = other;
  }
  return done;
}

/* What is known about a tensor when one of its steps has gone on. */
static void count_images(const aimc_network* n, net_tensor* t) {
  const uint32_t read = done_by(n, &t->readers);
  t->made = done_by(n, &t->makers);
  t->over = read < t->made ? read : t->made;
}

/* Lanes of the step may start on images before this one: inputs are complete, and the slot of the
 * output is not that of an older image that somebody has still to read. */
static uint32_t startable(const aimc_network* n, const net_step* step) {
  const net_tensor* out = &n->tensors[step->s->output];
  uint32_t end = n->limit;
  if (end - out->over > out->t->slots) end = out->over + out->t->slots;
  for (unsigned i = 0; i < 4 && step->s->inputs[i] != AIMC_NET_NONE; ++i) {
    const net_tensor* t = &n->tensors[step->s->inputs[i]];
    if (t->t->storage == AIMC_NET_GIVEN || t->from_kept) continue;
    if (t->made < end) end = t->made;
  }
  return end;
}

/* Brings the parts of earlier epochs back into the slot, before the first lane adds to it. */
static void restore(net_tensor* t, uint32_t image) {
  if (!t->restores || image < t->restored) return;
  nn_copy((void*)(uintptr_t)(t->t->slots_address + image % t->t->slots * t->t->bytes),
          t->kept + image * t->t->bytes, t->t->bytes);
  t->restored = image + 1;
}

static void fetch_or_run(aimc_network* n, net_lane* lane) {
  const bool fetches = lane->groups[lane->at].fetch_count != 0;
  lane->state = fetches ? NET_FETCHING : NET_FETCHED;
  push(fetches ? &n->fetching : &n->fetched, lane);
}

static void start_image(aimc_network* n, net_lane* lane) {
  const net_step* step = &n->steps[lane->step];
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
  net_step* step = &n->steps[index];
  const uint32_t before = step->end;
  step->end = startable(n, step);
  if (step->end == before) return; /* idle lanes have looked at it already */
  for (net_lane* lane = step->lanes; lane != step->lanes + step->lane_count; ++lane) {
    if (lane->state == NET_IDLE && lane->image < step->end) start_image(n, lane);
  }
}

static void try_users(aimc_network* n, const net_users* users) {
  for (uint32_t i = 0; i < users->count; ++i) try_step(n, users->steps[i]);
}

/* ---- what is over ---- */

static void keep_images(net_tensor* t) {
  if (t->kept == NULL) return;
  for (; t->copied < t->made; ++t->copied) {
    nn_copy(t->kept + t->copied * t->t->bytes,
            (const void*)(uintptr_t)(t->t->slots_address + t->copied % t->t->slots * t->t->bytes),
            t->t->bytes);
  }
}

/* All lanes have done another image: how many images are that now, and whom is waited for next? */
static void count_lanes(net_step* step) {
  step->done = step->lanes[0].image;
  step->lagging = 0;
  for (const net_lane* lane = step->lanes; lane != step->lanes + step->lane_count; ++lane) {
    if (lane->image > step->done) continue;
    if (lane->image < step->done) step->lagging = 0;
    step->done = lane->image;
    ++step->lagging;
  }
}

static void step_done(aimc_network* n, const net_step* step) {
  net_tensor* out = &n->tensors[step->s->output];
  count_images(n, out);
  keep_images(out);
  if (step->s->output == n->header->output && step->done % kProgressEvery == 0)
    aimc_progress(n->first_image + step->done, n->total_images);
  try_users(n, &out->readers);
  try_users(n, &out->makers);
  for (unsigned i = 0; i < 4 && step->s->inputs[i] != AIMC_NET_NONE; ++i) {
    net_tensor* in = &n->tensors[step->s->inputs[i]];
    count_images(n, in);
    try_users(n, &in->makers);
  }
}

/* A lane has done its image: perhaps the step has, and others may go on. */
static void image_done(aimc_network* n, net_lane* lane) {
  net_step* step = &n->steps[lane->step];
  lane->state = NET_IDLE;
  ++lane->image;
  if (lane->image == step->done + 1 && --step->lagging == 0) {
    count_lanes(step);
    if (step->done == n->limit) --n->steps_left;
    step_done(n, step);
  }
  if (lane->state == NET_IDLE && lane->image < step->end) start_image(n, lane);
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
    net_lane* lane = pop(&n->fetching);
    n->engine_busy = false;
    if (aimc_read32(AIMC_DMA_BASE + AIMC_DMA_ERROR) != AIMC_DMA_ERROR_NONE) {
      uint32_t value = 0;
      const aimc_status status = aimc_dma_wait(0, &value);
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

/* Of four; a call of the compiler's library would take longer than the table. */
static unsigned lowest_bit(unsigned mask) {
  static const uint8_t lowest[1u << NET_THREADS] = {0, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0};
  return lowest[mask];
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

/* Lanes that run are in the order in which they will probably end. */
static void await_lane(aimc_network* n, net_lane* lane) {
  net_lane* before = n->last_running; /* a new one mostly is the last */
  while (before != NULL && (int32_t)(before->due - lane->due) > 0) before = before->previous;
  lane->previous = before;
  lane->next = before != NULL ? before->next : n->running;
  *(before != NULL ? &before->next : &n->running) = lane;
  *(lane->next != NULL ? &lane->next->previous : &n->last_running) = lane;
}

static void forget_lane(aimc_network* n, const net_lane* lane) {
  *(lane->previous != NULL ? &lane->previous->next : &n->running) = lane->next;
  *(lane->next != NULL ? &lane->next->previous : &n->last_running) = lane->previous;
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
    const unsigned thread = lowest_bit(free_threads(t, 1));
    t->busy |= (uint8_t)(1u << thread);
    group->threads[j] = (uint8_t)thread;
    if (job->done_address != 0) aimc_write32(job->done_address, 0);
    aimc_write32(t->tile.base + AIMC_TILE_PROGRAM_START + 4 * thread,
                 job->entry + slot * job->entry_stride);
  }
  lane->pending = 0;
  lane->state = NET_RUNNING;
  lane->started = now();
  lane->due = lane->started + group->shortest;
  await_lane(n, lane);
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

/* Looks at those that may have ended by now, going by their shortest time so far, or at all. */
static void look_at_running(aimc_network* n, bool all, bool* moved) {
  const uint32_t time = now();
  net_lane* next = NULL;
  for (net_lane* lane = n->running; lane != NULL; lane = next) {
    next = lane->next;
    if (!all && (int32_t)(lane->due - time) > 0) return;
    if (!group_done(lane)) continue;
    net_group* group = &lane->groups[lane->at];
    if (group->shortest == 0 || time - lane->started < group->shortest)
      group->shortest = time - lane->started;
    forget_lane(n, lane);
    *moved = true;
    end_group(n, lane);
  }
}

/* ---- the loop ---- */

/* One round: whatever is possible. */
static aimc_status work(aimc_network* n, bool* moved) {
  const aimc_status status = serve_engine(n, moved);
  if (status != AIMC_OK) return status;
  start_groups(n, moved);
  look_at_running(n, false, moved);
  /* Host work comes last, and one piece at a time: tiles shall not wait for it. */
  if (!*moved && n->hosted.count != 0) {
    net_lane* lane = pop(&n->hosted);
    net_run_host_step(n, &n->steps[lane->step], lane->image);
    image_done(n, lane);
    *moved = true;
  }
  if (!*moved) look_at_running(n, true, moved);
  return AIMC_OK;
}

static aimc_status loop(aimc_network* n) {
  const uint64_t patience =
      (uint64_t)n->options.timeout_us * (aimc_platform()->host_clock_khz / 1000u);
  uint64_t limit = 0; /* from the first look without a result on */
  n->steps_left = 0;
  for (uint32_t i = n->first_step; i < n->end_step; ++i)
    n->steps_left += n->steps[i].done < n->limit;
  for (uint32_t i = n->first_step; i < n->end_step; ++i) try_step(n, i);
  while (n->steps_left != 0) {
    bool moved = false;
    aimc_status status = work(n, &moved);
    if (status == AIMC_OK && !moved) status = net_check_tiles(n);
    if (status != AIMC_OK) return status;
    if (moved) {
      limit = 0;
    } else if (limit == 0) {
      limit = aimc_cycles() + patience;
    } else if (!net_take_interrupts(n)) {
      if (aimc_cycles() >= limit) return net_timed_out(n);
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
  t->copied = t->restored = t->made = t->over = 0;
}

void net_begin_epoch(aimc_network* n) {
  for (uint32_t i = 0; i < n->header->tensors.count; ++i) begin_tensor(n, &n->tensors[i]);
  for (uint32_t i = 0; i < n->header->steps.count; ++i) {
    net_step* step = &n->steps[i];
    step->done = step->s->epoch == n->epoch ? 0 : UINT32_MAX;
    step->lagging = step->lane_count;
    step->end = 0;
  }
  for (uint32_t i = 0; i < n->lane_count; ++i) {
    n->lanes[i].image = 0;
    n->lanes[i].state = NET_IDLE;
  }
  n->fetching.count = n->fetched.count = n->hosted.count = 0;
  n->running = n->last_running = NULL;
  n->engine_busy = false;
}
