/* Reset entry and trap entry. Built for rv32imac, or for rv32imafc; the CSR instructions are switched
 * on here because a _zicsr suffix of -march would select the 64-bit libraries. */
  .option arch, +zicsr

  .section .text.init, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  .option push
  .option norelax
  la    gp, __global_pointer$
  .option pop
  csrci mstatus, 8              /* interrupts off until somebody wants them */
  csrw  mie, zero
  la    sp, __stack_top
  la    tp, __tls_base
  la    t0, __trap_stack_top
  csrw  mscratch, t0
  la    t0, aimc_trap_entry
  csrw  mtvec, t0

#ifdef __riscv_flen
  li    t0, 1 << 13             /* mstatus.FS: the floating-point state is initial */
  csrs  mstatus, t0
  csrw  fcsr, zero
#endif

  la    t0, __bss_start
  la    t1, __bss_end
  bgeu  t0, t1, 2f
1:
  sw    zero, 0(t0)
  addi  t0, t0, 4
  bltu  t0, t1, 1b
2:
  li    ra, 0                   /* end of the call chain for debuggers */
  call  aimc_start
3:
  wfi
  j     3b
  .size _start, . - _start

/* The frame matches struct aimc_trap_frame: x0..x31, mepc, mcause, mtval, mstatus. */
  .set FRAME, 36 * 4
#ifdef __riscv_flen
/* Above it, unless floating point is switched off: the f registers a handler may change, and fcsr. */
  .set FLOATS, 24 * 4
  .macro for_floats operation
  .set  place, FRAME
  .irp  n, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
  \operation f\n, place(sp)
  .set  place, place + 4
  .endr
  .endm
#else
  .set FLOATS, 0
#endif
  .section .text.trap, "ax", @progbits
  .globl aimc_trap_entry
  .type aimc_trap_entry, @function
  .balign 4
aimc_trap_entry:
  csrrw sp, mscratch, sp        /* mscratch is zero while a trap is being handled */
  beqz  sp, double_fault
  addi  sp, sp, -FRAME - FLOATS
  sw    zero, 0(sp)
  sw    x1, 4(sp)
  sw    x3, 12(sp)
  sw    x4, 16(sp)
  .irp  n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  sw    x\n, 4 * \n(sp)
  .endr
  csrrw t0, mscratch, zero      /* the interrupted sp */
  sw    t0, 8(sp)
  csrr  t0, mepc
  sw    t0, 128(sp)
  csrr  t0, mcause
  sw    t0, 132(sp)
  csrr  t0, mtval
  sw    t0, 136(sp)
  csrr  t0, mstatus
  sw    t0, 140(sp)
#ifdef __riscv_flen
  slli  t0, t0, 17              /* mstatus.FS to the top */
  srli  t0, t0, 30
  beqz  t0, 1f
  for_floats fsw
  csrr  t0, fcsr
  sw    t0, FRAME + 20 * 4(sp)
1:
#endif
  .option push
  .option norelax
  la    gp, __global_pointer$
  .option pop
  mv    a0, sp
  call  aimc_trap
#ifdef __riscv_flen
  lw    t0, 140(sp)
  slli  t0, t0, 17
  srli  t0, t0, 30
  beqz  t0, 1f
  for_floats flw
  lw    t0, FRAME + 20 * 4(sp)
  csrw  fcsr, t0
1:
#endif
  lw    t0, 128(sp)             /* a handler may have moved on the pc, or changed the mode to return to */
  csrw  mepc, t0
  lw    t0, 140(sp)
  csrw  mstatus, t0
  addi  t0, sp, FRAME + FLOATS
  csrw  mscratch, t0
  lw    x1, 4(sp)
  lw    x3, 12(sp)
  lw    x4, 16(sp)
  .irp  n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  lw    x\n, 4 * \n(sp)
  .endr
  lw    sp, 8(sp)
  mret

/* A trap inside the trap handler: nothing can be trusted any more, finish with code 255. */
double_fault:
  la    sp, __trap_stack_top
  call  aimc_double_fault
1:
  j     1b
  .size aimc_trap_entry, . - aimc_trap_entry
