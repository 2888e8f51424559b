// gdb's protocol without sockets: framing, every packet against a machine of the test's own, and
// bytes nobody in their senses would send.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

#include "models/riscv/gdb_packet.h"
#include "models/riscv/gdb_session.h"
#include "models/riscv/gdb_target.h"
#include "models/riscv/gdb_transport.h"

namespace aimc::riscv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::size_t kRamSize = 4096;

/// 4 KiB of memory, registers, three CSRs; f registers when the test adds an fcsr.
class FakeTarget : public GdbTarget {
 public:
  std::uint32_t read_register(unsigned number) const override { return registers.at(number); }
  void write_register(unsigned number, std::uint32_t value) override {
    if (number != 0) registers.at(number) = value;
  }
  bool read_csr(unsigned number, std::uint32_t& value) const override {
    const auto found = csrs.find(number);
    if (found == csrs.end()) return false;
    value = found->second;
    return true;
  }
  bool write_csr(unsigned number, std::uint32_t value) override {
    const auto found = csrs.find(number);
    if (found == csrs.end() || number == 0xF14) return false;
    found->second = value;
    return true;
  }
  std::size_t read_memory(std::uint32_t address, std::uint8_t* bytes, std::size_t count) override {
    std::size_t done = 0;
    for (; done < count && address + done - kRamBase < kRamSize; ++done) {
      bytes[done] = ram[address + done - kRamBase];
    }
    return done;
  }
  std::size_t write_memory(std::uint32_t address, const std::uint8_t* bytes,
                           std::size_t count) override {
    std::size_t done = 0;
    for (; done < count && address + done - kRamBase < kRamSize; ++done) {
      ram[address + done - kRamBase] = bytes[done];
    }
    return done;
  }
  std::string monitor(std::string_view command) override {
    if (!answer.empty()) return answer;
    return command == "silent" ? "" : "heard " + std::string(command);
  }

  std::array<std::uint32_t, kRegisters + 32> registers{};
  std::map<unsigned, std::uint32_t> csrs{{0x300, 0x1800}, {0x305, 0}, {0xF14, 0}};
  std::array<std::uint8_t, kRamSize> ram{};
  std::string answer;  // of every monitor command, if there is one
};

class GdbSessionTest : public ::testing::Test {
 protected:
  /// The payload of the reply to one packet.
  std::string ask(std::string_view payload) {
    sent_.clear();
    session_.feed(gdb_packet(payload));
    action_ = session_.serve();
    EXPECT_EQ(sent_.substr(0, 1), "+");
    return payload_of(sent_.substr(std::min<std::size_t>(1, sent_.size())));
  }
  static std::string payload_of(const std::string& bytes) {
    if (bytes.empty()) return "nothing";
    GdbPacketReader reader;
    reader.feed(bytes);
    const auto input = reader.next();
    EXPECT_TRUE(input && input->kind == GdbInput::Kind::kPacket) << bytes;
    return input ? input->payload : "";
  }

  FakeTarget target_;
  std::string sent_;
  GdbSession session_{target_, [this](std::string_view bytes) { sent_ += bytes; }};
  GdbAction action_ = GdbAction::kStay;
};

