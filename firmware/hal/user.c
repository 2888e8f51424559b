/* Functions in user mode. */
#include "hal_internal.h"

enum {
  kFetchFault = 1,
  kUserReturn = -2, /* where a user function returns to: no instruction can be fetched from there */
  kMstatusMie = 1 << 3,
  kMstatusMpie = 1 << 7,
  kMstatusMpp = 3 << 11
};

/* user_entry.S */
void aimc_user_enter(aimc_user_function function, void* argument, void* stack_top,
                     uint32_t return_address);
extern char aimc_user_leave[];
uint32_t aimc_user_machine_sp;

static aimc_user_exit ended;
static aimc_trap_hook outer_hook;
static uint32_t machine_enabled; /* MPIE, if machine mode shall have interrupts on again */

/* Ends the user function: the trap returns to aimc_user_leave in machine mode. */
static bool on_trap(aimc_trap_frame* frame) {
  if ((frame->mstatus & kMstatusMpp) != 0) return outer_hook != NULL && outer_hook(frame);
  ended = (aimc_user_exit){
      .returned = frame->mcause == kFetchFault && frame->mepc == (uint32_t)kUserReturn,
      .value = frame->x[10],
      .cause = frame->mcause,
      .pc = frame->mepc,
      .address = frame->mtval,
  };
  frame->mepc = (uint32_t)(uintptr_t)aimc_user_leave;
  frame->mstatus = (frame->mstatus & ~(uint32_t)kMstatusMpie) | kMstatusMpp | machine_enabled;
  frame->x[2] = aimc_user_machine_sp;
  return true;
}

aimc_user_exit aimc_user_run(aimc_user_function function, void* argument, void* stack,
                             size_t stack_bytes) {
  const bool enabled = aimc_interrupts_set(false);
  machine_enabled = enabled ? kMstatusMpie : 0;
  outer_hook = aimc_set_trap_hook(on_trap);
  aimc_user_enter(function, argument, (char*)stack + (stack_bytes & ~(size_t)15),
                  (uint32_t)kUserReturn);
  aimc_set_trap_hook(outer_hook);
  return ended;
}
