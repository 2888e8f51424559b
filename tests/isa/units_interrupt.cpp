// Units with interrupts. Those that are compared instruction by instruction come when they are
// allowed, not when they are asked for: QEMU takes them between the blocks it has translated.

#include "tests/isa/csr_table.h"
#include "tests/isa/generator.h"

namespace aimc::isatest {
namespace {

constexpr std::uint32_t kSoftware = 1U << 3U;
constexpr std::uint32_t kTimer = 1U << 7U;
constexpr std::uint32_t kEnable = 1U << 3U;          // mstatus.MIE
constexpr std::uint32_t kPreviousEnable = 1U << 7U;  // mstatus.MPIE

}  // namespace

void Generator::raise_software() {
  const unsigned address = free_register();
  const unsigned one = free_register(address);
  code_.constant(address, kMsip);
  op("addi", one, 0, 1);
  store_word(one, address, 0);
}

void Generator::raise_timer() {
  const unsigned address = free_register();
  code_.constant(address, kMtimecmp);
  store_word(0, address, 0);
  store_word(0, address, 4);
}

void Generator::withdraw_interrupts() {
  const unsigned address = free_register();
  const unsigned ones = free_register(address);
  op("csrrwi", 0, 0, kMie);
  code_.constant(address, kMsip);
  store_word(0, address, 0);
  code_.constant(address, kMtimecmp);
  op("addi", ones, 0, -1);
  store_word(ones, address, 4);
}

// Both kinds, one of them or none, allowed in every way there is.
void Generator::interrupt() {
  code_.begin_unit();
  op("csrrci", 0, kEnable, kMstatus);
  const unsigned vectors = free_register();
  const unsigned handler = free_register(vectors);
  const bool vectored = random_.percent(50);
  if (vectored) {
    code_.constant(vectors, kVectors + 1);
    op("csrrw", handler, vectors, kMtvec);
    if (random_.percent(20)) code_.add("ecall", {});  // exceptions go to the base
  }
  const bool software = random_.percent(60);
  if (software) raise_software();
  if (!software || random_.percent(40)) raise_timer();
  const std::uint32_t enabled = random_.percent(60)   ? kSoftware | kTimer
                                : random_.percent(50) ? kSoftware
                                                      : kTimer;
  op("csrrs", free_register(), 0, kMip);
  switch (random_.below(5)) {
    case 0:
      set_csr("csrrw", kMie, enabled);
      op("csrrsi", 0, kEnable, kMstatus);
      break;
    case 1:
      set_csr("csrrw", kMie, enabled);
      set_csr("csrrs", kMstatus, kEnable);
      break;
    case 2:
      op("csrrwi", 0, 0, kMie);
      op("csrrsi", 0, kEnable, kMstatus);
      set_csr("csrrs", kMie, enabled);
      break;
    case 3: {  // by a return to machine mode
      set_csr("csrrw", kMie, enabled);
      set_csr("csrrs", kMstatus, kPreviousEnable | 0x1800U);
      const Code::Label label = code_.new_label();
      const unsigned address = free_register();
      code_.address(address, label, 0);
      op("csrrw", 0, address, kMepc);
      code_.add("mret", {});
      code_.place(label);
      break;
    }
    default:  // in user mode whatever MIE says
      set_csr("csrrw", kMie, enabled);
      enter_user();
      op("addi", free_register(), source(), 1);
      code_.add("ecall", {});
  }
  // The registers of the beginning may hold something else by now.
  if (vectored) set_csr("csrrw", kMtvec, kHandler);
  withdraw_interrupts();
}

// WFI goes on when an enabled interrupt is pending, and does not take it while MIE is clear.
void Generator::wait_for_interrupt() {
  code_.begin_unit();
  op("csrrci", 0, kEnable, kMstatus);
  set_csr("csrrw", kMie, kSoftware | kTimer);
  if (random_.percent(30)) {  // one that is still to come
    const unsigned address = free_register();
    const unsigned time = free_register(address);
    code_.constant(address, kMtime);
    op("lw", time, address, 0);
    op("addi", time, time, random_.between(1, 60));
    code_.constant(address, kMtimecmp);
    store_word(time, address, 0);
    store_word(0, address, 4);
    op("addi", time, 0, 0);
  } else {
    random_.percent(50) ? raise_software() : raise_timer();
  }
  code_.add("wfi", {});
  op("csrrs", free_register(), 0, kMip);
  withdraw_interrupts();
  op("csrrs", free_register(), 0, kMip);
}

// A few timer interrupts while something is computed, of which nothing may be seen afterwards.
void Generator::timer() {
  constexpr auto kCount = static_cast<std::int32_t>(kTimerCount) - static_cast<std::int32_t>(kData);
  constexpr unsigned kCounter = 18;
  if (code_.size() + 2 * 420 > kMaxCode) return;
  code_.begin_unit();
  const unsigned address = free_register();
  const unsigned time = free_register(address);
  const bool user = random_.percent(50);
  op("csrrci", 0, kEnable, kMstatus);
  op("addi", time, 0, random_.between(1, 4));
  store_word(time, 2, kCount);
  code_.constant(address, kMtime);
  op("lw", time, address, 0);
  op("addi", time, time, random_.between(1, 30));
  code_.constant(address, kMtimecmp);
  store_word(time, address, 0);
  store_word(0, address, 4);
  op("addi", time, 0, 0);
  set_csr("csrrw", kMie, kTimer);
  if (user) {
    enter_user();
  } else {
    op("csrrsi", 0, kEnable, kMstatus);
  }
  may_reserve_ = false;
  code_.constant(kCounter, static_cast<unsigned>(random_.between(5, 60)));
  const Code::Label top = code_.new_label();
  code_.place(top);
  for (int i = random_.between(2, 8); i > 0 && code_.size() + 500 < kMaxCode; --i) plain();
  close_loop(kCounter, top);
  may_reserve_ = true;
  code_.begin_unit();
  const Code::Label wait = code_.new_label();
  code_.place(wait);
  op("lw", time, 2, kCount);
  code_.add_to("bne", {0, time, 0, 0}, wait);
  if (user) code_.add("ecall", {});
  op("csrrci", 0, kEnable, kMstatus);
  withdraw_interrupts();
  forget_trap();
}

}  // namespace aimc::isatest
