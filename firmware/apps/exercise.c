/* Touches every part of the SoC at least once and prints what it sees, so that whoever changes a
 * setting of the platform can see in the output that it matters. Exit code 0 when every call
 * worked.
 */
#include <stdio.h>
#include <string.h>

#include "aimc_dma.h"
#include "aimc_hal.h"
#include "aimc_program.h"

enum {
  kRows = 96,
  kColumns = 48,
  kInputsAt = 0x0000,
  kCountsAt = 0x0400,
  kOutputsAt = 0x0800,
  kPsumAt = 0x0900,
  kSumAt = 0x0A00,
  kTimeoutUs = 200000
};

static uint32_t ram_target[kColumns / 2];
static unsigned failures;

static void expect_ok(const char* what, aimc_status status) {
  if (status == AIMC_OK) return;
  ++failures;
  printf("FAILED: %s: %s\n", what, aimc_strerror(status));
}

static bool skip_ecall(aimc_trap_frame* frame) {
  aimc_skip_instruction(frame);
  return true;
}

/* One instruction at least of each class the host's timing knows. */
static void host_instructions(void) {
  const aimc_trap_hook before = aimc_set_trap_hook(skip_ecall);
  for (int i = 0; i < 8; ++i) __asm__ volatile("ecall" ::: "memory");
  aimc_set_trap_hook(before);
  static volatile uint32_t counter = 7;
  uint32_t old = 0;
  __asm__ volatile("amoadd.w %0, %2, %1" : "=r"(old), "+A"(counter) : "r"(5u));
  const volatile int32_t a = -123456789;
  const volatile int32_t b = 987;
  const int64_t product = (int64_t)a * b;
  printf("host: %u %u %d %d %d\n", (unsigned)old, (unsigned)counter, (int)(a / b), (int)(a % b),
         (int)(product >> 32));
}

/* One of each class of floating point, where the host has any. The program itself is built without,
 * so that it also runs where there is none. */
static void float_instructions(void) {
  uint32_t isa = 0;
  __asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, misa\n.option pop" : "=r"(isa));
  if ((isa & 1u << ('f' - 'a')) == 0) return;
  uint32_t quotient = 0;
  __asm__ volatile(
      ".option push\n"
      ".option arch, +zicsr, +f\n"
      "csrs mstatus, %1\n"
      "fcvt.s.w f0, %2\n"
      "fcvt.s.w f1, %3\n"
      "fmul.s f2, f0, f0\n"
      "fdiv.s f2, f2, f1\n"
      "fmv.x.w %0, f2\n"
      "csrc mstatus, %1\n"
      ".option pop"
      : "=r"(quotient)
      : "r"(3u << 13), "r"(22), "r"(7));
  printf("host: 22 * 22 / 7 is %08x\n", (unsigned)quotient);
}

static uint32_t checksum(const aimc_tile* tile, uint32_t offset, uint32_t bytes) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < bytes; i += 4) {
    uint32_t word = 0;
    expect_ok("read", aimc_tile_read(tile, offset + i, &word, sizeof word));
    sum = (sum << 1 | sum >> 31) ^ word;
  }
  return sum;
}

static void program(aimc_tile* tile) {
  static int8_t weights[kRows * kColumns];
  for (int i = 0; i < kRows * kColumns; ++i) weights[i] = (int8_t)(i * 37 % 255 - 127);
  const aimc_region region = {0, kRows, 0, kColumns};
  expect_ok("weights", aimc_tile_load_weights(tile, weights, kColumns, &region));
  expect_ok("program", aimc_tile_program(tile, &region, kTimeoutUs));
}

