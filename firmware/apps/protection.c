/* Runs functions in user mode under memory protection: what is allowed works, everything else is
 * reported with its cause and address. Exit code 0 when all is as it should be.
 */
#include <stdio.h>

#include "aimc_hal.h"
#include "hal_internal.h"

enum {
  kFetchFault = 1,
  kIllegal = 2,
  kLoadFault = 5,
  kStoreFault = 7,
  kUserCall = 8,
  kStackBytes = 1024,
  kMsip = AIMC_CLINT_BASE
};
enum { kCode, kCodeEnd, kStack, kShared, kGuard = 8 };

extern char __text_start[], __rodata_end[];

static char stack[kStackBytes] __attribute__((aligned(kStackBytes)));
static volatile uint32_t shared[4] __attribute__((aligned(16))) = {40, 0, 0, 0};
static volatile uint32_t secret = 5;
static volatile uint32_t guard[2] __attribute__((aligned(8)));
static volatile uint32_t machine_cause, machine_address;
static unsigned failures;

static uint32_t add_two(void* argument) {
  shared[1] = 7;
  return *(volatile uint32_t*)argument + 2;
}
static uint32_t load_secret(void* argument) {
  (void)argument;
  return secret;
}
static uint32_t store_secret(void* argument) {
  (void)argument;
  secret = 6;
  return 0;
}
static uint32_t store_across(void* argument) {
  *(volatile uint32_t*)((uintptr_t)argument + 14) = 1; /* two bytes in `shared`, two behind it */
  return 0;
}
static uint32_t read_status(void* argument) {
  uint32_t value = 0;
  (void)argument;
  __asm__ volatile(AIMC_CSR_ASM("csrr %0, mstatus") : "=r"(value));
  return value;
}
static uint32_t call_out(void* argument) {
  (void)argument;
  __asm__ volatile("li a0, 99\necall" ::: "a0", "memory");
  return 0;
}
static uint32_t wait_for_interrupt(void* argument) {
  volatile uint32_t* words = argument;
  while (words[2] == 0) {
  }
  return words[2];
}

static void check(const char* what, bool good) {
  printf("%s: %s\n", what, good ? "ok" : "FAILED");
  failures += !good;
}

static aimc_user_exit run(aimc_user_function function) {
  return aimc_user_run(function, (void*)shared, stack, sizeof stack);
}

static void traps(const char* what, aimc_user_function function, uint32_t cause, uint32_t address) {
  const aimc_user_exit end = run(function);
  check(what, !end.returned && end.cause == cause && end.address == address);
}

static bool note_fault(aimc_trap_frame* frame) {
  machine_cause = frame->mcause;
  machine_address = frame->mtval;
  aimc_skip_instruction(frame);
  return true;
}

static void on_software(void) {
  aimc_write32(kMsip, 0);
  shared[2] = 1;
}

int main(void) {
  printf("%u entries\n", aimc_pmp_entries());
  traps("nothing is allowed", add_two, kFetchFault, (uint32_t)(uintptr_t)add_two);

  const unsigned rw = AIMC_PMP_READ | AIMC_PMP_WRITE;
  check("set", aimc_pmp_set_range(kCode, (uintptr_t)__text_start, (uintptr_t)__rodata_end,
                                  AIMC_PMP_READ | AIMC_PMP_EXECUTE) == AIMC_OK &&
                   aimc_pmp_set(kStack, (uintptr_t)stack, sizeof stack, rw) == AIMC_OK &&
                   aimc_pmp_set(kShared, (uintptr_t)shared, sizeof shared, rw) == AIMC_OK);
  check("bad arguments", aimc_pmp_set(16, 0, 0, rw) == AIMC_INVALID &&
                             aimc_pmp_set(4, 4, 8, rw) == AIMC_INVALID &&
                             aimc_pmp_set(4, 0, 12, rw) == AIMC_INVALID &&
                             aimc_pmp_set(4, 0, 0, AIMC_PMP_WRITE) == AIMC_INVALID &&
                             aimc_pmp_set_range(15, 0, 4, rw) == AIMC_INVALID);

  const aimc_user_exit end = run(add_two);
  check("returns", end.returned && end.value == 42 && shared[1] == 7);
  traps("load", load_secret, kLoadFault, (uint32_t)(uintptr_t)&secret);
  traps("store", store_secret, kStoreFault, (uint32_t)(uintptr_t)&secret);
  check("nothing was stored", secret == 5);
  traps("store across the end", store_across, kStoreFault, (uint32_t)(uintptr_t)(shared + 4));
  const aimc_user_exit privileged = run(read_status);
  check("privileged instruction", !privileged.returned && privileged.cause == kIllegal);
  const aimc_user_exit call = run(call_out);
  check("call", !call.returned && call.cause == kUserCall && call.value == 99);

  aimc_on_interrupt(AIMC_INTERRUPT_SOFTWARE, on_software);
  aimc_write32(kMsip, 1);
  const aimc_user_exit woken = run(wait_for_interrupt);
  aimc_on_interrupt(AIMC_INTERRUPT_SOFTWARE, NULL);
  check("interrupt", woken.returned && woken.value == 1 && shared[2] == 1);

  check("lock", aimc_pmp_set(kGuard, (uintptr_t)guard, sizeof guard,
                             AIMC_PMP_READ | AIMC_PMP_LOCK) == AIMC_OK);
  aimc_set_trap_hook(note_fault);
  guard[1] = 1;
  aimc_set_trap_hook(NULL);
  check("machine mode, too", machine_cause == kStoreFault && guard[1] == 0 &&
                                 machine_address == (uint32_t)(uintptr_t)&guard[1]);
  check("locked",
        aimc_pmp_clear(kGuard) == AIMC_LOCKED && aimc_pmp_set(kGuard, 0, 0, rw) == AIMC_LOCKED);
  return failures == 0 ? 0 : 1;
}
