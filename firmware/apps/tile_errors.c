/* Provokes every error of a tile and every bus fault, and checks code, value and that nothing
 * changed.
 *
 * Exit code 0 when everything was as the register map says, otherwise 1.
 */
#include <stdio.h>
#include <string.h>

#include "aimc_hal.h"

enum {
  kSentinelAt = 0x800, /* results of refused commands would go here */
  kSentinelWords = 16,
  kTimeoutUs = 1000000,
  kProgramTimeoutUs = 60000000,
  kUnmapped = 0x20000000 /* nothing lives here */
};

static aimc_tile tile;
static unsigned checks;
static unsigned failures;

static void check(bool ok, const char* what, uint32_t found, uint32_t expected) {
  ++checks;
  if (ok) return;
  ++failures;
  printf("FAILED: %s: 0x%08lx, expected 0x%08lx\n", what, (unsigned long)found,
         (unsigned long)expected);
}

static void check_equal(const char* what, uint32_t found, uint32_t expected) {
  check(found == expected, what, found, expected);
}

static uint32_t reg(uint32_t offset) {
  return aimc_read32(tile.base + offset);
}
static void set_reg(uint32_t offset, uint32_t value) {
  aimc_write32(tile.base + offset, value);
}

/* ---- what a refused command must leave alone ---- */

typedef struct state {
  uint32_t sentinel[kSentinelWords];
  uint32_t completed, mvms, pulses, wear, read_mode, bank;
  uint32_t params[2];
} state;

static state snapshot(void) {
  state s;
  memset(&s, 0, sizeof s);
  aimc_tile_read(&tile, kSentinelAt, s.sentinel, sizeof s.sentinel);
  s.completed = reg(AIMC_TILE_COMPLETED);
  s.mvms = reg(AIMC_TILE_MVM_COUNT);
  s.pulses = reg(AIMC_TILE_PROGRAM_PULSES_LO);
  s.wear = reg(AIMC_TILE_WEAR_MAX);
  s.read_mode = reg(AIMC_TILE_READ_MODE);
  s.bank = reg(AIMC_TILE_WEIGHT_BANK);
  s.params[0] = reg(AIMC_TILE_NMPU_PARAMS_OFFSET);
  s.params[1] = reg(AIMC_TILE_NMPU_PARAMS_OFFSET + 4);
  return s;
}

static void check_unchanged(const char* what, const state* before) {
  const state after = snapshot();
  ++checks;
  if (memcmp(before, &after, sizeof after) == 0) return;
  ++failures;
  printf("FAILED: %s: the refused access changed something\n", what);
}

/* ERROR and ERROR_VALUE hold the refusal, the error interrupt is raised, both can be cleared. */
static void check_error(const char* what, uint32_t code, uint32_t value) {
  const uintptr_t bitmap =
      AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_TILE_ERROR_PENDING + 4 * (tile.index / 32);
  check_equal(what, reg(AIMC_TILE_ERROR), code);
  check_equal(what, reg(AIMC_TILE_ERROR_VALUE), value);
  check((reg(AIMC_TILE_IRQ_STATUS) & AIMC_TILE_IRQ_STATUS_ERROR_MASK) != 0,
        "error interrupt condition", 0, 1);
  check((aimc_read32(bitmap) >> tile.index % 32 & 1u) != 0,
        "error interrupt pending in system control", 0, 1);
  aimc_tile_clear_errors(&tile);
  check_equal("ERROR after clearing", reg(AIMC_TILE_ERROR), AIMC_TILE_ERROR_NONE);
  check_equal("ERROR_VALUE after clearing", reg(AIMC_TILE_ERROR_VALUE), 0);
  check((aimc_read32(bitmap) >> tile.index % 32 & 1u) == 0, "error interrupt after clearing", 1, 0);
}

/* ---- commands ---- */

static uint32_t region(uint32_t first, uint32_t number) {
  return number << 16 | first;
}

static aimc_command nop(void) {
  return (aimc_command){{AIMC_TILE_OPCODE_NOP, 0, 0, 0, 0, 0, 0, 0}};
}
static aimc_command good_mvm(void) {
  const aimc_region all = {0, 16, 0, 8};
  return aimc_cmd_mvm(0, kSentinelAt, 0, &all);
}
static aimc_command good_post(void) {
  const aimc_region all = {0, 16, 0, 8};
  const aimc_post post = {.addend = AIMC_TILE_POST_ADDEND_NONE};
  return aimc_cmd_post(0x100, kSentinelAt, 0, &all, &post);
}

