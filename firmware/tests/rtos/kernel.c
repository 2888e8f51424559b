/* Scheduler, traps and system calls. Everything here runs with interrupts off. */
#include "kernel.h"

#include <stddef.h>
#include <string.h>

#include "../virt/uart_16550.h"
#include "aimc_pmp.h"
#include "hal_internal.h"

enum { kSleep, kRead, kWrite, kExit };
enum { kInputBytes = 256, kMpieMpp = 0x1880, kMpie = 0x80 };
enum { kCauseUserCall = 8, kCauseMachineCall = 11 };
enum { kCodeEntry = 0 /* and 1 */, kStackEntry = 2 };

extern char __text_start[], __rodata_end[], __global_pointer$[], __tls_base[];

void rtos_trap_entry(void);
rtos_context* rtos_trap(rtos_context* context);
_Noreturn void rtos_resume(rtos_context* context);

static rtos_task* tasks[RTOS_MAX_TASKS];
static unsigned task_count;
static unsigned current; /* index into tasks */
static rtos_task* reader;
static uint8_t input[kInputBytes];
static unsigned input_head, input_tail, overruns;
static uint64_t next_tick;
static unsigned turns;

static rtos_task idle_task;
static uint8_t idle_stack[256] __attribute__((aligned(16)));

static _Noreturn void idle(const void* unused) {
  (void)unused;
  for (;;) aimc_wfi();
}

void rtos_create(rtos_task* task, void (*entry)(const void*), const void* argument) {
  if (task_count == RTOS_MAX_TASKS) aimc_finish(101);
  task->state = RTOS_READY;
  task->context.mepc = (uint32_t)entry;
  task->context.mstatus = task->mode == RTOS_USER ? kMpie : kMpieMpp;
  task->context.x[2] = (uint32_t)task->stack + task->stack_bytes;
  task->context.x[3] = (uint32_t)__global_pointer$;
  task->context.x[4] = (uint32_t)__tls_base;
  task->context.x[10] = (uint32_t)argument;
  tasks[task_count++] = task;
}

/* The ready task of the highest priority; of equal ones the one whose last turn is longest ago. */
static void schedule(void) {
  unsigned best = 0;
  while (tasks[best]->state != RTOS_READY) ++best; /* there is the idle task */
  for (unsigned i = best + 1; i < task_count; ++i) {
    const rtos_task* const task = tasks[i];
    const rtos_task* const leader = tasks[best];
    if (task->state != RTOS_READY || task->priority < leader->priority) continue;
    if (task->priority > leader->priority || task->turn < leader->turn) best = i;
  }
  current = best;
  rtos_task* const task = tasks[best];
  task->turn = ++turns;
  if (task->mode == RTOS_USER) {
    aimc_pmp_set(kStackEntry, (uintptr_t)task->stack, task->stack_bytes,
                 AIMC_PMP_READ | AIMC_PMP_WRITE);
  }
}

static void tick(void) {
  const uint64_t now = aimc_mtime();
  while (next_tick <= now) next_tick += RTOS_TICK;
  aimc_timer_set(next_tick);
  for (unsigned i = 0; i < task_count; ++i) {
    if (tasks[i]->state == RTOS_SLEEPING && tasks[i]->wake_at <= now) tasks[i]->state = RTOS_READY;
  }
}

static bool take_input(rtos_task* task) {
  if (input_head == input_tail) return false;
  task->context.x[10] = input[input_tail++ % kInputBytes];
  return true;
}

static void receive(void) {
  const unsigned source = aimc_plic_claim();
  if (source == AIMC_IRQ_UART) {
    for (;;) {
      const uint32_t status = uart_read(kLsr);
      if ((status & 2u) != 0) ++overruns;
      if ((status & kLsrDataReady) == 0) break;
      const uint8_t byte = (uint8_t)uart_read(kData);
      if (input_head - input_tail == kInputBytes) {
        ++overruns;
      } else {
        input[input_head++ % kInputBytes] = byte;
      }
    }
  }
  if (source != 0) aimc_plic_complete(source);
  if (reader != NULL && take_input(reader)) {
    reader->state = RTOS_READY;
    reader = NULL;
  }
}