static void compute(aimc_tile* tile, aimc_tile* neighbour) {
  const aimc_region region = {0, kRows, 0, kColumns};
  uint8_t inputs[kRows];
  for (int i = 0; i < kRows; ++i) inputs[i] = (uint8_t)(i * 29);
  expect_ok("inputs", aimc_tile_write(tile, kInputsAt, inputs, sizeof inputs));

  for (unsigned variant = 0; variant < 4; ++variant) {
    const aimc_read_mode mode = {
        .magnitude_bits = 8, .four_phase = (variant & 1u) != 0, .range = (uint8_t)(variant >> 1)};
    expect_ok("read mode", aimc_tile_set_read_mode(tile, &mode));
    const aimc_command mvm = aimc_cmd_mvm(kInputsAt, kCountsAt, -128, &region);
    expect_ok("mvm", aimc_tile_run(tile, &mvm, kTimeoutUs));
    printf("%u phases, range %u: full scale %u, counts %08x, saturated %u\n",
           mode.four_phase ? 4 : 1, mode.range,
           (unsigned)(aimc_read32(tile->base + AIMC_TILE_CONVERTER) & 0xFFFFu),
           (unsigned)checksum(tile, kCountsAt, 4 * kColumns),
           (unsigned)aimc_read32(tile->base + AIMC_TILE_SATURATED_COUNT));
  }
  /* As many conversions as repetitions: the spread of the converters' last bit shows. */
  aimc_command many = aimc_cmd_mvm(kInputsAt, kCountsAt, -128, &region);
  aimc_cmd_repeat(&many, 16, 0, 4 * kColumns);
  expect_ok("repeated mvm", aimc_tile_run(tile, &many, kTimeoutUs));
  printf("repeated: %08x\n", (unsigned)checksum(tile, kCountsAt, 16 * 4 * kColumns));

  /* A part of what has been written: the rest is idle. */
  const aimc_region part = {0, kRows / 2, 0, kColumns / 2};
  const aimc_command few = aimc_cmd_mvm(kInputsAt, kCountsAt, -128, &part);
  expect_ok("mvm of a part", aimc_tile_run(tile, &few, kTimeoutUs));
  printf("part: %08x\n", (unsigned)checksum(tile, kCountsAt, 4 * kColumns / 2));

  aimc_column_params params[kColumns];
  for (int i = 0; i < kColumns; ++i) {
    aimc_params_from_q16(tile, 0x10000u, 0x10000u, 0x18000, (int16_t)(i - 9), &params[i]);
  }
  expect_ok("parameters", aimc_tile_set_params(tile, 0, kColumns, params));
  const aimc_command one = aimc_cmd_mvm(kInputsAt, kCountsAt, -128, &region);
  const aimc_post psum = {.psum_out = true, .addend = AIMC_TILE_POST_ADDEND_BIAS};
  const aimc_post last = {.addend = AIMC_TILE_POST_ADDEND_PSUM,
                          .relu = true,
                          .cut_pre = 3,
                          .cut_post = 4,
                          .zero_point = -128};
  const aimc_command steps[] = {
      one,
      aimc_cmd_post(kCountsAt, kPsumAt, 0, &region, &psum),
      aimc_cmd_add(kPsumAt, kPsumAt, kSumAt, kColumns),
      aimc_cmd_post(kCountsAt, kOutputsAt, kSumAt, &region, &last),
      aimc_cmd_move(kOutputsAt, kInputsAt, kColumns),
      aimc_cmd_put(kOutputsAt, aimc_tile_sram(neighbour, kInputsAt), kColumns),
      aimc_cmd_put(kPsumAt, (uintptr_t)ram_target, sizeof ram_target),
  };
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; ++i) {
    expect_ok("command", aimc_tile_submit(tile, &steps[i]));
  }
  expect_ok("commands", aimc_tile_wait(tile, kTimeoutUs));
  printf("outputs %08x, neighbour %08x, RAM %08x\n", (unsigned)checksum(tile, kOutputsAt, kColumns),
         (unsigned)checksum(neighbour, kInputsAt, kColumns), (unsigned)ram_target[3]);
}