/* A command that must be refused: with word `index` replaced by `word`. */
static void refuse(const char* what, aimc_command command, unsigned index, uint32_t word,
                   uint32_t code, uint32_t value) {
  command.word[index] = word;
  const state before = snapshot();
  const aimc_status status = aimc_tile_run(&tile, &command, kTimeoutUs);
  check_equal(what, (uint32_t)status, code);
  check_equal(what, tile.error_value, value);
  check_unchanged(what, &before);
  /* Once more on the bare registers, to see the error before the HAL clears it. */
  set_reg(AIMC_TILE_DOORBELL, 1);
  const uint64_t limit = aimc_mtime() + 1000;
  while (reg(AIMC_TILE_ERROR) == AIMC_TILE_ERROR_NONE && aimc_mtime() < limit) {
  }
  check_error(what, code, value);
  check_unchanged(what, &before);
  check_equal("STATUS after a refusal", reg(AIMC_TILE_STATUS) & ~AIMC_TILE_STATUS_PROGRAMMED_MASK,
              0);
}

static void bad_commands(void) {
  const uint32_t sram = tile.sram_bytes;
  const aimc_command mvm = good_mvm();
  const aimc_command post = good_post();
  const aimc_command add = aimc_cmd_add(0, 0x100, kSentinelAt, 8);
  const aimc_command move = aimc_cmd_move(0, kSentinelAt, 16);
  const aimc_command put = aimc_cmd_put(0, aimc_tile_sram(&tile, kSentinelAt), 16);

  refuse("unknown opcode", nop(), 0, 0x7F, AIMC_TILE_ERROR_BAD_OPCODE, 0x7F);
  refuse("reserved flag of NOP", nop(), 0, 0x00010000, AIMC_TILE_ERROR_BAD_FLAGS, 0x00010000);
  refuse("unused word of NOP", nop(), 5, 0x1234, AIMC_TILE_ERROR_BAD_FLAGS, 0x1234);
  const uint32_t addend = AIMC_TILE_OPCODE_POST | AIMC_TILE_POST_ADDEND_MASK;
  refuse("addend of POST", post, 0, addend, AIMC_TILE_ERROR_BAD_FLAGS, addend);
  refuse("MVM inputs beyond the SRAM", mvm, 1, sram - 4, AIMC_TILE_ERROR_BAD_ADDRESS, sram - 4);
  refuse("MVM counts beyond the SRAM", mvm, 2, sram, AIMC_TILE_ERROR_BAD_ADDRESS, sram);
  refuse("MOVE target beyond the SRAM", move, 2, sram - 8, AIMC_TILE_ERROR_BAD_ADDRESS, sram - 8);
  refuse("PUT source beyond the SRAM", put, 1, sram - 8, AIMC_TILE_ERROR_BAD_ADDRESS, sram - 8);
  refuse("ADD vector beyond the SRAM", add, 6, sram - 4, AIMC_TILE_ERROR_BAD_ADDRESS, sram - 4);
  refuse("address that wraps", move, 1, 0xFFFFFFFC, AIMC_TILE_ERROR_BAD_ADDRESS, 0xFFFFFFFC);
  refuse("misaligned MVM inputs", mvm, 1, 2, AIMC_TILE_ERROR_MISALIGNED, 2);
  const uint32_t rounding = AIMC_TILE_OPCODE_POST | AIMC_TILE_POST_ROUNDING_MASK;
  refuse("rounding of POST", post, 0, rounding, AIMC_TILE_ERROR_BAD_FLAGS, rounding);
  refuse("misaligned POST outputs", post, 2, kSentinelAt + 1, AIMC_TILE_ERROR_MISALIGNED,
         kSentinelAt + 1);
  refuse("misaligned PUT length", put, 3, 6, AIMC_TILE_ERROR_MISALIGNED, 6);
  refuse("misaligned PUT target", put, 2, aimc_tile_sram(&tile, kSentinelAt + 2),
         AIMC_TILE_ERROR_MISALIGNED, aimc_tile_sram(&tile, kSentinelAt + 2));
  refuse("no repetitions", mvm, 3, 0, AIMC_TILE_ERROR_BAD_LENGTH, 0);
  refuse("too many repetitions", mvm, 3, 65536, AIMC_TILE_ERROR_BAD_LENGTH, 65536);
  refuse("odd number of elements", add, 3, 7, AIMC_TILE_ERROR_BAD_LENGTH, 7);
  refuse("empty MOVE", move, 3, 0, AIMC_TILE_ERROR_BAD_LENGTH, 0);
  refuse("MVM rows beyond the crossbar", mvm, 6, region(tile.rows - 1, 2),
         AIMC_TILE_ERROR_BAD_REGION, region(tile.rows - 1, 2));
  refuse("POST columns beyond the crossbar", post, 7, region(tile.columns, 1),
         AIMC_TILE_ERROR_BAD_REGION, region(tile.columns, 1));
  const aimc_command program = {
      {AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0, region(0, 1), region(0, 1)}};
  refuse("PROGRAM of no rows", program, 6, 0, AIMC_TILE_ERROR_BAD_REGION, 0);
  refuse("MVM before programming", mvm, 7, region(0, 8), AIMC_TILE_ERROR_NOT_PROGRAMMED,
         region(0, 8));
}

