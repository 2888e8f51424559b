// The Verilated backend: drives the pins of rtl/nmpu/nmpu.sv and counts the cycles it sees there.
//
// The RTL's clock runs only while a call needs it. This file never sees SystemC: Verilator's
// headers and SystemC's disagree about sc_time_stamp.
#include <verilated.h>
#include <verilated_sym_props.h>
#include <verilated_vcd_c.h>

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

#include "models/nmpu/checks.h"
#include "models/nmpu/rtl_backend.h"

#ifdef AIMC_NMPU_WIDE
#include "Vnmpu_wide.h"
using VerilatedNmpu = Vnmpu_wide;
#else
#include "Vnmpu.h"
using VerilatedNmpu = Vnmpu;
#endif

#ifndef AIMC_NMPU_LANES
#define AIMC_NMPU_LANES ::aimc::nmpu::format::kLanes
#endif

namespace aimc::nmpu {
namespace {

constexpr unsigned kLanes = AIMC_NMPU_LANES;
#ifdef AIMC_NMPU_WIDE
constexpr Configuration kConfiguration = Configuration::kWide;
#else
constexpr Configuration kConfiguration = Configuration::kPaper;
#endif
constexpr unsigned kWordBits = 32;
// An RTL of any sensible depth has answered after this many cycles in which nothing moved.
constexpr unsigned kHangCycles = 1000;

template <unsigned kBits>
using Words = std::array<std::uint32_t, (kBits + kWordBits - 1) / kWordBits>;

/// Sets a port, whatever type Verilator chose for its width.
template <typename Port>
void set(Port& port, std::uint32_t value) {
  port = static_cast<Port>(value);
}

template <std::size_t kPortWords, std::size_t kWords>
void set(VlWide<kPortWords>& port, const std::array<std::uint32_t, kWords>& words) {
  static_assert(kPortWords == kWords,
                "a port of the RTL has another width than the number formats say");
  std::copy(words.begin(), words.end(), port.data());
}

template <typename Port, std::size_t kWords>
std::enable_if_t<std::is_integral_v<Port>> set(Port& port,
                                               const std::array<std::uint32_t, kWords>& words) {
  static_assert(kWords == 1 ? sizeof(Port) <= 4 : kWords == 2 && sizeof(Port) == 8,
                "a port of the RTL has another width than the number formats say");
  std::uint64_t value = words[0];
  if constexpr (kWords > 1) value |= std::uint64_t{words[1]} << kWordBits;
  port = static_cast<Port>(value);
}

/// 16-bit element `index` of an output port.
template <std::size_t kWords>
std::int16_t element(const VlWide<kWords>& port, unsigned index) {
  static_assert(kWords == Words<kLanes * format::kPsumW>{}.size(),
                "out_data has another width than the number formats say");
  return static_cast<std::int16_t>(port.data()[index / 2] >> (index % 2 * format::kPsumW));
}

template <typename Port>
std::enable_if_t<std::is_integral_v<Port>, std::int16_t> element(Port port, unsigned index) {
  return static_cast<std::int16_t>(port >> (index * format::kPsumW));
}

/// Lanes first .. first + count - 1 get the values, the others zero.
template <unsigned kWidth, typename Value>
Words<kLanes * kWidth> pack(const Value* values, unsigned first, unsigned count) {
  Words<kLanes * kWidth> words{};
  for (unsigned i = 0; i < count; ++i) {
    const std::uint32_t value = static_cast<std::uint16_t>(values[i]);
    const unsigned bit = (first + i) * kWidth;
    const unsigned word = bit / kWordBits;
    const unsigned shift = bit % kWordBits;
    words[word] |= value << shift;
    if (shift + kWidth > kWordBits) words[word + 1] |= value >> (kWordBits - shift);
  }
  return words;
}

/// Lanes first .. first + count - 1 are set.
Words<kLanes> marks(unsigned first, unsigned count) {
  Words<kLanes> words{};
  for (unsigned i = first; i < first + count; ++i) words[i / kWordBits] |= 1U << i % kWordBits;
  return words;
}

constexpr unsigned kOffsetMask =
    (1U
     << (kConfiguration == Configuration::kWide ? format::kWide : format::kPaper).offset_bits()) -
    1;

class Rtl final : public Backend {
 public:
  explicit Rtl(const WaveOptions& waves) : waves_(waves) {
    open_waves();
    reset();
    // Reset leaves the parameters alone; columns never written read as zero, as in the model.
    for (unsigned column = 0; column < column_capacity(kLanes); ++column) write_params(column, {});
  }
  ~Rtl() override {
    enter();
    if (vcd_) vcd_->close();
    top_.final();
  }
  Rtl(const Rtl&) = delete;
  Rtl& operator=(const Rtl&) = delete;

