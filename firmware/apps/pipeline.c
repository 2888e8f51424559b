/* Tiles that feed each other as fast as they can: batches of vectors go from tile to tile, through
 * crossbar, NMPU and network at once, four threads a tile. Measures the share of the crossbars'
 * peak rate that is sustained.
 *
 *   pipeline.elf [--to next|hot] [--us N]
 *
 * next: each tile sends to its neighbour on a way through the whole mesh. hot: all tiles of two
 * rows send to one of them, more than its link can take.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aimc_program.h"

enum {
  kMaxTiles = 1024,
  kBatch = 16, /* vectors */
  kWidth = 256,
  kBuffers = 2,
  kInputsAt = 0,
  kOutputsAt = kInputsAt + kBuffers * kBatch * kWidth,
  kCountsAt = kOutputsAt + kBuffers * kBatch * kWidth,
  kBytes = kCountsAt + kBuffers * kBatch * 4 * kWidth,
  kTimeoutUs = 60000000,
  kUsage = 2
};

/* Semaphores. */
enum { kArrived, kCredit, kCountsReady, kCountsFree, kOutputsReady, kOutputsFree, kConsumed };

static aimc_tile tiles[kMaxTiles];
static unsigned starts_of[kMaxTiles][4]; /* where each tile's threads begin */

static void check(const aimc_tile* tile, const char* what, aimc_status status) {
  if (status == AIMC_OK) return;
  printf("pipeline: tile %u: %s: %s\n", tile->index, what, aimc_strerror(status));
  exit(1);
}

static void prepare(aimc_tile* tile, unsigned index) {
  static int8_t weights[kWidth];
  for (unsigned i = 0; i < kWidth; ++i) weights[i] = i % 2 == 0 ? 64 : -64;
  check(tile, "opening", aimc_tile_open(tile, index));
  if (tile->rows != kWidth || tile->columns != kWidth || tile->sram_bytes < kBytes) {
    printf("pipeline: tile %u is %ux%u with %u bytes; expected %dx%d with %d at least\n", index,
           tile->rows, tile->columns, tile->sram_bytes, kWidth, kWidth, kBytes);
    exit(1);
  }
  const aimc_read_mode mode = {.magnitude_bits = 7};
  check(tile, "read mode", aimc_tile_set_read_mode(tile, &mode));
  const aimc_region all = {0, kWidth, 0, kWidth};
  check(tile, "weights", aimc_tile_load_weights(tile, weights, 0, &all));
  const aimc_command program = {
      {AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0, kWidth << 16, kWidth << 16}};
  check(tile, "programming", aimc_tile_submit(tile, &program));
}

static unsigned thread_of(aimc_program* p) {
  return p->first + p->count;
}

/* Four threads: integrate, post-process, send, give credit back. */
static void load(aimc_tile* tile, const aimc_tile* from, const aimc_tile* to, bool with_credit) {
  const aimc_region all = {0, kWidth, 0, kWidth};
  const aimc_post post = {.cut_pre = 3, .cut_post = 4};
  aimc_command code[48];
  aimc_program p = {.commands = code, .capacity = 48};
  unsigned* starts = starts_of[tile->index];

  starts[0] = thread_of(&p);
  for (unsigned s = 0; s < kBuffers; ++s) {
    aimc_command mvm =
        aimc_cmd_mvm(kInputsAt + s * kBatch * kWidth, kCountsAt + s * kBatch * 4 * kWidth, 0, &all);
    aimc_cmd_repeat(&mvm, kBatch, kWidth, 4 * kWidth);
    if (from != NULL) aimc_program_add(&p, aimc_cmd_wait(kArrived, 1));
    aimc_program_add(&p, aimc_cmd_wait(kCountsFree, 1));
    aimc_program_add(&p, mvm);
    aimc_program_add(&p, aimc_cmd_signal(kCountsReady, 1));
    if (from != NULL) aimc_program_add(&p, aimc_cmd_signal(kConsumed, 1));
  }
  aimc_program_add(&p, aimc_cmd_loop(0, starts[0], 0));

  starts[1] = thread_of(&p);
  for (unsigned s = 0; s < kBuffers; ++s) {
    aimc_command scale = aimc_cmd_post(kCountsAt + s * kBatch * 4 * kWidth,
                                       kOutputsAt + s * kBatch * kWidth, 0, &all, &post);
    aimc_cmd_repeat(&scale, kBatch, 4 * kWidth, kWidth);
    aimc_program_add(&p, aimc_cmd_wait(kCountsReady, 1));
    aimc_program_add(&p, aimc_cmd_wait(kOutputsFree, 1));
    aimc_program_add(&p, scale);
    aimc_program_add(&p, aimc_cmd_signal(kCountsFree, 1));
    aimc_program_add(&p, aimc_cmd_signal(kOutputsReady, 1));
  }
  aimc_program_add(&p, aimc_cmd_loop(0, starts[1], 0));

  starts[2] = thread_of(&p);
  for (unsigned s = 0; s < kBuffers; ++s) {
    aimc_program_add(&p, aimc_cmd_wait(kOutputsReady, 1));
    if (to != NULL) {
      if (with_credit) aimc_program_add(&p, aimc_cmd_wait(kCredit, 1));
      aimc_program_add(
          &p, aimc_cmd_put(kOutputsAt + s * kBatch * kWidth,
                           aimc_tile_sram(to, kInputsAt + s * kBatch * kWidth), kBatch * kWidth));
      if (with_credit) aimc_program_add(&p, aimc_cmd_signal_tile(to, kArrived, 1));
    }
    aimc_program_add(&p, aimc_cmd_signal(kOutputsFree, 1));
  }
  aimc_program_add(&p, aimc_cmd_loop(0, starts[2], 0));

  starts[3] = thread_of(&p);
  if (from != NULL) {
    aimc_program_add(&p, aimc_cmd_wait(kConsumed, 1));
    aimc_program_add(&p, aimc_cmd_signal_tile(from, kCredit, 1));
    aimc_program_add(&p, aimc_cmd_loop(0, starts[3], 0));
  } else {
    aimc_program_add(&p, aimc_cmd_halt());
  }
  check(tile, "program", aimc_program_load(tile, &p));
  aimc_semaphore_set(tile, kCredit, kBuffers);
  aimc_semaphore_set(tile, kCountsFree, kBuffers);
  aimc_semaphore_set(tile, kOutputsFree, kBuffers);
}

