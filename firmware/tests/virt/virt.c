/* Start-up and results of the programs that run on any `virt`-like machine. */
#include "virt.h"

enum { kMaxChecks = 160 };

static struct {
  const char* name;
  uint32_t value, expected;
  bool fixed; /* there is one right value */
} checks[kMaxChecks];
static unsigned check_count;
static volatile uint32_t fault_cause;

_Noreturn void aimc_start(void);

/* In place of boot/start.c, which refuses machines without system control. The UART is left as
 * reset left it. */
_Noreturn void aimc_start(void) {
  aimc_finish(main());
}

_Noreturn void _exit(int code);
_Noreturn void _exit(int code) {
  aimc_finish(code);
}

static void keep(const char* name, uint32_t value, uint32_t expected, bool fixed) {
  if (check_count == kMaxChecks) aimc_finish(100);
  checks[check_count].name = name;
  checks[check_count].value = value;
  checks[check_count].expected = expected;
  checks[check_count++].fixed = fixed;
}

void virt_check(const char* name, uint32_t value, uint32_t expected) {
  keep(name, value, expected, true);
}

void virt_observe(const char* name, uint32_t value) {
  keep(name, value, value, false);
}

int virt_report(void) {
  int code = 0;
  aimc_console_init();
  for (unsigned i = 0; i < check_count; ++i) {
    aimc_puts(checks[i].fixed ? "check " : "observe ");
    aimc_puts(checks[i].name);
    aimc_putc(' ');
    aimc_put_hex(checks[i].value, 8);
    if (checks[i].value != checks[i].expected) {
      aimc_puts(" expected ");
      aimc_put_hex(checks[i].expected, 8);
      code = 1;
    }
    aimc_putc('\n');
  }
  return code;
}

static bool note_fault(aimc_trap_frame* frame) {
  fault_cause = frame->mcause;
  aimc_skip_instruction(frame);
  return true;
}

uint32_t virt_fault_of(uint32_t (*access)(uintptr_t), uintptr_t address) {
  fault_cause = 0;
  const aimc_trap_hook before = aimc_set_trap_hook(note_fault);
  access(address);
  aimc_set_trap_hook(before);
  return fault_cause;
}

uint32_t virt_load8(uintptr_t address) {
  return *(volatile uint8_t*)address;
}

uint32_t virt_store8(uintptr_t address) {
  *(volatile uint8_t*)address = 0;
  return 0;
}