  void write_params(unsigned column, const ColumnParams& params) override {
    check_params(column, params, format_);
    enter();
    top_.param_valid = 1;
    set(top_.param_column, column);
    set(top_.param_sp, params.scale_p);
    set(top_.param_sn, params.scale_n);
    set(top_.param_offset, static_cast<std::uint16_t>(params.offset) & kOffsetMask);
    set(top_.param_bias, static_cast<std::uint16_t>(params.bias));
    low_phase();
    high_phase();
    top_.param_valid = 0;
  }

  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) override {
    check_vector(vector, out, kLanes);
    enter();
    drive_config(vector.config);
    begin_waves(now_ps);
    try {
      const unsigned cycles = stream(vector, out, now_ps);
      end_waves();
      return cycles;
    } catch (...) {
      end_waves();
      reset();  // what is left in the pipeline must not come out in the next vector
      throw;
    }
  }

  void observe(Intermediates* points) override { points_ = find_lanes() ? points : nullptr; }

  [[nodiscard]] Saturation saturation() const override {
    return {top_.saturated_psums, top_.saturated_activations};
  }

  void clear_saturation() override {
    enter();
    top_.saturated_clear = 1;
    low_phase();
    high_phase();
    top_.saturated_clear = 0;
  }

 private:
  /// The part of a vector that lies in one beat.
  struct Slice {
    unsigned row;    // parameter word of the lanes
    unsigned lane;   // of the first element
    unsigned index;  // of the first element in the vector
    unsigned count;
  };

  static Slice slice(const Vector& vector, unsigned beat) {
    const unsigned row = vector.first_column / kLanes + beat;
    const unsigned begin = std::max(row * kLanes, vector.first_column);
    const unsigned end = std::min((row + 1) * kLanes, vector.first_column + vector.columns);
    return {row, begin % kLanes, begin - vector.first_column, end - begin};
  }

  unsigned stream(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) {
    const unsigned beats = beats_touched(vector.first_column, vector.columns, kLanes);
    unsigned sent = 0;
    unsigned received = 0;
    unsigned cycles = 0;
    unsigned idle = 0;
    unsigned multiplied = 0;  // beats whose products have been seen
    bool accepted_before = false;
    if (points_ != nullptr) resize_points(vector.columns);
    drive_beat(vector, 0, beats);
    while (received < beats) {
      low_phase();
      const bool accepted = top_.in_valid != 0 && top_.in_ready != 0;
      const bool produced = top_.out_valid != 0;
      sent += accepted ? 1 : 0;
      if (sent > 0) ++cycles;
      if (produced) {
        if (received == sent) fail("gave out a beat that was not put in", now_ps);
        const bool is_last = received + 1 == beats;
        if ((top_.out_last != 0) != is_last) {
          fail("set out_last to " + std::to_string(unsigned{top_.out_last}) + " on output beat " +
                   std::to_string(received) + " of " + std::to_string(beats),
               now_ps);
        }
        collect(vector, received++, out);
      }
      idle = accepted || produced ? 0 : idle + 1;
      if (idle > kHangCycles) {
        fail("hangs: nothing moved for " + std::to_string(kHangCycles) + " cycles, with " +
                 std::to_string(sent) + " of " + std::to_string(beats) + " beats accepted and " +
                 std::to_string(received) + " given out",
             now_ps);
      }
      high_phase();
      if (points_ != nullptr) {
        // Nothing stalls: products are there one edge after a beat was accepted, sums two.
        if (accepted_before) show_sums(slice(vector, multiplied++));
        if (accepted) show_products(slice(vector, sent - 1));
        accepted_before = accepted;
      }
      if (accepted) drive_beat(vector, sent, beats);
    }
    low_phase();
    if (top_.out_valid != 0) fail("still gives out a beat after the last", now_ps);
    if (context_->gotError()) {
      context_->gotError(false);
      context_->gotFinish(false);
      fail("failed an assertion; the simulator's message names it", now_ps);
    }
    return cycles;
  }

