#include "tests/nmpu/episode.h"

#include <sstream>

#include "models/core/random.h"

namespace aimc::nmpu::test {
namespace {

constexpr unsigned kOut = kShape.stages - 1;  // the stage that drives the output
constexpr unsigned kFull = (1U << kShape.stages) - 1;
// In an episode most of whose cycles move nothing, this many suffice for a beat with certainty.
constexpr std::uint64_t kCyclesPerBeat = 64;

std::uint64_t key(std::uint64_t seed, std::uint64_t index) {
  const auto words = core::RandomStream(seed, "nmpu", "random layer").bits(index);
  return std::uint64_t{words[1]} << 32 | words[0];
}

}  // namespace

Episode::Habits Episode::habits(Mix& mix) {
  constexpr std::array<unsigned, 3> kStalls{0, 2621, 32768};  // 0, 0.04, 0.5
  constexpr std::array<unsigned, 4> kWrites{0, 655, 4096, 32768};
  Habits h;
  h.gap = kStalls[mix.below(3)];
  h.stall = kStalls[mix.below(3)];
  h.write = kWrites[mix.below(4)];
  h.reset = mix.chance(3) ? 128 : 0;
  h.clear = mix.chance(3) ? 1024 : 0;
  h.lawless = mix.chance(4);
  return h;
}

Episode::Episode(Pins& pins, std::uint64_t seed, std::uint64_t index, Bins* bins)
    : pins_(pins),
      bins_(bins),
      reference_(bins),
      mix_(key(seed, index)),
      habits_(habits(mix_)),
      stimulus_(mix_.next(), habits_.lawless) {}

std::optional<std::string> Episode::run(unsigned beats) {
  pins_.assertions(!habits_.lawless);
  load();
  const std::uint64_t limit = cycles_ + beats * kCyclesPerBeat;
  while (accepted_ < beats && complaint_.empty()) {
    choose();
    cycle();
    if (cycles_ > limit) complain("moves too few beats");
  }
  drive_ = {};
  drive_.out_ready = true;
  for (unsigned i = 0; i < kShape.stages && complaint_.empty(); ++i) cycle();
  drive_.out_ready = false;
  if (complaint_.empty()) cycle();
  if (complaint_.empty() && pins_.failed_assertion()) {
    complain("failed an assertion; the simulator's message names it");
  }
  if (complaint_.empty()) return std::nullopt;
  return complaint_;
}

/// Resets the unit and writes all parameters.
void Episode::load() {
  drive_.reset = true;
  // The first cycle's outputs are whatever the episode before left.
  pins_.reset(true);
  pins_.in_valid(false);
  pins_.no_write();
  pins_.low();
  pins_.high();
  for (unsigned column = 0; column < kColumns && complaint_.empty(); ++column) {
    drive_.write = true;
    drive_.column = column;
    drive_.params = stimulus_.params(column);
    cycle();
    drive_.reset = mix_.chance(32);
  }
  drive_ = {};
}

/// Decides what the pins do in the next cycle.
void Episode::choose() {
  const bool waiting = drive_.in_valid;
  drive_.out_ready = !mix_.odds(habits_.stall);
  drive_.reset = habits_.reset != 0 && (drive_.reset ? mix_.chance(2) : mix_.odds(habits_.reset));
  drive_.clear = habits_.clear != 0 && mix_.odds(habits_.clear);
  drive_.write = habits_.write != 0 && mix_.odds(habits_.write);
  if (drive_.write) choose_write();
  if constexpr (Pins::kPresets) {
    drive_.preset = mix_.chance(64);
    if (drive_.preset) {
      drive_.preset_psums = choose_preset();
      drive_.preset_activations = choose_preset();
    }
  }
  if (waiting) {
    if (habits_.lawless && mix_.chance(8)) {
      drive_.in_valid = false;
      if (bins_ != nullptr) bins_->sample_withdrawn(occupied_ == kFull);
    }
    return;
  }
  drive_.in_valid = !mix_.odds(habits_.gap);
  if (drive_.in_valid) {
    stimulus_.make(beat_, reference_.table());
    pins_.beat(beat_);
  } else if (mix_.chance(4)) {
    // What lies at the input without in_valid must not matter.
    beat_.settings.psum_out = !beat_.settings.psum_out;
    beat_.row = mix_.below(kShape.rows);
    pins_.beat(beat_);
  }
}

/// Often a column of the very beat that is offered, so that both meet at one edge; or the column
/// just written.
void Episode::choose_write() {
  const unsigned kind = mix_.below(8);
  if (kind == 1) {
    drive_.column = mix_.chance(2) ? 0 : kColumns - 1;
  } else if (kind != 0) {
    const unsigned row = kind < 5 ? beat_.row : mix_.below(kShape.rows);
    drive_.column = row * kLanes + mix_.below(kLanes);
  }
  drive_.params = stimulus_.params(drive_.column);
}

/// Anything, or just below a carry into some bit.
std::uint32_t Episode::choose_preset() {
  const auto any = static_cast<std::uint32_t>(mix_.next());
  if (mix_.chance(2)) return any;
  const unsigned ones = mix_.below(33);
  const auto low = static_cast<std::uint32_t>((std::uint64_t{1} << ones) - 1);
  return (any | low) - (mix_.below(4) & low);
}

void Episode::cycle() {
  pins_.reset(drive_.reset);
  pins_.in_valid(drive_.in_valid);
  pins_.out_ready(drive_.out_ready);
  pins_.clear(drive_.clear);
  if (drive_.write) {
    pins_.write(drive_.column, drive_.params);
  } else {
    pins_.no_write();
  }
  if (drive_.preset) {
    pins_.preset(drive_.preset_psums, drive_.preset_activations);
  } else {
    pins_.no_preset();
  }
  pins_.low();
  const bool full = occupied_ == kFull;
  const bool in_ready = !drive_.reset && !(full && !drive_.out_ready);
  const bool out_valid = (occupied_ >> kOut & 1U) != 0;
  check(in_ready, out_valid);
  if (bins_ != nullptr) sample(in_ready);
  step(drive_.in_valid && in_ready);
  pins_.high();
  ++cycles_;
}

void Episode::check(bool in_ready, bool out_valid) {
  if (pins_.in_ready() != in_ready) complain(in_ready ? "is not ready" : "is ready");
  if (pins_.out_valid() != out_valid) complain(out_valid ? "gives no beat" : "gives a beat");
  if (pins_.saturated_psums() != saturated_psums_) {
    complain("counts " + std::to_string(pins_.saturated_psums()) +
             " saturated partial sums, expected " + std::to_string(saturated_psums_));
  }
  if (pins_.saturated_activations() != saturated_activations_) {
    complain("counts " + std::to_string(pins_.saturated_activations()) +
             " saturated activations, expected " + std::to_string(saturated_activations_));
  }
  if (!out_valid) return;
  const Result& expected = results_[slot_[kOut]];
  if (pins_.out_last() != expected.last) complain("gives a wrong out_last");
  if (!pins_.data_is(expected.data)) complain("gives wrong data");
}

/// Moves the expected pipeline over the rising edge.
void Episode::step(bool accepted) {
  const bool out_valid = (occupied_ >> kOut & 1U) != 0;
  const bool taken = out_valid && drive_.out_ready;
  count(taken ? &results_[slot_[kOut]] : nullptr);
  // Stages move from the output backwards, each into the place that is free or becomes so.
  unsigned occupied = taken ? occupied_ & ~(1U << kOut) : occupied_;
  for (unsigned stage = kOut; stage > 0; --stage) {
    const bool moves = (occupied >> (stage - 1) & 1U) != 0 && (occupied >> stage & 1U) == 0;
    if (!moves) continue;
    slot_[stage] = slot_[stage - 1];
    occupied = (occupied & ~(1U << (stage - 1))) | 1U << stage;
  }
  if (accepted) {
    reference_.evaluate(beat_, results_[next_slot_]);
    sources_[next_slot_] = beat_;
    slot_[0] = next_slot_;
    next_slot_ = (next_slot_ + 1) % (kShape.stages + 1);
    occupied |= 1U;
    drive_.in_valid = false;
    ++accepted_;
  }
  occupied_ = drive_.reset ? 0 : occupied;
  if (drive_.write) reference_.write(drive_.column, drive_.params);
}

void Episode::count(const Result* leaving) {
  if (drive_.reset) {
    saturated_psums_ = saturated_activations_ = 0;
    return;
  }
  if (drive_.preset) {
    saturated_psums_ = drive_.preset_psums;
    saturated_activations_ = drive_.preset_activations;
    return;
  }
  if (drive_.clear) saturated_psums_ = saturated_activations_ = 0;
  if (leaving == nullptr) return;
  (leaving->psum_out ? saturated_psums_ : saturated_activations_) += leaving->saturated;
}

void Episode::sample(bool in_ready) {
  CycleView view;
  view.occupied = occupied_;
  view.in_valid = drive_.in_valid;
  view.in_ready = in_ready;
  view.out_ready = drive_.out_ready;
  view.in_reset = drive_.reset;
  view.writes = drive_.write;
  view.write_column = drive_.column;
  view.offered = &beat_;
  bins_->sample_cycle(view);
  const Result* leaving = nullptr;
  if ((occupied_ >> kOut & 1U) != 0 && drive_.out_ready && !drive_.reset) {
    leaving = &results_[slot_[kOut]];
    bins_->sample_leaving(leaving->psum_out, leaving->saturated, leaving->uncounted);
  }
  if (drive_.clear && !drive_.reset) {
    bins_->sample_clear(leaving != nullptr && leaving->saturated > 0);
  }
}

void Episode::complain(const std::string& what) {
  if (complaint_.empty())
    complaint_ = "the RTL " + what + " in cycle " + std::to_string(cycles_) + story();
}

/// The output beat that should be there, and the first lane that differs from it.
std::string Episode::story() const {
  std::ostringstream text;
  text << "; stages filled: " << occupied_ << ", reset " << drive_.reset << ", in_valid "
       << drive_.in_valid << ", out_ready " << drive_.out_ready;
  if ((occupied_ >> kOut & 1U) == 0) return text.str();
  const Result& expected = results_[slot_[kOut]];
  const Beat& beat = sources_[slot_[kOut]];
  const Settings& s = beat.settings;
  Pins::Values actual{};
  pins_.data(actual);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (actual[lane] == expected.data[lane]) continue;
    // The parameters may have been written since; the story is told with those of now.
    const Params& p = reference_.table()[beat.row * kLanes + lane];
    text << "; lane " << lane << " row " << beat.row << ": expected " << expected.data[lane]
         << ", got " << actual[lane] << " of cp " << beat.cp[lane] << " cn " << beat.cn[lane]
         << " psum " << beat.psum[lane] << " sp " << p.sp << " sn " << p.sn << " offset "
         << p.offset << " bias " << p.bias;
    break;
  }
  text << "; addend " << s.addend << " rounding " << s.rounding << " cut_pre " << s.cut_pre
       << " cut_post " << s.cut_post << " relu " << s.relu << " zero_point " << s.zero_point
       << " psum_out " << s.psum_out << " last " << expected.last;
  return text.str();
}

}  // namespace aimc::nmpu::test
