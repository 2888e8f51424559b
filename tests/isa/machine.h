#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "models/riscv/hart.h"

namespace aimc::isatest {

/// The smallest machine the programs need: RAM, a UART that prints, the test finisher, the CLINT's
/// software and timer interrupt.
class Machine : public riscv::HartEnvironment {
 public:
  /// A RAM of `ram_size` bytes at layout.h's address, with `image` at its start.
  Machine(const std::vector<char>& image, std::uint32_t ram_size);

  riscv::BusResult load(riscv::Hart& hart, std::uint32_t address, unsigned bytes,
                        std::uint32_t& value) override;
  riscv::BusResult store(riscv::Hart& hart, std::uint32_t address, unsigned bytes,
                         std::uint32_t value) override;
  std::uint64_t read_time(riscv::Hart& hart) override;

  std::uint8_t* ram() { return ram_.get(); }
  std::uint32_t ram_size() const { return ram_size_; }
  /// The word at an address of RAM; zero beyond it. Writing is for addresses inside.
  std::uint32_t word(std::uint32_t address) const;
  void set_word(std::uint32_t address, std::uint32_t value);

  /// Sets the timer interrupt's level for the hart's local time.
  void update_timer(riscv::Hart& hart) const;
  /// The cycle at which the timer interrupt will be raised; the largest number if it never is, or
  /// already has been.
  std::uint64_t next_timer(const riscv::Hart& hart) const;
  /// What the program printed.
  const std::string& printed() const { return printed_; }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  // From calloc: what is never touched costs nothing, and most runs are short.
  std::unique_ptr<std::uint8_t, Free> ram_;
  std::uint32_t ram_size_;
  std::string printed_;
  std::uint32_t msip_ = 0;
  std::uint64_t mtimecmp_ = ~std::uint64_t{0};
};

/// Sees each instruction before and after it is executed.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void before(const riscv::Hart& hart, const Machine& machine) = 0;
  virtual void after(riscv::Hart& hart, Machine& machine) = 0;
};

/// How a run ended.
enum class Ending { kFinished, kLimit, kUnhandledTrap, kWaitsForEver };

/// Runs until the program stops the machine or the hart's clock reaches `limit`. With a `watcher`
/// one instruction at a time; with a `cut_seed` other than zero in random stretches.
Ending run(riscv::Hart& hart, Machine& machine, std::uint64_t limit, std::uint64_t cut_seed,
           Watcher* watcher);

}  // namespace aimc::isatest
