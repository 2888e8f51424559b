/** The DMA engine: moves data between RAM, tiles and registers while the host does something else.
 */
#ifndef AIMC_DMA_H
#define AIMC_DMA_H

#include "aimc_hal.h"

/** A piece of work: rows of bytes, each at a stride behind the one before. Lives in RAM until it is
 * complete. All numbers but flags and rows are multiples of four. */
typedef struct aimc_dma_descriptor {
  uint32_t next;        /**< address of the next descriptor; 0: the last */
  uint32_t source;      /**< address of the first row */
  uint32_t destination; /**< where it goes */
  uint32_t row_bytes;   /**< 4..65536 */
  uint32_t rows;        /**< 1..65535 */
  uint32_t source_stride, destination_stride;
  uint32_t flags; /**< AIMC_DMA_FLAGS_IRQ_MASK, AIMC_DMA_FLAGS_FLIP_MASK */
} __attribute__((aligned(32))) aimc_dma_descriptor;

/** A descriptor that moves `bytes` and is the last of its chain. */
aimc_dma_descriptor aimc_dma_move(uintptr_t source, uintptr_t destination, uint32_t bytes);
/** Starts on a chain; an earlier one must be over (AIMC_BUSY). Stores before it are seen. */
aimc_status aimc_dma_start(const aimc_dma_descriptor* chain);
/** True when no chain is worked on. */
static inline bool aimc_dma_idle(void) {
  return (aimc_read32(AIMC_DMA_BASE + AIMC_DMA_STATUS) & AIMC_DMA_STATUS_BUSY_MASK) == 0;
}
/** Waits until the chain is over. AIMC_BUS, AIMC_MISALIGNED, ...: it ended with this error, whose
 * word is in *error_value unless that is NULL. */
aimc_status aimc_dma_wait(uint32_t timeout_us, uint32_t* error_value);

#endif
