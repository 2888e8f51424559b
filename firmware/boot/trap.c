/* What happens on a trap: interrupts go to their handlers, exceptions to the hook or the console.
 */
#include <stddef.h>

#include "aimc_hal.h"
#include "hal_internal.h"

enum { kTrapCode = 128, kInterruptCode = 192, kDoubleFaultCode = 255, kSources = 128 };

static aimc_trap_hook trap_hook;
static aimc_trap_frame* context;
static aimc_interrupt_handler handlers[16];
static aimc_external_handler external_handlers[kSources];

static const char* const causes[] = {"instruction address misaligned",
                                     "instruction access fault",
                                     "illegal instruction",
                                     "breakpoint",
                                     "load address misaligned",
                                     "load access fault",
                                     "store address misaligned",
                                     "store access fault",
                                     "environment call from U-mode",
                                     "environment call from S-mode",
                                     "reserved",
                                     "environment call from M-mode",
                                     "instruction page fault",
                                     "load page fault",
                                     "reserved",
                                     "store page fault"};

static const char* const register_names[] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                             "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                             "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                             "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

aimc_trap_hook aimc_set_trap_hook(aimc_trap_hook hook) {
  const aimc_trap_hook previous = trap_hook;
  trap_hook = hook;
  return previous;
}

aimc_trap_frame* aimc_trap_context(void) {
  return context;
}

void aimc_skip_instruction(aimc_trap_frame* frame) {
  const uint16_t first = *(const uint16_t*)frame->mepc;
  frame->mepc += (first & 3u) == 3u ? 4 : 2;
}

static void print_registers(const aimc_trap_frame* frame) {
  for (unsigned i = 1; i < 32; ++i) {
    const char* name = register_names[i];
    aimc_puts(name);
    aimc_puts(name[2] == '\0' ? "  " : name[3] == '\0' ? " " : "");
    aimc_put_hex(frame->x[i], 8);
    aimc_putc(i % 4 == 3 ? '\n' : ' ');
  }
}

static _Noreturn void report(const aimc_trap_frame* frame) {
  const bool interrupt = frame->mcause >> 31 != 0;
  const uint32_t number = frame->mcause & 0x7FFFFFFFu;
  const char* text = number < sizeof causes / sizeof causes[0] ? causes[number] : "unknown cause";
  aimc_puts("\ntrap: ");
  aimc_puts(interrupt ? "interrupt without handler" : text);
  aimc_puts(" (mcause ");
  aimc_put_hex(frame->mcause, 8);
  aimc_puts(") at pc ");
  aimc_put_hex(frame->mepc, 8);
  aimc_puts(", address ");
  aimc_put_hex(frame->mtval, 8);
  aimc_putc('\n');
  print_registers(frame);
  aimc_finish((interrupt ? kInterruptCode : kTrapCode) + (int)(number & 63u));
}

static bool dispatch_external(void) {
  const unsigned source = aimc_plic_claim();
  if (source == 0) return true; /* somebody else was faster */
  const aimc_external_handler handler = source < kSources ? external_handlers[source] : NULL;
  if (handler != NULL) handler(source);
  aimc_plic_complete(source);
  return handler != NULL;
}

static void handle(aimc_trap_frame* frame) {
  const uint32_t number = frame->mcause & 0x7FFFFFFFu;
  if (frame->mcause >> 31 != 0) {
    if (number == AIMC_INTERRUPT_EXTERNAL) {
      if (dispatch_external()) return;
    } else if (number < sizeof handlers / sizeof handlers[0] && handlers[number] != NULL) {
      handlers[number]();
      return;
    }
  } else if (trap_hook != NULL && trap_hook(frame)) {
    return;
  }
  report(frame);
}

/* Called by the trap entry. */
void aimc_trap(aimc_trap_frame* frame) {
  context = frame;
  handle(frame);
  context = NULL;
}

_Noreturn void aimc_double_fault(void) {
  aimc_puts("\ntrap: another trap inside the trap handler\n");
  aimc_finish(kDoubleFaultCode);
}

void aimc_on_interrupt(unsigned interrupt, aimc_interrupt_handler handler) {
  if (interrupt >= sizeof handlers / sizeof handlers[0]) return;
  handlers[interrupt] = handler;
  if (handler != NULL) {
    aimc_mie_set(1u << interrupt);
  } else {
    aimc_mie_clear(1u << interrupt);
  }
}

void aimc_on_external(unsigned source, aimc_external_handler handler) {
  if (source == 0 || source >= kSources) return;
  external_handlers[source] = handler;
  if (handler != NULL) {
    aimc_plic_enable(source);
    aimc_mie_set(1u << AIMC_INTERRUPT_EXTERNAL);
  } else {
    aimc_plic_disable(source);
  }
}
