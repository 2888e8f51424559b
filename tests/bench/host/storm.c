/* Timer interrupts one behind the other: until there were enough, the handler sets the timer to a
 * time that is over. */
#include "bench.h"

enum { kEachRound = 1024 };

static volatile uint32_t* const compare = (volatile uint32_t*)0x02004000;
static volatile uint32_t interrupts;
static volatile uint32_t end;

__attribute__((interrupt("machine"), aligned(4))) static void handler(void) {
  const uint32_t now = *(const volatile uint32_t*)0x0200BFF8;
  compare[1] = ++interrupts == end ? ~0U : 0;
  compare[0] = now & 1;
}

uint32_t bench_round(uint32_t seed) {
  end = interrupts + kEachRound;
  compare[1] = 0;
  __asm__ volatile(
      ".option push\n.option arch, +zicsr\n"
      "csrw mtvec, %0\ncsrw mie, %1\ncsrsi mstatus, 8\n.option pop" ::"r"(handler),
      "r"(0x80));
  while (interrupts != end) {
  }
  __asm__ volatile(".option push\n.option arch, +zicsr\ncsrci mstatus, 8\n.option pop");
  return seed + interrupts;
}
