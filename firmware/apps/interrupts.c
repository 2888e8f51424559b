/* Takes every kind of interrupt: software, timer, and a tile's completion through the PLIC. */
#include <stdio.h>

#include "aimc_hal.h"

enum { kMsip = AIMC_CLINT_BASE, kTimerTicks = 100, kLimitTicks = 10000 };

static volatile unsigned software, timer, external;
static volatile uint64_t timer_at;
static aimc_tile tile;

static void on_software(void) {
  aimc_write32(kMsip, 0);
  ++software;
}

static void on_timer(void) {
  timer_at = aimc_mtime();
  aimc_timer_set(UINT64_MAX);
  ++timer;
}

static void on_tile_done(unsigned source) {
  (void)source;
  aimc_write32(tile.base + AIMC_TILE_IRQ_STATUS, AIMC_TILE_IRQ_STATUS_DONE_MASK);
  ++external;
}

static bool arrives(const volatile unsigned* counter) {
  const uint64_t limit = aimc_mtime() + kLimitTicks;
  while (*counter == 0 && aimc_mtime() < limit) {
  }
  return *counter == 1;
}

int main(void) {
  unsigned failures = 0;
  aimc_on_interrupt(AIMC_INTERRUPT_SOFTWARE, on_software);
  aimc_on_interrupt(AIMC_INTERRUPT_TIMER, on_timer);
  aimc_timer_set(UINT64_MAX);
  aimc_interrupts_set(true);

  aimc_write32(kMsip, 1);
  const bool software_ok = arrives(&software);
  printf("software interrupt: %s\n", software_ok ? "taken once" : "FAILED");
  failures += !software_ok;

  const uint64_t due = aimc_mtime() + kTimerTicks;
  aimc_timer_set(due);
  const bool timer_ok = arrives(&timer) && timer_at >= due && timer_at <= due + 2;
  printf("timer interrupt: %s\n", timer_ok ? "taken once, in time" : "FAILED");
  failures += !timer_ok;

  const aimc_command nop = {{AIMC_TILE_OPCODE_NOP, 0, 0, 0, 0, 0, 0, 0}};
  aimc_status status = aimc_tile_open(&tile, 0);
  aimc_on_external(AIMC_IRQ_TILE_DONE, on_tile_done);
  if (status == AIMC_OK) status = aimc_tile_submit(&tile, &nop);
  const bool external_ok = status == AIMC_OK && arrives(&external);
  printf("tile interrupt: %s\n", external_ok ? "taken once" : "FAILED");
  failures += !external_ok;

  aimc_interrupts_set(false);
  return failures == 0 ? 0 : 1;
}
