// Faults in the RTL: lockstep notices each with its place, keeps what led to it, and the recording
// shows it again on the RTL alone. Without a fault the same copy of the RTL passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "models/nmpu/replay.h"
#include "models/nmpu/trace_format.h"
#include "tests/cosim/nmpu_fault.h"
#include "tests/cosim/nmpu_fault_support.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NmpuFaults : public ::testing::TestWithParam<const char*> {
 protected:
  ~NmpuFaults() override { test::choose_fault(""); }

  /// Random vectors until lockstep throws; the text, or "no mismatch".
  static std::string first_failure(Backend& backend) {
    test::Stimulus stimulus(11);
    for (unsigned c = 0; c < 256; ++c) backend.write_params(c, stimulus.params());
    test::Data data(256);
    for (unsigned i = 0; i < 300; ++i) {
      stimulus.fill(data);
      VectorConfig config = stimulus.config();
      config.rounding = Rounding::kHalfUp;
      try {
        backend.run(data.vector(0, config), data.out.data(), 1000 * i);
      } catch (const std::runtime_error& error) {
        return error.what();
      }
    }
    return "no mismatch";
  }

  static ReplayResult replay(const Recording& recording, const ReplayOptions& options) {
    std::stringstream bytes;
    write_recording(bytes, recording);
    return replay_on_rtl(bytes, "recording", options);
  }
};

TEST_P(NmpuFaults, AreNoticedAndReplayed) {
  test::choose_fault(GetParam());
  const auto lockstep = make_lockstep({}, "tile3");
  const std::string text = first_failure(*lockstep);
  EXPECT_THAT(text, HasSubstr("NMPU lockstep mismatch in tile3"));
  ASSERT_NE(lockstep->mismatch(), nullptr);
  // The recording holds all parameters and the last vectors; the last of them is the one.
  const Recording& recording = *lockstep->mismatch();
  const ReplayResult all = replay(recording, {});
  const ReplayResult one = replay(recording, {1, "", 1000});
  EXPECT_LE(all.vectors, 8U);
  EXPECT_EQ(one.vectors, 1U);
  const std::string story =
      text.substr(text.find(", at") == std::string::npos ? 0 : text.find(", at"));
  EXPECT_THAT(one.mismatch, AllOf(HasSubstr("replay of tile3"), HasSubstr(story)));
  EXPECT_EQ(all.mismatch, one.mismatch);
  test::choose_fault("");
  EXPECT_EQ(replay(recording, {}).mismatch, "") << "the right RTL gives what was expected";
}

INSTANTIATE_TEST_SUITE_P(Each, NmpuFaults,
                         ::testing::Values("signedness", "cut", "tie", "saturation", "flip_bit"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_F(NmpuFaults, TimingIsNoticedAndReplayed) {
  for (const char* fault : {"late_valid", "extra_stage"}) {
    test::choose_fault(fault);
    const auto lockstep = make_lockstep({}, "tile3");
    EXPECT_THAT(first_failure(*lockstep), HasSubstr("expected 7 cycles (model), actual"));
    EXPECT_THAT(replay(*lockstep->mismatch(), {}).mismatch, HasSubstr("expected 7 cycles"));
  }
}

TEST_F(NmpuFaults, WithoutOneNothingIsNoticed) {
  const auto lockstep = make_lockstep({}, "tile3");
  EXPECT_EQ(first_failure(*lockstep), "no mismatch");
  EXPECT_EQ(lockstep->mismatch(), nullptr);
}

TEST_F(NmpuFaults, AWaveformShowsTheVectors) {
  const std::string file = ::testing::TempDir() + "nmpu_faults_test.vcd";
  test::choose_fault("flip_bit");
  const auto lockstep = make_lockstep({}, "tile3");
  first_failure(*lockstep);
  replay(*lockstep->mismatch(), {0, file, 1000});
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  std::remove(file.c_str());
  EXPECT_THAT(text.str(), AllOf(HasSubstr("$timescale"), HasSubstr("in_cp"), HasSubstr("acc"),
                                HasSubstr("\n#500\n")));
}

TEST_F(NmpuFaults, IntermediateValuesAreCompared) {
  // With the addend's sign wrong the result saturates as it does with the right one.
  test::choose_fault("signedness");
  const auto lockstep = make_lockstep({}, "tile3");
  lockstep->write_params(0, {255, 0, 0, 0});
  test::Data data(1);
  data.cp[0] = 4095;
  data.psum[0] = -1;
  VectorConfig config;
  config.addend = Addend::kPsum;
  try {
    lockstep->run(data.vector(0, config), data.out.data(), 0);
    FAIL() << "no mismatch";
  } catch (const LockstepMismatch& error) {
    // 4095 * 255 - 128, and with 65535 in place of -1
    EXPECT_THAT(error.what(),
                HasSubstr("accumulator: expected 1044097 (model), actual 9432705 (RTL)"));
  }
  EXPECT_EQ(data.out[0], 127);
}

}  // namespace
}  // namespace aimc::nmpu
