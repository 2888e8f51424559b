/** A compiled network in memory: the format `aimc-vp compile` writes and the runtime executes.
 *
 * Used by C firmware and by the C++ compiler alike, so it is the one definition of the format. All
 * numbers are little-endian; structures have no padding. An image is made for one address of one
 * platform: tile programs hold absolute addresses of RAM. Offsets (`_at`) count bytes from the
 * start of the image and are multiples of four; addresses (`_address`) are those of the SoC.
 *
 * Activations lie in RAM, rows x columns x channels, channels last and filled up with zero points
 * to a multiple of four. Each tensor has one or more slots, so that one image can be written while
 * another is read. A step is one operator. A step on tiles is a list of groups; the jobs of a group
 * start together, each is a thread of a tile program:
 *   fetch: DMA copies what the job needs of its input tensors into the SRAM of the tile;
 *   run:   the thread computes, PUTs its part of the output into RAM, and last the word
 *          AIMC_NET_DONE to `done_address`.
 */
#ifndef AIMC_NETWORK_IMAGE_H
#define AIMC_NETWORK_IMAGE_H

#include <stdint.h>

#define AIMC_NET_MAGIC 0x4E4D4941u /* "AIMN" */
#define AIMC_NET_VERSION 1u
#define AIMC_NET_DONE 1u
#define AIMC_NET_NONE 0xFFFFFFFFu /**< no tensor, no block */

/** `count` structures at an offset. */
typedef struct aimc_net_list {
  uint32_t at, count;
} aimc_net_list;

typedef struct aimc_net_header {
  uint32_t magic, version;
  uint32_t bytes;             /**< of the image */
  uint32_t crc;               /**< CRC-32 (IEEE 802.3) of the image with this word zero */
  uint32_t image_address;     /**< where the image must lie */
  uint32_t workspace_address; /**< RAM the network uses while it runs, behind the image */
  uint32_t workspace_bytes;
  uint32_t tile_count, tile_rows, tile_columns, tile_sram_bytes; /**< compiled for */
  uint32_t nmpu_format;   /**< register NMPU_FORMAT of the tiles it is compiled for */
  uint32_t max_images;    /**< most images of one pass through all epochs; 0: any number */
  aimc_net_list tensors;  /**< aimc_net_tensor */
  aimc_net_list steps;    /**< aimc_net_step, in the order of execution */
  aimc_net_list groups;   /**< aimc_net_group */
  aimc_net_list jobs;     /**< aimc_net_job */
  aimc_net_list fetches;  /**< aimc_net_fetch */
  aimc_net_list blocks;   /**< aimc_net_block */
  aimc_net_list programs; /**< aimc_net_program */
  aimc_net_list fills;    /**< aimc_net_fill */
  aimc_net_list epochs;   /**< aimc_net_epoch */
  uint32_t input;         /**< tensor the samples are given in */
  uint32_t output;        /**< tensor that is kept of every image */
  uint32_t logits; /**< tensor decisions are taken from: its first greatest element; often `output`
                      or what goes into the last SOFTMAX. Kept of every image too */
} aimc_net_header;

/** How images of a tensor are stored beyond its slots. */
enum {
  AIMC_NET_IN_SLOTS = 0, /**< image i in slot i modulo slots, only */
  AIMC_NET_GIVEN = 1,    /**< the input: image i at an address the caller of the runtime names, plus
                            i x bytes; no slots */
  AIMC_NET_KEPT = 2,     /**< in slots while its epoch runs, and copied to an array behind: image i
                            at kept_address + i x bytes (kept_address 0: the caller names it) */
};

