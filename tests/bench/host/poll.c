/* Waits for a UART: reads its line status, which has no side effect, 4,096 times. */
#include "bench.h"

uint32_t bench_round(uint32_t seed) {
  const volatile uint8_t* line_status = (const volatile uint8_t*)0x10000005;
  for (int i = 0; i < 4096; ++i) {
    if ((*line_status & 0x20) == 0) ++seed;
  }
  return seed;
}
