/* The UART 16550A as console and as picolibc's stdin, stdout and stderr. */
#include <stdio.h>

#include "hal_internal.h"

enum { kThr = 0, kFcr = 2, kLcr = 3, kLsr = 5, kLsrTransmitterEmpty = 0x20 };

static inline volatile uint8_t* uart(unsigned reg) {
  return (volatile uint8_t*)(AIMC_UART_BASE + reg);
}

void aimc_console_init(void) {
  *uart(kLcr) = 0x03; /* 8 data bits, no parity, one stop bit */
  *uart(kFcr) = 0x01; /* FIFOs on */
}

void aimc_putc(char c) {
  while ((*uart(kLsr) & kLsrTransmitterEmpty) == 0) {
  }
  *uart(kThr) = (uint8_t)c;
}

void aimc_puts(const char* text) {
  while (*text != '\0') aimc_putc(*text++);
}

void aimc_put_hex(uint32_t value, unsigned digits) {
  aimc_puts("0x");
  for (unsigned i = digits; i-- > 0;) aimc_putc("0123456789abcdef"[value >> (4 * i) & 0xFu]);
}

static int stdio_put(char c, FILE* stream) {
  (void)stream;
  aimc_putc(c);
  return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(stdio_put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdin = &console;
FILE* const stdout = &console;
FILE* const stderr = &console;