/* A PUT whose target does not exist is known only when the network answers: it has been executed.
 */
static void bad_target(void) {
  const aimc_command put = aimc_cmd_put(0, kUnmapped, 16);
  const aimc_status status = aimc_tile_run(&tile, &put, kTimeoutUs);
  check_equal("PUT to nowhere", (uint32_t)status, AIMC_TILE_ERROR_BUS);
  check_equal("PUT to nowhere", tile.error_value, kUnmapped);
}

/* ---- registers, parameters, weights ---- */

static void refuse_write(const char* what, uint32_t offset, uint32_t value, uint32_t code) {
  const uint32_t old = reg(offset);
  set_reg(offset, value);
  check_error(what, code, value);
  check_equal(what, reg(offset), old);
}

static void bad_values(void) {
  const uint32_t range = (tile.max_range + 1u) << AIMC_TILE_READ_MODE_RANGE_SHIFT | 8u;
  if ((range & ~AIMC_TILE_READ_MODE_RANGE_MASK) == 8u) {
    refuse_write("range of READ_MODE", AIMC_TILE_READ_MODE, range, AIMC_TILE_ERROR_BAD_VALUE);
  }
  refuse_write("no magnitude bits", AIMC_TILE_READ_MODE, 0, AIMC_TILE_ERROR_BAD_VALUE);
  refuse_write("nine magnitude bits", AIMC_TILE_READ_MODE, 9, AIMC_TILE_ERROR_BAD_VALUE);
  refuse_write("weight bank", AIMC_TILE_WEIGHT_BANK, 0x7FFF, AIMC_TILE_ERROR_BAD_VALUE);
  if (tile.nmpu.scale_bits < 16) {
    refuse_write("scale beyond its format", AIMC_TILE_NMPU_PARAMS_OFFSET, 0x01000080,
                 AIMC_TILE_ERROR_BAD_VALUE);
  }
  if (tile.nmpu.offset_bits < 16) {
    refuse_write("offset beyond its format", AIMC_TILE_NMPU_PARAMS_OFFSET + 4, 0x7FFF0000,
                 AIMC_TILE_ERROR_BAD_VALUE);
  }
  refuse_write("weight -128", AIMC_TILE_WEIGHTS_OFFSET, 0x00800000, AIMC_TILE_ERROR_BAD_VALUE);
}

/* PROGRAM lasts long enough to look at a busy tile. */
static void busy_tile(void) {
  const aimc_command program = {
      {AIMC_TILE_OPCODE_PROGRAM, 0, 0, 0, 0, 0, region(0, tile.rows), region(0, 8)}};
  const aimc_command waiting = nop();
  aimc_tile_submit(&tile, &program);
  refuse_write("READ_MODE of a busy tile", AIMC_TILE_READ_MODE, 7, AIMC_TILE_ERROR_BUSY);
  refuse_write("bank of a busy tile", AIMC_TILE_WEIGHT_BANK, 1, AIMC_TILE_ERROR_BUSY);
  refuse_write("parameter of a busy tile", AIMC_TILE_NMPU_PARAMS_OFFSET, 0x8080,
               AIMC_TILE_ERROR_BUSY);
  refuse_write("weight of a busy tile", AIMC_TILE_WEIGHTS_OFFSET, 0x01020304, AIMC_TILE_ERROR_BUSY);
  check_equal("nothing completed yet", reg(AIMC_TILE_STATUS) & AIMC_TILE_STATUS_BUSY_MASK, 1);
  aimc_tile_submit(&tile, &waiting);
  aimc_tile_submit(&tile, &waiting);
  const uint32_t completed = reg(AIMC_TILE_COMPLETED);
  set_reg(AIMC_TILE_DOORBELL, 1);
  check_error("fourth command", AIMC_TILE_ERROR_QUEUE_FULL, AIMC_TILE_OPCODE_NOP);
  /* The first error stays until it is cleared. */
  set_reg(AIMC_TILE_DOORBELL, 1);
  set_reg(AIMC_TILE_READ_MODE, 7);
  check_error("first of two errors", AIMC_TILE_ERROR_QUEUE_FULL, AIMC_TILE_OPCODE_NOP);
  check_equal("waiting for a busy tile", (uint32_t)aimc_tile_wait(&tile, kProgramTimeoutUs),
              AIMC_OK);
  check_equal("commands completed", reg(AIMC_TILE_COMPLETED), completed + 3);
  check((reg(AIMC_TILE_STATUS) & AIMC_TILE_STATUS_PROGRAMMED_MASK) != 0, "STATUS.PROGRAMMED", 0, 1);

  /* Now the programmed cells may be read, their neighbours not. */
  aimc_command mvm = good_mvm();
  check_equal("MVM after programming", (uint32_t)aimc_tile_run(&tile, &mvm, kTimeoutUs), AIMC_OK);
  refuse("MVM half programmed", mvm, 7, region(0, 9), AIMC_TILE_ERROR_NOT_PROGRAMMED, region(0, 9));
}

