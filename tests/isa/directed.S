# Start and end of the directed program, and how it prints; the program defines `program` and ends at `stop`.

  .option arch, +zicsr
  .equ UART, 0x10000000
  .equ FINISHER, 0x100000
  .equ DATA_WORDS, 1024

  .section .text.start
  .globl _start
_start:
  j program

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

  .globl stop
stop:
  li t0, FINISHER
  li t1, 0x5555
  sw t1, 0(t0)
3:
  j 3b

  .data
  .globl data
  .balign 4096
data:
  .space 4 * DATA_WORDS
