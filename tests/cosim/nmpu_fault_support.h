#pragma once

#include <string>

#include "models/nmpu/backend.h"
#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu::test {

/// What 256 columns of ordinary traffic give on a backend.
class Traffic {
 public:
  explicit Traffic(Backend& backend) : backend_(backend) {
    Stimulus stimulus(99);
    stimulus.fill(data_);
    for (unsigned c = 0; c < data_.cp.size(); ++c) {
      backend.write_params(
          c, {static_cast<std::uint16_t>(120 + c % 17), static_cast<std::uint16_t>(125 + c % 5),
              static_cast<std::int16_t>(static_cast<int>(c % 9) - 4), 0});
    }
    config_.psum_out = true;
  }

  unsigned run() { return backend_.run(data_.vector(0, config_), data_.out.data(), 4242); }

  /// The text of the mismatch, or that there was none.
  std::string mismatch() {
    try {
      run();
    } catch (const LockstepMismatch& error) {
      return error.what();
    }
    return "no mismatch";
  }

  [[nodiscard]] const Data& data() const { return data_; }

 private:
  Backend& backend_;
  Data data_{256};
  VectorConfig config_;
};

}  // namespace aimc::nmpu::test
