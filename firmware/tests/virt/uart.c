/* The UART 16550A: registers, FIFOs, loopback, interrupt identification. */
#include "uart_16550.h"
#include "virt.h"

/* Slow enough that no character time-out comes between two accesses: 1.6 s a character. */
enum { kSlow = 0xFFFF, kFast = 1, kFifoBytes = 16 };

static void check_reset_state(void) {
  virt_check("uart.reset.ier", uart_read(kIer), 0);
  virt_check("uart.reset.iir", uart_read(kIir), 1);
  virt_check("uart.reset.lcr", uart_read(kLcr), 0);
  virt_check("uart.reset.mcr", uart_read(kMcr), 0x08);
  virt_check("uart.reset.lsr", uart_read(kLsr), 0x60);
  virt_check("uart.reset.msr", uart_read(kMsr), 0xB0);
  virt_check("uart.reset.scr", uart_read(kScr), 0);
  uart_write(kLcr, kLcrDlab);
  virt_check("uart.reset.divisor", uart_read(kDlm) << 8 | uart_read(kDll), 0x0C);
  uart_write(kLcr, 0);
}

static void check_registers(void) {
  uart_write(kScr, 0xA5);
  virt_check("uart.scr", uart_read(kScr), 0xA5);
  uart_divisor(0x1234);
  virt_check("uart.ier_is_not_dlm", uart_read(kIer), 0);
  uart_write(kIer, 0xF0);
  virt_check("uart.ier_high_bits", uart_read(kIer), 0);
  uart_write(kLcr, kLcrDlab | 0x1F);
  virt_check("uart.lcr", uart_read(kLcr), 0x9F);
  virt_check("uart.divisor", uart_read(kDlm) << 8 | uart_read(kDll), 0x1234);
  uart_divisor(kSlow);
  uart_write(kMcr, 0xFF);
  virt_check("uart.mcr", uart_read(kMcr), 0x1F);
  for (uint32_t lines = 0; lines < 16; lines += 5) {
    static const char* const names[] = {"uart.loop.msr0", "uart.loop.msr5", "uart.loop.msr10",
                                        "uart.loop.msr15"};
    /* DTR appears as DSR, RTS as CTS, OUT1 as RI, OUT2 as DCD. */
    static const uint32_t expected[] = {0x00, 0x60, 0x90, 0xF0};
    uart_write(kMcr, kMcrLoop | lines);
    virt_check(names[lines / 5], uart_read(kMsr), expected[lines / 5]);
  }
  virt_check("uart.word_of_mcr", aimc_read32(AIMC_UART_BASE + kMcr), 0x1F);
}

/* From here on the UART talks to itself. */
static void check_without_fifo(void) {
  uart_write(kMcr, kMcrLoop);
  uart_write(kFcr, 0);
  uart_send("A");
  virt_check("uart.single.lsr", uart_read(kLsr), 0x61);
  virt_check("uart.single.data", uart_read(kData), 0x41);
  virt_check("uart.single.lsr_after", uart_read(kLsr), 0x60);
  virt_check("uart.single.data_again", uart_read(kData), 0x41);
  uart_send("BC");
  virt_check("uart.single.overrun", uart_read(kLsr), 0x63);
  virt_check("uart.single.overrun_once", uart_read(kLsr), 0x61);
  virt_check("uart.single.newer_byte", uart_read(kData), 0x43);
  uart_write(kIer, kIerReceive);
  virt_check("uart.single.iir_idle", uart_read(kIir), 1);
  uart_send("D");
  virt_check("uart.single.iir", uart_read(kIir), 0x04);
  uart_read(kData);
  uart_write(kIer, 0);
}

static uint32_t drain(void) {
  uint32_t sum = 0;
  while ((uart_read(kLsr) & kLsrDataReady) != 0) sum = sum * 33 + uart_read(kData);
  return sum;
}

static void check_fifo(void) {
  uart_write(kFcr, kFcrEnable);
  virt_check("uart.fifo.iir", uart_read(kIir), 0xC1);
  uart_send("0123456789abcdef");
  virt_check("uart.fifo.full", uart_read(kLsr), 0x61);
  uart_send("X");
  virt_check("uart.fifo.overrun", uart_read(kLsr), 0x63);
  virt_check("uart.fifo.overrun_once", uart_read(kLsr), 0x61);
  virt_check("uart.fifo.contents", drain(), 0x173C8382);
  virt_check("uart.fifo.empty", uart_read(kLsr), 0x60);
  virt_check("uart.fifo.read_empty", uart_read(kData), 0);
  uart_send("ab");
  uart_write(kFcr, kFcrEnable | kFcrClearTransmitter);
  virt_check("uart.fifo.clear_transmitter", uart_read(kLsr), 0x61);
  uart_write(kFcr, kFcrEnable | kFcrClearReceiver);
  virt_check("uart.fifo.clear_receiver", uart_read(kLsr), 0x60);
  uart_send("ab");
  uart_write(kFcr, 0);
  virt_check("uart.fifo.disable_clears", uart_read(kLsr), 0x60);
  virt_check("uart.fifo.disabled_iir", uart_read(kIir), 1);
  uart_send("a");
  uart_write(kFcr, kFcrEnable);
  virt_check("uart.fifo.enable_clears", uart_read(kLsr), 0x60);
}

