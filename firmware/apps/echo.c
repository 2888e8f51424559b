/* Sends back every byte the UART receives, by interrupts, until a 'q'. */
#include <stdio.h>

#include "aimc_hal.h"

enum { kData = 0, kIer = 1, kLsr = 5, kReceiveInterrupt = 1, kDataReady = 1, kOverrun = 2 };
enum { kSize = 256 };

static volatile uint8_t* const uart = (volatile uint8_t*)AIMC_UART_BASE;
static volatile uint8_t buffer[kSize];
static volatile unsigned head, tail, overruns;

static void on_uart(unsigned source) {
  (void)source;
  for (;;) {
    const uint8_t status = uart[kLsr];
    if ((status & kOverrun) != 0) ++overruns;
    if ((status & kDataReady) == 0) return;
    buffer[head++ % kSize] = uart[kData];
  }
}

/* Sleeps until there is a byte; interrupts are off between the look and the WFI, which they end. */
static char take(void) {
  for (;;) {
    aimc_interrupts_set(false);
    if (head != tail) break;
    __asm__ volatile("wfi" ::: "memory");
    aimc_interrupts_set(true);
  }
  aimc_interrupts_set(true);
  return (char)buffer[tail++ % kSize];
}

int main(void) {
  aimc_on_external(AIMC_IRQ_UART, on_uart);
  uart[kIer] = kReceiveInterrupt;
  aimc_interrupts_set(true);
  aimc_puts("echo until q\n");
  unsigned count = 0;
  for (char c = take(); c != 'q'; c = take()) {
    aimc_putc(c);
    ++count;
  }
  uart[kIer] = 0;
  printf("\n%u bytes, %u overruns\n", count, overruns);
  return overruns == 0 ? 0 : 1;
}