/** An activation in RAM, int8. */
typedef struct aimc_net_tensor {
  uint32_t name_at;                 /**< zero-terminated text */
  uint32_t rows, columns, channels; /**< of the activation; 1, 1, n for a vector */
  uint32_t pitch;   /**< bytes of one pixel: channels, filled up to a multiple of four */
  uint32_t bytes;   /**< rows x columns x pitch */
  uint32_t storage; /**< AIMC_NET_IN_SLOTS, ... */
  uint32_t slots_address, slots; /**< slot s at slots_address + s x bytes */
  uint32_t kept_address;
  float scale; /**< real value = scale x (element - zero_point) */
  int32_t zero_point;
} aimc_net_tensor;

/** Who executes a step. */
enum {
  AIMC_NET_TILES = 0, /**< crossbars and NMPUs: CONV_2D, FULLY_CONNECTED */
  AIMC_NET_UNIT = 1,  /**< the digital unit of a tile: ADD. Groups and jobs as above, no blocks */
  AIMC_NET_HOST = 2,  /**< C on the host; `host` says what */
};

/** What the host computes. Parameters are in `parameter[]` of the step, as named here. */
enum {
  AIMC_NET_HOST_COPY = 0,      /**< RESHAPE: elements in their order, between pitches */
  AIMC_NET_HOST_ADD,           /**< aimc_net_add */
  AIMC_NET_HOST_AVERAGE_POOL,  /**< aimc_net_window; clamp */
  AIMC_NET_HOST_MAX_POOL,      /**< aimc_net_window; clamp */
  AIMC_NET_HOST_MEAN,          /**< over rows and columns: aimc_net_requantise */
  AIMC_NET_HOST_SOFTMAX,       /**< over channels: aimc_net_softmax */
  AIMC_NET_HOST_PAD,           /**< aimc_net_pad */
  AIMC_NET_HOST_CONCATENATION, /**< aimc_net_concatenation */
  AIMC_NET_HOST_QUANTISE,      /**< aimc_net_requantise */
  AIMC_NET_HOST_DEPTHWISE,     /**< aimc_net_depthwise */
  AIMC_NET_HOST_IM2COL,        /**< aimc_net_window with dilation: patches as channels, for
                                  convolutions whose patches a tile cannot gather itself */
};

typedef struct aimc_net_step {
  uint32_t name_at;        /**< text: operator's name and index, e.g. "conv2d_3" */
  uint32_t operator_index; /**< in the model */
  uint32_t kind;           /**< AIMC_NET_TILES, ... */
  uint32_t epoch;
  uint32_t inputs[4];           /**< tensors; AIMC_NET_NONE where there are fewer */
  uint32_t output;              /**< tensor */
  uint32_t first_group, groups; /**< steps on tiles */
  uint32_t host;                /**< AIMC_NET_HOST_... */
  uint32_t parameters_at;       /**< of a host step: the structure named above */
  uint32_t macs;                /**< multiply-accumulates of one image */
} aimc_net_step;

/** Jobs that start together, when all of them have fetched: the tiles of a chain of partial sums.
 * Groups of a step with equal `lane` run one after the other in their order, because they use the
 * same crossbars and SRAM; groups of different lanes run at the same time. */
typedef struct aimc_net_group {
  uint32_t lane;
  uint32_t first_job, jobs;
} aimc_net_group;

/** A thread of a tile program. The runtime chooses which of the tile's threads it is. */
typedef struct aimc_net_job {
  uint32_t tile;
  uint32_t first_fetch, fetches;
  uint32_t entry; /**< command it starts at when the output goes to slot 0, */
  uint32_t
      entry_stride; /**< and how many commands further for each slot after; it ends with HALT */
  uint32_t done_address; /**< word in the workspace that the thread sets when its output is in RAM,
                            to AIMC_NET_DONE; the host clears it before. 0: no output of its own (a
                            tile that passes partial sums on): another job of the group is later */
} aimc_net_job;

/** Rows of bytes from an activation into SRAM; all numbers are multiples of four, rows up to 65,535
 * (see aimc_dma_descriptor). */
typedef struct aimc_net_fetch {
  uint32_t tensor;
  uint32_t offset; /**< of the first row within the tensor */
  uint32_t rows, row_bytes, source_stride;
  uint32_t sram, sram_stride;
} aimc_net_fetch;