static bool may_read(const rtos_task* task, const char* text) {
  if (task->mode == RTOS_MACHINE) return true;
  const char* const stack = task->stack;
  const bool on_stack = text >= stack && text < stack + task->stack_bytes;
  const bool constant = text >= __text_start && text < __rodata_end;
  if (!on_stack && !constant) return false;
  const char* const end = on_stack ? stack + task->stack_bytes : __rodata_end;
  return memchr(text, '\0', (size_t)(end - text)) != NULL;
}

static void call(rtos_task* task) {
  uint32_t* const x = task->context.x;
  task->context.mepc += 4;
  switch (x[17]) {
    case kSleep:
      task->state = RTOS_SLEEPING;
      task->wake_at = aimc_mtime() + (uint64_t)x[10] * RTOS_TICK;
      break;
    case kRead:
      if (take_input(task)) break;
      task->state = RTOS_READING;
      reader = task;
      break;
    case kWrite: {
      const char* const text = (const char*)x[10];
      x[10] = may_read(task, text);
      if (x[10] != 0) aimc_puts(text);
      break;
    }
    case kExit:
      task->state = RTOS_ENDED;
      break;
    default:
      x[10] = 0;
  }
}

static void fault(rtos_task* task, uint32_t cause, uint32_t address) {
  task->fault_cause = cause;
  task->fault_pc = task->context.mepc;
  task->fault_address = address;
  task->state = RTOS_ENDED;
  aimc_puts("fault: task ");
  aimc_puts(task->name);
  aimc_puts(", cause ");
  aimc_put_hex(cause, 2);
  aimc_puts(", pc ");
  aimc_put_hex(task->fault_pc, 8);
  aimc_puts(", address ");
  aimc_put_hex(address, 8);
  aimc_puts("; the task is ended\n");
  if (task->mode == RTOS_MACHINE) aimc_finish(128 + (int)cause);
}

/* Called by the trap entry; returns the context to go on with. */
rtos_context* rtos_trap(rtos_context* context) {
  rtos_task* const task = (rtos_task*)context;
  uint32_t cause = 0;
  uint32_t address = 0;
  __asm__ volatile(AIMC_CSR_ASM("csrr %0, mcause\ncsrr %1, mtval") : "=r"(cause), "=r"(address));
  switch (cause) {
    case 1u << 31 | AIMC_INTERRUPT_TIMER:
      tick();
      schedule();
      if (tasks[current] != task) ++task->preemptions;
      break;
    case 1u << 31 | AIMC_INTERRUPT_EXTERNAL:
      receive();
      schedule();
      break;
    case kCauseUserCall:
    case kCauseMachineCall:
      call(task);
      if (task->state != RTOS_READY) schedule();
      break;
    default:
      fault(task, cause, address);
      schedule();
  }
  return &tasks[current]->context;
}

_Noreturn void rtos_start(void) {
  idle_task = (rtos_task){.name = "idle", .stack = idle_stack, .stack_bytes = sizeof idle_stack};
  rtos_create(&idle_task, idle, NULL);
  /* No entry is locked, so none of them concerns machine mode. */
  aimc_pmp_set_range(kCodeEntry, (uintptr_t)__text_start, (uintptr_t)__rodata_end,
                     AIMC_PMP_READ | AIMC_PMP_EXECUTE);
  aimc_plic_enable(AIMC_IRQ_UART);
  uart_write(kIer, kIerReceive);
  next_tick = aimc_mtime() + RTOS_TICK;
  aimc_timer_set(next_tick);
  aimc_mie_set(1u << AIMC_INTERRUPT_TIMER | 1u << AIMC_INTERRUPT_EXTERNAL);
  __asm__ volatile(AIMC_CSR_ASM("csrw mtvec, %0")::"r"(rtos_trap_entry) : "memory");
  schedule();
  rtos_resume(&tasks[current]->context);
}

static uint32_t system_call(uint32_t number, uint32_t argument) {
  register uint32_t a0 __asm__("a0") = argument;
  register uint32_t a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
  return a0;
}

void rtos_sleep(uint32_t ticks) {
  system_call(kSleep, ticks);
}

char rtos_read(void) {
  return (char)system_call(kRead, 0);
}

bool rtos_write(const char* text) {
  return system_call(kWrite, (uint32_t)text) != 0;
}

_Noreturn void rtos_exit(void) {
  for (;;) system_call(kExit, 0);
}

unsigned rtos_overruns(void) {
  return overruns;
}
