/* Images and labels: IDX files somebody put into RAM. */
#include "images.h"

#include <stdio.h>

#include "aimc_hal.h"

enum {
  kImagesMagic = 0x803,
  kLabelsMagic = 0x801,
  kImagesHeader = 16,
  kLabelsHeader = 8,
  kSide = 28
};

static uint32_t big_endian(const uint8_t* bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool in_ram(const char* what, uintptr_t address, uint32_t bytes) {
  const aimc_platform_info* soc = aimc_platform();
  const uintptr_t end = soc->ram_base + soc->ram_size;
  if (address % 4 == 0 && address >= soc->ram_base && address < end && bytes <= end - address)
    return true;
  printf("fashion: %s: 0x%08lx..+%lu is not word-aligned RAM (0x%08lx..0x%08lx)\n", what,
         (unsigned long)address, (unsigned long)bytes, (unsigned long)soc->ram_base,
         (unsigned long)end);
  return false;
}

static bool check_header(const char* what, const uint8_t* file, uint32_t magic, uint32_t* count) {
  const uint32_t found = big_endian(file);
  if (found != magic) {
    printf(
        "fashion: no IDX %s at 0x%08lx: magic 0x%08lx, expected 0x%08lx (load the file there with "
        "--load)\n",
        what, (unsigned long)(uintptr_t)file, (unsigned long)found, (unsigned long)magic);
    return false;
  }
  *count = big_endian(file + 4);
  return true;
}

bool fashion_find_data(uintptr_t images_at, uintptr_t labels_at, uint32_t wanted,
                       fashion_data* data) {
  const uint8_t* images = (const uint8_t*)images_at;
  const uint8_t* labels = (const uint8_t*)labels_at;
  uint32_t image_count = 0;
  uint32_t label_count = 0;
  if (!in_ram("images", images_at, kImagesHeader) || !in_ram("labels", labels_at, kLabelsHeader))
    return false;
  if (!check_header("images", images, kImagesMagic, &image_count)) return false;
  if (!check_header("labels", labels, kLabelsMagic, &label_count)) return false;
  if (big_endian(images + 8) != kSide || big_endian(images + 12) != kSide) {
    printf("fashion: images are %lux%lu, expected %dx%d\n", (unsigned long)big_endian(images + 8),
           (unsigned long)big_endian(images + 12), kSide, kSide);
    return false;
  }
  if (image_count != label_count) {
    printf("fashion: %lu images but %lu labels\n", (unsigned long)image_count,
           (unsigned long)label_count);
    return false;
  }
  if (wanted == 0 || wanted > image_count || wanted > FASHION_MAX_IMAGES) {
    printf("fashion: --images %lu: expected 1..%lu\n", (unsigned long)wanted,
           (unsigned long)(image_count < FASHION_MAX_IMAGES ? image_count : FASHION_MAX_IMAGES));
    return false;
  }
  if (!in_ram("images", images_at, kImagesHeader + wanted * FASHION_PIXELS)) return false;
  if (!in_ram("labels", labels_at, kLabelsHeader + wanted)) return false;
  *data = (fashion_data){images + kImagesHeader, labels + kLabelsHeader, wanted};
  return true;
}