TEST(GdbPacket, FramesAsTheManualSays) {
  EXPECT_EQ(gdb_packet("OK"), "$OK#9a");
  EXPECT_EQ(gdb_packet(""), "$#00");
  EXPECT_EQ(gdb_packet("a}b"), "$a}]b#9d");
  EXPECT_EQ(gdb_unescape("a}]b}\x03"), "a}b#");
  EXPECT_EQ(to_hex("\x01\xfe"), "01fe");
  EXPECT_EQ(from_hex("01FE"), "\x01\xfe");
  EXPECT_FALSE(from_hex("012"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(GdbPacket, ReaderFindsPacketsInPieces) {
  GdbPacketReader reader;
  for (const char c : std::string("+noise$g#67\x03$m0,4#fd-$bad#00$a$g#67$x#1")) {
    reader.feed({&c, 1});
  }
  std::vector<GdbInput::Kind> kinds;
  while (const auto input = reader.next()) kinds.push_back(input->kind);
  using Kind = GdbInput::Kind;
  EXPECT_THAT(kinds, ElementsAre(Kind::kPacket, Kind::kInterrupt, Kind::kPacket, Kind::kNak,
                                 Kind::kBadPacket, Kind::kPacket));
}

TEST(GdbPacket, TooLongIsRefusedAndTheNextOneTaken) {
  GdbPacketReader reader;
  reader.feed("$" + std::string(GdbPacketReader::kMaxPayload + 1, 'a') + "#00$g#67");
  EXPECT_EQ(reader.next()->kind, GdbInput::Kind::kBadPacket);
  EXPECT_EQ(reader.next()->payload, "g");
}

TEST_F(GdbSessionTest, AcknowledgesUntilToldNotTo) {
  session_.feed("$?#00");
  session_.serve();
  EXPECT_EQ(sent_, "-") << "wrong checksum";
  EXPECT_EQ(ask("?"), "T05thread:1;");
  const std::string last = sent_.substr(1);
  sent_.clear();
  session_.feed("-");
  session_.serve();
  EXPECT_EQ(sent_, last) << "sent again";
  EXPECT_EQ(ask("QStartNoAckMode"), "OK");
  sent_.clear();
  session_.feed(gdb_packet("qC"));
  session_.serve();
  EXPECT_EQ(sent_, gdb_packet("QC1"));
}

TEST_F(GdbSessionTest, Registers) {
  target_.registers[1] = 0x12345678;
  target_.registers[32] = 0x80000010;
  const std::string all = ask("g");
  ASSERT_EQ(all.size(), 33U * 8);
  EXPECT_EQ(all.substr(8, 8), "78563412");
  EXPECT_EQ(all.substr(32 * 8), "10000080");
  EXPECT_EQ(ask("p1"), "78563412");
  EXPECT_EQ(ask("P20=04000080"), "OK");
  EXPECT_EQ(target_.registers[32], 0x80000004U);
  EXPECT_EQ(ask("p341"), "00180000") << "CSR 0x300";
  EXPECT_EQ(ask("P341=08000000"), "OK");
  EXPECT_EQ(target_.csrs[0x300], 8U);
  EXPECT_EQ(ask("Pf55=01000000"), "E0e") << "mhartid cannot be written";
  EXPECT_EQ(ask("p342"), "E0e") << "no such CSR";
  EXPECT_EQ(ask("p21"), "E0e");
  EXPECT_EQ(ask("G" + std::string(33 * 8, '1')), "OK");
  EXPECT_EQ(target_.registers[0], 0U);
  EXPECT_EQ(target_.registers[31], 0x11111111U);
  for (const char* bad : {"p", "pxyz", "p123456789", "P1", "P1=12", "P1=1234567g", "G12", "G"}) {
    EXPECT_EQ(ask(bad), "E16") << bad;
  }
}

TEST_F(GdbSessionTest, Memory) {
  EXPECT_EQ(ask("M80000000,4:01020304"), "OK");
  EXPECT_EQ(ask("m80000001,2"), "0203");
  EXPECT_EQ(ask("X80000010,3:}#x"), "OK") << "framing escapes what the session takes back";
  EXPECT_EQ(ask("m80000010,3"), to_hex("}#x"));
  EXPECT_EQ(ask("m80000ffe,8"), "0000") << "as far as there is memory";
  EXPECT_EQ(ask("m1000,4"), "E0e");
  EXPECT_EQ(ask("M80000ffe,4:01020304"), "E0e");
  EXPECT_LE(ask("m80000000,ffffffff").size(), GdbPacketReader::kMaxPayload);
  EXPECT_EQ(ask("mffffffff,ffffffff"), "E0e");
  for (const char* bad : {"m", "m80000000", "m,4", "mx,4", "m0,4,4", "M80000000,4:0102",
                          "M80000000,1:0", "M80000000,1", "X80000000,2:a"}) {
    EXPECT_EQ(ask(bad), "E16") << bad;
  }
}

TEST_F(GdbSessionTest, ResumesAndReportsStops) {
  EXPECT_EQ(ask("vCont?"), "vCont;c;C;s;S");
  EXPECT_EQ(ask("c"), "nothing");
  EXPECT_EQ(action_, GdbAction::kContinue);
  sent_.clear();
  session_.report_stop({GdbStop::kTrap, "watch:80000010;"});
  EXPECT_EQ(payload_of(sent_), "T05watch:80000010;thread:1;");
  EXPECT_EQ(ask("?"), "T05watch:80000010;thread:1;");
  ask("s80000100");
  EXPECT_EQ(action_, GdbAction::kStep);
  EXPECT_EQ(target_.registers[32], 0x80000100U);
  ask("C05;80000104");
  EXPECT_EQ(action_, GdbAction::kContinue);
  EXPECT_EQ(target_.registers[32], 0x80000104U);
  for (const auto& [packet, action] :
       std::map<std::string, GdbAction>{{"vCont;c", GdbAction::kContinue},
                                        {"vCont;s:1;c", GdbAction::kStep},
                                        {"vCont;C05:1", GdbAction::kContinue},
                                        {"k", GdbAction::kKill},
                                        {"vKill;1", GdbAction::kKill},
                                        {"D", GdbAction::kDetach},
                                        {"D;1", GdbAction::kDetach}}) {
    ask(packet);
    EXPECT_EQ(action_, action) << packet;
  }
  for (const char* bad : {"vCont;", "vCont;x", "cxyz", "C", "s123456789"}) {
    EXPECT_EQ(ask(bad), "E16") << bad;
    EXPECT_EQ(action_, GdbAction::kStay) << bad;
  }
}

TEST_F(GdbSessionTest, ReportsTheEnd) {
  session_.report_exit(42);
  EXPECT_EQ(payload_of(sent_), "W2a");
  sent_.clear();
  session_.report_signal(GdbStop::kAbort);
  EXPECT_EQ(payload_of(sent_), "X06");
  sent_.clear();
  session_.print("hi\n");
  EXPECT_EQ(payload_of(sent_), "O68690a");
}

TEST_F(GdbSessionTest, Breakpoints) {
  EXPECT_EQ(ask("Z0,80000010,2"), "OK");
  EXPECT_EQ(ask("Z1,80000010,2"), "OK");
  EXPECT_EQ(ask("Z1,80000020,4"), "OK");
  EXPECT_THAT(session_.breakpoints(), ElementsAre(0x80000010U, 0x80000020U));
  EXPECT_EQ(ask("z0,80000010,2"), "OK");
  EXPECT_THAT(session_.breakpoints(), ElementsAre(0x80000010U, 0x80000020U))
      << "the hardware one is still there";
  EXPECT_EQ(ask("z1,80000010,2"), "OK");
  EXPECT_EQ(ask("z1,80000010,2"), "OK") << "removing twice does no harm";
  EXPECT_THAT(session_.breakpoints(), ElementsAre(0x80000020U));
  EXPECT_EQ(ask("Z5,80000010,2"), "");
  for (const char* bad : {"Z", "Z0", "Z0,", "Z0,80000010", "Z0,80000010,2,3", "Z2,80000010,0"}) {
    EXPECT_EQ(ask(bad), "E16") << bad;
  }
  for (std::uint32_t i = 1; i < GdbSession::kMaxPoints; ++i) {
    ask("Z0," + to_hex({"\x10", 1}) + to_hex(std::string(1, static_cast<char>(i & 0x7FU))) +
        to_hex(std::string(1, static_cast<char>(i >> 7U))) + ",2");
  }
  EXPECT_EQ(ask("Z0,7fff0000,2"), "E1c") << "no more room";
}

TEST_F(GdbSessionTest, Watchpoints) {
  EXPECT_EQ(ask("Z2,80000010,4"), "OK");
  EXPECT_EQ(ask("Z2,80000010,4"), "OK");
  EXPECT_EQ(ask("Z3,80000020,1"), "OK");
  EXPECT_EQ(ask("Z4,80000030,2"), "OK");
  ASSERT_EQ(session_.watches().size(), 3U);
  const GdbWatch& write = session_.watches()[0];
  EXPECT_TRUE(write.hit(0x80000013, 1, false, true));
  EXPECT_TRUE(write.hit(0x8000000F, 2, false, true)) << "a part is enough";
  EXPECT_FALSE(write.hit(0x8000000C, 4, false, true));
  EXPECT_FALSE(write.hit(0x80000014, 4, false, true));
  EXPECT_FALSE(write.hit(0x80000010, 4, true, false));
  EXPECT_TRUE(session_.watches()[1].hit(0x80000020, 4, true, false));
  EXPECT_FALSE(session_.watches()[1].hit(0x80000020, 4, false, true));
  EXPECT_TRUE(session_.watches()[2].hit(0x80000030, 1, true, false));
  EXPECT_TRUE(session_.watches()[2].hit(0x80000030, 1, false, true));
  EXPECT_EQ(ask("z2,80000010,4"), "OK");
  EXPECT_EQ(session_.watches().size(), 2U);
}

TEST_F(GdbSessionTest, Queries) {
  EXPECT_THAT(ask("qSupported:swbreak+;xmlRegisters=i386"), HasSubstr("qXfer:features:read+"));
  EXPECT_EQ(ask("qAttached"), "1");
  EXPECT_EQ(ask("qfThreadInfo"), "m1");
  EXPECT_EQ(ask("qsThreadInfo"), "l");
  EXPECT_EQ(ask("Hg0"), "OK");
  EXPECT_EQ(ask("T1"), "OK");
  EXPECT_EQ(ask("qRcmd," + to_hex("tiles")), to_hex("heard tiles"));
  EXPECT_EQ(ask("qRcmd," + to_hex("silent")), "OK");
  EXPECT_EQ(ask("qRcmd,1"), "E16");
  for (const char* unknown : {"", "!", "qTStatus", "vMustReplyEmpty", "QUnknown", "y"}) {
    EXPECT_EQ(ask(unknown), "") << unknown;
  }
}

TEST_F(GdbSessionTest, FloatRegistersOnlyWhereThereAreAny) {
  EXPECT_EQ(ask("p21"), "E0e");
  EXPECT_EQ(ask("P21=00000000"), "E0e");
  EXPECT_THAT(gdb_target_xml(target_), Not(HasSubstr("org.gnu.gdb.riscv.fpu")));
  target_.csrs[3] = 0x60;
  const std::string xml = gdb_target_xml(target_);
  EXPECT_THAT(xml, HasSubstr("<feature name=\"org.gnu.gdb.riscv.fpu\">"));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"ft0\" bitsize=\"32\" regnum=\"33\""));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"ft11\" bitsize=\"32\" regnum=\"64\""));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"fflags\" bitsize=\"32\" regnum=\"66\""));
  EXPECT_EQ(ask("P21=0000803f"), "OK");
  EXPECT_EQ(target_.registers[33], 0x3F800000U);
  target_.registers[64] = 0x12345678;
  EXPECT_EQ(ask("p40"), "78563412");
  EXPECT_EQ(ask("p44"), "60000000") << "fcsr";
  EXPECT_EQ(ask("g").size(), 33U * 8) << "gdb asks for the others one by one";
}

