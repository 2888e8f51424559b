// The SystemVerilog of the multiply-add against the model, an operation a cycle.
#include <gtest/gtest.h>
#include <verilated.h>

#include <deque>

#include "Vfp16_fma.h"
#include "models/fp16_affine/fp16.h"
#include "tests/fp16/half_cases.h"

namespace aimc::fp16_affine {
namespace {

constexpr unsigned kStages = 5;

class Fp16Rtl : public ::testing::Test {
 public:
  ~Fp16Rtl() override { top_.final(); }
  Fp16Rtl(const Fp16Rtl&) = delete;
  Fp16Rtl& operator=(const Fp16Rtl&) = delete;

 protected:
  Fp16Rtl() { top_.enable = 1; }

  void clock() {
    top_.clk = 0;
    top_.eval();
    top_.clk = 1;
    top_.eval();
  }

  /// One operation in; the one that comes out after this edge is compared.
  void push(const Triple& t) {
    top_.a = t[0];
    top_.b = t[1];
    top_.c = t[2];
    clock();
    slots_[next_] = t;
    next_ = (next_ + 1) % kStages;
    if (++pushed_ >= kStages) {
      const Triple& out = slots_[next_];
      ASSERT_EQ(top_.y, fma(out[0], out[1], out[2]))
          << std::hex << out[0] << " * " << out[1] << " + " << out[2];
    }
  }

  Vfp16_fma top_;
  std::array<Triple, kStages> slots_{};
  std::size_t next_ = 0;
  std::uint64_t pushed_ = 0;
};

TEST_F(Fp16Rtl, EveryCornerTriple) {
  const std::vector<std::uint16_t> values = corner_values();
  for (const std::uint16_t a : values) {
    for (const std::uint16_t b : values) {
      for (const std::uint16_t c : values) {
        push({a, b, c});
        if (HasFatalFailure()) {
          return;
        }
      }
    }
  }
}

TEST_F(Fp16Rtl, RandomOperands) {
  RandomTriples triples(20241121);
  for (unsigned i = 0; i < 10'000'000 && !HasFatalFailure(); ++i) {
    push(triples.next());
  }
}

TEST_F(Fp16Rtl, KeepsStillWhileNotEnabled) {
  RandomTriples triples(3);
  for (unsigned i = 0; i < 1000 && !HasFatalFailure(); ++i) {
    push(triples.next());
    const std::uint16_t y = top_.y;
    top_.enable = 0;
    top_.a = 0x1234;
    for (unsigned wait = 0; wait < i % 4; ++wait) {
      clock();
      ASSERT_EQ(top_.y, y);
    }
    top_.enable = 1;
  }
}

}  // namespace
}  // namespace aimc::fp16_affine
