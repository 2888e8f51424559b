/* The network as dataflow: the DMA engine writes images into the tiles of the first layer, tile
 * programs pass activations from tile to tile, and the host picks up logits.
 *
 * Each tile runs two threads. One waits for all inputs, integrates, and tells those who sent them
 * that they may send again; the other post-processes and sends. A tile gives each of its senders
 * one credit a round and gets one from each of its receivers, so a count of credits or of arrivals
 * never mixes two rounds. Four images are under way: the first layer's tiles have four input areas,
 * and logits go to four places in RAM, in turn. The logits of an image say that its input area is
 * free.
 */
#include <stdio.h>
#include <string.h>

#include "aimc_program.h"
#include "fashion.h"
#include "feed.h"
#include "mapping.h"

enum {
  kInputs, /* semaphores: parts of the input that have arrived */
  kPsums,  /* partial sums that have arrived */
  kCredit, /* receivers that have room */
  kCounts, /* counts are there; between the threads */
  kCountsFree,
  kMaxCommands = 192,
  kImagesUnderWay = kMostImagesFed,
  kMaxResults = 16,
  kTimeoutUs = 1000000
};

/* What a tile of the last layer sends: its logits, then a word that says so. */
typedef struct result {
  uint32_t logits[256 / 4];
  uint32_t arrived;
} result;

/* A tile of the last layer: which of an image's logits it sends. */
typedef struct logit_source {
  unsigned tile, column, columns;
} logit_source;

static volatile result results[kImagesUnderWay][kMaxResults];
static logit_source sources[kMaxResults];
static unsigned source_count;
static const uint32_t one = 1;
static aimc_command code[kMaxCommands];

static uint32_t extra_bytes(const block* b) {
  if (fashion_is_of_layer(b, 0)) return (kImagesUnderWay - 1) * round_up(b->region.rows, 4);
  return fashion_is_of_layer(b, FASHION_LAYERS - 1) && b->last ? 4 : 0;
}

static unsigned senders(const block* b) {
  unsigned count = 0;
  for (const block* from = fashion_blocks; from != fashion_blocks_end(); ++from) {
    for (unsigned i = 0; from->last && i < from->put_count; ++i) count += from->targets[i] == b;
  }
  return count;
}

static void add_round_of_inputs(aimc_program* p, const block* b, uint32_t inputs_at) {
  aimc_command mvm = b->mvm;
  mvm.word[1] = inputs_at;
  const unsigned parts = fashion_is_of_layer(b, 0) ? 1 : senders(b);
  aimc_program_add(p, aimc_cmd_wait(kInputs, parts));
  aimc_program_add(p, aimc_cmd_wait(kCountsFree, 1));
  aimc_program_add(p, mvm);
  aimc_program_add(p, aimc_cmd_signal(kCounts, 1));
  for (const block* from = fashion_blocks; from != fashion_blocks_end(); ++from) {
    for (unsigned i = 0; from->last && i < from->put_count; ++i) {
      if (from->targets[i] == b) aimc_program_add(p, aimc_cmd_signal_tile(&from->tile, kCredit, 1));
    }
  }
}

static void add_round_of_outputs(aimc_program* p, const block* b, unsigned slot, unsigned place) {
  const bool to_host = fashion_is_of_layer(b, FASHION_LAYERS - 1) && b->last;
  aimc_program_add(p, aimc_cmd_wait(kCounts, 1));
  if (!b->first) aimc_program_add(p, aimc_cmd_wait(kPsums, 1));
  if (b->put_count != 0) aimc_program_add(p, aimc_cmd_wait(kCredit, b->put_count));
  aimc_program_add(p, b->post);
  aimc_program_add(p, aimc_cmd_signal(kCountsFree, 1));
  if (!b->first) aimc_program_add(p, aimc_cmd_signal_tile(&b[-1].tile, kCredit, 1));
  for (unsigned i = 0; i < b->put_count; ++i) {
    aimc_program_add(p, b->puts[i]);
    aimc_program_add(p, aimc_cmd_signal_tile(&b->targets[i]->tile, b->last ? kInputs : kPsums, 1));
  }
  if (to_host) {
    const uintptr_t at = (uintptr_t)&results[slot][place];
    aimc_program_add(p, aimc_cmd_put(b->outputs_at, at, round_up(b->region.columns, 4)));
    aimc_program_add(p, aimc_cmd_put(fashion_extra_at(b), at + offsetof(result, arrived), 4));
  }
}

