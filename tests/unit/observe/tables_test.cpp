#include "platform/observe/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/observe/fake_run.h"

namespace {

using aimc::platform::History;
using aimc::platform::RunResult;
using aimc::test::fake_result;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Tables, OfTilesSplitTheEnergyByPart) {
  RunResult result = fake_result();
  result.tiles[0].saturated = 3;
  result.tiles[0].crossbar_ps = 250'000'000;
  const std::string text = aimc::observe::tiles_csv(result);
  EXPECT_THAT(text, HasSubstr("\n0,0,0,5,1000,640,3,5e-04,0.25,0.00025,0,3"));
  EXPECT_THAT(text, HasSubstr(",0,0,1e-10,2e-10,0,0,0\n"));
}

TEST(Tables, OfLinksNameTheirEnds) {
  RunResult result = fake_result();
  result.noc.mesh_width = 2;
  result.noc.elapsed_cycles = 100;
  using aimc::noc::LinkKind;
  using aimc::noc::Plane;
  result.noc.links = {{1, 1, Plane::kRequest, 10, LinkKind::kInjection, {1}},
                      {1, 3, Plane::kRequest, 50, LinkKind::kRouter, {}},
                      {0, 0, Plane::kResponse, 25, LinkKind::kEjection, {2}},
                      {2, 2, Plane::kResponse, 1, LinkKind::kEjection, {3}}};
  EXPECT_EQ(aimc::observe::links_csv(result),
            "plane,kind,from,to,from_x,from_y,to_x,to_y,flits,utilisation\n"
            "request,injection,tile1,router1,1,0,1,0,10,0.1\n"
            "request,router,router1,router3,1,0,1,1,50,0.5\n"
            "response,ejection,router0,host,0,0,0,0,25,0.25\n"
            "response,ejection,router2,memory,0,1,0,1,1,0.01\n");
}

TEST(Tables, OfLayersQuoteNames) {
  RunResult result = fake_result();
  result.sections = {{"a,b;c", 2, 3'000'000, 1'000'000, 2'000'000, {1e-9, 10, 20, 30, 40, 50}}};
  EXPECT_EQ(aimc::observe::layers_csv(result),
            "layer,count,time_s,min_s,max_s,energy_j,host_instructions,mvms,macs,nmpu_columns,"
            "noc_bytes\n\"a,b;c\",2,3e-06,1e-06,2e-06,1e-09,10,20,30,40,50\n");
}

TEST(Tables, OfPowerHoldMeansOverBins) {
  RunResult result = fake_result();
  History power(1'000'000, 10);
  power.add(power.open("host"), 0, 1'000'000, 2e-6);
  power.add(power.open("noc"), 1'000'000, 1'500'000, 1e-6);
  power.close(1'500'000);
  result.power = power;
  EXPECT_EQ(aimc::observe::power_csv(result),
            "begin_s,end_s,total_w,host_w,noc_w\n"
            "0,1e-06,2,2,0\n"
            "1e-06,1.5e-06,2,0,2\n");
}

TEST(Tables, OfTheTimelineLeaveOutWhatIsIdleAndStayBounded) {
  RunResult result = fake_result();
  History busy(100, 1000);
  busy.open("host");
  const std::size_t tile = busy.open("tile0");
  busy.add(tile, 100, 150, 50.0);
  busy.close(300);
  result.utilisation = busy;
  EXPECT_EQ(aimc::observe::timeline_csv(result),
            "begin_s,end_s,track,utilisation\n1e-10,2e-10,tile0,0.5\n");

  History many(100, 1000);
  for (unsigned i = 0; i < 300; ++i) many.add(many.open("t"), 0, 100'000, 50'000.0);
  many.close(100'000);
  result.utilisation = many;
  const std::string text = aimc::observe::timeline_csv(result);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_LE(lines, 100'001);
  EXPECT_GT(lines, 50'000);
  EXPECT_THAT(text, StartsWith("begin_s,end_s,track,utilisation\n0,4e-10,t,0.5\n"));
}

}  // namespace
