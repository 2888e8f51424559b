/** Whether an image of a compiled network may be executed. Plain C without the HAL. */
#ifndef AIMC_NETWORK_CHECK_H
#define AIMC_NETWORK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Most elements of the lists of an image. */
enum {
  AIMC_NET_MAX_TENSORS = 4096,
  AIMC_NET_MAX_STEPS = 1024,
  AIMC_NET_MAX_BLOCKS = 4096, /**< and programs */
  AIMC_NET_MAX_LIST = 65535,  /**< of any other list, and fetches and jobs of all steps together */
  AIMC_NET_MAX_SLOTS = 8
};

/** The machine an image is to run on. */
typedef struct aimc_network_place {
  uint32_t image_address;
  uint32_t ram_begin, ram_end;     /**< what the image and its workspace may use */
  uint32_t tiles_begin, tiles_end; /**< addresses of tiles */
  uint32_t tile_count, tile_rows, tile_columns, tile_sram_bytes, nmpu_format;
  uint32_t program_commands; /**< a tile's PROGRAM window holds */
} aimc_network_place;

/** CRC-32 (IEEE 802.3) of an image whose word `crc` counts as zero. */
uint32_t aimc_network_crc(const void* image, uint32_t bytes);

/** Checks all of an image: identity, checksum, machine, bounds of every list, index and address,
 * that steps use what earlier ones make, parameters of host steps. False: `message` names the
 * field, its value and what was expected.
 *
 * @param image word-aligned  @param readable bytes that may be read from there on
 */
bool aimc_network_check(const void* image, size_t readable, const aimc_network_place* place,
                        char* message, size_t message_bytes);

#ifdef __cplusplus
}
#endif

#endif