TEST_F(GdbSessionTest, SendsLongTextsInPieces) {
  const std::string text(40000, 'x');
  target_.answer = text;
  session_.feed(gdb_packet("qRcmd," + to_hex("long")));
  session_.serve();
  GdbPacketReader reader;
  reader.feed(sent_);
  std::string shown;
  while (const auto input = reader.next()) {
    ASSERT_EQ(input->kind, GdbInput::Kind::kPacket) << "longer than announced";
    const std::string_view payload = input->payload;
    shown += from_hex(payload.substr(payload[0] == 'O' ? 1 : 0)).value_or("?");
  }
  EXPECT_EQ(shown, text);
}

TEST_F(GdbSessionTest, DescribesRegistersInParts) {
  std::string xml;
  for (;;) {
    char offset[16];
    std::snprintf(offset, sizeof offset, "%zx", xml.size());
    const std::string part = ask("qXfer:features:read:target.xml:" + std::string(offset) + ",100");
    ASSERT_FALSE(part.empty());
    xml += gdb_unescape(part.substr(1));
    if (part[0] == 'l') break;
    ASSERT_EQ(part[0], 'm');
  }
  EXPECT_EQ(xml, gdb_target_xml(target_));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"a0\" bitsize=\"32\" regnum=\"10\""));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"mstatus\" bitsize=\"32\" regnum=\"833\""));
  EXPECT_THAT(xml, Not(HasSubstr("mcause"))) << "this target has none";
  EXPECT_THAT(xml, Not(HasSubstr("priv")));
  target_.csrs[GdbTarget::kPrivilege] = 3;
  EXPECT_THAT(gdb_target_xml(target_),
              HasSubstr("<reg name=\"priv\" bitsize=\"32\" regnum=\"4161\""));
  EXPECT_EQ(ask("p1041"), "03000000");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:ffffff,100"), "l");
  EXPECT_EQ(ask("qXfer:features:read:other.xml:0,100"), "E16");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:0"), "E16");
}

