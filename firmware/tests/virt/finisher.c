/* The test finisher: what the first byte on the console asks for. */
#include "uart_16550.h"
#include "virt.h"

enum { kPass = 0x5555, kFail = 0x3333, kReset = 0x7777 };

static volatile uint32_t* const mark = (volatile uint32_t*)0x87000000;

int main(void) {
  if (*mark == kReset) {
    *mark = 0;
    virt_check("finisher.started_again", 1, 1);
    virt_check("finisher.reset.uart_lcr", uart_read(kLcr), 0);
    return virt_report();
  }
  aimc_console_init();
  aimc_puts("ready\n");
  while ((uart_read(kLsr) & kLsrDataReady) == 0) {
  }
  switch (uart_read(kData)) {
    case 'p':
      aimc_write32(AIMC_FINISHER_BASE, kPass);
      break;
    case 'f':
      aimc_write32(AIMC_FINISHER_BASE, 37u << 16 | kFail);
      break;
    case 'z': /* a failure without a code */
      aimc_write32(AIMC_FINISHER_BASE, kFail);
      break;
    case 'h': /* half a word is enough for a pass */
      *(volatile uint16_t*)AIMC_FINISHER_BASE = kPass;
      break;
    case 'i':
      virt_check("finisher.reads", aimc_read32(AIMC_FINISHER_BASE), 0);
      aimc_write32(AIMC_FINISHER_BASE, 0x1234);
      aimc_write32(AIMC_FINISHER_BASE + 4, kPass);
      virt_check("finisher.byte_store", virt_fault_of(virt_store8, AIMC_FINISHER_BASE), 7);
      virt_check("finisher.still_here", 1, 1);
      return virt_report();
    case 'r':
      *mark = kReset;
      aimc_write32(AIMC_FINISHER_BASE, kReset);
      break;
    default:
      return 99;
  }
  for (;;) {
  }
}
