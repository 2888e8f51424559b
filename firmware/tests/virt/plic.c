/* The PLIC, driven by the UART's transmit interrupt, which can be raised and taken back at will. */
#include "uart_16550.h"
#include "virt.h"

enum { kSource = AIMC_IRQ_UART, kBit = 1u << kSource };

static const uintptr_t kPriority = AIMC_PLIC_BASE;
static const uintptr_t kPending = AIMC_PLIC_BASE + 0x1000;
static const uintptr_t kEnable = AIMC_PLIC_BASE + 0x2000;
static const uintptr_t kThreshold = AIMC_PLIC_BASE + 0x200000;
static const uintptr_t kClaim = AIMC_PLIC_BASE + 0x200004;
static const uintptr_t kContext1 = 0x1000;

static volatile unsigned taken, sources_seen;
static volatile unsigned bytes_left;

static void raise_line(void) {
  uart_write(kIer, kIerTransmit);
}
static void lower_line(void) {
  uart_write(kIer, 0);
}
static uint32_t external(void) {
  return virt_mip() & kMipExternal;
}
static uint32_t pending(void) {
  return aimc_read32(kPending) & kBit;
}
static void set_priority(uint32_t value) {
  aimc_write32(kPriority + 4 * kSource, value);
}

static void check_reset_state(void) {
  uint32_t priorities = 0;
  for (unsigned i = 0; i < 96; ++i) priorities |= aimc_read32(kPriority + 4 * i);
  virt_check("plic.reset.priorities", priorities, 0);
  virt_check("plic.reset.pending", aimc_read32(kPending), 0);
  virt_check("plic.reset.enable", aimc_read32(kEnable), 0);
  virt_check("plic.reset.threshold", aimc_read32(kThreshold), 0);
  virt_check("plic.reset.claim", aimc_read32(kClaim), 0);
}

static void check_registers(void) {
  set_priority(0xFFFFFFFF);
  virt_check("plic.priority_bits", aimc_read32(kPriority + 4 * kSource), 0x07);
  set_priority(0);
  aimc_write32(kPriority, 7);
  virt_check("plic.priority_of_none", aimc_read32(kPriority), 0);
  aimc_write32(kThreshold, 0xFFFFFFFF);
  virt_check("plic.threshold_bits", aimc_read32(kThreshold), 0x07);
  aimc_write32(kThreshold, 0);
  aimc_write32(kEnable + 4, 0xA5A5A5A5);
  virt_check("plic.enable_word1", aimc_read32(kEnable + 4), 0xA5A5A5A5);
  aimc_write32(kEnable + 4, 0);
  aimc_write32(kEnable + kContext1 / 0x20, 0x5A5A5A5A);
  virt_check("plic.enable_context1", aimc_read32(kEnable + kContext1 / 0x20), 0x5A5A5A5A);
  virt_check("plic.contexts_are_apart", aimc_read32(kEnable), 0);
  aimc_write32(kEnable + kContext1 / 0x20, 0);
  aimc_write32(kThreshold + kContext1, 5);
  virt_check("plic.threshold_context1", aimc_read32(kThreshold + kContext1), 0x05);
  virt_check("plic.thresholds_are_apart", aimc_read32(kThreshold), 0);
  aimc_write32(kPending, 0xFFFFFFFF);
  virt_check("plic.pending_is_read_only", aimc_read32(kPending), 0);
  virt_check("plic.byte_load", virt_fault_of(virt_load8, kPending), 0x05);
  virt_check("plic.byte_store", virt_fault_of(virt_store8, kPriority + 4 * kSource), 0x07);
}

/* What keeps a request from the hart: enable, priority and threshold. */
static void check_gates(void) {
  raise_line();
  virt_check("plic.gate.pending", pending(), 0x400);
  virt_check("plic.gate.disabled", external(), 0);
  virt_check("plic.gate.claim_disabled", aimc_read32(kClaim), 0);
  lower_line();
  uart_read(kIir);

  aimc_write32(kEnable, kBit);
  raise_line();
  virt_check("plic.gate.priority0", external(), 0);
  virt_check("plic.gate.claim_priority0", aimc_read32(kClaim), 0);
  set_priority(3);
  virt_check("plic.gate.priority3", external(), 0x800);
  aimc_write32(kThreshold, 3);
  virt_check("plic.gate.threshold3", external(), 0);
  virt_check("plic.gate.claim_threshold3", aimc_read32(kClaim), 0);
  aimc_write32(kThreshold, 2);
  virt_check("plic.gate.threshold2", external(), 0x800);
}