/* ---- bus faults ---- */

static volatile uint32_t fault_cause;
static volatile uint32_t fault_address;

static bool record_fault(aimc_trap_frame* frame) {
  fault_cause = frame->mcause;
  fault_address = frame->mtval;
  aimc_skip_instruction(frame);
  return true;
}

static void expect_fault(const char* what, uintptr_t address, bool store, uint32_t cause,
                         uint32_t also) {
  fault_cause = UINT32_MAX;
  if (store) {
    __asm__ volatile("sw zero, 0(%0)" ::"r"(address) : "memory");
  } else {
    uint32_t value = 0;
    __asm__ volatile("lw %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
  }
  check(fault_cause == cause || fault_cause == also, what, fault_cause, cause);
  check_equal(what, fault_address, address);
}

static void bus_faults(void) {
  enum { kLoadMisaligned = 4, kLoadFault = 5, kStoreMisaligned = 6, kStoreFault = 7 };
  const aimc_platform_info* soc = aimc_platform();
  const uintptr_t no_tile = soc->tile_base + soc->tile_count * soc->tile_stride;
  aimc_set_trap_hook(record_fault);
  expect_fault("load from nowhere", kUnmapped, false, kLoadFault, kLoadFault);
  expect_fault("store to nowhere", kUnmapped, true, kStoreFault, kStoreFault);
  expect_fault("load behind the last tile", no_tile, false, kLoadFault, kLoadFault);
  expect_fault("store behind the last tile", no_tile, true, kStoreFault, kStoreFault);
  expect_fault("load behind RAM", soc->ram_base + soc->ram_size, false, kLoadFault, kLoadFault);
  expect_fault("misaligned load from a tile", tile.base + AIMC_TILE_GEOMETRY + 1, false,
               kLoadMisaligned, kLoadFault);
  expect_fault("misaligned store to a tile", tile.base + AIMC_TILE_CMD + 2, true, kStoreMisaligned,
               kStoreFault);
  expect_fault("misaligned load from system control", AIMC_SYSTEM_CONTROL_BASE + 2, false,
               kLoadMisaligned, kLoadFault);
  expect_fault("misaligned store to system control",
               AIMC_SYSTEM_CONTROL_BASE + AIMC_SYSCTL_VALUE_LO + 1, true, kStoreMisaligned,
               kStoreFault);
  aimc_set_trap_hook(NULL);
}

int main(void) {
  const unsigned index = aimc_platform()->tile_count - 1;
  const aimc_status status = aimc_tile_open(&tile, index);
  if (status != AIMC_OK) {
    printf("tile_errors: tile %u: %s\n", index, aimc_strerror(status));
    return 1;
  }
  if (tile.rows < 16 || tile.columns < 9) {
    printf("tile_errors: needs a tile of 16x9, this one is %ux%u\n", tile.rows, tile.columns);
    return 1;
  }
  uint32_t sentinel[kSentinelWords];
  for (unsigned i = 0; i < kSentinelWords; ++i) sentinel[i] = 0xA5A50000u + i;
  aimc_tile_write(&tile, kSentinelAt, sentinel, sizeof sentinel);
  aimc_tile opened;
  check_equal("tile that does not exist", (uint32_t)aimc_tile_open(&opened, index + 1),
              AIMC_NO_TILE);
  bad_commands();
  bad_target();
  bad_values();
  busy_tile();
  bus_faults();
  aimc_report("tile_error_checks", checks);
  aimc_report("tile_error_failures", failures);
  printf("tile_errors: %u checks, %u failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
