#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/riscv/observer.h"
#include "platform/observe/call_stacks.h"
#include "platform/observe/function_trace.h"
#include "platform/soc/function_index.h"

namespace aimc::observe {

/// Where the host's instructions, cycles and energy went, by function and by call path.
///
/// Calls and returns are told by the link registers x1 and x5 (unprivileged manual, section
/// "Unconditional Jumps", table of return-address stack hints). A trap is shown as a function
/// "[cause]" called by what it interrupted, WFI as "[waiting for interrupt]".
class HostProfile : public riscv::StretchObserver {
 public:
  /// @param energy_pj of an instruction of each class
  /// @param tables csv() and folded() will be asked for; without, only calls are followed
  HostProfile(const platform::ElfImage& image, const riscv::HartTiming& timing, bool tables = true);

  /// Shows calls on `trace` as well, from now on; must outlive the profile.
  void show_on(FunctionTrace& trace) { trace_ = &trace; }
  /// The run has ended.
  void finish();

  bool begins(std::uint32_t pc) const override { return functions_.is_edge(pc); }
  void executed(const riscv::Stretch& stretch) override;
  bool only_calls() const override { return !tables_; }
  bool changes_function(std::uint32_t pc, std::uint32_t next) const override {
    return functions_.at(pc) != functions_.at(next);
  }
  void passed(std::uint32_t pc, std::uint64_t cycle) override;
  void trapped(const riscv::TrapEntry& trap) override;
  void waited(std::uint64_t cycle) override;
  void reset() override;

  /// profile.csv: a line for each function, the longest first. The columns without "inclusive" add
  /// up to what the host did; "inclusive" has what a function called as well.
  std::string csv() const;
  /// profile.folded: "outermost;...;innermost CYCLES" for each call path, as flame graph tools read
  /// it.
  std::string folded() const;

 private:
  struct Known {
    std::uint32_t pc = 1;  // never an instruction's
    std::uint32_t function = 0;
    bool entry = false;
  };
  /// Executions of one kind of stretch in one place of the tree. They are added to the place
  /// together; a place and a kind also tell that execution is in the function it was in.
  struct Runs {
    std::uint64_t key = 0;  // place and kind
    std::uint64_t count = 0;
  };
  /// What one execution amounts to.
  struct Amount {
    CallStacks::Index place = 0;
    std::uint32_t instructions = 0;
    riscv::Stretch::Classes classes{};
  };
  struct Row;

  const Known& known(std::uint32_t pc);
  std::uint32_t pseudo_function(const std::string& name);
  const std::string& name(std::uint32_t function) const;
  void be_in(const Known& place);
  void show(std::uint64_t cycle);
  void follow(const riscv::Stretch& stretch);
  void count(const riscv::Stretch& stretch);
  static void add(const Amount& amount, std::uint64_t times, CallNode& node);
  std::vector<CallNode> complete_nodes() const;
  double energy_pj(const CallNode::Classes& classes) const;
  std::vector<Row> rows() const;

  platform::FunctionIndex functions_;
  riscv::HartTiming timing_;
  std::vector<std::string> pseudo_names_;         // ids follow those of functions_
  std::map<std::uint32_t, std::uint32_t> traps_;  // cause to id
  std::uint32_t waiting_;
  std::vector<Known> known_;     // by a hash of pc
  std::vector<Runs> runs_;       // by a hash of their key
  std::vector<Amount> amounts_;  // of runs_
  CallStacks stacks_;
  std::uint64_t cycle_ = 0;  // up to which everything is attributed
  FunctionTrace* trace_ = nullptr;
  bool tables_;
};

}  // namespace aimc::observe
