/* PLIC and CLINT of hart 0. */
#include "hal_internal.h"

enum {
  kPlicEnable = 0x002000,
  kPlicThreshold = 0x200000,
  kPlicClaim = 0x200004,
  kClintMtimecmp = 0x4000,
  kClintMtime = 0xBFF8
};

void aimc_plic_enable(unsigned source) {
  const uintptr_t enable = AIMC_PLIC_BASE + kPlicEnable + 4 * (source / 32);
  aimc_write32(AIMC_PLIC_BASE + 4 * source, 1); /* any priority above the threshold */
  aimc_write32(AIMC_PLIC_BASE + kPlicThreshold, 0);
  aimc_write32(enable, aimc_read32(enable) | 1u << (source % 32));
}

void aimc_plic_disable(unsigned source) {
  const uintptr_t enable = AIMC_PLIC_BASE + kPlicEnable + 4 * (source / 32);
  aimc_write32(enable, aimc_read32(enable) & ~(1u << (source % 32)));
}

unsigned aimc_plic_claim(void) {
  return aimc_read32(AIMC_PLIC_BASE + kPlicClaim);
}

void aimc_plic_complete(unsigned source) {
  aimc_write32(AIMC_PLIC_BASE + kPlicClaim, source);
}

uint64_t aimc_mtime(void) {
  uint32_t high = aimc_read32(AIMC_CLINT_BASE + kClintMtime + 4);
  for (;;) {
    const uint32_t low = aimc_read32(AIMC_CLINT_BASE + kClintMtime);
    const uint32_t again = aimc_read32(AIMC_CLINT_BASE + kClintMtime + 4);
    if (again == high) return (uint64_t)high << 32 | low;
    high = again;
  }
}

void aimc_timer_set(uint64_t mtime) {
  const uintptr_t compare = AIMC_CLINT_BASE + kClintMtimecmp;
  aimc_write32(compare, UINT32_MAX); /* no early match while the halves change */
  aimc_write32(compare + 4, (uint32_t)(mtime >> 32));
  aimc_write32(compare, (uint32_t)mtime);
}

bool aimc_interrupts_set(bool enabled) {
  uint32_t before = 0;
  if (enabled) {
    __asm__ volatile(AIMC_CSR_ASM("csrrsi %0, mstatus, 8") : "=r"(before)::"memory");
  } else {
    __asm__ volatile(AIMC_CSR_ASM("csrrci %0, mstatus, 8") : "=r"(before)::"memory");
  }
  return (before & 8u) != 0;
}
