/* Writes a register with an effect, so that the kernel has to be at the time of the access, 4,096
 * times: a threshold of the PLIC. */
#include "bench.h"

uint32_t bench_round(uint32_t seed) {
  volatile uint32_t* const threshold = (volatile uint32_t*)0x0C200000;
  for (int i = 0; i < 4096; ++i) *threshold = seed & 7;
  return seed + *threshold;
}
