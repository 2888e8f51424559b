# Stack and jump; the data follow the code on a page of their own.
  .section .text.start
  .globl _start
_start:
  la sp, stack_top
  j kernel

  .bss
  .balign 16
  .space 4096
stack_top:
