/* Bytes from outside: a line by polling, then a line by interrupts through the PLIC, as drivers of
 * real-time kernels receive it. Prints "ready" when it wants each. */
#include "uart_16550.h"
#include "virt.h"

enum { kSize = 128 };

static volatile char line[kSize];
static volatile unsigned length;
static volatile bool complete;
static unsigned wrong_sources;

static void take(char c) {
  if (c == '\n') {
    complete = true;
  } else if (length < kSize) {
    line[length++] = c;
  }
}

static void on_uart(unsigned source) {
  if (source != AIMC_IRQ_UART) ++wrong_sources;
  while ((uart_read(kLsr) & kLsrDataReady) != 0) take((char)uart_read(kData));
}

static void print_line(const char* how) {
  aimc_puts(how);
  aimc_puts(": ");
  for (unsigned i = 0; i < length; ++i) aimc_putc(line[i]);
  aimc_putc('\n');
  length = 0;
  complete = false;
}

int main(void) {
  aimc_console_init();
  aimc_puts("ready\n");
  while (!complete) {
    if ((uart_read(kLsr) & kLsrDataReady) != 0) take((char)uart_read(kData));
  }
  print_line("polled");

  uart_write(kFcr, kFcrEnable | 2u << 6); /* 8 bytes, or fewer and a time-out */
  aimc_on_external(AIMC_IRQ_UART, on_uart);
  uart_write(kIer, kIerReceive);
  aimc_interrupts_set(true);
  aimc_puts("ready\n");
  while (!complete) {
  }
  aimc_interrupts_set(false);
  print_line("interrupts");
  virt_check("input.wrong_sources", wrong_sources, 0);
  return virt_report();
}