/* The tile number `step` on a way through all tiles, row by row, there and back. */
static aimc_tile* on_the_way(unsigned step) {
  const unsigned width = aimc_platform()->mesh_width;
  const unsigned row = step / width;
  const unsigned column = row % 2 == 0 ? step % width : width - 1 - step % width;
  return &tiles[row * width + column];
}

static void connect(bool hot, unsigned count) {
  const unsigned width = aimc_platform()->mesh_width;
  for (unsigned i = 0; i < count; ++i) {
    if (hot) {
      const unsigned last = (i / (2 * width) + 1) * 2 * width - 1;
      load(&tiles[i], NULL, &tiles[last < count ? last : count - 1], false);
    } else {
      load(on_the_way(i), i == 0 ? NULL : on_the_way(i - 1),
           i + 1 < count ? on_the_way(i + 1) : NULL, true);
    }
  }
  /* Once they send, the host's own packets have to queue. */
  for (unsigned i = 0; i < count; ++i) {
    for (unsigned thread = 0; thread < 4; ++thread) {
      check(&tiles[i], "start", aimc_program_start(&tiles[i], thread, starts_of[i][thread]));
    }
  }
}

static double rate(unsigned count, double us) {
  static uint64_t when[kMaxTiles];
  static uint32_t before[kMaxTiles];
  for (unsigned i = 0; i < count; ++i) {
    before[i] = aimc_read32(tiles[i].base + AIMC_TILE_MVM_COUNT);
    when[i] = aimc_time_ns();
  }
  const uint64_t end = aimc_time_ns() + (uint64_t)(us * 1e3);
  while (aimc_time_ns() < end) continue;
  double sum = 0;
  for (unsigned i = 0; i < count; ++i) {
    const uint32_t more = aimc_read32(tiles[i].base + AIMC_TILE_MVM_COUNT) - before[i];
    sum += more / (double)(aimc_time_ns() - when[i]);
  }
  return sum / count;
}

int main(int argc, char** argv) {
  bool hot = false;
  double us = 300;
  for (int i = 1; i < argc; i += 2) {
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "--to") == 0 && (strcmp(value, "hot") == 0 || strcmp(value, "next") == 0)) {
      hot = strcmp(value, "hot") == 0;
    } else if (strcmp(argv[i], "--us") == 0 && atoi(value) > 0) {
      us = atoi(value);
    } else {
      printf("usage: pipeline.elf [--to next|hot] [--us N]\n");
      return kUsage;
    }
  }
  const aimc_platform_info* soc = aimc_platform();
  const unsigned count = soc->tile_count;
  if (count != soc->mesh_width * soc->mesh_height) {
    printf("pipeline: %u tiles do not fill the %ux%u mesh\n", count, soc->mesh_width,
           soc->mesh_height);
    return 1;
  }
  for (unsigned i = 0; i < count; ++i) prepare(&tiles[i], i);
  for (unsigned i = 0; i < count; ++i) {
    check(&tiles[i], "programming", aimc_tile_wait(&tiles[i], kTimeoutUs));
  }
  connect(hot, count);
  /* Tiles that were started early have filled up; that takes more than a batch a tile to go away.
   */
  const aimc_tile* last = hot ? &tiles[count - 1] : on_the_way(count - 1);
  while (aimc_read32(last->base + AIMC_TILE_MVM_COUNT) < 2 * kBatch * count) continue;
  const uint32_t hops = aimc_read32(AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_NOC_FLIT_HOPS);
  const uint64_t begin = aimc_time_ns();
  const double share = rate(count, us) * 133.0; /* ns of an MVM in one phase, 7 bits */
  const double load = (aimc_read32(AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_NOC_FLIT_HOPS) - hops) /
                      (double)(aimc_time_ns() - begin);
  for (unsigned i = 0; i < count; ++i) aimc_program_stop(&tiles[i]);
  for (unsigned i = 0; i < count; ++i)
    check(&tiles[i], "stop", aimc_tile_wait(&tiles[i], kTimeoutUs));
  aimc_report("mvm_share_of_peak", share);
  aimc_report("flit_hops_per_ns", load);
  printf("%u tiles to %s: %.1f %% of the peak MVM rate, %.2f flit-hops/ns\n", count,
         hot ? "hot tiles" : "the next", 100 * share, load);
  return 0;
}
