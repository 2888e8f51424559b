// A recording of a backend's traffic is what it did, and replays on the RTL.
#include "models/nmpu/recorder.h"

#include <gtest/gtest.h>

#include <sstream>

#include "models/nmpu/replay.h"
#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu {
namespace {

struct Recorded {
  std::stringstream trace{std::ios::in | std::ios::out | std::ios::binary};
  unsigned vectors = 0;
};

/// Random traffic of two tiles, recorded around C++ models.
void record(Recorded& recorded, const Format& format) {
  TraceWriter writer(recorded.trace, {format});
  std::vector<std::unique_ptr<Backend>> tiles;
  for (unsigned tile = 0; tile < 2; ++tile) {
    tiles.push_back(make_recorder(make_model(format), tile, writer));
  }
  test::Stimulus stimulus(7, format);
  for (unsigned i = 0; i < 200; ++i) {
    Backend& backend = *tiles[i % 2];
    for (unsigned j = 0; j < 20; ++j) backend.write_params(stimulus.below(256), stimulus.params());
    const unsigned columns = 1 + stimulus.below(100);
    test::Data data(columns);
    stimulus.fill(data);
    const Vector vector = data.vector(stimulus.below(256 - columns), stimulus.config());
    EXPECT_GT(backend.run(vector, data.out.data(), i * 1000), 0U);
    ++recorded.vectors;
  }
  writer.finish();
}

TEST(Recorder, TrafficReplaysOnTheRtl) {
  for (const Configuration configuration : {Configuration::kPaper, Configuration::kWide}) {
    Recorded recorded;
    record(recorded, make_format(configuration));
    const ReplayResult result = replay_on_rtl(recorded.trace, "trace", {});
    EXPECT_EQ(result.vectors, recorded.vectors);
    EXPECT_EQ(result.mismatch, "");
  }
}

TEST(Recorder, AChangedResultIsFoundByReplay) {
  Recorded recorded;
  record(recorded, make_format(Configuration::kPaper));
  TraceReader reader(recorded.trace, "trace");
  Recording recording{reader.header(), {}};
  TraceRecord next;
  while (reader.next(next)) recording.records.push_back(next);
  // The last record is a vector.
  auto& last = std::get<TraceVector>(recording.records.back());
  last.out.front() = static_cast<std::int16_t>(last.out.front() ^ 1);
  std::stringstream changed{std::ios::in | std::ios::out | std::ios::binary};
  write_recording(changed, recording);
  const ReplayResult result = replay_on_rtl(changed, "trace", {});
  EXPECT_NE(result.mismatch, "");
  EXPECT_NE(result.mismatch.find("column " + std::to_string(last.first_column)), std::string::npos)
      << result.mismatch;
}

TEST(Recorder, ARefusedVectorIsNotRecorded) {
  Recorded recorded;
  {
    TraceWriter writer(recorded.trace, {make_format(Configuration::kPaper)});
    const auto backend = make_recorder(make_model(make_format(Configuration::kPaper)), 0, writer);
    test::Data data(4);
    data.cp[0] = 4096;
    EXPECT_THROW(backend->run(data.vector(0, {}), data.out.data(), 0), std::invalid_argument);
    EXPECT_THROW(backend->write_params(100'000, {}), std::invalid_argument);
    writer.finish();
  }
  TraceReader reader(recorded.trace, "trace");
  TraceRecord next;
  EXPECT_FALSE(reader.next(next));
}

}  // namespace
}  // namespace aimc::nmpu
