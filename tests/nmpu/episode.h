#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/nmpu/bins.h"
#include "tests/nmpu/pins.h"
#include "tests/nmpu/reference.h"

namespace aimc::nmpu::test {

/// One random run of the unit from reset, a function of (seed, index) alone.
class Episode {
 public:
  /// @param bins sampled if not null; slow
  Episode(Pins& pins, std::uint64_t seed, std::uint64_t index, Bins* bins);
  /// Streams this many beats and drains the unit.
  /// @return what went wrong, or nothing
  std::optional<std::string> run(unsigned beats);
  [[nodiscard]] std::uint64_t beats() const { return accepted_; }
  [[nodiscard]] std::uint64_t cycles() const { return cycles_; }

 private:
  /// What is likely in this episode, in 1/65536 a cycle.
  struct Habits {
    unsigned gap = 0;
    unsigned stall = 0;
    unsigned write = 0;
    unsigned reset = 0;
    unsigned clear = 0;
    bool lawless = false;  ///< reserved codes, and beats withdrawn before they are accepted
  };
  /// What the pins are driven with in one cycle.
  struct Drive {
    bool reset = false;
    bool in_valid = false;
    bool out_ready = false;
    bool clear = false;
    bool preset = false;
    std::uint32_t preset_psums = 0;
    std::uint32_t preset_activations = 0;
    bool write = false;
    unsigned column = 0;
    Params params;
  };

  static Habits habits(Mix& mix);
  void load();
  void choose();
  void choose_write();
  std::uint32_t choose_preset();
  void cycle();
  void check(bool in_ready, bool out_valid);
  void step(bool accepted);
  void count(const Result* leaving);
  void sample(bool in_ready);
  void complain(const std::string& what);
  [[nodiscard]] std::string story() const;

  Pins& pins_;
  Bins* bins_;
  Reference reference_;
  Mix mix_;
  Habits habits_;
  Stimulus stimulus_;
  Drive drive_;
  Beat beat_;
  // The pipeline as it should be: stage i holds result slot_[i] if bit i of occupied_ is set.
  unsigned occupied_ = 0;
  std::array<unsigned, kShape.stages> slot_{};
  std::array<Result, kShape.stages + 1> results_;
  std::array<Beat, kShape.stages + 1> sources_;  // kept where bins are sampled
  unsigned next_slot_ = 0;
  std::uint32_t saturated_psums_ = 0;
  std::uint32_t saturated_activations_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t cycles_ = 0;
  std::string complaint_;
};

}  // namespace aimc::nmpu::test
