/* Integer kernels that both benchmarks of the host run: the hart alone and beside QEMU. */
#ifndef AIMC_INTEGER_KERNELS_H
#define AIMC_INTEGER_KERNELS_H

#include <stdint.h>

enum { kSieve = 2048, kMatrix = 16, kSort = 256, kText = 512 };

static uint8_t composite[kSieve];
static int32_t left[kMatrix][kMatrix], right[kMatrix][kMatrix], product[kMatrix][kMatrix];
static int32_t values[kSort];
static uint8_t text[kText];

static uint32_t count_primes(void) {
  uint32_t primes = 0;
  for (uint32_t i = 0; i < kSieve; ++i) composite[i] = 0;
  for (uint32_t i = 2; i < kSieve; ++i) {
    if (composite[i]) continue;
    ++primes;
    for (uint32_t j = i * i; j < kSieve; j += i) composite[j] = 1;
  }
  return primes;
}

static uint32_t crc32(const uint8_t* bytes, uint32_t count) {
  uint32_t crc = ~0U;
  while (count--) {
    crc ^= *bytes++;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & -(crc & 1U));
  }
  return ~crc;
}

static uint32_t multiply(uint32_t seed) {
  uint32_t sum = 0;
  for (int i = 0; i < kMatrix; ++i) {
    for (int j = 0; j < kMatrix; ++j) {
      left[i][j] = (int32_t)(seed + (uint32_t)(i * j));
      right[i][j] = i - j;
    }
  }
  for (int i = 0; i < kMatrix; ++i) {
    for (int j = 0; j < kMatrix; ++j) {
      int32_t dot = 0;
      for (int k = 0; k < kMatrix; ++k) dot += left[i][k] * right[k][j];
      product[i][j] = dot;
      sum ^= (uint32_t)dot;
    }
  }
  return sum;
}

static void quicksort(int32_t* first, int32_t* last) {
  while (first < last) {
    int32_t* low = first;
    int32_t* high = last;
    const int32_t pivot = first[(last - first) / 2];
    while (low <= high) {
      while (*low < pivot) ++low;
      while (*high > pivot) --high;
      if (low <= high) {
        const int32_t swap = *low;
        *low++ = *high;
        *high-- = swap;
      }
    }
    quicksort(first, high);
    first = low;
  }
}

#endif
