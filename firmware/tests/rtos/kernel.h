/** A small preemptive kernel, as much as it takes to show that the platform carries one.
 *
 * Tasks have priorities and share the hart in turns within one, a tick of the CLINT's timer each.
 * A task runs in machine mode, or in user mode behind PMP: it may then read and execute the
 * firmware's code and constants and use its own stack, and nothing else. Every trap saves the whole
 * integer context of the task and may go on with another.
 */
#ifndef AIMC_RTOS_KERNEL_H
#define AIMC_RTOS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

enum { RTOS_TICK = 10000 /* of the 10 MHz time base: 1 ms */, RTOS_MAX_TASKS = 12 };

/** Registers of a task that is not running; context.S knows the layout. */
typedef struct rtos_context {
  uint32_t x[32];
  uint32_t mepc, mstatus;
} rtos_context;

typedef enum { RTOS_READY, RTOS_SLEEPING, RTOS_READING, RTOS_ENDED } rtos_state;
typedef enum { RTOS_MACHINE, RTOS_USER } rtos_mode;

typedef struct rtos_task {
  rtos_context context; /**< first: the trap entry takes the one for the other */
  const char* name;
  rtos_mode mode;
  unsigned priority; /**< the highest ready one runs */
  void* stack;
  uint32_t stack_bytes; /**< in user mode a power of two, and the stack aligned to it */
  rtos_state state;
  uint64_t wake_at;     /**< while sleeping */
  unsigned turn;        /**< when it was last given the hart */
  unsigned preemptions; /**< ticks that took the hart away from it for another task */
  uint32_t fault_cause, fault_pc, fault_address; /**< why it was ended; cause 0 if it was not */
} rtos_task;

/** Makes a task ready. Its name, mode, priority, stack and stack_bytes are filled in; `entry` gets
 * `argument` and must not return. */
void rtos_create(rtos_task* task, void (*entry)(const void*), const void* argument);
/** Starts the tick, input by the UART's interrupt, and the first task. */
_Noreturn void rtos_start(void);

/* For tasks, in either mode. */

/** Gives the hart away for at least `ticks` of the tick. */
void rtos_sleep(uint32_t ticks);
/** Waits for a byte from the console. One task may read. */
char rtos_read(void);
/** Writes to the console, undivided. False when the caller may not read `text`. */
bool rtos_write(const char* text);
_Noreturn void rtos_exit(void);

/** Received bytes that were lost. */
unsigned rtos_overruns(void);

#endif
