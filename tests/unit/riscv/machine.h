#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <vector>

#include "models/riscv/hart.h"
#include "tests/unit/riscv/assembler.h"

namespace aimc::riscv {

constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::uint32_t kRamSize = 0x10000U;
constexpr std::uint32_t kHandler = kRamBase + 0x4000U;  ///< where the tests put a trap handler
constexpr std::uint32_t kData = kRamBase + 0x8000U;     ///< where the tests put data
constexpr std::uint32_t kDevice = 0x10000000U;          ///< 16 words that can be read and written
constexpr std::uint32_t kUnmapped = 0x50000000U;
constexpr std::uint64_t kForever = ~std::uint64_t{0};

/// What the hart asked of its environment.
struct BusAccess {
  bool write = false;
  std::uint32_t address = 0;
  unsigned bytes = 0;
  std::uint32_t value = 0;
  std::uint64_t cycle = 0;
  std::uint64_t instructions = 0;

  bool operator==(const BusAccess& other) const {
    return write == other.write && address == other.address && bytes == other.bytes &&
           value == other.value && cycle == other.cycle && instructions == other.instructions;
  }
};

/// A hart with 64 KiB of RAM and a device that records accesses, can take time and raise
/// interrupts.
class Machine : public HartEnvironment {
 public:
  explicit Machine(HartConfig config = default_config()) : ram(kRamSize), hart(config, *this) {
    hart.add_direct_memory({kRamBase, kRamSize, ram.data(), true});
  }

  static HartConfig default_config() {
    HartConfig config;
    config.reset_pc = kRamBase;
    // Tests of the other extensions add them.
    config.extensions = {Extension::kM, Extension::kA, Extension::kZicntr, Extension::kZifencei};
    return config;
  }

  BusResult load(Hart& /*hart*/, std::uint32_t address, unsigned bytes,
                 std::uint32_t& value) override {
    if (address - kDevice >= sizeof(device)) return record(false, address, bytes, 0, false);
    value = device[(address - kDevice) / 4] >> (8U * (address % 4U));
    if (bytes < 4) value &= (1U << (8U * bytes)) - 1U;
    return record(false, address, bytes, value, true);
  }

  BusResult store(Hart& /*hart*/, std::uint32_t address, unsigned bytes,
                  std::uint32_t value) override {
    if (address - kDevice >= sizeof(device)) return record(true, address, bytes, value, false);
    device[(address - kDevice) / 4] = value;
    return record(true, address, bytes, value, true);
  }

  std::uint64_t read_time(Hart& /*hart*/) override { return time; }

  /// Puts words at an address of RAM, one after the other.
  void put(std::uint32_t address, std::initializer_list<std::uint32_t> words) {
    for (const std::uint32_t word : words) {
      put_word(address, word);
      address += 4;
    }
  }
  void put_word(std::uint32_t address, std::uint32_t word) {
    for (unsigned i = 0; i < 4; ++i) {
      ram.at(address - kRamBase + i) = static_cast<std::uint8_t>(word >> (8U * i));
    }
  }
  void put_half(std::uint32_t address, std::uint32_t half) {
    for (unsigned i = 0; i < 2; ++i) {
      ram.at(address - kRamBase + i) = static_cast<std::uint8_t>(half >> (8U * i));
    }
  }
  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      value |= static_cast<std::uint32_t>(ram.at(address - kRamBase + i)) << (8U * i);
    }
    return value;
  }

  /// Executes `count` instructions from where the hart is; every one takes at least a cycle.
  void step(unsigned count = 1) {
    for (unsigned i = 0; i < count; ++i) hart.run(hart.cycle() + 1);
  }
  /// Executes from the start of RAM up to an EBREAK that ends the program by a trap nobody handles.
  StopReason run_program(std::initializer_list<std::uint32_t> words) {
    put(kRamBase, words);
    put_word(kRamBase + static_cast<std::uint32_t>(4 * words.size()), assembler::ebreak());
    return hart.run(kForever);
  }

  std::uint32_t csr(unsigned number) const {
    std::uint32_t value = 0xDEADBEEFU;
    if (!hart.peek_csr(number, value)) throw std::runtime_error("no such CSR");
    return value;
  }

  std::vector<std::uint8_t> ram;
  std::uint32_t device[16] = {};
  std::vector<BusAccess> accesses;
  std::uint64_t time = 0;
  std::uint64_t access_cycles = 0;                          ///< what an access takes
  void (*on_access)(Machine&, const BusAccess&) = nullptr;  ///< after the access took its time
  Hart hart;

 private:
  BusResult record(bool write, std::uint32_t address, unsigned bytes, std::uint32_t value,
                   bool ok) {
    accesses.push_back({write, address, bytes, value, hart.cycle(), hart.instructions()});
    hart.advance_to(hart.cycle() + access_cycles);
    if (on_access != nullptr) on_access(*this, accesses.back());
    return ok ? BusResult::kOk : BusResult::kError;
  }
};

}  // namespace aimc::riscv