/* A tile program in two threads: one integrates, one scales and sends; a neighbour answers. */
static void flow(aimc_tile* tile, aimc_tile* neighbour) {
  enum { kRounds = 3, kInputReady, kCountsReady, kCountsFree };
  const aimc_region region = {0, kRows, 0, kColumns};
  const aimc_post post = {.cut_pre = 3, .cut_post = 4};
  aimc_command code[16];
  aimc_program p = {.commands = code, .capacity = 16};
  const unsigned integrate = aimc_program_add(&p, aimc_cmd_wait(kInputReady, 1));
  aimc_program_add(&p, aimc_cmd_wait(kCountsFree, 1));
  aimc_program_add(&p, aimc_cmd_mvm(kInputsAt, kCountsAt, -128, &region));
  aimc_program_add(&p, aimc_cmd_signal(kCountsReady, 1));
  aimc_program_add(&p, aimc_cmd_loop(0, integrate, kRounds));
  aimc_program_add(&p, aimc_cmd_halt());
  const unsigned scale = aimc_program_add(&p, aimc_cmd_wait(kCountsReady, 1));
  aimc_program_add(&p, aimc_cmd_post(kCountsAt, kOutputsAt, 0, &region, &post));
  aimc_program_add(&p, aimc_cmd_signal(kCountsFree, 1));
  aimc_program_add(&p, aimc_cmd_put(kOutputsAt, aimc_tile_sram(neighbour, kInputsAt), kColumns));
  aimc_program_add(&p, aimc_cmd_signal_tile(neighbour, kInputReady, 1));
  aimc_program_add(&p, aimc_cmd_loop(0, scale, kRounds));
  aimc_program_add(&p, aimc_cmd_irq(7));
  aimc_program_add(&p, aimc_cmd_halt());
  expect_ok("load", aimc_program_load(tile, &p));

  aimc_command answer[4];
  aimc_program q = {.commands = answer, .capacity = 4};
  aimc_program_add(&q, aimc_cmd_wait(kInputReady, 1));
  aimc_program_add(&q, aimc_cmd_put(kInputsAt, aimc_tile_sram(tile, kInputsAt), kColumns));
  aimc_program_add(&q, aimc_cmd_signal_tile(tile, kInputReady, 1));
  aimc_program_add(&q, aimc_cmd_loop(0, 0, 0));
  expect_ok("load", aimc_program_load(neighbour, &q));

  const uint64_t begin = aimc_cycles();
  aimc_semaphore_post(tile, kInputReady, 1);
  aimc_semaphore_post(tile, kCountsFree, 1);
  expect_ok("start", aimc_program_start(neighbour, 0, 0));
  expect_ok("start", aimc_program_start(tile, 0, integrate));
  expect_ok("start", aimc_program_start(tile, 1, scale));
  expect_ok("flow", aimc_tile_wait(tile, kTimeoutUs));
  aimc_program_stop(neighbour);
  expect_ok("stop", aimc_tile_wait(neighbour, kTimeoutUs));
  printf("flow: %u cycles, outputs %08x, tag %u\n", (unsigned)(aimc_cycles() - begin),
         (unsigned)checksum(tile, kOutputsAt, kColumns),
         (unsigned)aimc_read32(tile->base + AIMC_TILE_PROGRAM_TAG));
}

/* The DMA engine: rows from RAM into a tile, with strides and other signs, and back in one piece.
 */
