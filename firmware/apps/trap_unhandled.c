/* An illegal instruction, three calls down, while mtvec points nowhere: the platform must stop with
 * the reason and show the chain of calls. */
#include "hal_internal.h"

void execute_illegal(void);
int middle(int depth);

__attribute__((noinline)) void execute_illegal(void) {
  __asm__ volatile(".word 0xffffffff");
}

/* Calls itself once, so that frames of one function must be told apart; the sum keeps it from being
 * a loop. */
__attribute__((noinline)) int middle(int depth) {
  volatile int local[8] = {depth};
  if (depth == 0) {
    execute_illegal();
  } else {
    local[1] = middle(depth - 1);
  }
  return local[0] + local[1];
}

int main(void) {
  __asm__ volatile(AIMC_CSR_ASM("csrw mtvec, zero"));
  return middle(1) + 1; /* not a tail call: main stays in the chain */
}
