/** Physical memory protection, and functions run in user mode under it. */
#ifndef AIMC_PMP_H
#define AIMC_PMP_H

#include "aimc_hal.h"

/** What user mode may do with a region. Writing needs reading. A locked region binds machine mode
 * as well and stays as it is until reset. */
enum { AIMC_PMP_READ = 1, AIMC_PMP_WRITE = 2, AIMC_PMP_EXECUTE = 4, AIMC_PMP_LOCK = 0x80 };

/** Entries this hart has: 0 to 16. Where there is none, user mode may access everything; else only
 * what an entry allows. The lowest entry that has an address decides. To be called once before
 * anything is locked. */
unsigned aimc_pmp_entries(void);

/** Sets an entry to [base, base + size): a power of two from 4 bytes on and `base` a multiple of
 * it, or base 0 and size 0 for all addresses. AIMC_INVALID for other arguments, AIMC_LOCKED when
 * the entry cannot be set. */
aimc_status aimc_pmp_set(unsigned entry, uintptr_t base, size_t size, unsigned permissions);
/** Sets the entries `entry` and `entry` + 1 to [begin, end), both multiples of 4. */
aimc_status aimc_pmp_set_range(unsigned entry, uintptr_t begin, uintptr_t end,
                               unsigned permissions);
/** Switches an entry off. */
aimc_status aimc_pmp_clear(unsigned entry);

/** How a function in user mode ended. */
typedef struct aimc_user_exit {
  bool returned;    /**< it returned; otherwise an exception ended it */
  uint32_t value;   /**< what it returned, or its a0 at the exception */
  uint32_t cause;   /**< mcause of the exception */
  uint32_t pc;      /**< where: mepc */
  uint32_t address; /**< mtval */
} aimc_user_exit;

typedef uint32_t (*aimc_user_function)(void* argument);

/** Runs a function in user mode on a stack of its own until it returns or an exception occurs,
 * ECALL included. The entries must let user mode execute the function and use the stack (16-byte
 * aligned). Interrupts that are enabled in mie are taken while it runs, whatever
 * aimc_interrupts_set says. Not to be called from a trap handler. */
aimc_user_exit aimc_user_run(aimc_user_function function, void* argument, void* stack,
                             size_t stack_bytes);

#endif
