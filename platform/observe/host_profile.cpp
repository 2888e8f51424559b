#include "platform/observe/host_profile.h"

#include <algorithm>
#include <tuple>

#include "platform/observe/summary.h"

namespace aimc::observe {
namespace {

constexpr std::size_t kKnown = 16384;
constexpr unsigned kRunsBits = 12;
constexpr unsigned kKindBits = 40;

constexpr bool is_link(std::uint8_t reg) {
  return reg == 1 || reg == 5;
}

}  // namespace

/// A function over all its places in the tree.
struct HostProfile::Row {
  std::string name;
  std::uint64_t calls = 0;
  std::uint64_t instructions = 0;
  std::uint64_t inclusive_instructions = 0;
  std::uint64_t cycles = 0;
  std::uint64_t inclusive_cycles = 0;
  CallNode::Classes classes{};
  CallNode::Classes inclusive_classes{};
};

HostProfile::HostProfile(const platform::ElfImage& image, const riscv::HartTiming& timing,
                         bool tables)
    : functions_(image),
      timing_(timing),
      waiting_(pseudo_function("[waiting for interrupt]")),
      known_(kKnown),
      runs_(tables ? std::size_t{1} << kRunsBits : 0),
      amounts_(runs_.size()),
      tables_(tables) {}

std::uint32_t HostProfile::pseudo_function(const std::string& name) {
  pseudo_names_.push_back(name);
  return static_cast<std::uint32_t>(functions_.size() + pseudo_names_.size() - 1);
}

const std::string& HostProfile::name(std::uint32_t function) const {
  return function < functions_.size() ? functions_.name(function)
                                      : pseudo_names_[function - functions_.size()];
}

const HostProfile::Known& HostProfile::known(std::uint32_t pc) {
  Known& entry = known_[(pc >> 1U) % kKnown];
  if (entry.pc != pc) entry = {pc, functions_.at(pc), functions_.is_entry(pc)};
  return entry;
}

// Execution goes on here, where a call or return may have led already.
void HostProfile::be_in(const Known& place) {
  if (place.function == stacks_.function() && !stacks_.at_root()) return;
  stacks_.move_to(place.function, place.entry);
  show(cycle_);
}

void HostProfile::passed(std::uint32_t pc, std::uint64_t cycle) {
  be_in(known(pc));
  stacks_.here().cycles += cycle - cycle_;
  cycle_ = cycle;
}

void HostProfile::executed(const riscv::Stretch& stretch) {
  if (tables_) {
    count(stretch);
  } else {
    be_in(known(stretch.pc));
  }
  stacks_.here().cycles += stretch.cycle - cycle_;
  cycle_ = stretch.cycle;
  if (stretch.last == riscv::Opcode::kIllegal) return;
  if (stretch.last == riscv::Opcode::kJal && !is_link(stretch.rd)) return;
  follow(stretch);
  show(cycle_);
}

// Counts the stretch in the place where it was executed, which is the present one afterwards.
void HostProfile::count(const riscv::Stretch& stretch) {
  const auto key_here = [&] { return std::uint64_t{stacks_.place()} << kKindBits | stretch.kind; };
  const auto index_of = [](std::uint64_t key) {
    return key * 0x9E3779B97F4A7C15ULL >> (64U - kRunsBits);
  };
  std::uint64_t key = key_here();
  if (Runs& runs = runs_[index_of(key)]; runs.key == key && stretch.kind != 0) {
    ++runs.count;
    return;
  }
  be_in(known(stretch.pc));
  const Amount amount{stacks_.place(), stretch.count, stretch.classes()};
  if (stretch.kind == 0) return add(amount, 1, stacks_.here());
  key = key_here();
  Runs& runs = runs_[index_of(key)];
  if (runs.key != key) {
    Amount& before = amounts_[index_of(key)];
    if (runs.count != 0) add(before, runs.count, stacks_.node(before.place));
    before = amount;
    runs = {key, 0};
  }
  ++runs.count;
}

void HostProfile::add(const Amount& amount, std::uint64_t times, CallNode& node) {
  node.instructions += times * amount.instructions;
  for (std::size_t i = 0; i < node.classes.size(); ++i) {
    node.classes[i] += times * amount.classes[i];
  }
}

std::vector<CallNode> HostProfile::complete_nodes() const {
  std::vector<CallNode> nodes = stacks_.nodes();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (runs_[i].count != 0) add(amounts_[i], runs_[i].count, nodes[amounts_[i].place]);
  }
  return nodes;
}

void HostProfile::show(std::uint64_t cycle) {
  if (trace_ == nullptr) return;
  trace_->move_to(stacks_.nodes(), stacks_.place(), cycle,
                  [this](std::uint32_t function) -> const std::string& { return name(function); });
}

void HostProfile::finish() {
  if (trace_ != nullptr) trace_->close(cycle_);
}

