/* A call tree whose counts are known: loops, recursion, a tail call, longjmp, exceptions, timer
 * interrupts, sleep. */
#include <setjmp.h>
#include <stdio.h>

#include "aimc_hal.h"

#define KEPT __attribute__((noipa)) /* a function of its own, whatever the optimiser thinks */

enum {
  kCallers = 10,
  kLeaves = 3,
  kDepth = 10,
  kTails = 4,
  kExceptions = 5,
  kTicks = 20,
  kPeriod = 200
};

static volatile unsigned ticks, busy, exceptions;
static jmp_buf escape;

void leaf(unsigned turns);
void caller(void);
unsigned recurse(unsigned depth);
void tail_target(unsigned turns);
void tail(unsigned turns);
void jump_out(void);
void deep(void);
void after_jump(void);
void trapping(void);
void wait_busy(void);
void sleep_long(void);

KEPT void leaf(unsigned turns) {
  for (unsigned i = 0; i < turns; ++i) ++busy;
}

KEPT void caller(void) {
  for (unsigned i = 0; i < kLeaves; ++i) leaf(i + 1);
}

KEPT unsigned recurse(unsigned depth) {
  if (depth == 0) return 1;
  return recurse(depth - 1) + busy;
}

KEPT void tail_target(unsigned turns) {
  for (unsigned i = 0; i < turns; ++i) ++busy;
}

KEPT void tail(unsigned turns) {
  ++busy;
  tail_target(turns);
}

KEPT void jump_out(void) {
  longjmp(escape, 1);
}

KEPT void deep(void) {
  jump_out();
  ++busy;
}

KEPT void after_jump(void) {
  leaf(5);
}

static bool on_exception(aimc_trap_frame* frame) {
  ++exceptions;
  aimc_skip_instruction(frame);
  return true;
}

KEPT void trapping(void) {
  for (unsigned i = 0; i < kExceptions; ++i) __asm__ volatile("ecall");
}

static void on_timer(void) {
  ++ticks;
  aimc_timer_set(ticks < kTicks ? aimc_mtime() + kPeriod : UINT64_MAX);
}

KEPT void wait_busy(void) {
  while (ticks < kTicks / 2) leaf(1);
}

KEPT void sleep_long(void) {
  while (ticks < kTicks) __asm__ volatile("wfi");
}

int main(void) {
  for (unsigned i = 0; i < kCallers; ++i) caller();
  const unsigned sum = recurse(kDepth);
  for (unsigned i = 0; i < kTails; ++i) tail(i);
  if (setjmp(escape) == 0) deep();
  after_jump();
  const aimc_trap_hook previous = aimc_set_trap_hook(on_exception);
  trapping();
  aimc_set_trap_hook(previous);
  aimc_on_interrupt(AIMC_INTERRUPT_TIMER, on_timer);
  aimc_timer_set(aimc_mtime() + kPeriod);
  aimc_interrupts_set(true);
  wait_busy();
  sleep_long();
  aimc_interrupts_set(false);
  printf("%u ticks, %u exceptions\n", ticks, exceptions);
  return sum > 0 && ticks == kTicks && exceptions == kExceptions ? 0 : 1;
}
