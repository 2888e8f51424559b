// Units with physical memory protection.
//
// An entry covers whole pages of the program's own slot, from user mode and with MPRV: QEMU 7.2
// remembers one permission for a page, takes an empty TOR range for one that holds address 0, and
// reports an atomic operation on what cannot be read as a load. The handler works on the same data
// page, in machine mode, which entries that are not locked leave alone; QEMU keeps what it found
// out for machine mode until MPRV changes, so MPRV is set for one access at a time. Locked entries
// are the subject of protection.py.

#include "tests/isa/generator.h"

namespace aimc::isatest {
namespace {

constexpr unsigned kOff = 0;
constexpr unsigned kTopOfRange = 0x08;
constexpr unsigned kNatural = 0x18;
constexpr unsigned kReadable = 1;
constexpr std::uint32_t kUserAccesses = 0x20000;  // mstatus.MPRV

}  // namespace

// `place` is an address relative to the program's data page, `size` that of a naturally aligned
// power of two, or 0 for an address alone.
void Generator::write_entry(unsigned entry, std::int32_t place, std::uint32_t size,
                            unsigned configuration) {
  const unsigned address = free_register();
  op("addi", address, 2, -static_cast<std::int32_t>(kData));
  if (place != 0) {
    const unsigned distance = free_register(address);
    code_.constant(distance, static_cast<std::uint32_t>(place));
    code_.add("add", {address, address, distance, 0});
  }
  op("srli", address, address, 2);
  if (size != 0) op("ori", address, address, static_cast<std::int32_t>(size / 8 - 1));
  op("csrrw", 0, address, kPmpaddr + static_cast<std::int32_t>(entry));
  // The last entry lets user mode do everything.
  std::uint32_t word = configuration << 8U * (entry % 4);
  if (entry / 4 == 3) word |= 0x1F000000U;
  set_csr("csrrw", static_cast<unsigned>(kPmpcfg) + entry / 4, word);
}

void Generator::protection() {
  code_.begin_unit();
  constexpr std::array<unsigned, 6> kPermissions{0, 1, 3, 4, 5, 7};
  constexpr auto kCode = -static_cast<std::int32_t>(kPage);
  const unsigned permissions = random_.pick(kPermissions);
  const unsigned entry = 1 + random_.below(14);
  // The data page, the code page, or both.
  const unsigned what = random_.below(3);
  const std::int32_t first = what == 0 ? 0 : kCode;
  const std::uint32_t size = what == 2 ? 2 * kPage : kPage;
  const bool covers_data = what != 1;
  if (random_.percent(40)) {
    write_entry(entry - 1, first, 0, kOff);
    write_entry(entry, first + static_cast<std::int32_t>(size), 0, permissions | kTopOfRange);
  } else {
    write_entry(entry, first, size, permissions | kNatural);
  }
  if (random_.percent(30)) {  // a lower entry decides first
    write_entry(0, 0, kPage, random_.pick(kPermissions) | kNatural);
    protected_user(false);
    write_entry(0, 0, 0, kOff);
  } else if (random_.percent(60)) {
    protected_user(!covers_data || (permissions & kReadable) != 0);
  } else {
    for (int i = random_.between(1, 3); i > 0; --i) protected_machine();
  }
  write_entry(entry, 0, 0, kOff);
}

// A fetch that fails leads to ra, behind it all.
void Generator::protected_user(bool readable) {
  const Code::Label end = code_.new_label();
  code_.address(1, end, 0);
  const Code::Label start = code_.new_label();
  const unsigned address = free_register(1);
  code_.address(address, start, 0);
  op("csrrw", 0, address, kMepc);
  code_.constant(address, 0x21800);
  op("csrrc", 0, address, kMstatus);
  code_.add("mret", {});
  code_.place(start);
  for (int i = random_.between(1, 4); i > 0; --i) {
    const unsigned kind = random_.below(10);
    if (has(kFloat) && kind == 0) {
      float_memory();
    } else if (kind == 1 && readable) {
      atomic();
    } else {
      kind < 7 ? memory() : compressed_memory();
    }
  }
  code_.add("ecall", {});
  code_.place(end);
}

void Generator::protected_machine() {
  const unsigned mode = free_register();
  code_.constant(mode, 0x1800);
  op("csrrc", 0, mode, kMstatus);
  code_.constant(mode, kUserAccesses);
  op("csrrs", 0, mode, kMstatus);
  const Form& form = one_of({Format::kLoad, Format::kStore});
  code_.add(form, {target(), 8, source(), 4 * random_.between(-256, 255)});
  set_csr("csrrc", kMstatus, kUserAccesses);
}

}  // namespace aimc::isatest
