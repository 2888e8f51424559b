/* Entries of physical memory protection. */
#include "hal_internal.h"

enum { kEntries = 16, kModeTop = 1 << 3, kModeNatural4 = 2 << 3, kModeNatural = 3 << 3 };

/* The number of a CSR is part of the instruction. */
#define EACH_ENTRY(X) \
  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define EACH_CONFIG(X) X(0) X(1) X(2) X(3)

static uint32_t swap_address(unsigned entry, uint32_t value) {
  uint32_t before = 0;
  switch (entry) {
#define SWAP(n)                                                  \
  case n:                                                        \
    __asm__ volatile(AIMC_CSR_ASM("csrrw %0, pmpaddr" #n ", %1") \
                     : "=r"(before)                              \
                     : "r"(value)                                \
                     : "memory");                                \
    break;
    EACH_ENTRY(SWAP)
#undef SWAP
    default:
      break;
  }
  return before;
}

static uint32_t read_address(unsigned entry) {
  uint32_t value = 0;
  switch (entry) {
#define READ(n)                                                                    \
  case n:                                                                          \
    __asm__ volatile(AIMC_CSR_ASM("csrr %0, pmpaddr" #n) : "=r"(value)::"memory"); \
    break;
    EACH_ENTRY(READ)
#undef READ
    default:
      break;
  }
  return value;
}

/* Puts `byte` in place of the entry's configuration; returns what it then is. */
static unsigned set_config(unsigned entry, unsigned byte) {
  const unsigned shift = 8 * (entry % 4);
  const uint32_t mask = 0xFFu << shift;
  const uint32_t bits = (uint32_t)byte << shift;
  uint32_t after = 0;
  switch (entry / 4) {
#define SET(n)                                                                           \
  case n:                                                                                \
    __asm__ volatile(                                                                    \
        AIMC_CSR_ASM("csrc pmpcfg" #n ", %1\ncsrs pmpcfg" #n ", %2\ncsrr %0, pmpcfg" #n) \
        : "=&r"(after)                                                                   \
        : "r"(mask), "r"(bits)                                                           \
        : "memory");                                                                     \
    break;
    EACH_CONFIG(SET)
#undef SET
    default:
      break;
  }
  return after >> shift & 0xFFu;
}

static volatile bool probe_failed;

static bool note_fault(aimc_trap_frame* frame) {
  probe_failed = true;
  aimc_skip_instruction(frame);
  return true;
}

unsigned aimc_pmp_entries(void) {
  static unsigned count;
  static bool known;
  if (known) return count;
  known = true;
  probe_failed = false;
  const aimc_trap_hook before = aimc_set_trap_hook(note_fault);
  (void)read_address(0); /* illegal where there is no entry at all */
  aimc_set_trap_hook(before);
  if (probe_failed) return 0;
  while (count < kEntries) {
    const uint32_t address = swap_address(count, UINT32_MAX);
    if (swap_address(count, address) == 0) break;
    ++count;
  }
  return count;
}

static bool permissions_valid(unsigned permissions) {
  const unsigned all = AIMC_PMP_READ | AIMC_PMP_WRITE | AIMC_PMP_EXECUTE | AIMC_PMP_LOCK;
  const bool write_only = (permissions & AIMC_PMP_WRITE) != 0 && (permissions & AIMC_PMP_READ) == 0;
  return (permissions & ~all) == 0 && !write_only;
}

static aimc_status write_entry(unsigned entry, uint32_t address, unsigned config) {
  if (entry >= aimc_pmp_entries()) return AIMC_LOCKED;
  set_config(entry, 0); /* nothing in between is allowed */
  (void)swap_address(entry, address);
  if (read_address(entry) != address) return AIMC_LOCKED;
  return set_config(entry, config) == config ? AIMC_OK : AIMC_LOCKED;
}

aimc_status aimc_pmp_set(unsigned entry, uintptr_t base, size_t size, unsigned permissions) {
  if (entry >= kEntries || !permissions_valid(permissions)) return AIMC_INVALID;
  if (size == 0) {
    if (base != 0) return AIMC_INVALID;
    return write_entry(entry, UINT32_MAX, permissions | kModeNatural);
  }
  if (size < 4 || (size & (size - 1)) != 0 || (base & (size - 1)) != 0) return AIMC_INVALID;
  if (size == 4) return write_entry(entry, base >> 2, permissions | kModeNatural4);
  return write_entry(entry, base >> 2 | ((size >> 3) - 1), permissions | kModeNatural);
}

aimc_status aimc_pmp_set_range(unsigned entry, uintptr_t begin, uintptr_t end,
                               unsigned permissions) {
  if (entry + 1 >= kEntries || !permissions_valid(permissions)) return AIMC_INVALID;
  if (begin >= end || begin % 4 != 0 || end % 4 != 0) return AIMC_INVALID;
  const aimc_status status = aimc_pmp_clear(entry + 1);
  if (status != AIMC_OK) return status;
  const aimc_status bottom = write_entry(entry, begin >> 2, 0);
  if (bottom != AIMC_OK) return bottom;
  return write_entry(entry + 1, end >> 2, permissions | kModeTop);
}

aimc_status aimc_pmp_clear(unsigned entry) {
  if (entry >= kEntries) return AIMC_INVALID;
  if (entry >= aimc_pmp_entries()) return AIMC_LOCKED;
  return set_config(entry, 0) == 0 ? AIMC_OK : AIMC_LOCKED;
}