/* How many bytes it takes until the receive interrupt comes, and with how few it goes. */
static void check_trigger_levels(void) {
  static const char* const names[] = {"uart.trigger1", "uart.trigger4", "uart.trigger8",
                                      "uart.trigger14"};
  static const uint32_t trigger[] = {1, 4, 8, 14};
  uart_write(kIer, kIerReceive);
  for (uint32_t level = 0; level < 4; ++level) {
    uart_write(kFcr, kFcrEnable | kFcrClearReceiver | level << 6);
    uint32_t up = 0;
    while ((uart_read(kIir) & 0x0Fu) != 0x04 && up < kFifoBytes) {
      uart_send("t");
      ++up;
    }
    uint32_t left = up;
    while ((uart_read(kIir) & 0x0Fu) == 0x04 && left > 0) {
      uart_read(kData);
      --left;
    }
    virt_check(names[level], up << 8 | left, trigger[level] << 8 | (trigger[level] - 1));
    drain();
  }
  uart_write(kIer, 0);
}

static void check_time_out(void) {
  uart_divisor(kFast);
  uart_write(kFcr, kFcrEnable | kFcrClearReceiver | 3u << 6);
  uart_write(kIer, kIerReceive);
  uart_send("ab");
  const uint64_t limit = aimc_mtime() + 10000000;
  while (uart_read(kIir) == 0xC1 && aimc_mtime() < limit) {
  }
  virt_check("uart.timeout.iir", uart_read(kIir), 0xCC);
  uart_read(kData);
  uart_divisor(kSlow); /* the second byte's time-out shall not come before the next line */
  uart_send("c");
  virt_check("uart.timeout.left", uart_read(kLsr), 0x61);
  uart_write(kFcr, kFcrEnable | kFcrClearReceiver);
  virt_check("uart.timeout.cleared", uart_read(kIir), 0xC1);
  uart_write(kIer, 0);
}

static void check_transmit_interrupt(void) {
  uart_write(kFcr, kFcrEnable | kFcrClearReceiver);
  uart_read(kIir);
  uart_write(kIer, kIerTransmit);
  virt_check("uart.thre.on_enable", uart_read(kIir), 0xC2);
  virt_check("uart.thre.read_clears", uart_read(kIir), 0xC1);
  uart_write(kIer, kIerTransmit);
  virt_check("uart.thre.same_enable", uart_read(kIir), 0xC1);
  uart_send("x");
  virt_check("uart.thre.after_byte", uart_read(kIir), 0xC2);
  uart_read(kIir);
  uart_write(kIer, 0);
  uart_send("y");
  virt_check("uart.thre.masked", uart_read(kIir), 0xC1);
  uart_write(kIer, kIerTransmit);
  virt_check("uart.thre.unmasked", uart_read(kIir), 0xC2);
  uart_read(kIir);
  uart_write(kFcr, kFcrEnable | kFcrClearTransmitter);
  virt_check("uart.thre.clear_transmitter", uart_read(kIir), 0xC2);
  uart_write(kIer, 0);
  drain();
}

/* Everything at once: the line's error first, then data, then the empty transmitter. */
static void check_priorities(void) {
  uart_write(kFcr, kFcrEnable | kFcrClearReceiver);
  uart_write(kIer, kIerLine | kIerReceive | kIerTransmit);
  uart_send("0123456789abcdefX");
  virt_check("uart.priority.line", uart_read(kIir), 0xC6);
  virt_check("uart.priority.line_stays", uart_read(kIir), 0xC6);
  virt_check("uart.priority.lsr", uart_read(kLsr), 0x63);
  virt_check("uart.priority.data", uart_read(kIir), 0xC4);
  drain();
  virt_check("uart.priority.thre", uart_read(kIir), 0xC2);
  virt_check("uart.priority.none", uart_read(kIir), 0xC1);
  uart_write(kIer, 0);
}

int main(void) {
  check_reset_state();
  check_registers();
  check_without_fifo();
  check_fifo();
  check_trigger_levels();
  check_time_out();
  check_transmit_interrupt();
  check_priorities();
  uart_write(kMcr, 0);
  uart_divisor(12);
  return virt_report();
}
