/* Into user mode and back. */
  .option arch, +zicsr
  .set FRAME, 16 * 4

/* void aimc_user_enter(function, argument, stack top, return address), with interrupts off. Comes
 * back when the trap handler has gone on at aimc_user_leave with sp as it is here. */
  .section .text.aimc_user_enter, "ax", @progbits
  .globl aimc_user_enter
  .type aimc_user_enter, @function
aimc_user_enter:
  addi  sp, sp, -FRAME
  sw    ra, 0(sp)
  sw    gp, 4(sp)
  sw    tp, 8(sp)
  .irp  n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  sw    s\n, 12 + 4 * \n(sp)
  .endr
  la    t0, aimc_user_machine_sp
  sw    sp, 0(t0)
  csrw  mepc, a0
  li    t0, 0x1800              /* MPP: user mode */
  csrc  mstatus, t0
  mv    a0, a1
  mv    sp, a2
  mv    ra, a3
  mret
  .size aimc_user_enter, . - aimc_user_enter

  .globl aimc_user_leave
  .type aimc_user_leave, @function
aimc_user_leave:
  lw    ra, 0(sp)
  lw    gp, 4(sp)
  lw    tp, 8(sp)
  .irp  n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  lw    s\n, 12 + 4 * \n(sp)
  .endr
  addi  sp, sp, FRAME
  ret
  .size aimc_user_leave, . - aimc_user_leave
