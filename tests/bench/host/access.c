/* Reads a register that other devices can change, so that the access has to be synchronised with
 * them, 4,096 times: the pending bits of the PLIC. */
#include "bench.h"

uint32_t bench_round(uint32_t seed) {
  const volatile uint32_t* pending = (const volatile uint32_t*)0x0C001000;
  for (int i = 0; i < 4096; ++i) seed += *pending;
  return seed;
}
