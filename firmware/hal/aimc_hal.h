/** Hardware abstraction of the AIMC SoC: everything firmware needs, one header.
 *
 * Functions that can fail return an aimc_status; none waits without a limit. The register map
 * behind it is generated (aimc_regs.h) and checked against the platform before main() runs.
 */
#ifndef AIMC_HAL_H
#define AIMC_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aimc_regs.h"
#include "aimc_trap.h"

/** Outcome of a HAL call. Values below 32 are the tile's own ERROR codes. */
typedef enum aimc_status {
  AIMC_OK = AIMC_TILE_ERROR_NONE,
  AIMC_BAD_OPCODE = AIMC_TILE_ERROR_BAD_OPCODE,
  AIMC_BAD_FLAGS = AIMC_TILE_ERROR_BAD_FLAGS,
  AIMC_BAD_ADDRESS = AIMC_TILE_ERROR_BAD_ADDRESS,
  AIMC_MISALIGNED = AIMC_TILE_ERROR_MISALIGNED,
  AIMC_BAD_LENGTH = AIMC_TILE_ERROR_BAD_LENGTH,
  AIMC_BAD_REGION = AIMC_TILE_ERROR_BAD_REGION,
  AIMC_NOT_PROGRAMMED = AIMC_TILE_ERROR_NOT_PROGRAMMED,
  AIMC_QUEUE_FULL = AIMC_TILE_ERROR_QUEUE_FULL,
  AIMC_BUSY = AIMC_TILE_ERROR_BUSY,
  AIMC_BAD_VALUE = AIMC_TILE_ERROR_BAD_VALUE,
  AIMC_BUS = AIMC_TILE_ERROR_BUS,
  AIMC_TIMEOUT = 32,   /**< the tile did not finish in time */
  AIMC_INVALID = 33,   /**< an argument of the call is out of range */
  AIMC_NO_TILE = 34,   /**< there is no tile of that number, or what is there is not one */
  AIMC_NO_MEMORY = 35, /**< the heap is exhausted */
  AIMC_LOCKED = 36,    /**< a locked entry of memory protection, or one the hart does not have */
} aimc_status;

/** The status in words. */
const char* aimc_strerror(aimc_status status);

/* ---- registers ---- */

static inline uint32_t aimc_read32(uintptr_t address) {
  return *(volatile uint32_t*)address;
}
static inline void aimc_write32(uintptr_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}

/* ---- platform ---- */

/** What system control says about the SoC; read once before main(). */
typedef struct aimc_platform_info {
  unsigned tile_count;
  unsigned mesh_width, mesh_height;
  uintptr_t tile_base;
  uint32_t tile_stride;
  uintptr_t ram_base;
  uint32_t ram_size;
  uint32_t host_clock_khz, noc_clock_khz, tile_clock_khz;
  uint32_t timebase_hz;
  unsigned nmpu_lanes;
} aimc_platform_info;

const aimc_platform_info* aimc_platform(void);

/** Ends the simulation with an exit code; 0 means passed. */
_Noreturn void aimc_finish(int code);
/** Resets the SoC: the firmware starts again at the boot ROM. RAM keeps its contents, .data
 * included, and crossbars keep their weights; all else is as after power-up. */
_Noreturn void aimc_reset(void);
/** Host cycles since reset. */
uint64_t aimc_cycles(void);
/** Time since reset, ns, from the cycle counter. */
uint64_t aimc_time_ns(void);
/** The 10 MHz time base. */
uint64_t aimc_mtime(void);
/** Energy of the whole SoC since power-up, pJ. */
uint64_t aimc_energy_pj(void);

/* ---- console (also behind printf) ---- */

void aimc_putc(char c);
void aimc_puts(const char* text);
/** `digits` hexadecimal digits, with 0x. */
void aimc_put_hex(uint32_t value, unsigned digits);

/* ---- mailbox: what the platform shall know ---- */

/** Number of a name (1..63 characters) for markers and reports; 0 when it was refused. */
uint32_t aimc_name(const char* name);
/** Reports a named metric; it appears in summary.json. */
aimc_status aimc_report(const char* name, double value);
/** A section of host work begins; sections nest. `name` comes from aimc_name. */
static inline void aimc_marker_begin(uint32_t name) {
  aimc_write32(AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_MARKER_BEGIN, name);
}
static inline void aimc_marker_end(uint32_t name) {
  aimc_write32(AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_MARKER_END, name);
}
/** Units of work done out of a total. */
void aimc_progress(uint32_t done, uint32_t total);

/* ---- tiles ---- */

