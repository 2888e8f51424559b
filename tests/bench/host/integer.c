/* Integer kernels: sieve, CRC, matrix product, quicksort, words of a text, divisions. */
#include "bench.h"

#include "../kernel/integer_kernels.h"

static uint32_t count_words(const uint8_t* bytes, uint32_t count) {
  uint32_t words = 0;
  int inside = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const int letter = bytes[i] >= 'a';
    words += (uint32_t)(letter && !inside);
    inside = letter;
  }
  return words;
}

uint32_t bench_round(uint32_t seed) {
  uint32_t random = seed | 1;
  for (int i = 0; i < kSort; ++i) values[i] = (int32_t)next_random(&random);
  for (int i = 0; i < kText; ++i) text[i] = (uint8_t)(next_random(&random) >> 25);
  uint32_t result = count_primes() + crc32(text, kText) + multiply(random);
  quicksort(values, values + kSort - 1);
  for (int i = 1; i < kSort; ++i) result += (uint32_t)(values[i] / ((values[i - 1] & 0xFFFF) + 1));
  return result + count_words(text, kText);
}