// Where the jump at the end leads.
void HostProfile::follow(const riscv::Stretch& stretch) {
  const std::uint32_t target = known(stretch.next_pc).function;
  if (stretch.last == riscv::Opcode::kMret) {
    return stacks_.end_trap(stretch.next_pc, stretch.sp, target);
  }
  const bool links = is_link(stretch.rd);
  const bool returns = stretch.last == riscv::Opcode::kJalr && is_link(stretch.rs1) &&
                       !(links && stretch.rd == stretch.rs1);
  // The routines that save registers for a prologue are called with x5 and move the stack pointer.
  const bool within_frame = stretch.rs1 == 5 && returns;
  if (returns && !(within_frame && stacks_.return_within_frame(stretch.next_pc))) {
    stacks_.return_to(stretch.next_pc, stretch.sp, target);
  }
  if (links) stacks_.call(target, stretch.last_end_pc, stretch.sp);
}

void HostProfile::trapped(const riscv::TrapEntry& trap) {
  const auto found = traps_.find(trap.cause);
  std::uint32_t function = 0;
  if (found != traps_.end()) {
    function = found->second;
  } else {
    function = pseudo_function(std::string("[") + riscv::trap_cause_name(trap.cause) + "]");
    traps_.emplace(trap.cause, function);
  }
  stacks_.here().cycles += trap.cycle - cycle_;
  stacks_.trap(function, trap.epc, trap.sp);
  show(trap.cycle);
  stacks_.here().cycles += trap.end_cycle - trap.cycle;
  cycle_ = trap.end_cycle;
}

void HostProfile::waited(std::uint64_t cycle) {
  CallNode& node = stacks_.below(waiting_);
  ++node.calls;
  node.cycles += cycle - cycle_;
  if (trace_ != nullptr) trace_->within(name(waiting_), cycle_, cycle);
  cycle_ = cycle;
}

void HostProfile::reset() {
  if (trace_ != nullptr) trace_->close(cycle_);
  stacks_.reset();
}

double HostProfile::energy_pj(const CallNode::Classes& classes) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    sum += static_cast<double>(classes[i]) * timing_.energy_pj[i];
  }
  return sum;
}

std::vector<HostProfile::Row> HostProfile::rows() const {
  const std::vector<CallNode> nodes = complete_nodes();
  std::vector<Row> rows(functions_.size() + pseudo_names_.size());
  // Children stand behind their parents: what a node and all below it did adds up from the end.
  std::vector<CallNode> inclusive = nodes;
  for (std::size_t i = nodes.size(); i-- > 1;) {
    CallNode& parent = inclusive[nodes[i].parent];
    parent.instructions += inclusive[i].instructions;
    parent.cycles += inclusive[i].cycles;
    for (std::size_t c = 0; c < parent.classes.size(); ++c) {
      parent.classes[c] += inclusive[i].classes[c];
    }
  }
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    Row& row = rows[nodes[i].function];
    row.calls += nodes[i].calls;
    row.instructions += nodes[i].instructions;
    row.cycles += nodes[i].cycles;
    for (std::size_t c = 0; c < row.classes.size(); ++c) row.classes[c] += nodes[i].classes[c];
    // A recursive call is in what its outermost one includes.
    bool inner = false;
    for (std::uint32_t p = nodes[i].parent; p != 0 && !inner; p = nodes[p].parent) {
      inner = nodes[p].function == nodes[i].function;
    }
    if (inner) continue;
    row.inclusive_instructions += inclusive[i].instructions;
    row.inclusive_cycles += inclusive[i].cycles;
    for (std::size_t c = 0; c < row.classes.size(); ++c) {
      row.inclusive_classes[c] += inclusive[i].classes[c];
    }
  }
  for (std::uint32_t f = 0; f < rows.size(); ++f) rows[f].name = name(f);
  return rows;
}

std::string HostProfile::csv() const {
  std::vector<Row> all = rows();
  all.erase(
      std::remove_if(all.begin(), all.end(),
                     [](const Row& row) { return row.calls == 0 && row.inclusive_cycles == 0; }),
      all.end());
  std::sort(all.begin(), all.end(), [](const Row& a, const Row& b) {
    return std::tie(b.cycles, a.name, b.calls) < std::tie(a.cycles, b.name, a.calls);
  });
  std::string text =
      "function,calls,instructions,inclusive_instructions,cycles,inclusive_cycles,energy_pj,"
      "inclusive_energy_pj\n";
  for (const Row& row : all) {
    text += csv_field(row.name);
    for (const std::uint64_t count : {row.calls, row.instructions, row.inclusive_instructions,
                                      row.cycles, row.inclusive_cycles}) {
      text += "," + std::to_string(count);
    }
    text += "," + exact_number(energy_pj(row.classes)) + "," +
            exact_number(energy_pj(row.inclusive_classes)) + "\n";
  }
  return text;
}

std::string HostProfile::folded() const {
  const std::vector<CallNode>& nodes = stacks_.nodes();
  std::vector<std::string> lines;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    if (nodes[i].cycles == 0) continue;
    std::string path = name(nodes[i].function);
    for (std::uint32_t p = nodes[i].parent; p != 0; p = nodes[p].parent) {
      path.insert(0, name(nodes[p].function) + ";");
    }
    lines.push_back(path + " " + std::to_string(nodes[i].cycles) + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace aimc::observe