  void drive_config(const VectorConfig& config) {
    set(top_.in_addend, static_cast<unsigned>(config.addend));
    set(top_.in_cut_pre, config.cut_pre);
    set(top_.in_cut_post, config.cut_post);
    set(top_.in_rounding, static_cast<unsigned>(config.rounding));
    top_.in_relu = config.relu ? 1 : 0;
    set(top_.in_zero_point, static_cast<std::uint8_t>(config.zero_point));
    top_.in_psum_out = config.psum_out ? 1 : 0;
  }

  /// Puts a beat on the input pins, or takes in_valid away after the last.
  void drive_beat(const Vector& vector, unsigned beat, unsigned beats) {
    top_.in_valid = beat < beats ? 1 : 0;
    top_.in_last = beat + 1 == beats ? 1 : 0;
    if (beat >= beats) return;
    const Slice s = slice(vector, beat);
    set(top_.in_row, s.row);
    set(top_.in_keep, marks(s.lane, s.count));
    set(top_.in_cp, pack<format::kInW>(vector.cp + s.index, s.lane, s.count));
    set(top_.in_cn, pack<format::kInW>(vector.cn + s.index, s.lane, s.count));
    if (vector.config.addend == Addend::kPsum) {
      set(top_.in_psum, pack<format::kPsumW>(vector.psum + s.index, s.lane, s.count));
    }
  }

  void collect(const Vector& vector, unsigned beat, std::int16_t* out) const {
    const Slice s = slice(vector, beat);
    for (unsigned i = 0; i < s.count; ++i) out[s.index + i] = element(top_.out_data, s.lane + i);
  }

  // ---- intermediate values ----

  /// Registers of one lane by the names rtl/nmpu gives them.
  struct LaneRegisters {
    const std::uint32_t* product_p = nullptr;
    const std::uint32_t* product_n = nullptr;
    const std::uint32_t* acc = nullptr;
  };

  /// Looks for every lane's registers; false if the RTL does not show them.
  bool find_lanes() {
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      const std::string scope = "nmpu.nmpu.gen_lane[" + std::to_string(lane) + "].lane";
      const VerilatedScope* const found = context_->scopeFind(scope.c_str());
      if (found == nullptr) return false;
      const auto find = [found](const char* name) -> const std::uint32_t* {
        const VerilatedVar* const variable = found->varFind(name);
        if (variable == nullptr || variable->entSize() != sizeof(std::uint32_t)) return nullptr;
        return static_cast<const std::uint32_t*>(variable->datap());
      };
      lanes_[lane] = {find("product_p"), find("product_n"), find("acc")};
      if (lanes_[lane].product_p == nullptr || lanes_[lane].product_n == nullptr ||
          lanes_[lane].acc == nullptr) {
        return false;
      }
    }
    return true;
  }

  void resize_points(unsigned columns) {
    points_->product_p.resize(columns);
    points_->product_n.resize(columns);
    points_->acc.resize(columns);
    points_->valid = true;
  }

