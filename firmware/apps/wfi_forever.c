/* Waits for an interrupt while none is enabled: the platform must notice and say where. */
#include "hal_internal.h"

void wait_for_nothing(void);

__attribute__((noinline)) void wait_for_nothing(void) {
  for (;;) aimc_wfi();
}

int main(void) {
  aimc_mie_clear(UINT32_MAX);
  wait_for_nothing();
  return 0;
}
