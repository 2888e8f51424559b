/** Traps and interrupts. */
#ifndef AIMC_TRAP_H
#define AIMC_TRAP_H

#include <stdbool.h>
#include <stdint.h>

/** Interrupted context; matches the layout in crt0.S. */
typedef struct aimc_trap_frame {
  uint32_t x[32];
  uint32_t mepc, mcause, mtval, mstatus;
} aimc_trap_frame;

/** Looks at an exception before it is reported; true when handled (mepc may have been moved on). */
typedef bool (*aimc_trap_hook)(aimc_trap_frame* frame);
/** Installs a hook (NULL removes it); returns the previous one. */
aimc_trap_hook aimc_set_trap_hook(aimc_trap_hook hook);
/** The context of the trap being handled, for handlers that switch to another one by changing it,
 * mepc and mstatus (MPP, MPIE) included; NULL outside. */
aimc_trap_frame* aimc_trap_context(void);
/** Moves mepc behind the instruction that trapped. */
void aimc_skip_instruction(aimc_trap_frame* frame);

/** Bits of mie/mip and causes of interrupts. */
enum { AIMC_INTERRUPT_SOFTWARE = 3, AIMC_INTERRUPT_TIMER = 7, AIMC_INTERRUPT_EXTERNAL = 11 };

typedef void (*aimc_interrupt_handler)(void);
typedef void (*aimc_external_handler)(unsigned source);

/** Installs a handler for the software or timer interrupt and enables it in mie; NULL disables. */
void aimc_on_interrupt(unsigned interrupt, aimc_interrupt_handler handler);
/** Installs a handler for a PLIC source and enables it there and in mie; NULL disables the source.
 */
void aimc_on_external(unsigned source, aimc_external_handler handler);
/** Sets mstatus.MIE; returns what it was. */
bool aimc_interrupts_set(bool enabled);

/** Enables a PLIC source, so that it ends a WFI, without a handler. */
void aimc_plic_enable(unsigned source);
void aimc_plic_disable(unsigned source);
/** Highest pending source, 0 for none. */
unsigned aimc_plic_claim(void);
void aimc_plic_complete(unsigned source);
/** Compare value of the timer; UINT64_MAX switches it off. */
void aimc_timer_set(uint64_t mtime);

#endif
