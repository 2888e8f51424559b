/** Runs compiled networks: an image made by `aimc-vp compile`, see network_image.h.
 *
 *   char why[AIMC_NETWORK_MESSAGE_BYTES];
 *   aimc_network* network = NULL;
 *   aimc_status status = aimc_network_open(&network, image, NULL, why);
 *   if (status == AIMC_OK) status = aimc_network_run(network, &batch, &result);
 *   if (status != AIMC_OK) puts(network != NULL ? aimc_network_message(network) : why);
 *   aimc_network_close(network);
 */
#ifndef AIMC_NETWORK_H
#define AIMC_NETWORK_H

#include "aimc_hal.h"
#include "network_image.h"

#define AIMC_NETWORK_MESSAGE_BYTES 200u

typedef struct aimc_network aimc_network;

/** How a network is run; start from aimc_network_defaults(). */
typedef struct aimc_network_options {
  bool calibrate;      /**< measure gain and offset of all columns after programming */
  unsigned vectors;    /**< known vectors for it, 4..256 */
  uint32_t timeout_us; /**< nothing has happened for so long: give up */
  uint32_t sequential; /**< images that run alone, step after step, before the others */
} aimc_network_options;

aimc_network_options aimc_network_defaults(void);

/** Takes over an image: checks all of it against this platform, opens its tiles. AIMC_INVALID: it
 * cannot be run here, and `message` (AIMC_NETWORK_MESSAGE_BYTES) says why. The image must stay.
 *
 * @param options NULL: defaults
 */
aimc_status aimc_network_open(aimc_network** network, uintptr_t image,
                              const aimc_network_options* options, char* message);
void aimc_network_close(aimc_network* network);

/** What the header of the image says, and its tensors. */
const aimc_net_header* aimc_network_header(const aimc_network* network);
const aimc_net_tensor* aimc_network_tensor(const aimc_network* network, uint32_t index);
/** The last error in words: step, tile, the tile's error and value. */
const char* aimc_network_message(const aimc_network* network);

/** What loading has cost and found since the network was opened. */
typedef struct aimc_network_loads {
  uint32_t loads;  /**< epochs that were loaded */
  uint32_t blocks; /**< rectangles programmed */
  uint64_t programming_ns, programming_pj;
  uint64_t calibration_ns, calibration_pj;
  double rms_before, rms_after; /**< of calibration, counts, over all blocks; see calibrate.h */
  uint32_t columns, nominal;    /**< calibrated; for which nominal parameters stand */
  uint32_t limited;             /**< NMPU parameters that did not fit their format */
} aimc_network_loads;

/** Loads an epoch: read modes, weights, which are programmed into all tiles at once, NMPU
 * parameters, tile programs, constants. aimc_network_run loads by itself what is not loaded. */
aimc_status aimc_network_load(aimc_network* network, uint32_t epoch);
const aimc_network_loads* aimc_network_loaded(const aimc_network* network);

/** Samples, and where their results go. */
typedef struct aimc_network_batch {
  const int8_t* inputs; /**< word-aligned; sample i at i x bytes of the tensor `input` */
  int8_t* outputs;      /**< the same for the tensor `output` */
  int8_t* logits;       /**< and for `logits`; NULL where that is the same tensor */
  uint32_t count;       /**< samples, 1 and more */
} aimc_network_batch;

/** What running took. */
typedef struct aimc_network_result {
  uint32_t alone;              /**< samples that ran alone */
  uint64_t alone_ns, alone_pj; /**< all of them together */
  uint32_t piped;              /**< samples that ran in the pipeline */
  uint64_t piped_ns, piped_pj; /**< all of them together, without loading */
  uint64_t total_ns, total_pj; /**< everything, loading included */
} aimc_network_result;

/** Runs all samples. Those of `sequential` go first, a marker around each step; the others in a
 * pipeline: each step works on another sample. When the network has several epochs, up to
 * max_images samples go through one after the other. */
aimc_status aimc_network_run(aimc_network* network, const aimc_network_batch* batch,
                             aimc_network_result* result);

#endif
