/* Integer kernels of different character, over and over: what the hart's speed is measured with. */
#include <stdint.h>

#include "integer_kernels.h"

static uint32_t count_words(const uint8_t* bytes, uint32_t count) {
  enum { kGap, kWord, kNumber } state = kGap;
  uint32_t words = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t c = bytes[i];
    switch (state) {
      case kGap:
        if (c >= 'a')
          state = kWord;
        else if (c >= '0')
          state = kNumber;
        break;
      case kWord:
        if (c < 'a') {
          state = kGap;
          ++words;
        }
        break;
      default:
        if (c < '0') {
          state = kGap;
          words += 16;
        }
        break;
    }
  }
  return words;
}

void kernel(void) {
  uint32_t random = 1;
  volatile uint32_t result = 0;
  for (;;) {
    for (int i = 0; i < kSort; ++i) values[i] = (int32_t)(random = random * 1664525U + 1013904223U);
    for (int i = 0; i < kText; ++i)
      text[i] = (uint8_t)((random = random * 1664525U + 1013904223U) >> 25);
    result += count_primes();
    result += crc32(text, kText);
    result += multiply(random);
    quicksort(values, values + kSort - 1);
    result += count_words(text, kText) / ((random >> 28) + 1);
  }
}