/* Both threads of a tile. */
static bool start_block(block* b) {
  const bool to_host = fashion_is_of_layer(b, FASHION_LAYERS - 1) && b->last;
  if (fashion_extra_at(b) + extra_bytes(b) > b->tile.sram_bytes || source_count == kMaxResults) {
    printf("fashion: no room for dataflow in tile %u\n", b->tile.index);
    return false;
  }
  aimc_program p = {.commands = code, .capacity = kMaxCommands};
  const unsigned inputs = aimc_program_add(&p, (aimc_command){{AIMC_TILE_OPCODE_NOP}});
  for (unsigned slot = 0; slot < (fashion_is_of_layer(b, 0) ? kImagesUnderWay : 1u); ++slot) {
    add_round_of_inputs(&p, b, fashion_input_area(b, slot));
  }
  aimc_program_add(&p, aimc_cmd_loop(0, inputs + 1, 0));
  const unsigned outputs = aimc_program_add(&p, (aimc_command){{AIMC_TILE_OPCODE_NOP}});
  for (unsigned slot = 0; slot < (to_host ? kImagesUnderWay : 1u); ++slot) {
    add_round_of_outputs(&p, b, slot, source_count);
  }
  aimc_program_add(&p, aimc_cmd_loop(0, outputs + 1, 0));
  if (to_host) {
    sources[source_count++] = (logit_source){b->tile.index, b->column, b->region.columns};
  }

  aimc_status status = aimc_program_load(&b->tile, &p);
  if (status != AIMC_OK) return fashion_failed(b, "tile program", status);
  if (to_host) {
    status = aimc_tile_write(&b->tile, fashion_extra_at(b), &one, sizeof one);
    if (status != AIMC_OK) return fashion_failed(b, "tile program", status);
  }
  for (unsigned i = 0; i <= kCountsFree; ++i) aimc_semaphore_set(&b->tile, i, 0);
  aimc_semaphore_set(&b->tile, kCredit, b->put_count);
  aimc_semaphore_set(&b->tile, kCountsFree, 1);
  status = aimc_program_start(&b->tile, 0, inputs);
  if (status == AIMC_OK) status = aimc_program_start(&b->tile, 1, outputs);
  return status == AIMC_OK || fashion_failed(b, "tile program", status);
}

static bool wait_for(const volatile result* r) {
  if (r->arrived != 0) return true;
  const uint64_t limit =
      aimc_mtime() + kTimeoutUs * (uint64_t)(aimc_platform()->timebase_hz / 1000000u);
  while (r->arrived == 0) {
    if (aimc_mtime() >= limit) return false;
  }
  return true;
}

static bool receive_logits(unsigned slot, int8_t* logits) {
  for (unsigned place = 0; place < source_count; ++place) {
    const logit_source* source = &sources[place];
    volatile result* r = &results[slot][place];
    if (!wait_for(r)) {
      printf("fashion: no logits from tile %u\n", source->tile);
      return false;
    }
    __asm__ volatile("" ::: "memory"); /* what the tile wrote before */
    r->arrived = 0;
    memcpy(logits + source->column, (const void*)r->logits, source->columns);
  }
  return true;
}

static bool stop(void) {
  for (const block* b = fashion_blocks; b != fashion_blocks_end(); ++b) aimc_program_stop(&b->tile);
  for (block* b = fashion_blocks; b != fashion_blocks_end(); ++b) {
    const aimc_status status = aimc_tile_wait(&b->tile, kTimeoutUs);
    if (status != AIMC_OK) return fashion_failed(b, "tile program", status);
  }
  return true;
}

bool fashion_run_flow(const fashion_data* data, fashion_result* logits) {
  memset((void*)results, 0, sizeof results);
  source_count = 0;
  if (!fashion_feed_prepare(data->images, kImagesUnderWay, kInputs)) return false;
  for (block* b = fashion_blocks; b != fashion_blocks_end(); ++b) {
    if (!start_block(b)) return false;
  }
  for (uint32_t i = 0; i < data->count + kImagesUnderWay; ++i) {
    const unsigned slot = i % kImagesUnderWay;
    if (i >= kImagesUnderWay && i - kImagesUnderWay < data->count &&
        !receive_logits(slot, logits[i - kImagesUnderWay])) {
      return false;
    }
    if (i < data->count) {
      /* While the engine sends the image before this one. */
      if (i >= kImagesUnderWay) fashion_feed_advance(slot);
      if (!fashion_feed_send(slot)) return false;
    }
  }
  return stop();
}
