# Exceptions, user mode, vectored interrupts and WFI, one after the other; prints what the CSRs say of each.

  .option arch, +zicsr
  .equ MSIP, 0x02000000
  .equ NOWHERE, 0x11000000

# Runs the instructions in between with a handler that prints mcause, mepc relative to the first of them, mtval and the
# previous mode, and goes on at label 2.
  .macro begin_case
  la t0, 2f
  csrw mscratch, t0
  la t0, report
  csrw mtvec, t0
  la s11, 1f
1:
  .endm
  .macro end_case
2:
  .endm

  .text
  .globl program
program:
  # Where there is physical memory protection it must let user mode in; where there is none this traps and goes on at 3.
  la t0, 3f
  csrw mtvec, t0
  li t0, -1
  csrw 0x3B0, t0
  li t0, 0x1F
  csrw 0x3A0, t0
  .balign 4
3:
  begin_case
  .2byte 0
  end_case
  begin_case
  .4byte 0xFFFFFFFF
  end_case
  begin_case
  ecall
  end_case
  begin_case
  csrw 0xF14, x0      # mhartid is read-only
  end_case
  begin_case
  csrr t0, 0x5C0      # no such CSR
  end_case
  begin_case
  li t0, NOWHERE
  lw t1, 4(t0)
  end_case
  begin_case
  li t0, NOWHERE
  lbu t1, 3(t0)
  end_case
  begin_case
  li t0, NOWHERE
  sh t1, 2(t0)
  end_case
  begin_case
  li t0, NOWHERE
  jr t0
  end_case
  begin_case
  li t0, NOWHERE + 2
  jalr ra, 1(t0)
  end_case
  begin_case
  la t0, data + 2
  lr.w t1, (t0)
  end_case
  # Not here: misaligned SC.W and AMOs, for which QEMU 7.2 reports no fault or cause 4; and a write of the reserved mode 3
  # to mtvec, where the manual leaves the result open.

  # User mode: calls, and what it must not do.
  begin_case
  call enter_user
  ecall
  end_case
  begin_case
  call enter_user
  csrr t0, mstatus
  end_case
  begin_case
  call enter_user
  mret
  end_case
  begin_case
  csrw mcounteren, x0
  call enter_user
  csrr t0, instret
  end_case
  begin_case
  li t0, 7
  csrw mcounteren, t0
  call enter_user
  csrr t0, instret
  ecall
  end_case
  begin_case
  li t0, 1 << 21      # TW: WFI is illegal for user mode
  csrs mstatus, t0
  call enter_user
  wfi
  end_case
  li t0, 1 << 21
  csrc mstatus, t0

  # A software interrupt, direct and vectored, taken when MIE is set; in user mode it is taken whatever MIE says.
  li s10, MSIP
  li t0, 8
  csrw mie, t0
  begin_case
  li t0, 1
  sw t0, 0(s10)
  csrsi mstatus, 8
  nop
  nop
  end_case
  begin_case
  la t0, vectors + 1
  csrw mtvec, t0
  li t0, 1
  sw t0, 0(s10)
  csrsi mstatus, 8
  nop
  nop
  end_case
  begin_case
  la t0, vectors + 1  # exceptions go to the base
  csrw mtvec, t0
  ecall
  end_case
  begin_case
  li t0, 1
  sw t0, 0(s10)
  call enter_user
  nop
  nop
  end_case

  # WFI goes on when an enabled interrupt is pending, without taking it.
  csrci mstatus, 8
  li t0, 1
  sw t0, 0(s10)
  wfi
  csrr a0, mip
  andi a0, a0, 8
  call print_hex
  sw x0, 0(s10)
  csrr a0, mip
  andi a0, a0, 8
  call print_hex

  # Fields that cannot be written, and counters that can.
  li t0, 0x80000002
  csrw mcause, t0
  csrr a0, mcause
  call print_hex
  li t0, 0x12345678
  csrw mscratch, t0
  csrrci a0, mscratch, 0x18
  call print_hex
  csrrsi a0, mscratch, 0x07
  call print_hex
  csrrwi a0, mscratch, 0x15
  call print_hex
  csrr a0, mscratch
  call print_hex
  csrr a0, mhartid
  call print_hex
  li t0, 0x1800
  csrc mstatus, t0
  csrr a0, mstatus
  and a0, a0, t0
  call print_hex
  j stop

# Goes on behind the call in user mode.
enter_user:
  csrw mepc, ra
  li t0, 0x1800
  csrc mstatus, t0
  mret

  .balign 64
vectors:
  j report
  j report
  j report
  j vectored
vectored:
  li a0, 0x7EC
  call print_hex
  j report

  .balign 4
report:
  li t0, MSIP
  sw x0, 0(t0)
  csrr a0, mcause
  call print_hex
  csrr a0, mepc
  sub a0, a0, s11
  call print_hex
  csrr a0, mtval
  call print_hex
  csrr a0, mstatus
  li t0, 0x1888       # MPP, MPIE, MIE
  and a0, a0, t0
  call print_hex
  csrr t0, mscratch
  csrw mepc, t0
  li t0, 0x1800
  csrs mstatus, t0
  li t0, 0x88
  csrc mstatus, t0
  mret
