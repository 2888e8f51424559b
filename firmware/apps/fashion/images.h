/** Fashion-MNIST as the platform's --load leaves it in RAM. */
#ifndef FASHION_IMAGES_H
#define FASHION_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

enum { FASHION_PIXELS = 784, FASHION_CLASSES = 10, FASHION_MAX_IMAGES = 10000 };

/** Images and labels found in memory. */
typedef struct fashion_data {
  const uint8_t* images; /**< 784 bytes each, word-aligned */
  const uint8_t* labels;
  uint32_t count;
} fashion_data;

/** Checks two IDX files in RAM; prints what is wrong and returns false. */
bool fashion_find_data(uintptr_t images_at, uintptr_t labels_at, uint32_t wanted,
                       fashion_data* data);

#endif
