# Runs the programs of an image one after the other and writes down what each leaves behind. Numbers as in layout.h.
#
# A program starts in machine mode with all registers and CSRs set and ends with the ECALL its data page names. Traps go on
# behind the trapping instruction but for two: after a fetch that failed, at ra; after an ECALL of user mode, behind it in
# machine mode.

  .option arch, +zicsr
  .equ FINISHER, 0x100000
  .equ MSIP, 0x2000000
  .equ MTIMECMP, 0x2004000
  .equ MTIME, 0x200BFF8
  .equ CONTROL, 0x80003000
  .equ SLOTS, 0x80004000
  .equ SLOT_SHIFT, 13
  .equ PAGE, 0x1000
  # The data page: what a program starts with, leaves behind, and what the handler needs.
  .equ RESULT_X, 0x100
  .equ RESULT_F, 0x180
  .equ RESULT_CSR, 0x200
  .equ TRAPS, 0x300         # number of traps, checksum of them, marks of the vectors taken
  .equ CHECKSUM, 0x304
  .equ VECTOR3, 0x308
  .equ VECTOR7, 0x30C
  .equ SAVED, 0x310         # t0 to t3
  .equ TIMER_COUNT, 0x340
  .equ TOLERATE, 0x350
  .equ LOG, 0x380           # mcause, mepc, mtval, mstatus of the first traps
  .equ LAST_ENTRY, 71

  .text
  .globl _start
_start:
  li t0, CONTROL
  lw t1, 4(t0)
  lw t2, 0(t0)
  bgeu t1, t2, stop
  slli t1, t1, SLOT_SHIFT
  li t2, SLOTS
  add s0, t1, t2            # code page
  li t2, PAGE
  add s1, s0, t2            # data page
  # Interrupts off, and all CSRs as a program finds them.
  csrw mie, x0
  li t1, MSIP
  sw x0, 0(t1)
  li t1, MTIMECMP
  li t2, -1
  sw t2, 0(t1)
  sw t2, 4(t1)
  la t1, handler
  csrw mtvec, t1
  csrw mscratch, s1
  csrw mepc, s0
  csrw mcause, x0
  csrw mtval, x0
  csrw mcounteren, x0
  csrw mcountinhibit, x0
  csrw menvcfg, x0
  li t1, 0x7800             # MPP: machine mode; FS: dirty, where there is one
  csrw mstatus, t1
  lw t1, 8(t0)
  andi t2, t1, 2
  beqz t2, 1f
  # User mode may do everything but for what a program forbids with an entry below the last.
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14
  csrw 0x3B0 + \n, x0
  .endr
  csrw 0x3A0, x0
  csrw 0x3A1, x0
  csrw 0x3A2, x0
  li t2, -1
  csrw 0x3BF, t2
  li t2, 0x1F000000
  csrw 0x3A3, t2
1:
  andi t2, t1, 1
  beqz t2, 1f
  csrw 0x003, x0
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  .insn i 0x07, 2, x\n, 0x80 + 4 * \n(s1)     # flw f\n
  .endr
1:
  addi t1, s1, SAVED
  sc.w x0, x0, (t1)         # no reservation is left over
  mv x31, s1
  .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  lw x\n, 4 * \n(x31)
  .endr
  lw x31, 4 * 31(x31)
  mret

stop:
  li t0, FINISHER
  li t1, 0x5555
  sw t1, 0(t0)
1:
  j 1b

# mscratch points to the data page.
  .org 0x400
handler:
  csrrw x31, mscratch, x31
  sw t0, SAVED(x31)
  sw t1, SAVED + 4(x31)
  sw t2, SAVED + 8(x31)
  sw t3, SAVED + 12(x31)
  lw t0, TIMER_COUNT(x31)
  bnez t0, timer
  lw t0, TOLERATE(x31)
  bnez t0, tolerated
log:
  lw t0, TRAPS(x31)
  addi t1, t0, 1
  sw t1, TRAPS(x31)
  li t2, LAST_ENTRY
  bltu t0, t2, 1f
  mv t0, t2                 # those that do not fit share the last entry and the checksum
1:
  slli t0, t0, 4
  add t0, t0, x31
  lw t1, CHECKSUM(x31)
  csrr t2, mcause
  sw t2, LOG(t0)
  slli t3, t1, 5
  sub t1, t3, t1
  add t1, t1, t2
  csrr t2, mepc
  sw t2, LOG + 4(t0)
  slli t3, t1, 5
  sub t1, t3, t1
  add t1, t1, t2
  csrr t2, mtval
  sw t2, LOG + 8(t0)
  slli t3, t1, 5
  sub t1, t3, t1
  add t1, t1, t2
  csrr t2, mstatus
  sw t2, LOG + 12(t0)
  slli t3, t1, 5
  sub t1, t3, t1
  add t1, t1, t2
  sw t1, CHECKSUM(x31)

  csrr t0, mcause
  bltz t0, interrupt
  li t1, 1
  beq t0, t1, fetch_fault
  csrr t2, mepc
  lw t1, 0(x31)
  add t1, t1, x31
  li t3, PAGE
  sub t1, t1, t3
  beq t1, t2, finish
  li t1, 8
  bne t0, t1, step_over
  li t1, 0x1800
  csrs mstatus, t1
