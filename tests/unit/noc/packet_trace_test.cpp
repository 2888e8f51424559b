#include "models/noc/packet_trace.h"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>

namespace aimc::noc {
namespace {

PacketTrace read(const std::string& text) {
  std::istringstream in(text);
  return read_trace(in, {});
}

TEST(PacketTrace, ReadsPackets) {
  const PacketTrace trace = read("cycle,src,dst,flits\r\n7,0,15,8\r\n\n3,17,16,1");
  ASSERT_EQ(trace.packets.size(), 2U);
  EXPECT_TRUE(trace.deliveries.empty());
  EXPECT_EQ(trace.packets[0].inject_cycle, 7U);
  EXPECT_EQ(trace.packets[0].source.id, 0U);
  EXPECT_EQ(trace.packets[0].destination.id, 15U);
  EXPECT_EQ(trace.packets[0].flits, 8U);
  EXPECT_EQ(trace.packets[1].source.id, 17U);
  EXPECT_EQ(trace.packets[1].inject_cycle, 3U);
}

TEST(PacketTrace, WritesWhatItReads) {
  const std::string packets = "cycle,src,dst,flits\n7,0,15,8\n3,17,16,1\n";
  const std::string delivered = "cycle,src,dst,flits,head,tail\n7,0,15,8,37,44\n";
  const std::string planes =
      "cycle,src,dst,flits,plane,head,tail\n7,0,15,8,response,37,44\n7,0,15,8,request,37,44\n";
  for (const std::string& text : {packets, delivered, planes}) {
    std::ostringstream out;
    write_trace(out, read(text));
    EXPECT_EQ(out.str(), text);
  }
  EXPECT_EQ(read(delivered).deliveries.at(0).routers, 7U);
}

TEST(PacketTrace, SaysWhichLineAndValueIsWrong) {
  const std::string head = "cycle,src,dst,flits\n1,2,3,4\n";
  const struct {
    std::string text;
    const char* expected;
  } cases[] = {
      {"", "line 1: the heading is \"\", expected cycle,src,dst,flits"},
      {"1,2,3,4\n", "line 1: the heading is \"1,2,3,4\""},
      {head + "5,6,18,1\n", "line 3: dst is \"18\", expected a whole number 0..17"},
      {head + "\n5,-1,1,1\n", "line 4: src is \"-1\", expected a whole number 0..17"},
      {head + "5,1,1,0\n", "line 3: flits is \"0\", expected a whole number 1.."},
      {head + "x5,1,1,1\n", "line 3: cycle is \"x5\""},
      {head + "5,1,1\n", "line 3: flits is \"\", expected a value"},
      {head + "5,1,1,1 \n", "line 3: flits is \"1 \""},
      {head + "5,1,1,1,9\n", "line 3: the rest of the line is \"9\", expected nothing"},
      {head + "99999999999999999999,1,1,1\n", "line 3: cycle is \"99999999999999999999\""},
      {"cycle,src,dst,flits,plane\n5,1,1,1,2\n",
       "line 2: plane is \"2\", expected request or response"},
      {"cycle,src,dst,flits,head,tail\n5,1,1,1,4,9\n", "line 2: head is \"4\""},
      {"cycle,src,dst,flits,head,tail\n5,1,1,1,10,9\n", "line 2: tail is \"9\""},
  };
  for (const auto& entry : cases) {
    try {
      read(entry.text);
      ADD_FAILURE() << entry.text << " was accepted";
    } catch (const std::invalid_argument& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(entry.expected), std::string::npos) << text;
      EXPECT_EQ(text.find('\n'), std::string::npos);
    }
  }
}

TEST(PacketTrace, RefusesToWriteHalfTheDeliveries) {
  PacketTrace trace = read("cycle,src,dst,flits,head,tail\n5,1,1,1,11,11\n");
  trace.packets.push_back(trace.packets[0]);
  std::ostringstream out;
  EXPECT_THROW(write_trace(out, trace), std::invalid_argument);
}

}  // namespace
}  // namespace aimc::noc