TEST_F(GdbSessionTest, CtrlCStopsAndWhatCameWithItWaits) {
  ask("c");
  session_.feed("+");
  EXPECT_FALSE(session_.interrupted());
  session_.feed(gdb_packet("qC") + "\x03");
  EXPECT_TRUE(session_.interrupted());
  EXPECT_FALSE(session_.interrupted());
  sent_.clear();
  session_.serve();
  EXPECT_EQ(sent_, "+" + gdb_packet("QC1"));
}

TEST_F(GdbSessionTest, FloodWhileRunningIsBounded) {
  ask("QStartNoAckMode");
  session_.feed(gdb_packet("c"));
  EXPECT_EQ(session_.serve(), GdbAction::kContinue);
  sent_.clear();
  for (std::size_t i = 0; i < 2 * GdbSession::kMaxWaiting; ++i) {
    session_.feed(gdb_packet("qC"));
    EXPECT_FALSE(session_.interrupted());
  }
  session_.serve();
  EXPECT_EQ(sent_.size(), GdbSession::kMaxWaiting * gdb_packet("QC1").size());
  session_.feed("\x03");
  EXPECT_TRUE(session_.interrupted());
}

// Half of it begins like something meaningful, with a right checksum.
TEST_F(GdbSessionTest, SurvivesAnything) {
  const char* given = std::getenv("AIMC_FUZZ_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0))
                                         : std::random_device{}();
  std::cout << "seed " << seed << " (AIMC_FUZZ_SEED repeats it)\n";
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> starts{"g",
                                        "G",
                                        "p",
                                        "P1=",
                                        "m8000",
                                        "M80000000,4:",
                                        "X80000000,",
                                        "Z0,",
                                        "z2,",
                                        "vCont;",
                                        "qXfer:features:read:target.xml:",
                                        "qRcmd,",
                                        "qSupported",
                                        "c",
                                        "s",
                                        "C",
                                        "H",
                                        "?",
                                        "D",
                                        "k"};
  const std::string likely = "0123456789abcdef,;:=#$}*+-\x03";
  std::size_t replies = 0;
  for (unsigned round = 0; round < 20000; ++round) {
    std::string body = random() % 2 == 0 ? starts[random() % starts.size()] : std::string();
    const std::size_t length = random() % 24;
    for (std::size_t i = 0; i < length; ++i) {
      body.push_back(random() % 4 == 0 ? static_cast<char>(random() & 0xFFU)
                                       : likely[random() % likely.size()]);
    }
    sent_.clear();
    session_.feed(random() % 4 == 0 ? body : gdb_packet(body));
    if (random() % 8 == 0) session_.interrupted();
    session_.serve();
    replies += sent_.size();
    ASSERT_LE(session_.breakpoints().size(), GdbSession::kMaxPoints);
  }
  EXPECT_GT(replies, 20000U);
  // Whatever state the reader is in, a packet ends it and a good one is understood.
  sent_.clear();
  session_.feed("#00" + gdb_packet("qC"));
  while (session_.serve() != GdbAction::kStay) {
  }
  EXPECT_THAT(sent_, HasSubstr("QC1"));
}

TEST(GdbTcpServer, RefusesAPortThatIsTaken) {
  const GdbTcpServer first(0);
  EXPECT_NE(first.port(), 0);
  EXPECT_THROW(GdbTcpServer second(first.port()), std::runtime_error);
}

TEST(GdbTcpServer, NobodyThereIsNoEvent) {
  GdbTcpServer server(0);
  std::string bytes;
  EXPECT_EQ(server.poll(0, bytes), GdbTransport::Event::kNone);
  server.send("into the void");
  EXPECT_FALSE(server.connected());
  EXPECT_THAT(bytes, IsEmpty());
}

/// Connects to a port of 127.0.0.1.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  int socket() const { return socket_; }

 private:
  int socket_;
};

