#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

#include "Vnmpu.h"
#include "tests/nmpu/stimulus.h"

namespace aimc::nmpu::test {

/// The Verilated unit at its pins. Setting a pin takes effect with the next `low`.
class Pins {
 public:
  Pins() : context_(make_context()), top_(context_.get(), "nmpu") {
    Verilated::threadContextp(context_.get());
  }
  ~Pins() { top_.final(); }
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  /// The clock's low phase: outputs follow the pins.
  void low() {
    top_.clk = 0;
    top_.eval();
  }
  /// The rising edge.
  void high() {
    top_.clk = 1;
    top_.eval();
  }

  void reset(bool active) { top_.rst_n = active ? 0 : 1; }
  void in_valid(bool valid) { top_.in_valid = valid ? 1 : 0; }
  void out_ready(bool ready) { top_.out_ready = ready ? 1 : 0; }
  void clear(bool clear) { top_.saturated_clear = clear ? 1 : 0; }
  void no_write() { top_.param_valid = 0; }

  void write(unsigned column, const Params& p) {
    top_.param_valid = 1;
    set(top_.param_column, column);
    set(top_.param_sp, p.sp);
    set(top_.param_sn, p.sn);
    set(top_.param_offset, static_cast<std::uint32_t>(p.offset) & mask(kShape.offset));
    set(top_.param_bias, static_cast<std::uint32_t>(p.bias) & mask(kShape.psum));
  }

  void beat(const Beat& beat) {
    const Settings& s = beat.settings;
    top_.in_last = beat.last ? 1 : 0;
    set(top_.in_row, beat.row);
    set(top_.in_keep, beat.keep);
    set(top_.in_addend, s.addend);
    set(top_.in_cut_pre, s.cut_pre);
    set(top_.in_cut_post, s.cut_post);
    set(top_.in_rounding, s.rounding);
    top_.in_relu = s.relu ? 1 : 0;
    set(top_.in_zero_point, static_cast<std::uint32_t>(s.zero_point) & mask(kShape.out));
    top_.in_psum_out = s.psum_out ? 1 : 0;
    pack<kShape.count>(top_.in_cp, beat.cp.data());
    pack<kShape.count>(top_.in_cn, beat.cn.data());
    pack<kShape.psum>(top_.in_psum, beat.psum.data());
  }

  [[nodiscard]] bool in_ready() const { return top_.in_ready != 0; }
  [[nodiscard]] bool out_valid() const { return top_.out_valid != 0; }
  [[nodiscard]] bool out_last() const { return top_.out_last != 0; }
  [[nodiscard]] std::uint32_t saturated_psums() const { return top_.saturated_psums; }
  [[nodiscard]] std::uint32_t saturated_activations() const { return top_.saturated_activations; }

  using Values = std::array<std::int16_t, kLanes>;
  /// The pins have the memory layout of an array of 16-bit values.
  void data(Values& values) const {
    static_assert(kShape.psum == 16 && sizeof(top_.out_data) >= sizeof(Values));
    std::memcpy(values.data(), &top_.out_data, sizeof values);
  }
  [[nodiscard]] bool data_is(const Values& values) const {
    return std::memcmp(&top_.out_data, values.data(), sizeof values) == 0;
  }

  /// Whether assertions of the RTL are checked.
  void assertions(bool on) { context_->assertOn(on); }
  /// Whether an assertion of the RTL has failed.
  [[nodiscard]] bool failed_assertion() const { return context_->gotError(); }

  /// Writes the counters of a unit Verilated with code coverage.
  void write_coverage([[maybe_unused]] const std::string& path) {
#ifdef AIMC_NMPU_COVERAGE
    context_->coveragep()->write(path.c_str());
#endif
  }

  /// A netlist of mutants has pins of its own: which mutant it is, and what loads the saturation
  /// counters, in place of the beats it would take to count that far. Loading goes before counting
  /// and clearing, reset before loading.
#ifdef AIMC_NMPU_MUTANTS
  static constexpr bool kPresets = true;
  void mutant(unsigned number) {
    set(top_.mutant, number);
  }
  void no_preset() {
    top_.preset = 0;
  }
  void preset(std::uint32_t psums, std::uint32_t activations) {
    top_.preset = 1;
    top_.preset_psums = psums;
    top_.preset_activations = activations;
  }
#else
  static constexpr bool kPresets = false;
  void mutant(unsigned /*number*/) {}
  void no_preset() {}
  void preset(std::uint32_t /*psums*/, std::uint32_t /*activations*/) {}
#endif

 private:
  static std::unique_ptr<VerilatedContext> make_context() {
    auto context = std::make_unique<VerilatedContext>();
    context->threads(1);
    context->fatalOnError(false);
    return context;
  }
  static constexpr std::uint32_t mask(unsigned bits) {
    return static_cast<std::uint32_t>(max_unsigned(bits));
  }

  template <typename Port, typename Value>
  static void set(Port& port, Value value) {
    port = static_cast<Port>(value);
  }

  /// Packs one value a lane, kWidth bits each, lane 0 lowest.
  template <unsigned kWidth, typename Port, typename Value>
  static void pack(Port& port, const Value* values) {
    if constexpr (std::is_integral_v<Port>) {
      std::uint64_t word = 0;
      for (unsigned i = 0; i < kLanes; ++i) {
        word |= std::uint64_t{static_cast<std::uint16_t>(values[i])} << (i * kWidth);
      }
      port = static_cast<Port>(word);
    } else if constexpr (kWidth == 16) {
      static_assert(sizeof(Port) == kLanes * sizeof(Value));
      std::memcpy(port.data(), values, sizeof(Port));
    } else {
      static_assert(sizeof(Port) * 8 == (kLanes * kWidth + 31) / 32 * 32);
      std::uint32_t* out = port.data();
      std::uint64_t pending = 0;
      unsigned bits = 0;
      for (unsigned i = 0; i < kLanes; ++i) {
        pending |= std::uint64_t{static_cast<std::uint16_t>(values[i])} << bits;
        bits += kWidth;
        if (bits >= 32) {
          *out++ = static_cast<std::uint32_t>(pending);
          pending >>= 32;
          bits -= 32;
        }
      }
      if (bits > 0) *out = static_cast<std::uint32_t>(pending);
    }
  }

  std::unique_ptr<VerilatedContext> context_;
  Vnmpu top_;
};

}  // namespace aimc::nmpu::test
