#pragma once

#include <string>
#include <systemc>
#include <utility>
#include <vector>

namespace aimc::test {

/// Remembers when a line changed, to the picosecond, and to what; changes within one time stay
/// apart.
class SignalLog : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> line{"line"};
  using Change = std::pair<sc_core::sc_time, bool>;

  SC_HAS_PROCESS(SignalLog);
  SignalLog(const sc_core::sc_module_name& name, sc_core::sc_signal<bool>& signal)
      : sc_core::sc_module(name) {
    line.bind(signal);
    SC_METHOD(on_change);
    sensitive << line;
    dont_initialize();
  }

  const std::vector<Change>& changes() const { return changes_; }

 private:
  void on_change() { changes_.emplace_back(sc_core::sc_time_stamp(), line.read()); }

  std::vector<Change> changes_;
};

}  // namespace aimc::test