TEST(GdbTcpServer, CarriesBytesBothWaysUntilTheOtherEndGoes) {
  GdbTcpServer server(0);
  std::string bytes;
  {
    const Client client(server.port());
    EXPECT_EQ(server.poll(1000, bytes), GdbTransport::Event::kConnected);
    ASSERT_EQ(::send(client.socket(), "g\x03", 2, 0), 2);
    EXPECT_EQ(server.poll(1000, bytes), GdbTransport::Event::kData);
    EXPECT_EQ(bytes, "g\x03");
    server.send("+OK");
    std::array<char, 8> answer{};
    EXPECT_EQ(::recv(client.socket(), answer.data(), answer.size(), 0), 3);
    EXPECT_EQ(server.poll(0, bytes), GdbTransport::Event::kNone);
  }
  EXPECT_EQ(server.poll(1000, bytes), GdbTransport::Event::kClosed);
  EXPECT_FALSE(server.connected());
  const Client second(server.port());
  EXPECT_EQ(server.poll(1000, bytes), GdbTransport::Event::kConnected) << "another may come";
}

TEST(GdbTcpServer, WhoeverDoesNotReadIsTakenToHaveGone) {
  GdbTcpServer server(0, 50);
  const Client client(server.port());
  std::string bytes;
  ASSERT_EQ(server.poll(1000, bytes), GdbTransport::Event::kConnected);
  const std::string megabyte(1U << 20U, 'x');
  for (unsigned i = 0; i < 64; ++i) server.send(megabyte);
  EXPECT_EQ(server.poll(1000, bytes), GdbTransport::Event::kClosed);
}

}  // namespace
}  // namespace aimc::riscv