  void show_products(const Slice& s) {
    for (unsigned i = 0; i < s.count; ++i) {
      points_->product_p[s.index + i] = *lanes_[s.lane + i].product_p;
      points_->product_n[s.index + i] = *lanes_[s.lane + i].product_n;
    }
  }

  void show_sums(const Slice& s) {
    const unsigned unused = kWordBits - format_.acc_bits;
    for (unsigned i = 0; i < s.count; ++i) {
      // Shifted up and down again, the sign is extended.
      const auto shifted = static_cast<std::int32_t>(*lanes_[s.lane + i].acc << unused);
      points_->acc[s.index + i] = shifted >> unused;
    }
  }

  // ---- waveforms ----

  void open_waves() {
    if (waves_.file.empty()) return;
    context_->traceEverOn(true);
    vcd_ = std::make_unique<VerilatedVcdC>();
    vcd_->set_time_unit("1ps");
    vcd_->set_time_resolution("1ps");
    constexpr int kAllLevels = 99;
    top_.trace(vcd_.get(), kAllLevels);
    vcd_->open(waves_.file.c_str());
    if (!vcd_->isOpen()) {
      throw std::runtime_error("waveform '" + waves_.file + "' cannot be written");
    }
  }

  /// The vector's cycles are written, from its start or from where the last one ended.
  void begin_waves(std::uint64_t now_ps) {
    if (!vcd_ || now_ps < waves_.from_ps || now_ps >= waves_.to_ps) return;
    wave_ps_ = std::max(wave_ps_, now_ps);
    waving_ = true;
  }

  void end_waves() {
    if (!waving_) return;
    waving_ = false;
    vcd_->flush();
  }

  void dump_phase() {
    if (!waving_) return;
    vcd_->dump(wave_ps_);
    wave_ps_ += waves_.period_ps / 2;
  }

  void reset() {
    constexpr unsigned kResetCycles = 2;
    top_.in_valid = 0;
    top_.param_valid = 0;
    top_.saturated_clear = 0;
    top_.out_ready = 1;
    top_.rst_n = 0;
    for (unsigned i = 0; i < kResetCycles; ++i) {
      low_phase();
      high_phase();
    }
    top_.rst_n = 1;
  }

  static std::unique_ptr<VerilatedContext> make_context() {
    auto context = std::make_unique<VerilatedContext>();
    context->threads(1);  // by default each context starts a worker for every further processor
    // A failed assertion in the RTL becomes an exception here instead of the end of the process.
    context->fatalOnError(false);
    return context;
  }

  /// Verilator's run time finds the context of assertions and scopes through a variable of the
  /// thread, which still names whichever instance was constructed last.
  void enter() { Verilated::threadContextp(context_.get()); }

  void low_phase() {
    top_.clk = 0;
    top_.eval();
    dump_phase();
  }
  void high_phase() {
    top_.clk = 1;
    top_.eval();
    dump_phase();
  }

  [[noreturn]] static void fail(const std::string& what, std::uint64_t now_ps) {
    throw std::runtime_error("nmpu: the RTL " + what + " (vector started at " +
                             std::to_string(now_ps) + " ps)");
  }

  std::unique_ptr<VerilatedContext> context_ = make_context();
  VerilatedNmpu top_{context_.get(), "nmpu"};
  const Format format_ = make_format(kConfiguration, kLanes);
  Intermediates* points_ = nullptr;
  std::array<LaneRegisters, kLanes> lanes_;
  const WaveOptions waves_;
  std::unique_ptr<VerilatedVcdC> vcd_;
  bool waving_ = false;
  std::uint64_t wave_ps_ = 0;  // time of the next phase
};

}  // namespace

#ifdef AIMC_NMPU_WIDE
std::unique_ptr<Backend> make_rtl_wide(const WaveOptions& waves) {
#else
std::unique_ptr<Backend> make_rtl_paper(const WaveOptions& waves) {
#endif
  return std::make_unique<Rtl>(waves);
}

}  // namespace aimc::nmpu
