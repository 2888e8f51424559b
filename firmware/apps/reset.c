/* Leaves its mark on every device, resets the SoC, and looks what is left. */
#include <stdio.h>

#include "aimc_hal.h"

/* Far above the image, so nothing initialises it. */
enum { kNote = 0x87000000, kMagic = 0x600DCAFE, kCyclesLimit = 1000000 };
enum { kMsip = AIMC_CLINT_BASE, kCompare = AIMC_CLINT_BASE + 0x4000 };
enum { kPriority = AIMC_PLIC_BASE + 4 * AIMC_IRQ_UART, kEnable = AIMC_PLIC_BASE + 0x2000 };
enum { kScratch = 7, kIer = 1 };

typedef struct note {
  uint32_t magic;
  uint32_t resets;
  uint64_t energy_pj;
  uint32_t counts; /* of an MVM, positive half */
} note;

static volatile note* const left = (volatile note*)kNote;
static volatile uint8_t* const uart = (volatile uint8_t*)AIMC_UART_BASE;
static unsigned failures;

static void expect(bool holds, const char* what) {
  printf("%s: %s\n", what, holds ? "ok" : "FAILED");
  failures += !holds;
}

static const aimc_region kRegion = {.first_row = 0, .rows = 4, .first_column = 0, .columns = 1};
static const uint32_t kInputs = 0x7F7F7F7F;

static uint32_t multiply(aimc_tile* tile) {
  uint32_t counts = 0;
  aimc_tile_write(tile, 0, &kInputs, sizeof kInputs);
  const aimc_command mvm = aimc_cmd_mvm(0, 0x100, 0, &kRegion);
  if (aimc_tile_run(tile, &mvm, AIMC_DEFAULT_TIMEOUT_US) != AIMC_OK) return 0;
  aimc_tile_read(tile, 0x100, &counts, sizeof counts);
  return counts;
}

static _Noreturn void before(aimc_tile* tile) {
  const int8_t weights[4] = {127, 127, 127, 127};
  aimc_tile_load_weights(tile, weights, 1, &kRegion);
  aimc_tile_program(tile, &kRegion, AIMC_DEFAULT_TIMEOUT_US);
  left->counts = multiply(tile) & 0xFFFFu;
  while (aimc_cycles() < 2 * kCyclesLimit) {
  }
  aimc_write32(kMsip, 1);
  aimc_timer_set(12345);
  aimc_write32(kPriority, 5);
  aimc_write32(kEnable, 1u << AIMC_IRQ_UART);
  uart[kScratch] = 0x5A;
  uart[kIer] = 1;
  aimc_progress(3, 4);
  left->energy_pj = aimc_energy_pj();
  left->resets = 1;
  left->magic = kMagic;
  aimc_reset();
}

int main(void) {
  aimc_tile tile;
  if (left->magic != kMagic) {
    if (aimc_tile_open(&tile, 0) != AIMC_OK) return 2;
    before(&tile);
  }
  left->magic = 0;
  expect(left->resets == 1, "RAM is kept");
  expect(aimc_cycles() < kCyclesLimit, "mcycle starts again");
  expect(aimc_mtime() < kCyclesLimit / 50, "mtime starts again");
  expect(aimc_energy_pj() > left->energy_pj, "energy goes on");
  expect(aimc_read32(kMsip) == 0, "msip");
  expect(aimc_read32(kCompare) == 0 && aimc_read32(kCompare + 4) == 0, "mtimecmp");
  expect(aimc_read32(kPriority) == 0 && aimc_read32(kEnable) == 0, "interrupt controller");
  expect(uart[kScratch] == 0 && uart[kIer] == 0, "UART");
  expect(aimc_read32(AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_PROGRESS_DONE) == 0, "system control");
  if (aimc_tile_open(&tile, 0) != AIMC_OK) return 2;
  uint32_t sram = 1;
  aimc_tile_read(&tile, 0x100, &sram, sizeof sram);
  expect(sram == 0, "tile SRAM");
  const uint32_t counts = multiply(&tile) & 0xFFFFu;
  printf("counts %u and %u\n", (unsigned)left->counts, (unsigned)counts);
  expect(left->counts > 4 && 4 * counts > 3 * left->counts, "conductances are kept");
  return failures == 0 ? 0 : 1;
}
