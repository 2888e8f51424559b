#include "tests/nmpu/bins.h"

#include <algorithm>
#include <ostream>

namespace aimc::nmpu::test {
namespace {

std::vector<std::string> numbers(unsigned count) {
  std::vector<std::string> labels;
  for (unsigned i = 0; i < count; ++i) labels.push_back(std::to_string(i));
  return labels;
}

unsigned edge_of_unsigned(std::int64_t value, unsigned bits) {
  return value == 0 ? 0 : value == max_unsigned(bits) ? 1 : 2;
}

unsigned edge_of_signed(std::int64_t value, unsigned bits) {
  if (value == min_signed(bits)) return 0;
  if (value == max_signed(bits)) return 1;
  return value == 0 ? 2 : value < 0 ? 3 : 4;
}

/// 0 for a wait of one cycle, 1 for two, 2 for three to seven, 3 for longer ones.
unsigned length_class(unsigned cycles) {
  return cycles <= 2 ? cycles - 1 : cycles < 8 ? 2 : 3;
}

constexpr unsigned kStagePatterns = 1U << kShape.stages;
constexpr unsigned kFull = kStagePatterns - 1;

}  // namespace

Bins::Bins() {
  const Labels unsigned_edges{"zero", "max", "between"};
  const Labels signed_edges{"min", "max", "zero", "negative", "positive"};
  const Labels lengths{"1", "2", "3 to 7", "8 or more"};
  const Labels no_yes{"no", "yes"};
  const Labels outputs{"activation", "partial sum"};
  const Labels signs{"negative", "not negative"};
  const Labels modes{"half up", "half even", "truncate"};
  const Labels patterns{"---", "1--", "-2-", "12-", "--3", "1-3", "-23", "123"};
  g_.count = add("count", {{"cp", "cn"}, unsigned_edges});
  g_.scale = add("scale", {{"sp", "sn"}, unsigned_edges});
  g_.offset = add("offset", {signed_edges});
  g_.bias = add("bias added", {signed_edges});
  g_.psum = add("partial sum added", {signed_edges});
  g_.acc = add("accumulator", {{"lowest possible", "highest possible", "zero", "-1"}});
  g_.addend = add("addend", {{"nothing", "bias", "partial sum"}, outputs});
  g_.cut_pre = add("cut_pre", {numbers(1U << kShape.cut)});
  g_.cut_post = add("cut_post", {numbers(1U << kShape.cut)});
  g_.cuts_unused = add("cuts set for a partial sum", {{"yes"}});
  g_.rounding =
      add("rounding",
          {modes,
           outputs,
           signs,
           {"exact", "below a tie", "tie, lower is even", "tie, lower is odd", "above a tie"}});
  g_.bound =
      add("bound", {outputs, {"low", "high"}, {"one inside", "at it", "one beyond", "far beyond"}});
  g_.relu =
      add("relu", {{"far below", "one below", "at the zero point", "one above", "far above"}});
  g_.zero_point = add("zero point", {signed_edges, {"plain", "relu"}});
  g_.row = add("row", {numbers(kShape.rows)});
  g_.lane = add("lane", {numbers(kLanes)});
  g_.last = add("last", {{"no", "yes", "two in a row"}});
  g_.flow = add("flow", {patterns, {"output blocked", "output taken"}, {"no offer", "offer"}});
  g_.out_wait = add("output waits", {lengths});
  g_.in_wait = add("input waits", {lengths});
  g_.gap = add("gap between beats", {{"none", "1", "2", "3 to 7", "8 or more"}});
  g_.change =
      add("changes between neighbours",
          {{"output kind", "cut_pre", "cut_post", "relu", "zero point", "addend", "rounding"}});
  g_.reset = add("reset", {patterns, {"no offer", "offer"}});
  g_.after_reset = add("after reset", {{"accepted in the first cycle", "parameter kept"}});
  g_.write = add("parameter write",
                 {{"with its beat accepted", "with another accepted", "while blocked", "in reset",
                   "twice to one column", "beat of it next", "first column", "last column"}});
  g_.saturated = add("saturation counted",
                     {outputs, {"one lane", "several", "all lanes", "lane without a column"}});
  g_.clear = add("saturation counters cleared", {{"at rest", "with a saturated beat leaving"}});
  g_.reserved = add("reserved", {{"addend", "rounding"}});
  g_.withdrawn = add("withdrawn beat", {{"pipeline full"}});
}

unsigned Bins::add(const std::string& group, const std::vector<Labels>& dimensions) {
  const unsigned first = size();
  Labels combined{group + ": "};
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    Labels longer;
    for (const auto& prefix : combined) {
      for (const auto& label : dimensions[d])
        longer.push_back(prefix + (d > 0 ? ", " : "") + label);
    }
    combined = std::move(longer);
  }
  names_.insert(names_.end(), combined.begin(), combined.end());
  counts_.resize(names_.size());
  return first;
}

