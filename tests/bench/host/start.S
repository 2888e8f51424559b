/* Stack, zeroed data, main, and the end of the machine by the test finisher. */
  .option arch, +zicsr
  .section .text.init, "ax", @progbits
  .globl _start
_start:
  la    sp, __stack_top
  li    t0, 0x6000              /* mstatus.FS, where there is one */
  csrs  mstatus, t0
  la    t0, __bss_start
  la    t1, __bss_end
1:
  bgeu  t0, t1, 2f
  sw    zero, 0(t0)
  addi  t0, t0, 4
  j     1b
2:
  call  main
  li    t0, 0x100000
  li    t1, 0x5555
  sw    t1, 0(t0)
3:
  j     3b
