/* What a real-time kernel needs of the platform, all at once: tasks that never give the hart away,
 * two in machine mode and one in user mode, and are switched by the timer, one that echoes what the
 * UART receives by interrupts until a 'q', and user-mode tasks that touch what is not theirs, are
 * reported and ended. Runs here and on QEMU's riscv32 `virt`. */
#include "../virt/uart_16550.h"
#include "../virt/virt.h"
#include "kernel.h"

unsigned rtos_spin_registers(uint32_t seed, uint32_t rounds);

enum { kSpinners = 2, kTrespassers = 5, kStackBytes = 1024 };
enum { kSpinPriority = 1, kUserPriority = 2, kEchoPriority = 3, kMonitorPriority = 4 };
enum { kSecret = 0x5EC2E7, kLeastPreemptions = 20 };

typedef enum { kStore, kLoad, kExecute, kDevice, kPrivileged } trespass;

static uint8_t stacks[3 + kSpinners + kTrespassers][kStackBytes]
    __attribute__((aligned(kStackBytes)));
static rtos_task echo_task, monitor_task, user_spin_task, spin_tasks[kSpinners],
    user_tasks[kTrespassers];
static volatile uint32_t secret = kSecret;
static volatile uint32_t rounds_of[kSpinners], changed_registers[kSpinners];
static volatile unsigned echoed;
static volatile bool finished;

/* The argument is the number of the task. */
static _Noreturn void spin(const void* argument) {
  const uint32_t self = (uint32_t)argument;
  for (;;) {
    changed_registers[self] += rtos_spin_registers(0x10000000u * (self + 1), 1000);
    ++rounds_of[self];
  }
}

/* The same in user mode, where it can only say so. */
static _Noreturn void user_spin(const void* unused) {
  (void)unused;
  for (;;) {
    if (rtos_spin_registers(0x70000000u, 1000) != 0) rtos_write("user: a register changed\n");
  }
}

static _Noreturn void echo(const void* unused) {
  (void)unused;
  char text[2] = "";
  for (;;) {
    text[0] = rtos_read();
    if (text[0] == 'q') break;
    rtos_write(text);
    ++echoed;
  }
  finished = true;
  rtos_exit();
}

/* User mode. The argument says what to try; all it may use is its stack, code and constants. */
static _Noreturn void trespasser(const void* argument) {
  volatile uint32_t mine = 0x8082; /* c.jr ra */
  if (rtos_write((const char*)&secret)) rtos_write("user: the kernel printed its secret\n");
  rtos_write("user: trespassing\n");
  switch ((trespass)(uint32_t)argument) {
    case kStore:
      secret = mine;
      break;
    case kLoad:
      mine = secret;
      break;
    case kExecute:
      ((void (*)(void))(uintptr_t)&mine)();
      break;
    case kDevice:
      uart_write(kData, '!');
      break;
    case kPrivileged:
      mine = virt_mip();
      break;
  }
  rtos_write("user: nothing happened\n");
  rtos_exit();
}

static void wait_for_preemptions(const rtos_task* task) {
  const unsigned start = task->preemptions;
  while (task->preemptions - start < kLeastPreemptions) rtos_sleep(1);
}

static void check_trespassers(void) {
  static const char* const causes[] = {"rtos.store.cause", "rtos.load.cause", "rtos.execute.cause",
                                       "rtos.device.cause", "rtos.privileged.cause"};
  static const char* const addresses[] = {"rtos.store.address", "rtos.load.address",
                                          "rtos.execute.address", "rtos.device.address"};
  static const uint32_t expected_cause[] = {7, 5, 1, 7, 2};
  for (unsigned i = 0; i < kTrespassers; ++i) {
    const rtos_task* const task = &user_tasks[i];
    virt_check(causes[i], task->fault_cause, expected_cause[i]);
    uintptr_t expected = (uintptr_t)&secret;
    if (i == kPrivileged) continue; /* mtval need not hold the instruction */
    if (i == kDevice) expected = AIMC_UART_BASE;
    /* The address it jumped to is on its stack. */
    if (i == kExecute) expected = task->fault_pc;
    virt_check(addresses[i], task->fault_address == expected, true);
  }
  const uintptr_t pc = user_tasks[kExecute].fault_pc - (uintptr_t)user_tasks[kExecute].stack;
  virt_check("rtos.execute.pc_on_stack", pc < kStackBytes, true);
  virt_check("rtos.secret", secret, kSecret);
}

static _Noreturn void monitor(const void* unused) {
  (void)unused;
  for (unsigned i = 0; i < kTrespassers; ++i) {
    while (user_tasks[i].state != RTOS_ENDED) rtos_sleep(1);
  }
  rtos_write("all user tasks have ended\n");
  const uint32_t before[] = {rounds_of[0], rounds_of[1]};
  for (unsigned i = 0; i < kSpinners; ++i) wait_for_preemptions(&spin_tasks[i]);
  wait_for_preemptions(&user_spin_task);
  virt_check("rtos.spin0.goes_on", rounds_of[0] > before[0], true);
  virt_check("rtos.spin1.goes_on", rounds_of[1] > before[1], true);
  rtos_write("ready\n");
  while (!finished) rtos_sleep(1);
  virt_check("rtos.spin0.changed_registers", changed_registers[0], 0);
  virt_check("rtos.spin1.changed_registers", changed_registers[1], 0);
  check_trespassers();
  virt_observe("rtos.echoed", echoed);
  virt_check("rtos.overruns", rtos_overruns(), 0);
  aimc_interrupts_set(false);
  aimc_finish(virt_report());
}

static void make(rtos_task* task, const char* name, unsigned priority, rtos_mode mode,
                 void (*entry)(const void*), uint32_t argument) {
  static unsigned made;
  task->name = name;
  task->priority = priority;
  task->mode = mode;
  task->stack = stacks[made++];
  task->stack_bytes = kStackBytes;
  rtos_create(task, entry, (const void*)argument);
}

int main(void) {
  static const char* const spin_names[] = {"spin0", "spin1"};
  static const char* const user_names[] = {"store", "load", "execute", "device", "privileged"};
  aimc_console_init();
  make(&monitor_task, "monitor", kMonitorPriority, RTOS_MACHINE, monitor, 0);
  make(&echo_task, "echo", kEchoPriority, RTOS_MACHINE, echo, 0);
  for (unsigned i = 0; i < kSpinners; ++i) {
    make(&spin_tasks[i], spin_names[i], kSpinPriority, RTOS_MACHINE, spin, i);
  }
  make(&user_spin_task, "user spin", kSpinPriority, RTOS_USER, user_spin, 0);
  for (unsigned i = 0; i < kTrespassers; ++i) {
    make(&user_tasks[i], user_names[i], kUserPriority, RTOS_USER, trespasser, i);
  }
  rtos_start();
}