void Bins::sample_column(const Beat& beat, unsigned lane, const Params& params,
                         const Outcome& outcome) {
  sample_operands(beat, lane, params);
  sample_result(beat.settings, outcome);
  hit(g_.lane + lane);
}

void Bins::sample_operands(const Beat& beat, unsigned lane, const Params& params) {
  hit(g_.count + edge_of_unsigned(beat.cp[lane], kShape.count));
  hit(g_.count + 3 + edge_of_unsigned(beat.cn[lane], kShape.count));
  hit(g_.scale + edge_of_unsigned(params.sp, kShape.scale));
  hit(g_.scale + 3 + edge_of_unsigned(params.sn, kShape.scale));
  hit(g_.offset + edge_of_signed(params.offset, kShape.offset));
  if (beat.settings.addend == 1) hit(g_.bias + edge_of_signed(params.bias, kShape.psum));
  if (beat.settings.addend == 2) hit(g_.psum + edge_of_signed(beat.psum[lane], kShape.psum));
}

void Bins::sample_result(const Settings& settings, const Outcome& o) {
  static const std::int64_t lowest =
      spec(0, max_unsigned(kShape.count), min_signed(kShape.psum),
           {0, static_cast<std::uint32_t>(max_unsigned(kShape.scale)),
            static_cast<std::int32_t>(min_signed(kShape.offset)), 0},
           {2})
          .acc;
  static const std::int64_t highest =
      spec(max_unsigned(kShape.count), 0, max_signed(kShape.psum),
           {static_cast<std::uint32_t>(max_unsigned(kShape.scale)), 0,
            static_cast<std::int32_t>(max_signed(kShape.offset)), 0},
           {2})
          .acc;
  if (o.acc == lowest) hit(g_.acc);
  if (o.acc == highest) hit(g_.acc + 1);
  if (o.acc == 0) hit(g_.acc + 2);
  if (o.acc == -1) hit(g_.acc + 3);

  const unsigned output = settings.psum_out ? 1 : 0;
  const std::int64_t unit = std::int64_t{1} << o.cut;
  if (settings.rounding < 3) {
    unsigned residue = 0;
    if (o.residue != 0) {
      residue = 2 * o.residue < unit ? 1 : 2 * o.residue > unit ? 4 : o.lower % 2 == 0 ? 2 : 3;
    }
    hit(g_.rounding + ((settings.rounding * 2 + output) * 2 + (o.acc < 0 ? 0 : 1)) * 5 + residue);
  }

  const std::int64_t below = o.unbounded - o.low;
  const std::int64_t above = o.high - o.unbounded;
  const auto closeness = [](std::int64_t inside) {
    return inside == 1 ? 0U : inside == 0 ? 1U : inside == -1 ? 2U : 3U;
  };
  if (settings.psum_out || !settings.relu) {
    if (below <= 1) hit(g_.bound + (output * 2 + 0) * 4 + closeness(below));
  } else {
    hit(g_.relu + (below < -1 ? 0U : below > 1 ? 4U : static_cast<unsigned>(below + 2)));
  }
  if (above <= 1) hit(g_.bound + (output * 2 + 1) * 4 + closeness(above));
}

void Bins::sample_cycle(const CycleView& view) {
  const bool accepted = view.in_valid && view.in_ready;
  if (view.in_reset) {
    sample_reset(view);
  } else {
    hit(g_.flow + (view.occupied * 2 + (view.out_ready ? 1 : 0)) * 2 + (view.in_valid ? 1 : 0));
    sample_waits(view);
  }
  if (view.writes) sample_write(view);
  if (accepted) sample_accepted(*view.offered);
  reset_before_ = view.in_reset;
  accepted_before_ = accepted;
  wrote_ = view.writes;
  wrote_column_ = view.write_column;
}