static void transfers(const aimc_tile* tile) {
  enum { kRow = 96, kCount = 40, kStride = 128, kAt = 0x2000 };
  static uint8_t source[kCount * kStride];
  static uint32_t back[kCount * kRow / 4];
  for (unsigned i = 0; i < sizeof source; ++i) source[i] = (uint8_t)(i * 7);
  aimc_dma_descriptor chain[2] = {
      aimc_dma_move((uintptr_t)source, aimc_tile_sram(tile, kAt), kRow),
      aimc_dma_move(aimc_tile_sram(tile, kAt), (uintptr_t)back, sizeof back)};
  chain[0].rows = kCount;
  chain[0].source_stride = kStride;
  chain[0].destination_stride = kRow;
  chain[0].flags = AIMC_DMA_FLAGS_FLIP_MASK;
  chain[0].next = (uint32_t)(uintptr_t)&chain[1];
  const uint64_t begin = aimc_cycles();
  expect_ok("DMA", aimc_dma_start(chain));
  expect_ok("DMA", aimc_dma_wait(kTimeoutUs, NULL));
  const unsigned cycles = (unsigned)(aimc_cycles() - begin);
  unsigned wrong = 0;
  const uint8_t* bytes = (const uint8_t*)back;
  for (unsigned i = 0; i < sizeof back; ++i) {
    wrong += bytes[i] != (uint8_t)(source[i / kRow * kStride + i % kRow] ^ 0x80u);
  }
  if (wrong != 0) ++failures;
  printf("DMA: %u bytes and back in %u cycles, %u wrong\n", (unsigned)sizeof back, cycles, wrong);
  static aimc_dma_descriptor many[64];
  for (unsigned i = 0; i < 64; ++i) {
    many[i] = aimc_dma_move((uintptr_t)source, (uintptr_t)back + 4 * i, 4);
    many[i].next = i < 63 ? (uint32_t)(uintptr_t)&many[i + 1] : 0;
  }
  const uint64_t again = aimc_cycles();
  expect_ok("DMA", aimc_dma_start(many));
  expect_ok("DMA", aimc_dma_wait(kTimeoutUs, NULL));
  printf("64 descriptors in %u cycles\n", (unsigned)(aimc_cycles() - again));
  aimc_dma_descriptor nowhere = aimc_dma_move((uintptr_t)source, 0x20000000u, 4);
  uint32_t at = 0;
  expect_ok("DMA", aimc_dma_start(&nowhere));
  if (aimc_dma_wait(kTimeoutUs, &at) != AIMC_BUS || at != 0x20000000u) ++failures;
}

/* Two tiles send at the same time and to the same place: packets meet. */
static void contention(aimc_tile* tile, aimc_tile* neighbour) {
  static uint32_t target[2][1024];
  const aimc_command puts[2] = {aimc_cmd_put(0, (uintptr_t)target[0], sizeof target[0]),
                                aimc_cmd_put(0, (uintptr_t)target[1], sizeof target[1])};
  const uint64_t begin = aimc_cycles();
  expect_ok("put", aimc_tile_submit(neighbour, &puts[0]));
  expect_ok("put", aimc_tile_submit(tile, &puts[1]));
  expect_ok("put", aimc_tile_wait(neighbour, kTimeoutUs));
  expect_ok("put", aimc_tile_wait(tile, kTimeoutUs));
  printf("both arrived after %u cycles\n", (unsigned)(aimc_cycles() - begin));
}

/* Bursts long enough to be split, and into RAM as well. */
static void long_transfer(aimc_tile* tile) {
  static uint32_t target[6144];
  const aimc_command put = aimc_cmd_put(0, (uintptr_t)target, sizeof target);
  expect_ok("long put", aimc_tile_run(tile, &put, kTimeoutUs));
  printf("long transfer ends with %08x\n", (unsigned)target[1]);
}

int main(void) {
  const aimc_platform_info* soc = aimc_platform();
  printf("%u tiles, %ux%u, RAM %u KiB, clocks %u %u %u kHz, %u lanes\n", soc->tile_count,
         soc->mesh_width, soc->mesh_height, (unsigned)(soc->ram_size / 1024),
         (unsigned)soc->host_clock_khz, (unsigned)soc->noc_clock_khz, (unsigned)soc->tile_clock_khz,
         soc->nmpu_lanes);
  printf("%u entries of memory protection\n", aimc_pmp_entries());
  host_instructions();
  float_instructions();
  aimc_tile tile;
  aimc_tile neighbour;
  expect_ok("open", aimc_tile_open(&tile, 0));
  expect_ok("open", aimc_tile_open(&neighbour, soc->tile_count - 1));
  printf("tile: %ux%u, SRAM %u, range up to %u, scale %u ppb\n", tile.rows, tile.columns,
         tile.sram_bytes, tile.max_range, (unsigned)(1e9 * aimc_tile_count_scale(&tile)));
  program(&tile);
  compute(&tile, &neighbour);
  contention(&tile, &neighbour);
  flow(&tile, &neighbour);
  transfers(&tile);
  long_transfer(&tile);
  printf("mtime %u\n", (unsigned)aimc_mtime());
  return failures == 0 ? 0 : 1;
}