/** Time limit of waits nobody gave a better one for, microseconds. */
#define AIMC_DEFAULT_TIMEOUT_US 10000000u

/** A command as it goes into CMD0..CMD7. */
typedef struct aimc_command {
  uint32_t word[AIMC_TILE_CMD_COUNT];
} aimc_command;

/** Fixed-point formats of NMPU parameters; see register NMPU_FORMAT. */
typedef struct aimc_nmpu_format {
  uint8_t scale_fraction, scale_bits;   /**< of a scale, unsigned */
  uint8_t offset_fraction, offset_bits; /**< of an offset, signed, in counts */
} aimc_nmpu_format;

/** A tile this firmware drives. Fill with aimc_tile_open. */
typedef struct aimc_tile {
  uintptr_t base;
  unsigned index;
  unsigned rows, columns; /**< of the crossbar */
  unsigned sram_bytes;
  unsigned full_scale_counts; /**< of one conversion in one-phase mode */
  unsigned max_range;
  unsigned outstanding;  /**< commands submitted and not yet known to be complete */
  uint32_t error_value;  /**< ERROR_VALUE of the last failure */
  aimc_command shadow;   /**< what CMD holds: only words that change are written */
  aimc_nmpu_format nmpu; /**< formats of its NMPU's parameters */
} aimc_tile;

/** A rectangle of the crossbar. */
typedef struct aimc_region {
  uint16_t first_row, rows, first_column, columns;
} aimc_region;

/** How an MVM is read; see register READ_MODE. */
typedef struct aimc_read_mode {
  uint8_t magnitude_bits;
  bool four_phase;
  uint8_t range;
} aimc_read_mode;

/** NMPU parameters of one column, in the formats of the tile it is for. */
typedef struct aimc_column_params {
  uint16_t scale_p, scale_n; /**< aimc_nominal_scale() is 1.0 */
  int16_t offset;            /**< 2^offset_fraction is one count */
  int16_t bias;              /**< counts */
} aimc_column_params;

/** The scale 1.0 in a tile's format. */
static inline uint16_t aimc_nominal_scale(const aimc_tile* tile) {
  return (uint16_t)(1u << tile->nmpu.scale_fraction);
}
/** Parameters from real numbers: scales, and an offset in counts, rounded to the nearest value of
 * the tile's formats and limited to their ranges. Returns how many were limited. */
unsigned aimc_params_from_real(const aimc_tile* tile, double scale_p, double scale_n, double offset,
                               int16_t bias, aimc_column_params* params);
/** The same from fixed-point numbers with 16 fraction bits, for firmware without floating point. */
unsigned aimc_params_from_q16(const aimc_tile* tile, uint32_t scale_p, uint32_t scale_n,
                              int32_t offset, int16_t bias, aimc_column_params* params);

/** Settings of a POST beyond addresses and columns. */
typedef struct aimc_post {
  bool psum_out;  /**< int16 partial sums instead of int8; then no ReLU, cuts or zero point */
  uint8_t addend; /**< AIMC_TILE_POST_ADDEND_* */
  bool relu;
  uint8_t cut_pre, cut_post;
  int8_t zero_point;
  uint8_t rounding; /**< AIMC_TILE_POST_ROUNDING_*; of partial sums as well */
} aimc_post;

/** Takes a tile over: checks its identity, clears errors, enables its interrupt lines. */
aimc_status aimc_tile_open(aimc_tile* tile, unsigned index);
/** Clears ERROR and its interrupt condition; DONE stays, somebody may be waiting for it. */
void aimc_tile_clear_errors(aimc_tile* tile);
/** Error state of the tile as a status, fetched, cleared and noted in error_value. */
aimc_status aimc_tile_collect_error(aimc_tile* tile);

/** Sets READ_MODE of an idle tile. */
aimc_status aimc_tile_set_read_mode(aimc_tile* tile, const aimc_read_mode* mode);
/** Nominal counts per unit of |input| x |weight| in the present read mode. */
double aimc_tile_count_scale(const aimc_tile* tile);

/** Copies to SRAM in words; `offset` and `bytes` are multiples of four. */
aimc_status aimc_tile_write(const aimc_tile* tile, uint32_t offset, const void* source,
                            uint32_t bytes);
/** The same for unsigned pixels: each byte becomes the int8 pixel - 128. `source` is word-aligned.
 */
aimc_status aimc_tile_write_pixels(const aimc_tile* tile, uint32_t offset, const uint8_t* source,
                                   uint32_t bytes);
