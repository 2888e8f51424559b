/** How the network lies on the tiles; shared by the two ways of running it. */
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

#endif