void Bins::sample_reset(const CycleView& view) {
  hit(g_.reset + view.occupied * 2 + (view.in_valid ? 1 : 0));
  out_wait_ = in_wait_ = gap_ = 0;
  was_reset_ = true;
  last_before_ = false;
}

void Bins::sample_waits(const CycleView& view) {
  const bool out_valid = (view.occupied >> (kShape.stages - 1) & 1U) != 0;
  if (out_valid && !view.out_ready) {
    ++out_wait_;
  } else if (out_valid && out_wait_ > 0) {
    hit(g_.out_wait + length_class(out_wait_));
    out_wait_ = 0;
  }
  if (view.in_valid && !view.in_ready) ++in_wait_;
  if (!view.in_valid) ++gap_;
}

void Bins::sample_write(const CycleView& view) {
  const bool accepted = view.in_valid && view.in_ready;
  if (accepted) {
    hit(g_.write + (view.write_column / kLanes == view.offered->row ? 0 : 1));
  }
  if (view.occupied == kFull && !view.out_ready) hit(g_.write + 2);
  if (view.in_reset) hit(g_.write + 3);
  if (wrote_ && wrote_column_ == view.write_column) hit(g_.write + 4);
  if (view.write_column == 0) hit(g_.write + 6);
  if (view.write_column == kColumns - 1) hit(g_.write + 7);
}

void Bins::sample_accepted(const Beat& beat) {
  const Settings& s = beat.settings;
  hit(g_.row + beat.row);
  hit(g_.last + (beat.last ? 1 : 0));
  if (beat.last && last_before_) hit(g_.last + 2);
  last_before_ = beat.last;
  if (s.addend < 3) hit(g_.addend + s.addend * 2 + (s.psum_out ? 1 : 0));
  if (s.addend == 3) hit(g_.reserved);
  if (s.rounding == 3) hit(g_.reserved + 1);
  if (s.psum_out) {
    if (s.cut_pre != 0 && s.cut_post != 0) hit(g_.cuts_unused);
  } else {
    hit(g_.cut_pre + s.cut_pre);
    hit(g_.cut_post + s.cut_post);
    hit(g_.zero_point + edge_of_signed(s.zero_point, kShape.out) * 2 + (s.relu ? 1 : 0));
  }
  if (in_wait_ > 0) hit(g_.in_wait + length_class(in_wait_));
  if (accepted_before_ || gap_ > 0) hit(g_.gap + (gap_ == 0 ? 0 : 1 + length_class(gap_)));
  in_wait_ = gap_ = 0;
  if (accepted_before_) {
    const Settings& p = previous_settings_;
    if (s.psum_out != p.psum_out) hit(g_.change);
    if (s.cut_pre != p.cut_pre) hit(g_.change + 1);
    if (s.cut_post != p.cut_post) hit(g_.change + 2);
    if (s.relu != p.relu) hit(g_.change + 3);
    if (s.zero_point != p.zero_point) hit(g_.change + 4);
    if (s.addend != p.addend) hit(g_.change + 5);
    if (s.rounding != p.rounding) hit(g_.change + 6);
  }
  previous_settings_ = s;
  if (reset_before_) hit(g_.after_reset);
  if (was_reset_) hit(g_.after_reset + 1);
  was_reset_ = false;
  if (wrote_ && wrote_column_ / kLanes == beat.row) hit(g_.write + 5);
}

void Bins::sample_leaving(bool psum_out, unsigned counted, unsigned uncounted) {
  const unsigned group = g_.saturated + (psum_out ? 4 : 0);
  if (counted == 1) hit(group);
  if (counted > 1) hit(group + 1);
  if (counted == kLanes) hit(group + 2);
  if (uncounted > 0) hit(group + 3);
}

void Bins::sample_clear(bool counting) {
  hit(g_.clear + (counting ? 1 : 0));
}

void Bins::sample_withdrawn(bool full) {
  if (full) hit(g_.withdrawn);
}

unsigned Bins::reached() const {
  return static_cast<unsigned>(
      std::count_if(counts_.begin(), counts_.end(), [](std::uint64_t n) { return n != 0; }));
}

std::vector<std::string> Bins::holes() const {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (counts_[i] == 0) result.push_back(names_[i]);
  }
  return result;
}

void Bins::write(std::ostream& out) const {
  for (std::size_t i = 0; i < names_.size(); ++i) out << counts_[i] << '\t' << names_[i] << '\n';
}

}  // namespace aimc::nmpu::test