/** A rectangle of a crossbar that is programmed. */
typedef struct aimc_net_block {
  uint32_t tile, epoch;
  uint16_t first_row, rows, first_column, columns;
  uint32_t weights_at; /**< int8, rows x columns */
  uint32_t columns_at; /**< aimc_net_column, one a column */
  uint32_t read_mode;  /**< register READ_MODE; equal for all blocks of a tile in an epoch */
  int32_t input_zero_point;
} aimc_net_block;

/** What the NMPU is to make of a column's sum S of input x weight:
 * result = (S x scale + bias), in counts after scaling, unit 1 of a partial sum; the cuts of the
 * POST commands do the rest. With n = counts a unit of S (aimc_tile_count_scale), the nominal
 * parameters of the column are scale_p = scale_n = scale / n. */
typedef struct aimc_net_column {
  float scale; /**< counts after scaling, for one unit of S */
  float bias;  /**< counts after scaling; 0 but in the first block of a chain */
} aimc_net_column;

/** Commands of a tile for an epoch, loaded at command 0 of its PROGRAM window. */
typedef struct aimc_net_program {
  uint32_t tile, epoch;
  aimc_net_list commands; /**< eight words each */
} aimc_net_program;

/** Bytes of SRAM set once before an epoch: padding, constants, the word AIMC_NET_DONE. */
typedef struct aimc_net_fill {
  uint32_t tile, epoch;
  uint32_t sram, bytes; /**< multiples of four */
  uint32_t word;
} aimc_net_fill;

/** Steps that run with the same weights in the crossbars. A network that fits has one epoch. */
typedef struct aimc_net_epoch {
  uint32_t first_step, steps;
} aimc_net_epoch;

/* ---- parameters of host steps ---- */

/** TFLite's multiplier: value x fraction / 2^31 x 2^shift, rounded twice as TFLite Micro does. */
typedef struct aimc_net_factor {
  int32_t fraction, shift;
} aimc_net_factor;

typedef struct aimc_net_clamp {
  int32_t least, most; /**< stored values */
} aimc_net_clamp;

typedef struct aimc_net_requantise {
  aimc_net_factor factor;
  int32_t input_zero_point, output_zero_point;
  aimc_net_clamp clamp;
} aimc_net_requantise;

/** TFLite's ADD: ((a - za) << 20) x fa + ((b - zb) << 20) x fb, times fo, plus zo. */
typedef struct aimc_net_add {
  int32_t zero_points[3]; /**< a, b, output */
  aimc_net_factor factors[3];
  aimc_net_clamp clamp;
} aimc_net_add;

typedef struct aimc_net_window {
  uint32_t filter_rows, filter_columns, stride_rows, stride_columns;
  uint32_t dilation_rows, dilation_columns, before_rows, before_columns; /**< padding */
  aimc_net_clamp clamp;
} aimc_net_window;

typedef struct aimc_net_softmax {
  int32_t beta_fraction, beta_shift; /**< of TFLite's fixed-point softmax for int8 */
  int32_t least_difference;
} aimc_net_softmax;

typedef struct aimc_net_pad {
  uint32_t before_rows, before_columns, before_channels;
} aimc_net_pad;

typedef struct aimc_net_concatenation {
  uint32_t axis; /**< 0 rows, 1 columns, 2 channels */
} aimc_net_concatenation;

typedef struct aimc_net_depthwise {
  aimc_net_window window;
  uint32_t multiplier; /**< output channels a channel of the input */
  int32_t input_zero_point, output_zero_point;
  uint32_t weights_at; /**< int8, filter rows x filter columns x output channels */
  uint32_t bias_at;    /**< int32, one an output channel */
  uint32_t factors_at; /**< aimc_net_factor, one an output channel */
} aimc_net_depthwise;

#endif
