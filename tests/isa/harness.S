# Around every program: a trap handler that folds what it sees into a checksum and goes on behind the trapping instruction,
# and an end that prints all registers and the checksums to the UART and stops through the test finisher.
#
# A program defines `program`, which ends with `j finish`; s0 points into the middle of `data`, sp to its start.

  .option arch, +zicsr
  .equ UART, 0x10000000
  .equ FINISHER, 0x100000
  .equ DATA_WORDS, 1024

  .section .text.start
  .globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  la t0, frame
  csrw mscratch, t0
  la s0, data + 2048
  la sp, data
  j program

# mscratch points to the frame: x5, x6, x7, x28, then number of traps and checksum.
  .text
  .balign 4
handler:
  csrrw sp, mscratch, sp
  sw t0, 0(sp)
  sw t1, 4(sp)
  sw t2, 8(sp)
  sw t3, 12(sp)
  lw t0, 16(sp)
  addi t0, t0, 1
  sw t0, 16(sp)
  lw t0, 20(sp)
  li t1, 31
  csrr t2, mcause
  mul t0, t0, t1
  add t0, t0, t2
  csrr t2, mtval
  mul t0, t0, t1
  add t0, t0, t2
  csrr t2, mepc
  mul t0, t0, t1
  add t0, t0, t2
  sw t0, 20(sp)
  lhu t0, 0(t2)
  li t3, 3
  and t0, t0, t3
  addi t2, t2, 2
  bne t0, t3, 1f
  addi t2, t2, 2
1:
  csrw mepc, t2
  lw t0, 0(sp)
  lw t1, 4(sp)
  lw t2, 8(sp)
  lw t3, 12(sp)
  csrrw sp, mscratch, sp
  mret

# Prints a0 as eight hexadecimal digits and a line feed; uses t0 to t2.
  .globl print_hex
print_hex:
  li t0, UART
  li t1, 28
1:
  srl t2, a0, t1
  andi t2, t2, 15
  addi t2, t2, -10
  bltz t2, 2f
  addi t2, t2, 'a' - '0' - 10
2:
  addi t2, t2, '0' + 10
  sb t2, 0(t0)
  addi t1, t1, -4
  bgez t1, 1b
  li t2, '\n'
  sb t2, 0(t0)
  ret

  .globl finish
finish:
  csrw mscratch, sp
  la sp, registers
  .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  sw x\n, 4*\n(sp)
  .endr
  csrr t0, mscratch
  sw t0, 8(sp)
  la s0, registers
  li s1, 32
1:
  lw a0, 0(s0)
  call print_hex
  addi s0, s0, 4
  addi s1, s1, -1
  bnez s1, 1b
  la s0, frame
  lw a0, 16(s0)
  call print_hex
  lw a0, 20(s0)
  call print_hex
  la s0, data
  li s1, DATA_WORDS
  li a0, 0
  li a1, 31
2:
  lw a2, 0(s0)
  mul a0, a0, a1
  add a0, a0, a2
  addi s0, s0, 4
  addi s1, s1, -1
  bnez s1, 2b
  call print_hex
  .globl stop
stop:
  li t0, FINISHER
  li t1, 0x5555
  sw t1, 0(t0)
3:
  j 3b

  .data
  .balign 64
frame:
  .space 64
registers:
  .space 128
  .globl data
  .balign 4096
data:
  .space 4 * DATA_WORDS
