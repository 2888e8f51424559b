/** How the network lies on the tiles; shared by the ways of running it. */
#ifndef FASHION_MAPPING_H
#define FASHION_MAPPING_H

#include "fashion.h"

enum { kMaxBlocks = 256, kMaxTargets = 16 };

/** A part of a layer's matrix on a tile. */
typedef struct block {
  aimc_tile tile;
  const fashion_layer* layer;
  unsigned row, column; /**< of the first cell in the layer's matrix */
  aimc_region region;
  uint32_t inputs_at, counts_at, psums_at, outputs_at;
  bool first, last; /**< in its chain */
  aimc_command mvm, post;
  aimc_command puts[kMaxTargets];
  const struct block* targets[kMaxTargets]; /**< of the puts */
  unsigned put_count;
} block;

/** The blocks of a layer: chains one after the other, each in row order. */
typedef struct layer_map {
  unsigned begin, end;   /**< blocks */
  unsigned chain_length; /**< row blocks */
  double factor;         /**< counts relative to those the model was made for */
  unsigned cut_post;
} layer_map;

extern block fashion_blocks[kMaxBlocks];
extern layer_map fashion_maps[FASHION_LAYERS];

static inline uint32_t round_up(uint32_t value, uint32_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/** Bytes of SRAM a block uses. */
static inline uint32_t sram_needed(const block* b) {
  return b->outputs_at + round_up(2u * b->region.columns, 4);
}
/** Where SRAM that the mapping leaves free begins. */
static inline uint32_t fashion_extra_at(const block* b) {
  return round_up(sram_needed(b), 4);
}

/** Behind the last block of the last layer. */
static inline block* fashion_blocks_end(void) {
  return fashion_blocks + fashion_maps[FASHION_LAYERS - 1].end;
}

static inline bool fashion_is_of_layer(const block* b, unsigned layer) {
  const unsigned index = (unsigned)(b - fashion_blocks);
  return index >= fashion_maps[layer].begin && index < fashion_maps[layer].end;
}

/** Reads the logits where the last layer has left them. */
bool fashion_read_logits(int8_t* logits);
/** Prints what went wrong with a block's tile; returns false. */
bool fashion_failed(const block* b, const char* what, aimc_status status);

#endif
