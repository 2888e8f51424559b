/* The trap entry of the kernel: saves a whole task, goes on with the one the kernel chooses. */
  .option arch, +zicsr
  .set MEPC, 128
  .set MSTATUS, 132

  .section .text.rtos, "ax", @progbits
  .globl rtos_trap_entry
  .type rtos_trap_entry, @function
  .balign 4
rtos_trap_entry:
  csrrw sp, mscratch, sp        /* the running task's context; zero while the kernel runs */
  beqz  sp, 1f
  sw    x1, 4(sp)
  .irp  n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  sw    x\n, 4 * \n(sp)
  .endr
  csrrw t0, mscratch, zero
  sw    t0, 8(sp)
  csrr  t0, mepc
  sw    t0, MEPC(sp)
  csrr  t0, mstatus
  sw    t0, MSTATUS(sp)
  .option push
  .option norelax
  la    gp, __global_pointer$
  .option pop
  mv    a0, sp
  la    sp, __trap_stack_top
  call  rtos_trap
  /* falls through: a0 is the context to go on with */

  .globl rtos_resume
  .type rtos_resume, @function
rtos_resume:
  lw    t0, MEPC(a0)
  csrw  mepc, t0
  lw    t0, MSTATUS(a0)
  csrw  mstatus, t0
  csrw  mscratch, a0
  lw    x1, 4(a0)
  .irp  n, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  lw    x\n, 4 * \n(a0)
  .endr
  lw    a0, 40(a0)
  mret
1:
  la    sp, __trap_stack_top
  call  aimc_double_fault
  j     1b
  .size rtos_trap_entry, . - rtos_trap_entry

/* unsigned rtos_spin_registers(uint32_t seed, uint32_t rounds): holds seed + n in register n for a
 * while and returns how many registers changed. s11 is the seed, t6 counts rounds, t5 errors, t4 is
 * for comparing; all others hold a pattern. */
  .globl rtos_spin_registers
  .type rtos_spin_registers, @function
rtos_spin_registers:
  addi  sp, sp, -64
  sw    ra, 0(sp)
  sw    gp, 4(sp)
  sw    tp, 8(sp)
  .irp  n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  sw    s\n, 12 + 4 * \n(sp)
  .endr
  mv    s11, a0
  mv    t6, a1
  li    t5, 0
  .irp  n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28
  addi  x\n, s11, \n
  .endr
1:
  .irp  n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28
  addi  t4, s11, \n
  xor   t4, t4, x\n
  snez  t4, t4
  add   t5, t5, t4
  .endr
  addi  t6, t6, -1
  bnez  t6, 1b
  mv    a0, t5
  lw    ra, 0(sp)
  lw    gp, 4(sp)
  lw    tp, 8(sp)
  .irp  n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  lw    s\n, 12 + 4 * \n(sp)
  .endr
  addi  sp, sp, 64
  ret
  .size rtos_spin_registers, . - rtos_spin_registers
