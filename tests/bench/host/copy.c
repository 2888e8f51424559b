/* Copies memory: words, eight at a time, and bytes of a string. */
#include "bench.h"

enum { kWords = 4096, kBytes = 1024 };

static uint32_t source[kWords], target[kWords];

static void copy_words(uint32_t* to, const uint32_t* from, uint32_t count) {
  for (uint32_t i = 0; i < count; i += 8) {
    const uint32_t w0 = from[i], w1 = from[i + 1], w2 = from[i + 2], w3 = from[i + 3];
    const uint32_t w4 = from[i + 4], w5 = from[i + 5], w6 = from[i + 6], w7 = from[i + 7];
    to[i] = w0;
    to[i + 1] = w1;
    to[i + 2] = w2;
    to[i + 3] = w3;
    to[i + 4] = w4;
    to[i + 5] = w5;
    to[i + 6] = w6;
    to[i + 7] = w7;
  }
}

static void copy_bytes(volatile uint8_t* to, const uint8_t* from, uint32_t count) {
  while (count--) *to++ = *from++;
}

uint32_t bench_round(uint32_t seed) {
  source[seed % kWords] ^= seed;
  copy_words(target, source, kWords);
  copy_bytes((volatile uint8_t*)target, (const uint8_t*)source + seed % 64, kBytes);
  return target[(seed >> 8) % kWords] + seed;
}
