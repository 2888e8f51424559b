/* From the reset entry to main(): is this the right platform, what are the arguments. */
#include <stdlib.h>
#include <unistd.h>

#include "aimc_hal.h"
#include "hal_internal.h"

enum { kRefusedCode = 125, kMaxArguments = 64 };

extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

int main(int argc, char** argv);
_Noreturn void aimc_start(void);

static uint32_t argument_bytes[AIMC_SYSCTL_ARGS_WINDOW_SIZE / 4 + 1];
static char* argument_list[kMaxArguments + 1];
static volatile bool probe_failed;

static bool note_fault(aimc_trap_frame* frame) {
  probe_failed = true;
  aimc_skip_instruction(frame);
  return true;
}

static _Noreturn void refuse(const char* what, uint32_t found, uint32_t expected) {
  aimc_puts("boot: ");
  aimc_puts(what);
  aimc_puts(" is ");
  aimc_put_hex(found, 8);
  aimc_puts(", this firmware was built for ");
  aimc_put_hex(expected, 8);
  aimc_puts("; refusing to run\n");
  aimc_finish(kRefusedCode);
}

static void check_platform(void) {
  aimc_set_trap_hook(note_fault);
  const uint32_t id = aimc_sysctl(AIMC_SYSCTL_ID);
  aimc_set_trap_hook(NULL);
  if (probe_failed) {
    aimc_puts("boot: no system control at ");
    aimc_put_hex(AIMC_SYSTEM_CONTROL_BASE, 8);
    aimc_puts(": not an AIMC platform; refusing to run\n");
    aimc_finish(kRefusedCode);
  }
  if (id != AIMC_SYSCTL_ID_RESET) refuse("system control's ID", id, AIMC_SYSCTL_ID_RESET);
  const uint32_t hash = aimc_sysctl(AIMC_SYSCTL_REGMAP_HASH);
  if (hash != AIMC_REGMAP_HASH) refuse("the platform's register map hash", hash, AIMC_REGMAP_HASH);
}

/* argv comes as NUL-terminated strings one after another. */
static int read_arguments(void) {
  const uint32_t limit = sizeof argument_bytes - 4;
  const uint32_t size = aimc_sysctl(AIMC_SYSCTL_ARG_BYTES);
  const uint32_t count = aimc_sysctl(AIMC_SYSCTL_ARG_COUNT);
  const uint32_t bytes = size < limit ? size : limit;
  for (uint32_t i = 0; i < (bytes + 3) / 4; ++i) {
    argument_bytes[i] = aimc_sysctl(AIMC_SYSCTL_ARGS_OFFSET + 4 * i);
  }
  char* text = (char*)argument_bytes;
  text[bytes] = '\0';
  uint32_t at = 0;
  int argc = 0;
  while (argc < kMaxArguments && (uint32_t)argc < count && at < bytes) {
    argument_list[argc++] = &text[at];
    while (text[at] != '\0') ++at;
    ++at;
  }
  argument_list[argc] = NULL;
  return argc;
}

_Noreturn void aimc_start(void) {
  aimc_console_init();
  check_platform();
  aimc_platform_init();
  for (void (*const* init)(void) = __init_array_start; init < __init_array_end; ++init) (*init)();
  exit(main(read_arguments(), argument_list));
}

_Noreturn void _exit(int code) {
  aimc_finish(code);
}
