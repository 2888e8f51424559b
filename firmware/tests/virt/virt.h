/** For programs that run on any `virt`-like machine: this platform and QEMU's riscv32 `virt`.
 *
 * They use the HAL's console, CLINT and PLIC functions and nothing that only this platform has.
 * Results are kept and printed at the end, because the UART is often the device under test. A line
 * `check NAME VALUE` is the same on every such machine, `observe NAME VALUE` is where machines may
 * differ. tests/system/virt_test.py runs the same ELF here and on QEMU.
 */
#ifndef AIMC_VIRT_H
#define AIMC_VIRT_H

#include "hal_internal.h"

enum { kMipSoftware = 1u << 3, kMipTimer = 1u << 7, kMipExternal = 1u << 11 };

/** Keeps a result and whether it is what the data sheet says. `name` is a literal. */
void virt_check(const char* name, uint32_t value, uint32_t expected);
/** Keeps a result that is not the same on every machine. */
void virt_observe(const char* name, uint32_t value);
/** Sets the console up and prints all that was kept. Returns the exit code: 1 if any check failed.
 */
int virt_report(void);

static inline uint32_t virt_mip(void) {
  uint32_t value = 0;
  __asm__ volatile(AIMC_CSR_ASM("csrr %0, mip") : "=r"(value)::"memory");
  return value;
}

/** Waits for `ticks` of the 10 MHz time base. */
static inline void virt_wait(uint32_t ticks) {
  const uint64_t until = aimc_mtime() + ticks;
  while (aimc_mtime() < until) {
  }
}

/** The cause of the exception `access` takes at `address`, 0 when it takes none. */
uint32_t virt_fault_of(uint32_t (*access)(uintptr_t), uintptr_t address);
uint32_t virt_load8(uintptr_t address);
uint32_t virt_store8(uintptr_t address);

int main(void);

#endif
