/* Images by DMA. */
#include "feed.h"

#include <stdio.h>

#include "aimc_dma.h"

enum { kMaxInputTiles = 64, kTimeoutUs = 1000000 };

/* For each tile of the first layer: its pixels, then one for the semaphore. */
static aimc_dma_descriptor transfers[kMostImagesFed][2 * kMaxInputTiles];
static unsigned per_tile;   /* descriptors of a tile in a chain */
static unsigned slot_count; /* input areas in use */
static const uint32_t one = 1;

uint32_t fashion_input_area(const block* b, unsigned slot) {
  return slot == 0 ? b->inputs_at : fashion_extra_at(b) + (slot - 1) * round_up(b->region.rows, 4);
}

static unsigned input_tiles(void) {
  return fashion_maps[0].end - fashion_maps[0].begin;
}

bool fashion_feed_prepare(const uint8_t* images, unsigned slots, int semaphore) {
  const unsigned count = input_tiles();
  if (count > kMaxInputTiles) {
    printf("fashion: DMA feeds at most %d tiles, not %u\n", kMaxInputTiles, count);
    return false;
  }
  per_tile = semaphore < 0 ? 1 : 2;
  slot_count = slots;
  for (unsigned slot = 0; slot < slots; ++slot) {
    aimc_dma_descriptor* next = transfers[slot];
    for (unsigned i = 0; i < count; ++i) {
      const block* b = &fashion_blocks[fashion_maps[0].begin + i];
      aimc_dma_descriptor* pixels = next++;
      *pixels = aimc_dma_move((uintptr_t)images + slot * FASHION_PIXELS + b->row,
                              aimc_tile_sram(&b->tile, fashion_input_area(b, slot)),
                              round_up(b->region.rows, 4));
      /* Pixels are unsigned, inputs signed with a zero point of -128. */
      pixels->flags = AIMC_DMA_FLAGS_FLIP_MASK;
      aimc_dma_descriptor* last = pixels;
      if (semaphore >= 0) {
        last = next++;
        pixels->next = (uint32_t)(uintptr_t)last;
        *last = aimc_dma_move((uintptr_t)&one,
                              b->tile.base + AIMC_TILE_SEMAPHORE_POST + 4 * (unsigned)semaphore, 4);
      }
      if (i + 1 < count) last->next = (uint32_t)(uintptr_t)next;
    }
  }
  return true;
}

static bool report(aimc_status status, uint32_t value) {
  if (status == AIMC_OK) return true;
  printf("fashion: DMA: %s (value 0x%08lx)\n", aimc_strerror(status), (unsigned long)value);
  return false;
}

bool fashion_feed_wait(void) {
  uint32_t at = 0;
  const aimc_status status = aimc_dma_wait(kTimeoutUs, &at);
  return report(status, at);
}

bool fashion_feed_send(unsigned slot) {
  return fashion_feed_wait() && report(aimc_dma_start(transfers[slot]), 0);
}

void fashion_feed_advance(unsigned slot) {
  const unsigned count = input_tiles();
  for (unsigned i = 0; i < count; ++i) {
    transfers[slot][per_tile * i].source += slot_count * FASHION_PIXELS;
  }
}
