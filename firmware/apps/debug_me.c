/* Something to debug: a counter, a few functions deep, and an interrupt now and then. */
#include <stdio.h>

#include "aimc_hal.h"

volatile unsigned counter;
volatile unsigned limit = 5;

__attribute__((noinline)) static unsigned add(unsigned a, unsigned b) {
  return a + b;
}

__attribute__((noinline)) static void work(unsigned step) {
  counter = add(counter, step);
}

int main(void) {
  for (unsigned i = 1; i <= limit; ++i) work(i);
  printf("counter %u\n", counter);
  return (int)counter;
}
