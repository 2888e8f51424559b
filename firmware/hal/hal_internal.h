/** Shared by the files of boot and HAL; applications do not need it. */
#ifndef AIMC_HAL_INTERNAL_H
#define AIMC_HAL_INTERNAL_H

#include "aimc_hal.h"

/* CSR access needs zicsr, which -march must not name (it would select the 64-bit libraries). */
#define AIMC_CSR_ASM(instruction) ".option push\n.option arch, +zicsr\n" instruction "\n.option pop"

static inline void aimc_mie_set(uint32_t bits) {
  __asm__ volatile(AIMC_CSR_ASM("csrs mie, %0")::"r"(bits) : "memory");
}
static inline void aimc_mie_clear(uint32_t bits) {
  __asm__ volatile(AIMC_CSR_ASM("csrc mie, %0")::"r"(bits) : "memory");
}
/** Replaces mie; returns what it was. */
static inline uint32_t aimc_mie_swap(uint32_t bits) {
  uint32_t before = 0;
  __asm__ volatile(AIMC_CSR_ASM("csrrw %0, mie, %1") : "=r"(before) : "r"(bits) : "memory");
  return before;
}
/** Waits for an enabled interrupt to be pending. */
static inline void aimc_wfi(void) {
  __asm__ volatile("wfi" ::: "memory");
}

static inline uint32_t aimc_sysctl(uint32_t offset) {
  return aimc_read32(AIMC_SYSTEM_CONTROL_BASE + offset);
}
static inline void aimc_sysctl_write(uint32_t offset, uint32_t value) {
  aimc_write32(AIMC_SYSTEM_CONTROL_BASE + offset, value);
}

/** Extracts a field by its generated _MASK and _SHIFT. */
#define AIMC_FIELD(value, name) (((value)&name##_MASK) >> name##_SHIFT)

/** The tile is about to do something whose DONE somebody will wait for: forgets an older one. */
void aimc_hal_done_is_wanted(const aimc_tile* tile);
void aimc_console_init(void);
void aimc_platform_init(void);
void aimc_trap(aimc_trap_frame* frame);
_Noreturn void aimc_double_fault(void);

#endif
