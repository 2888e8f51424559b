// Traces: what is written is read back; what is damaged is refused with the place and the reason.
#include "models/nmpu/trace_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TraceVector vector_of(unsigned columns, test::Stimulus& stimulus) {
  TraceVector v;
  v.tile = 5;
  v.first_column = 60;
  v.time_ps = 123456789012345;
  v.config = stimulus.config();
  v.cycles = 5;
  v.saturated = 3;
  for (unsigned i = 0; i < columns; ++i) {
    v.cp.push_back(stimulus.count());
    v.cn.push_back(stimulus.count());
    if (v.config.addend == Addend::kPsum) v.psum.push_back(stimulus.psum());
    v.out.push_back(v.config.psum_out ? stimulus.psum()
                                      : static_cast<std::int16_t>(int(stimulus.below(256)) - 128));
  }
  return v;
}

void expect_equal(const TraceVector& a, const TraceVector& b) {
  EXPECT_EQ(a.tile, b.tile);
  EXPECT_EQ(a.first_column, b.first_column);
  EXPECT_EQ(a.time_ps, b.time_ps);
  EXPECT_EQ(a.cycles, b.cycles);
  EXPECT_EQ(a.saturated, b.saturated);
  EXPECT_EQ(a.config.cut_pre, b.config.cut_pre);
  EXPECT_EQ(a.config.cut_post, b.config.cut_post);
  EXPECT_EQ(a.config.relu, b.config.relu);
  EXPECT_EQ(a.config.zero_point, b.config.zero_point);
  EXPECT_EQ(a.config.psum_out, b.config.psum_out);
  EXPECT_EQ(a.config.addend, b.config.addend);
  EXPECT_EQ(a.config.rounding, b.config.rounding);
  EXPECT_EQ(a.cp, b.cp);
  EXPECT_EQ(a.cn, b.cn);
  EXPECT_EQ(a.psum, b.psum);
  EXPECT_EQ(a.out, b.out);
}

std::string trace(const Recording& recording) {
  std::ostringstream out;
  write_recording(out, recording);
  return out.str();
}

std::string refusal(const std::string& bytes) {
  std::istringstream in(bytes);
  try {
    TraceReader reader(in, "a.trace");
    TraceRecord record;
    while (reader.next(record)) {
    }
  } catch (const TraceError& error) {
    return error.what();
  }
  return "read";
}

class NmpuTrace : public ::testing::TestWithParam<Configuration> {};

TEST_P(NmpuTrace, WhatIsWrittenIsReadBack) {
  const Format format = make_format(GetParam());
  test::Stimulus stimulus(4, format);
  Recording recording{{format}, {}};
  for (unsigned i = 0; i < 50; ++i) {
    recording.records.emplace_back(TraceParams{i, 2 * i, stimulus.params()});
    recording.records.emplace_back(vector_of(1 + 7 * i, stimulus));
  }
  std::istringstream in(trace(recording));
  TraceReader reader(in, "a.trace");
  EXPECT_EQ(reader.header().format.configuration, GetParam());
  TraceRecord record;
  for (const TraceRecord& expected : recording.records) {
    ASSERT_TRUE(reader.next(record));
    ASSERT_EQ(record.index(), expected.index());
    if (const auto* vector = std::get_if<TraceVector>(&expected)) {
      expect_equal(std::get<TraceVector>(record), *vector);
      continue;
    }
    const auto& a = std::get<TraceParams>(record);
    const auto& b = std::get<TraceParams>(expected);
    EXPECT_EQ(a.tile, b.tile);
    EXPECT_EQ(a.column, b.column);
    EXPECT_EQ(a.params.scale_p, b.params.scale_p);
    EXPECT_EQ(a.params.scale_n, b.params.scale_n);
    EXPECT_EQ(a.params.offset, b.params.offset);
    EXPECT_EQ(a.params.bias, b.params.bias);
  }
  EXPECT_FALSE(reader.next(record));
  EXPECT_FALSE(reader.next(record));
}

INSTANTIATE_TEST_SUITE_P(Both, NmpuTrace,
                         ::testing::Values(Configuration::kPaper, Configuration::kWide),
                         [](const auto& tested) {
                           return tested.param == Configuration::kWide ? "wide" : "paper";
                         });

TEST(NmpuTraceErrors, EveryTruncationIsNoticed) {
  test::Stimulus stimulus(9);
  const std::string whole = trace({{}, {TraceParams{0, 1, {1, 2, 3, 4}}, vector_of(3, stimulus)}});
  EXPECT_EQ(refusal(whole), "read");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_NE(refusal(whole.substr(0, length)), "read") << length;
  }
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 1)),
              AllOf(HasSubstr("a.trace: byte "), HasSubstr("record 2"), HasSubstr("ends here")));
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("something follows"));
}

TEST(NmpuTraceErrors, SayWhatIsWrong) {
  EXPECT_THAT(refusal("hello, world"), HasSubstr("a.trace: not an NMPU trace"));
  std::string bytes = trace({{}, {TraceParams{0, 1, {1, 2, 3, 4}}}});
  constexpr std::size_t kHeader = 20;
  std::string other = bytes;
  other[8] = 7;
  EXPECT_THAT(refusal(other), HasSubstr("configuration 7"));
  other = bytes;
  other[10] = 32;  // lanes
  EXPECT_THAT(refusal(other), HasSubstr("number formats"));
  other = bytes;
  other[kHeader] = 'Q';
  EXPECT_THAT(refusal(other), HasSubstr("record of kind 81"));
  other = bytes;
  other[kHeader + 6] = 1;  // scale_p 257
  EXPECT_THAT(refusal(other), HasSubstr("scale_p of column 1 is 257, expected 0..255"));
  other = bytes;
  other[bytes.size() - 8] = 9;
  EXPECT_THAT(refusal(other), HasSubstr("says 9 records, there are 1"));
}

}  // namespace
}  // namespace aimc::nmpu
