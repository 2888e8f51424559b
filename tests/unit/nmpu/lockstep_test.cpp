// The comparison itself, with a second backend that errs on demand.
#include "models/nmpu/lockstep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What the second backend does wrong.
struct Fault {
  unsigned wrong_index = ~0U;
  unsigned extra_cycles = 0;
  unsigned extra_saturated = 0;
  bool hang = false;
};

class Faulty final : public Backend {
 public:
  explicit Faulty(const Fault& fault) : fault_(fault), model_(make_model({})) {}
  void write_params(unsigned column, const ColumnParams& params) override {
    model_->write_params(column, params);
  }
  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) override {
    if (fault_.hang) throw std::runtime_error("it hangs");
    const unsigned cycles = model_->run(vector, out, now_ps);
    if (fault_.wrong_index < vector.columns) out[fault_.wrong_index] ^= 1;
    return cycles + fault_.extra_cycles;
  }

  [[nodiscard]] Saturation saturation() const override {
    Saturation saturated = model_->saturation();
    saturated.psums += fault_.extra_saturated;
    return saturated;
  }
  void clear_saturation() override { model_->clear_saturation(); }

 private:
  const Fault& fault_;
  std::unique_ptr<Backend> model_;
};

class NmpuComparison : public ::testing::Test {
 protected:
  NmpuComparison()
      : data_(10),
        backend_(
            make_comparison(make_model({}), std::make_unique<Faulty>(fault_), Format{}, "tile7")) {
    for (unsigned c = 0; c < 30; ++c) {
      backend_->write_params(c, {static_cast<std::uint16_t>(100 + c), 90, -5, 321});
    }
    for (unsigned i = 0; i < 10; ++i) {
      data_.cp[i] = static_cast<std::uint16_t>(1000 + i);
      data_.cn[i] = 40;
      data_.psum[i] = static_cast<std::int16_t>(-200 - static_cast<int>(i));
    }
    config_.psum_out = true;
    config_.addend = Addend::kPsum;
  }

  unsigned run() { return backend_->run(data_.vector(20, config_), data_.out.data(), 123456789); }

  std::string mismatch() {
    try {
      run();
    } catch (const LockstepMismatch& error) {
      return error.what();
    }
    return "no mismatch";
  }

  Fault fault_;
  test::Data data_;
  VectorConfig config_;
  std::unique_ptr<Backend> backend_;
};

TEST_F(NmpuComparison, CountsWhatAgrees) {
  EXPECT_EQ(run(), 4U);
  EXPECT_EQ(run(), 4U);
  EXPECT_EQ(backend_->lockstep().columns_compared, 20U);
  EXPECT_EQ(backend_->lockstep().mismatches, 0U);
}

TEST_F(NmpuComparison, ValueMismatchTellsTheWholeStory) {
  fault_.wrong_index = 3;
  // 1003 * 123/128 - 40 * 90/128 - 2.5 - 203 = 730.195
  EXPECT_THAT(
      mismatch(),
      AllOf(HasSubstr("tile7, column 23, at 123456789 ps"), HasSubstr("expected 730 (model)"),
            HasSubstr("actual 731 (RTL)"), HasSubstr("cp=1003 cn=40 psum=-203"),
            HasSubstr("sp=123 sn=90 offset=-5 bias=321"), HasSubstr("10 columns from column 20"),
            HasSubstr("cut_pre=0 cut_post=0 relu=0 zero_point=0 output=psum addend=psum "
                      "rounding=half_up")));
  EXPECT_EQ(backend_->lockstep().mismatches, 1U);
  EXPECT_EQ(backend_->lockstep().columns_compared, 4U);
}

TEST_F(NmpuComparison, CycleMismatchNamesBothCounts) {
  fault_.extra_cycles = 1;
  EXPECT_THAT(mismatch(),
              AllOf(HasSubstr("tile7 at 123456789 ps"), HasSubstr("expected 4 cycles (model)"),
                    HasSubstr("actual 5 cycles (RTL)"), HasSubstr("10 columns from column 20")));
  EXPECT_EQ(backend_->lockstep().mismatches, 1U);
  EXPECT_EQ(backend_->lockstep().columns_compared, 10U);
}

TEST_F(NmpuComparison, SaturationMismatchNamesBothCounts) {
  fault_.extra_saturated = 2;
  EXPECT_THAT(mismatch(),
              AllOf(HasSubstr("tile7 at 123456789 ps"),
                    HasSubstr("expected 0 saturated partial sums and 0 activations (model)"),
                    HasSubstr("actual 2 and 0 (RTL)"), HasSubstr("10 columns from column 20")));
  EXPECT_EQ(backend_->lockstep().mismatches, 1U);
}

TEST_F(NmpuComparison, GoesOnAfterAMismatch) {
  fault_.wrong_index = 0;
  EXPECT_NE(mismatch(), "no mismatch");
  fault_.wrong_index = ~0U;
  EXPECT_EQ(run(), 4U);
  EXPECT_EQ(backend_->lockstep().columns_compared, 11U);
}

TEST_F(NmpuComparison, OtherFailuresNameTheTile) {
  fault_.hang = true;
  try {
    run();
    FAIL() << "the failure was swallowed";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "tile7 at 123456789 ps: it hangs");
  }
}

}  // namespace
}  // namespace aimc::nmpu
