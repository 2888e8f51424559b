/* The CLINT: mtime, mtimecmp, msip and the interrupts they make. */
#include "virt.h"

static const uintptr_t kMsip = AIMC_CLINT_BASE;
static const uintptr_t kMtimecmp = AIMC_CLINT_BASE + 0x4000;
static const uintptr_t kMtime = AIMC_CLINT_BASE + 0xBFF8;

static volatile unsigned software_count, timer_count;
static volatile uint64_t taken_at;

static void on_software(void) {
  aimc_write32(kMsip, 0);
  ++software_count;
}

static void on_timer(void) {
  taken_at = aimc_mtime();
  aimc_timer_set(UINT64_MAX);
  ++timer_count;
}

static uint64_t time_csr(void) {
  uint32_t high = 0;
  uint32_t low = 0;
  uint32_t again = 0;
  do {
    __asm__ volatile(AIMC_CSR_ASM("csrr %0, timeh\ncsrr %1, time\ncsrr %2, timeh")
                     : "=&r"(high), "=&r"(low), "=&r"(again));
  } while (high != again);
  return (uint64_t)high << 32 | low;
}

static void check_reset_state(void) {
  virt_check("clint.reset.mip", virt_mip(), 0x80);
  virt_check("clint.reset.msip", aimc_read32(kMsip), 0);
  virt_check("clint.reset.mtimecmp", aimc_read32(kMtimecmp), 0);
  virt_check("clint.reset.mtimecmph", aimc_read32(kMtimecmp + 4), 0);
}

static void check_software_interrupt(void) {
  aimc_write32(kMsip, 1);
  virt_check("clint.msip.set", aimc_read32(kMsip), 1);
  virt_check("clint.msip.mip", virt_mip() & kMipSoftware, 0x08);
  aimc_write32(kMsip, 0);
  virt_check("clint.msip.clear", aimc_read32(kMsip), 0);
  virt_check("clint.msip.mip_clear", virt_mip() & kMipSoftware, 0);
  aimc_write32(kMsip, 0xFFFFFFFE);
  virt_check("clint.msip.other_bits", aimc_read32(kMsip), 0);
  aimc_write32(kMsip, 0xFFFFFFFF);
  virt_check("clint.msip.all_bits", aimc_read32(kMsip), 1);
  aimc_write32(kMsip, 0);

  aimc_on_interrupt(AIMC_INTERRUPT_SOFTWARE, on_software);
  aimc_interrupts_set(true);
  for (unsigned i = 0; i < 3; ++i) {
    aimc_write32(kMsip, 1);
    const uint64_t limit = aimc_mtime() + 50000000;
    while (software_count == i && aimc_mtime() < limit) {
    }
  }
  aimc_interrupts_set(false);
  virt_check("clint.msip.taken", software_count, 0x03);
  aimc_on_interrupt(AIMC_INTERRUPT_SOFTWARE, NULL);
}

static void check_mtime(void) {
  unsigned backwards = 0;
  uint64_t last = aimc_mtime();
  const uint64_t first = last;
  for (unsigned i = 0; i < 20000 || last - first < 1000; ++i) {
    const uint64_t now = aimc_mtime();
    if (now < last) ++backwards;
    last = now;
  }
  virt_check("clint.mtime.backwards", backwards, 0);
  const uint64_t before = aimc_mtime();
  const uint64_t csr = time_csr();
  const uint64_t after = aimc_mtime();
  virt_check("clint.mtime.is_time_csr", before <= csr && csr <= after, 1);
}

/* In halves, as 32-bit kernels do it: the upper one first to the maximum. */
static void set_in_halves(uint32_t high, uint32_t low) {
  aimc_write32(kMtimecmp + 4, 0xFFFFFFFF);
  aimc_write32(kMtimecmp, low);
  aimc_write32(kMtimecmp + 4, high);
}

static void check_compare(void) {
  set_in_halves(0x12345678, 0x9ABCDEF0);
  virt_check("clint.mtimecmp.low", aimc_read32(kMtimecmp), 0x9ABCDEF0);
  virt_check("clint.mtimecmp.high", aimc_read32(kMtimecmp + 4), 0x12345678);
  virt_check("clint.mtimecmp.future", virt_mip() & kMipTimer, 0);
  set_in_halves(0, 0);
  virt_check("clint.mtimecmp.past", virt_mip() & kMipTimer, 0x80);
  set_in_halves(1, 0); /* beyond what 32 bits of time can reach in this test */
  virt_check("clint.mtimecmp.high_decides", virt_mip() & kMipTimer, 0);

  aimc_on_interrupt(AIMC_INTERRUPT_TIMER, on_timer);
  aimc_interrupts_set(true);
  unsigned early = 0;
  for (unsigned i = 0; i < 10; ++i) {
    const uint64_t due = aimc_mtime() + 1000;
    set_in_halves((uint32_t)(due >> 32), (uint32_t)due);
    const uint64_t limit = due + 50000000;
    while (timer_count == i && aimc_mtime() < limit) {
    }
    if (taken_at < due) ++early;
  }
  aimc_interrupts_set(false);
  virt_check("clint.timer.taken", timer_count, 0x0A);
  virt_check("clint.timer.early", early, 0);
  virt_check("clint.timer.pending_after", virt_mip() & kMipTimer, 0);
}

/* A tick that is set from its own last deadline, as kernels do, neither drifts nor loses one. */
static void check_periodic_tick(void) {
  enum { kPeriod = 5000, kTicks = 20 };
  uint64_t due = aimc_mtime() + kPeriod;
  const uint64_t first = due;
  for (unsigned i = 0; i < kTicks; ++i) {
    set_in_halves((uint32_t)(due >> 32), (uint32_t)due);
    while ((virt_mip() & kMipTimer) == 0) {
    }
    due += kPeriod;
  }
  virt_check("clint.tick.not_early", aimc_mtime() >= first + (kTicks - 1) * kPeriod, 1);
  set_in_halves(0xFFFFFFFF, 0xFFFFFFFF);
}

static void check_setting_mtime(void) {
  aimc_write32(kMtime, 0);
  aimc_write32(kMtime + 4, 7);
  virt_check("clint.set_mtime.high", aimc_read32(kMtime + 4), 0x07);
  aimc_write32(kMtime, 0xFFFFFF00);
  virt_wait(1000);
  virt_check("clint.set_mtime.carry", aimc_read32(kMtime + 4), 0x08);
  set_in_halves(8, 0);
  virt_check("clint.set_mtime.reached", virt_mip() & kMipTimer, 0x80);
  set_in_halves(9, 0);
  virt_check("clint.set_mtime.not_reached", virt_mip() & kMipTimer, 0);
}

int main(void) {
  check_reset_state();
  check_software_interrupt();
  check_mtime();
  check_compare();
  check_periodic_tick();
  check_setting_mtime();
  virt_check("clint.byte_load", virt_fault_of(virt_load8, kMsip), 0x05);
  virt_check("clint.byte_store", virt_fault_of(virt_store8, kMtimecmp), 0x07);
  return virt_report();
}
