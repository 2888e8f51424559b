/* An illegal instruction while mtvec points nowhere: the platform must stop with the reason. */
#include "hal_internal.h"

void execute_illegal(void);

__attribute__((noinline)) void execute_illegal(void) {
  __asm__ volatile(".word 0xffffffff");
}

int main(void) {
  __asm__ volatile(AIMC_CSR_ASM("csrw mtvec, zero"));
  execute_illegal();
  return 0;
}
