/* The network driven by the host as a pipeline: in every beat each layer works on another image,
 * while the DMA engine writes the next one into the input areas the first layer does not read. The
 * host hands all commands over, and sleeps until the tiles' interrupts when there is nothing to
 * hand over.
 *
 * All inputs have two areas. In beat t layer l works on image t - l: it reads area t % 2, and its
 * activations go to the other area of the next layer, which reads them in beat t + 1.
 */
#include <stdio.h>
#include <string.h>

#include "feed.h"

enum { kAreas = 2, kDepth = FASHION_LAYERS };

/* Commands for the areas of even and odd beats. */
static aimc_command mvms[kMaxBlocks][kAreas];
static aimc_command sends[kMaxBlocks][kAreas][kMaxTargets];

static bool prepare(void) {
  for (block* b = fashion_blocks; b != fashion_blocks_end(); ++b) {
    const unsigned index = (unsigned)(b - fashion_blocks);
    if (fashion_extra_at(b) + round_up(b->region.rows, 4) > b->tile.sram_bytes) {
      printf("fashion: no room for a second input area in tile %u\n", b->tile.index);
      return false;
    }
    for (unsigned area = 0; area < kAreas; ++area) {
      mvms[index][area] = b->mvm;
      mvms[index][area].word[1] = fashion_input_area(b, area);
      for (unsigned i = 0; i < b->put_count; ++i) {
        const block* to = b->targets[i];
        sends[index][area][i] = b->puts[i];
        /* Partial sums stay within a beat; activations are for the next. */
        if (b->last) {
          sends[index][area][i].word[2] +=
              fashion_input_area(to, (area + 1) % kAreas) - to->inputs_at;
        }
      }
    }
  }
  return true;
}

static bool post_and_put(block* b, unsigned area) {
  aimc_status status = aimc_tile_submit(&b->tile, &b->post);
  for (unsigned i = 0; i < b->put_count && status == AIMC_OK; ++i) {
    status = aimc_tile_submit(&b->tile, &sends[b - fashion_blocks][area][i]);
  }
  return status == AIMC_OK || fashion_failed(b, "post", status);
}

/* All MVMs of a beat; the head of a chain may go on by itself. */
static bool start_layer(const layer_map* map, unsigned area) {
  for (unsigned i = map->begin; i < map->end; ++i) {
    block* b = &fashion_blocks[i];
    const aimc_status status = aimc_tile_submit(&b->tile, &mvms[i][area]);
    if (status != AIMC_OK) return fashion_failed(b, "mvm", status);
    if (b->first && !post_and_put(b, area)) return false;
  }
  return true;
}

/* Link number `link` of a layer's chains, where the partial sums before it have arrived. */
static bool continue_layer(const layer_map* map, unsigned link, unsigned area) {
  for (unsigned i = map->begin + link; i < map->end; i += map->chain_length) {
    block* b = &fashion_blocks[i];
    const aimc_status status = aimc_tile_wait(&b[-1].tile, AIMC_DEFAULT_TIMEOUT_US);
    if (status != AIMC_OK) return fashion_failed(b - 1, "partial sums", status);
    if (!post_and_put(b, area)) return false;
  }
  return true;
}

static bool finish_layer(const layer_map* map) {
  for (unsigned i = map->begin + map->chain_length - 1; i < map->end; i += map->chain_length) {
    block* b = &fashion_blocks[i];
    const aimc_status status = aimc_tile_wait(&b->tile, AIMC_DEFAULT_TIMEOUT_US);
    if (status != AIMC_OK) return fashion_failed(b, "layer", status);
  }
  return true;
}

/* The layers that have an image in beat t are first <= l < end. */
static bool run_beat(uint32_t beat, unsigned first, unsigned end) {
  const unsigned area = beat % kAreas;
  unsigned longest = 0;
  for (unsigned l = first; l < end; ++l) {
    const layer_map* map = &fashion_maps[l];
    if (!start_layer(map, area)) return false;
    longest = map->chain_length > longest ? map->chain_length : longest;
  }
  for (unsigned link = 1; link < longest; ++link) {
    for (unsigned l = first; l < end; ++l) {
      const layer_map* map = &fashion_maps[l];
      if (link < map->chain_length && !continue_layer(map, link, area)) return false;
    }
  }
  for (unsigned l = first; l < end; ++l) {
    if (!finish_layer(&fashion_maps[l])) return false;
  }
  return true;
}

bool fashion_run_pipelined(const fashion_data* data, fashion_result* logits) {
  if (!prepare() || !fashion_feed_prepare(data->images, kAreas, -1) || !fashion_feed_send(0)) {
    return false;
  }
  for (uint32_t beat = 0; beat < data->count + kDepth - 1; ++beat) {
    const uint32_t next = beat + 1;
    if (!fashion_feed_wait()) return false;
    if (next < data->count) {
      if (next >= kAreas) fashion_feed_advance(next % kAreas);
      if (!fashion_feed_send(next % kAreas)) return false;
    }
    const unsigned first = beat < data->count ? 0 : beat - data->count + 1;
    const unsigned end = beat < kDepth - 1 ? beat + 1 : kDepth;
    if (!run_beat(beat, first, end)) return false;
    if (beat >= kDepth - 1 && !fashion_read_logits(logits[beat - (kDepth - 1)])) return false;
  }
  return true;
}
