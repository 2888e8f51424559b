#pragma once

#include <memory>
#include <vector>

#include "models/nmpu/backend.h"
#include "tests/nmpu/bins.h"
#include "tests/nmpu/pins.h"

namespace aimc::nmpu::test {

/// What must come out for a beat.
struct Result {
  bool last = false;
  bool psum_out = false;
  unsigned saturated = 0;  ///< lanes with a column whose result exceeded its range
  unsigned uncounted = 0;  ///< lanes without one; known only when bins are sampled
  alignas(64) Pins::Values data{};
};

/// Expected results: from the bit-exact C++ model, and, where bins are sampled, from the equations
/// as well.
class Reference {
 public:
  /// @param bins may be null
  explicit Reference(Bins* bins);
  void write(unsigned column, const Params& params);
  /// @throws std::logic_error if model and equations disagree
  void evaluate(const Beat& beat, Result& result);
  [[nodiscard]] const std::vector<Params>& table() const { return table_; }

 private:
  void sample(const Beat& beat, Result& result);

  std::unique_ptr<Backend> model_;
  std::vector<Params> table_;
  Bins* bins_;
};

}  // namespace aimc::nmpu::test
