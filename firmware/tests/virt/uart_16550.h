/** Registers and bits of the UART 16550A (PC16550D data sheet, table II). */
#ifndef AIMC_UART_16550_H
#define AIMC_UART_16550_H

#include <stdint.h>

#include "aimc_regs.h"

enum { kData, kIer, kIir, kLcr, kMcr, kLsr, kMsr, kScr };
enum { kFcr = kIir, kDll = kData, kDlm = kIer };
enum { kIerReceive = 1, kIerTransmit = 2, kIerLine = 4 };
enum { kFcrEnable = 1, kFcrClearReceiver = 2, kFcrClearTransmitter = 4 };
enum { kLcr8n1 = 3, kLcrDlab = 0x80, kMcrLoop = 0x10, kLsrDataReady = 1 };

static inline uint32_t uart_read(unsigned reg) {
  return *(volatile uint8_t*)(AIMC_UART_BASE + reg);
}
static inline void uart_write(unsigned reg, uint32_t value) {
  *(volatile uint8_t*)(AIMC_UART_BASE + reg) = (uint8_t)value;
}
static inline void uart_divisor(uint32_t divisor) {
  uart_write(kLcr, kLcrDlab | kLcr8n1);
  uart_write(kDll, divisor & 0xFFu);
  uart_write(kDlm, divisor >> 8);
  uart_write(kLcr, kLcr8n1);
}
static inline void uart_send(const char* text) {
  while (*text != '\0') uart_write(kData, (uint8_t)*text++);
}

#endif