/** Copies from SRAM in words; `offset` and `bytes` are multiples of four. */
aimc_status aimc_tile_read(const aimc_tile* tile, uint32_t offset, void* target, uint32_t bytes);

/** Writes target weights of a region into the aperture; `stride` bytes between rows of `weights`.
 */
aimc_status aimc_tile_load_weights(aimc_tile* tile, const int8_t* weights, uint32_t stride,
                                   const aimc_region* region);
/** Programs a region from the aperture and waits. */
aimc_status aimc_tile_program(aimc_tile* tile, const aimc_region* region, uint32_t timeout_us);
/** Writes NMPU parameters of an idle tile. */
aimc_status aimc_tile_set_params(aimc_tile* tile, unsigned first_column, unsigned columns,
                                 const aimc_column_params* params);

/** Sets the offset, in counts, of parameters that have their scales; 1 if it was limited. */
unsigned aimc_params_set_offset(const aimc_tile* tile, double offset, aimc_column_params* params);
/** Reads NMPU parameters back. */
aimc_status aimc_tile_get_params(const aimc_tile* tile, unsigned first_column, unsigned columns,
                                 aimc_column_params* params);

/** Results of completed POST commands that exceeded the range of a partial sum or of an activation
 * (ReLU's lower bound does not count), since reset or the last clear, modulo 2^32. */
typedef struct aimc_saturation {
  uint32_t psums, activations;
} aimc_saturation;

aimc_saturation aimc_tile_saturation(const aimc_tile* tile);
void aimc_tile_clear_saturation(aimc_tile* tile);

/** Commands. Addresses are byte offsets into the SRAM and multiples of four. */
aimc_command aimc_cmd_mvm(uint32_t inputs, uint32_t counts, int8_t zero_point,
                          const aimc_region* region);
aimc_command aimc_cmd_post(uint32_t counts, uint32_t outputs, uint32_t psum_in,
                           const aimc_region* region, const aimc_post* post);
aimc_command aimc_cmd_add(uint32_t a, uint32_t b, uint32_t target, uint32_t elements);
/** How int8 vectors a and b of different scales are added: zero_out + ((a - zero_a) factor_a +
 * (b - zero_b) factor_b) / 2^shift, rounded half up and limited to int8. */
typedef struct aimc_scaled_add {
  int8_t zero_a, zero_b, zero_out;
  bool relu; /**< the lower bound is zero_out */
  uint16_t factor_a, factor_b;
  uint8_t shift; /**< 1..31 */
} aimc_scaled_add;
/** `elements`, a multiple of four, of two such vectors. */
aimc_command aimc_cmd_add8(uint32_t a, uint32_t b, uint32_t target, uint32_t elements,
                           const aimc_scaled_add* add);
aimc_command aimc_cmd_move(uint32_t source, uint32_t target, uint32_t bytes);
aimc_command aimc_cmd_put(uint32_t source, uintptr_t target, uint32_t bytes);
/** A PUT to a rectangle of columns x rows tiles at once. `target` lies in the north-western one;
 * the same place in each is written. The network carries the data over each of its links once. */
aimc_command aimc_cmd_put_tiles(uint32_t source, uintptr_t target, uint32_t bytes, unsigned columns,
                                unsigned rows);
/** Inputs of an MVM command in pieces: row r takes the byte at inputs + (r / segment_bytes) x
 * segment_stride + r % segment_bytes. Both are multiples of four below 65,536. So a k x k patch of
 * an activation with channels last is k segments, a line of the activation apart. */
void aimc_cmd_gather(aimc_command* mvm, unsigned segment_bytes, unsigned segment_stride);
/** `repetitions` of an MVM or POST command with strides between inputs and between outputs. */
void aimc_cmd_repeat(aimc_command* command, unsigned repetitions, uint32_t input_stride,
                     uint32_t output_stride);

/** Hands a command to the tile; waits for room in its queue. A refused command shows in the next
 * wait. */
aimc_status aimc_tile_submit(aimc_tile* tile, const aimc_command* command);
/** Waits until everything submitted is complete; any error of the tile comes back here. */
aimc_status aimc_tile_wait(aimc_tile* tile, uint32_t timeout_us);
/** Submits and waits. */
aimc_status aimc_tile_run(aimc_tile* tile, const aimc_command* command, uint32_t timeout_us);

/** Address of a byte of this tile's SRAM as other tiles see it. */
static inline uintptr_t aimc_tile_sram(const aimc_tile* tile, uint32_t offset) {
  return tile->base + AIMC_TILE_SRAM_OFFSET + offset;
}

#include "aimc_pmp.h"

#endif
