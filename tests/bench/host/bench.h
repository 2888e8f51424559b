/** What every host benchmark shares: a kernel that runs a number of times, and what it reports. */
#ifndef AIMC_BENCH_H
#define AIMC_BENCH_H

#include <stdint.h>

/** One round of the benchmark with a value that changes; returns something that depends on all of
 * it. */
uint32_t bench_round(uint32_t seed);

/** xorshift: the next of a sequence of numbers that are never zero. */
static inline uint32_t next_random(uint32_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

#endif