/* The line is high and pending here. */
static void check_claim(void) {
  virt_check("plic.claim", aimc_read32(kClaim), 0x0A);
  virt_check("plic.claim.pending", pending(), 0);
  virt_check("plic.claim.external", external(), 0);
  virt_check("plic.claim.second", aimc_read32(kClaim), 0);
  aimc_write32(kThreshold, 0);
  virt_check("plic.service.external", external(), 0);
  lower_line();
  aimc_write32(kClaim, kSource + 1);
  raise_line();
  virt_check("plic.service.held_after_other_completion", external(), 0);
  virt_check("plic.service.claim", aimc_read32(kClaim), 0);
  aimc_write32(kClaim, kSource);
  virt_check("plic.complete.external", external(), 0x800);
  virt_check("plic.complete.claim", aimc_read32(kClaim), 0x0A);
  lower_line();
  aimc_write32(kClaim, kSource);
  virt_check("plic.complete.quiet", external(), 0);
  virt_check("plic.complete.pending", pending(), 0);
  aimc_write32(kClaim, 0);
  aimc_write32(kClaim, 1000);
  virt_check("plic.complete.nonsense", external(), 0);
}

/* A request that the gateway has passed on is there until it is claimed. */
static void check_request_stays(void) {
  raise_line();
  lower_line();
  virt_check("plic.stays.pending", pending(), kBit);
  virt_check("plic.stays.claim", aimc_read32(kClaim), kSource);
  aimc_write32(kClaim, kSource);
  virt_check("plic.stays.gone", pending(), 0);
}

/* Kernels take a claim of nothing in their handler for a fatal error, so an external interrupt
 * always comes with something to claim, even when the line has fallen meanwhile. */
static void check_no_empty_claims(void) {
  unsigned interrupts = 0;
  unsigned empty = 0;
  for (unsigned i = 0; i < 100; ++i) {
    raise_line();
    if (i % 2 == 0) lower_line();
    while (external() != 0) {
      const uint32_t source = aimc_read32(kClaim);
      ++interrupts;
      if (source == 0) ++empty;
      lower_line();
      aimc_write32(kClaim, source);
    }
  }
  virt_check("plic.empty_claims", empty, 0);
  virt_check("plic.claims", interrupts, 100);
}

/* Where QEMU 7.2 departs from the specification of the PLIC; see docs/firmware.md. */
static void check_differences(void) {
  raise_line();
  aimc_read32(kClaim);
  aimc_write32(kClaim, kSource); /* completed without having served the device */
  virt_observe("plic.line_high_at_completion", pending());
  lower_line();
  while (aimc_read32(kClaim) != 0) aimc_write32(kClaim, kSource);

  aimc_write32(kEnable, 0);
  raise_line();
  aimc_write32(kEnable, kBit);
  virt_observe("plic.enabled_while_pending", external());
  lower_line();
  while (aimc_read32(kClaim) != 0) aimc_write32(kClaim, kSource);
}

static void on_uart(unsigned source) {
  sources_seen |= 1u << source;
  ++taken;
  if ((uart_read(kIir) & 0x0Fu) != 0x02) return;
  if (bytes_left == 0) {
    uart_write(kIer, 0);
    return;
  }
  --bytes_left;
  uart_write(kData, '.');
}

/* A driver that sends by interrupts: one for each byte, one more that finds nothing to send. */
static void check_driver(void) {
  uart_write(kMcr, kMcrLoop);
  uart_write(kFcr, kFcrEnable | kFcrClearReceiver);
  bytes_left = 10;
  aimc_on_external(kSource, on_uart);
  aimc_interrupts_set(true);
  raise_line();
  const uint64_t limit = aimc_mtime() + 50000000;
  while ((bytes_left != 0 || uart_read(kIer) != 0) && aimc_mtime() < limit) {
  }
  aimc_interrupts_set(false);
  uint32_t received = 0;
  while ((uart_read(kLsr) & kLsrDataReady) != 0) received += uart_read(kData) == '.';
  virt_check("plic.driver.taken", taken, 0x0B);
  virt_check("plic.driver.sources", sources_seen, 0x400);
  virt_check("plic.driver.received", received, 0x0A);
  virt_check("plic.driver.quiet", external(), 0);
}

int main(void) {
  check_reset_state();
  check_registers();
  check_gates();
  check_claim();
  check_request_stays();
  check_no_empty_claims();
  check_differences();
  check_driver();
  uart_write(kMcr, 0);
  return virt_report();
}
