/* System control: geometry, time, energy, the mailbox and the way out. */
#include <string.h>

#include "hal_internal.h"

enum { kFinisherPass = 0x5555, kFinisherFail = 0x3333, kFinisherReset = 0x7777 };

static aimc_platform_info info;

void aimc_platform_init(void) {
  const uint32_t mesh = aimc_sysctl(AIMC_SYSCTL_MESH);
  info = (aimc_platform_info){
      .tile_count = aimc_sysctl(AIMC_SYSCTL_TILE_COUNT),
      .mesh_width = AIMC_FIELD(mesh, AIMC_SYSCTL_MESH_WIDTH),
      .mesh_height = AIMC_FIELD(mesh, AIMC_SYSCTL_MESH_HEIGHT),
      .tile_base = aimc_sysctl(AIMC_SYSCTL_TILE_BASE),
      .tile_stride = aimc_sysctl(AIMC_SYSCTL_TILE_STRIDE),
      .ram_base = aimc_sysctl(AIMC_SYSCTL_RAM_BASE),
      .ram_size = aimc_sysctl(AIMC_SYSCTL_RAM_SIZE),
      .host_clock_khz = aimc_sysctl(AIMC_SYSCTL_HOST_CLOCK_KHZ),
      .noc_clock_khz = aimc_sysctl(AIMC_SYSCTL_NOC_CLOCK_KHZ),
      .tile_clock_khz = aimc_sysctl(AIMC_SYSCTL_TILE_CLOCK_KHZ),
      .timebase_hz = aimc_sysctl(AIMC_SYSCTL_TIMEBASE_HZ),
      .nmpu_lanes = aimc_sysctl(AIMC_SYSCTL_NMPU_LANES),
  };
}

const aimc_platform_info* aimc_platform(void) {
  return &info;
}

_Noreturn void aimc_finish(int code) {
  const uint32_t word = code == 0 ? kFinisherPass : ((uint32_t)code << 16 | kFinisherFail);
  aimc_write32(AIMC_FINISHER_BASE, word);
  for (;;) {
  }
}

_Noreturn void aimc_reset(void) {
  aimc_write32(AIMC_FINISHER_BASE, kFinisherReset);
  for (;;) {
  }
}

uint64_t aimc_cycles(void) {
  uint32_t high = 0;
  uint32_t low = 0;
  uint32_t again = 0;
  do {
    __asm__ volatile(AIMC_CSR_ASM("csrr %0, mcycleh\ncsrr %1, mcycle\ncsrr %2, mcycleh")
                     : "=&r"(high), "=&r"(low), "=&r"(again));
  } while (high != again);
  return (uint64_t)high << 32 | low;
}

uint64_t aimc_time_ns(void) {
  const uint64_t cycles = aimc_cycles();
  const uint32_t khz = info.host_clock_khz;
  /* Split, so that the product does not overflow. */
  return cycles / khz * 1000000u + cycles % khz * 1000000u / khz;
}

uint64_t aimc_energy_pj(void) {
  const uint32_t low = aimc_sysctl(AIMC_SYSCTL_ENERGY_PJ_LO); /* latches the high word */
  return (uint64_t)aimc_sysctl(AIMC_SYSCTL_ENERGY_PJ_HI) << 32 | low;
}

uint32_t aimc_name(const char* name) {
  const size_t length = strlen(name);
  if (length == 0 || length > 63) return 0;
  for (size_t i = 0; i < length; i += 4) {
    uint32_t word = 0;
    for (size_t j = 0; j < 4 && i + j < length; ++j) {
      word |= (uint32_t)(uint8_t)name[i + j] << (8 * j);
    }
    aimc_sysctl_write(AIMC_SYSCTL_NAME_CHARS, word);
  }
  return aimc_sysctl(AIMC_SYSCTL_NAME_ID);
}

aimc_status aimc_report(const char* name, double value) {
  const uint32_t id = aimc_name(name);
  if (id == 0) return AIMC_INVALID;
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  aimc_sysctl_write(AIMC_SYSCTL_VALUE_LO, (uint32_t)bits);
  aimc_sysctl_write(AIMC_SYSCTL_VALUE_HI, (uint32_t)(bits >> 32));
  aimc_sysctl_write(AIMC_SYSCTL_REPORT, id);
  return AIMC_OK;
}

void aimc_progress(uint32_t done, uint32_t total) {
  aimc_sysctl_write(AIMC_SYSCTL_PROGRESS_TOTAL, total);
  aimc_sysctl_write(AIMC_SYSCTL_PROGRESS_DONE, done);
}

const char* aimc_strerror(aimc_status status) {
  switch (status) {
    case AIMC_OK:
      return "no error";
    case AIMC_BAD_OPCODE:
      return "unknown opcode";
    case AIMC_BAD_FLAGS:
      return "reserved bit set or flag out of range";
    case AIMC_BAD_ADDRESS:
      return "operand leaves the SRAM";
    case AIMC_MISALIGNED:
      return "address or length is not a multiple of four";
    case AIMC_BAD_LENGTH:
      return "count, length or stride out of range";
    case AIMC_BAD_REGION:
      return "region leaves the crossbar";
    case AIMC_NOT_PROGRAMMED:
      return "cells were never programmed";
    case AIMC_QUEUE_FULL:
      return "command queue is full";
    case AIMC_BUSY:
      return "tile is busy";
    case AIMC_BAD_VALUE:
      return "value out of range";
    case AIMC_BUS:
      return "bus error";
    case AIMC_TIMEOUT:
      return "timed out";
    case AIMC_INVALID:
      return "invalid argument";
    case AIMC_NO_TILE:
      return "no such tile";
    case AIMC_LOCKED:
      return "locked";
    case AIMC_NO_MEMORY:
      return "out of memory";
  }
  return "unknown status";
}