step_over:
  lhu t0, 0(t2)
  li t1, 3
  and t0, t0, t1
  addi t2, t2, 2
  bne t0, t1, 1f
  addi t2, t2, 2
1:
  csrw mepc, t2
resume:
  lw t0, SAVED(x31)
  lw t1, SAVED + 4(x31)
  lw t2, SAVED + 8(x31)
  lw t3, SAVED + 12(x31)
  csrrw x31, mscratch, x31
  mret

fetch_fault:
  csrw mepc, x1
  li t1, 0x1800
  csrs mstatus, t1
  j resume

# Takes back the request for the interrupt that was taken.
interrupt:
  slli t0, t0, 1
  li t1, 2 * 3
  bne t0, t1, 1f
  li t1, MSIP
  sw x0, 0(t1)
  j resume
1:
  li t1, MTIMECMP
  li t2, -1
  sw t2, 4(t1)
  j resume

# Interrupts that come when they come, each asking for the next: nothing is logged.
timer:
  csrr t1, mcause
  bgez t1, 2f
  addi t0, t0, -1
  sw t0, TIMER_COUNT(x31)
  li t1, MTIMECMP
  beqz t0, 1f
  li t2, MTIME
  lw t3, 0(t2)
  addi t3, t3, 7
  sw t3, 0(t1)
  j resume
1:
  li t2, -1
  sw t2, 4(t1)
  j resume
2:
  sw x0, TIMER_COUNT(x31)
  j log

# A trap that need not be the same on every machine: what it is goes where nothing is compared.
tolerated:
  sw x0, TOLERATE(x31)
  csrr t0, mcause
  sw t0, TOLERATE + 4(x31)
  csrr t2, mepc
  j step_over

finish:
  lw t0, SAVED(x31)
  lw t1, SAVED + 4(x31)
  lw t2, SAVED + 8(x31)
  lw t3, SAVED + 12(x31)
  .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  sw x\n, RESULT_X + 4 * \n(x31)
  .endr
  csrr t0, mscratch
  sw t0, RESULT_X + 4 * 31(x31)
  csrr t0, mstatus
  sw t0, RESULT_CSR(x31)
  csrr t0, mie
  sw t0, RESULT_CSR + 4(x31)
  csrr t0, mip
  sw t0, RESULT_CSR + 8(x31)
  csrr t0, mtvec
  sw t0, RESULT_CSR + 12(x31)
  csrr t0, mepc
  sw t0, RESULT_CSR + 16(x31)
  csrr t0, mcause
  sw t0, RESULT_CSR + 20(x31)
  csrr t0, mtval
  sw t0, RESULT_CSR + 24(x31)
  csrr t0, mcounteren
  sw t0, RESULT_CSR + 28(x31)
  csrr t0, mcountinhibit
  sw t0, RESULT_CSR + 32(x31)
  csrr t0, menvcfg
  sw t0, RESULT_CSR + 36(x31)
  csrr t0, misa
  sw t0, RESULT_CSR + 40(x31)
  li t0, CONTROL
  lw t1, 8(t0)
  andi t2, t1, 1
  beqz t2, 1f
  li t2, 0x6000
  csrs mstatus, t2
  csrr t2, 0x003
  sw t2, RESULT_CSR + 44(x31)
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  .insn s 0x27, 2, x\n, RESULT_F + 4 * \n(x31)    # fsw f\n
  .endr
1:
  andi t2, t1, 2
  beqz t2, 1f
  .irp n, 0,1,2,3
  csrr t2, 0x3A0 + \n
  sw t2, RESULT_CSR + 64 + 4 * \n(x31)
  .endr
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  csrr t2, 0x3B0 + \n
  sw t2, RESULT_CSR + 80 + 4 * \n(x31)
  .endr
1:
  lw t1, 4(t0)
  addi t1, t1, 1
  sw t1, 4(t0)
  j _start

# Where an interrupt goes in vectored mode; leaves a mark.
vector3:
  csrrw x31, mscratch, x31
  sw x31, VECTOR3(x31)
  csrrw x31, mscratch, x31
  j handler
vector7:
  csrrw x31, mscratch, x31
  sw x31, VECTOR7(x31)
  csrrw x31, mscratch, x31
  j handler

  .org 0xA00
  .option norvc
vectors:
  j handler
  j handler
  j handler
  j vector3
  j handler
  j handler
  j handler
  j vector7
  .rept 8
  j handler
  .endr
