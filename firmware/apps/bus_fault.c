/* Stores to an address where nothing is: the trap handler reports it and exits with 128 + 7. */
#include "aimc_hal.h"

int main(void) {
  aimc_write32(0x20000000, 0x12345678);
  return 0;
}
