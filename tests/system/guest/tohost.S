# Programs that end, print and answer through tohost. KIND chooses one.
#define PASS 1
#define FAIL 2
#define ECALL 3
#define LOWER_ONLY 4
#define POLL_LOWER 5
#define CONSOLE 6
#define SYSCALLS 7
#define UNKNOWN 8
#define NARROW 9
#define FUNCTION 10
#define TEXT_BYTES 18

  .option arch, +zicsr
  .section .text.init, "ax"
  .globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  la s1, begin_signature
  li t0, 0x12345678
  sw t0, 0(s1)
  sw zero, 4(s1)
  li t0, 0x8badf00d
  sb t0, 8(s1)
  srli t0, t0, 8
  sb t0, 9(s1)
  la s0, tohost

#if KIND == PASS || KIND == FAIL
  # The upper half makes the command; the marker behind it must never be written.
  li gp, CODE
  sw gp, 0(s0)
  sw zero, 4(s0)
  sw gp, 4(s1)
1:
  j 1b

#elif KIND == ECALL
  li gp, CODE
  li a7, 93
  ecall

#elif KIND == LOWER_ONLY
  li gp, CODE
  sw gp, 0(s0)
1:
  j 1b

#elif KIND == POLL_LOWER
  li gp, CODE
1:
  sw gp, 0(s0)
  lw t0, 0(s0)
  bnez t0, 1b
  sw gp, 4(s1)
  j 1b

#elif KIND == CONSOLE
  la s2, text
  la s3, fromhost
  li s4, 0x01010000
1:
  lbu a0, 0(s2)
  beqz a0, finish
  sw a0, 0(s0)
  sw s4, 4(s0)
2:
  lw t0, 0(s0)
  bnez t0, 2b
  lw t0, 0(s3)
  andi t1, t0, 0xff
  bne t1, a0, wrong
  sw zero, 0(s3)
  sw zero, 4(s3)
  addi s2, s2, 1
  j 1b

#elif KIND == SYSCALLS
  la s2, words
  la s3, fromhost
  sw s2, 0(s0)
  sw zero, 4(s0)
1:
  lw t0, 0(s3)
  beqz t0, 1b
  sw zero, 0(s3)
  lw t0, 0(s2)
  li t1, TEXT_BYTES
  bne t0, t1, wrong
  li t0, 93
  sw t0, 0(s2)
  li t0, CODE
  sw t0, 8(s2)
  sw s2, 0(s0)
  sw zero, 4(s0)
2:
  j 2b

#elif KIND == UNKNOWN
  li t0, 0x05030000
  sw t0, 4(s0)
  sw t0, 0(s0)
1:
  j 1b

#elif KIND == NARROW
  li gp, CODE
  sw gp, 0(s0)
  sw gp, 4(s1)
1:
  j 1b

#elif KIND == FUNCTION
  li gp, 1
  sw gp, 0(s0)
  sw zero, 4(s0)
  li t0, 0x100000
  li t1, (CODE << 16) | 0x3333
  sw t1, 0(t0)
1:
  j 1b
#endif

finish:
  li gp, 1
1:
  sw gp, 0(s0)
  sw zero, 4(s0)
  j 1b
wrong:
  li gp, 99 << 1 | 1
1:
  sw gp, 0(s0)
  sw zero, 4(s0)
  j 1b

  .align 2
handler:
  la t5, tohost
1:
  sw gp, 0(t5)
  sw zero, 4(t5)
  j 1b

  .data
#if KIND == FUNCTION
  .type tohost, @function
#endif
  .align 6
  .globl tohost
tohost:
#if KIND == NARROW
  .size tohost, 4
  .word 0
#else
  .dword 0
#endif
  .align 6
  .globl fromhost
fromhost:
  .dword 0
  .align 6
words:
  .dword 64, 1, text, TEXT_BYTES, 0, 0, 0, 0
text:
  .asciz "Abc, odd and even\n"
  .align 4
  .globl begin_signature
begin_signature:
  .word 0, 0, 0, 0xffffffff
  .globl end_signature
end_signature:
