/* The DMA engine. */
#include "aimc_dma.h"
#include "hal_internal.h"

static uint32_t dma_read(uint32_t offset) {
  return aimc_read32(AIMC_DMA_BASE + offset);
}

aimc_dma_descriptor aimc_dma_move(uintptr_t source, uintptr_t destination, uint32_t bytes) {
  return (aimc_dma_descriptor){.source = (uint32_t)source,
                               .destination = (uint32_t)destination,
                               .row_bytes = bytes,
                               .rows = 1};
}

aimc_status aimc_dma_start(const aimc_dma_descriptor* chain) {
  if (!aimc_dma_idle()) return AIMC_BUSY;
  /* The engine reads what the compiler thinks nobody does. */
  __asm__ volatile("fence" ::: "memory");
  aimc_write32(AIMC_DMA_BASE + AIMC_DMA_START, (uint32_t)(uintptr_t)chain);
  return AIMC_OK;
}

static aimc_status status_of(uint32_t error) {
  switch (error) {
    case AIMC_DMA_ERROR_NONE:
      return AIMC_OK;
    case AIMC_DMA_ERROR_BUSY:
      return AIMC_BUSY;
    case AIMC_DMA_ERROR_MISALIGNED:
      return AIMC_MISALIGNED;
    case AIMC_DMA_ERROR_BAD_LENGTH:
      return AIMC_BAD_LENGTH;
    case AIMC_DMA_ERROR_BAD_FLAGS:
      return AIMC_BAD_FLAGS;
    default:
      return AIMC_BUS;
  }
}

static bool wait_until_idle(uint32_t timeout_us) {
  const uint64_t limit =
      aimc_mtime() + (uint64_t)timeout_us * (aimc_platform()->timebase_hz / 1000000u);
  /* Looks at the engine more often than at the time: the next chain waits for this. */
  for (unsigned look = 0; !aimc_dma_idle(); ++look) {
    if (look % 16 == 15 && aimc_mtime() >= limit) return false;
  }
  return true;
}

aimc_status aimc_dma_wait(uint32_t timeout_us, uint32_t* error_value) {
  if (!aimc_dma_idle() && !wait_until_idle(timeout_us)) return AIMC_TIMEOUT;
  __asm__ volatile("" ::: "memory");
  const aimc_status status = status_of(dma_read(AIMC_DMA_ERROR));
  if (status != AIMC_OK) {
    if (error_value != NULL) *error_value = dma_read(AIMC_DMA_ERROR_VALUE);
    aimc_write32(AIMC_DMA_BASE + AIMC_DMA_ERROR, 0);
    aimc_write32(AIMC_DMA_BASE + AIMC_DMA_IRQ_STATUS, AIMC_DMA_IRQ_STATUS_ERROR_MASK);
  }
  return status;
}
