// Tile programs behind the TLM socket: overlap, hand-over by semaphores, errors, reset.
#include "tests/unit/tile/tile_fixture.h"

namespace aimc::tile {
namespace {

namespace r = regs::tile;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;

constexpr CommandWords kMvm{0x02, 0, 0x100, 1, 0, 0, kAllRows, kAllColumns};
constexpr CommandWords kPost{0x03, 0x100, 0x200, 1, 0, 0, 0, kAllColumns};
constexpr CommandWords kHalt{0x0B};

class TileProgram : public TileTest {
 protected:
  void load(std::uint32_t first, const std::vector<CommandWords>& commands) {
    std::uint32_t at = r::kProgramOffset + first * kCommandBytes;
    for (const CommandWords& words : commands) {
      for (const std::uint32_t word : words) {
        initiator.write32(at, word);
        at += 4;
      }
    }
  }
  void start(unsigned thread, std::uint32_t command) {
    initiator.write32(r::kProgramStart + 4 * thread, command);
  }
  std::uint32_t state(unsigned thread) { return initiator.read32(r::kProgramState + 4 * thread); }
  std::uint32_t threads() { return r::kStatusThreads.get(initiator.read32(r::kStatus)); }
  /// Time until DONE.
  sc_time done_after() {
    const sc_time begin = sc_core::sc_time_stamp();
    wait_done();
    return sc_core::sc_time_stamp() - begin;
  }
};

TEST_F(TileProgram, ThreadsOverlapWhereUnitsDiffer) {
  run([&] {
    enable_interrupts();
    program_all();
    const CommandWords many_mvms{0x02, 0, 0x100, 8, 0, 0, kAllRows, kAllColumns};
    const CommandWords many_posts{0x03, 0x100, 0x200, 100, 0, 0, 0, kAllColumns};
    load(0, {many_mvms, kHalt});
    load(10, {many_posts, kHalt});
    start(0, 0);
    const sc_time mvms = done_after();
    start(0, 10);
    const sc_time posts = done_after();
    start(0, 0);
    start(1, 10);
    const sc_time both = done_after();
    EXPECT_LT(both, mvms + posts * 0.5) << mvms << " and " << posts;
    // The same unit is used by one at a time.
    start(0, 0);
    start(1, 0);
    EXPECT_GT(done_after(), mvms * 1.9);
  });
}

TEST_F(TileProgram, SemaphoresHandOver) {
  run([&] {
    enable_interrupts();
    program_all();
    initiator.write32(r::kIrqStatus, 7);
    initiator.write32(r::kSramOffset, 0x01010101);
    load(0, {{0x07, 3, 0, 2}, kMvm, {0x08, 4, 0, 1}, kHalt});
    load(10, {{0x07, 4, 0, 1}, kPost, {0x0A, 77}, kHalt});
    initiator.write32(r::kIrqEnable, r::kIrqEnableProgram.mask());
    start(0, 0);
    start(2, 10);
    sc_core::wait(sc_time(10, SC_US));
    EXPECT_EQ(threads(), 5U);
    EXPECT_EQ(state(0), 0x303U);
    EXPECT_EQ(state(2), 0x403U);
    EXPECT_EQ(initiator.read32(r::kProgramPc + 8), 10U);
    initiator.write32(r::kSemaphorePost + 12, 1);
    sc_core::wait(sc_time(10, SC_US));
    EXPECT_EQ(threads(), 5U);
    EXPECT_FALSE(done.read());
    initiator.write32(r::kSemaphorePost + 12, 4);
    while (!done.read()) sc_core::wait(done.value_changed_event());
    EXPECT_EQ(initiator.read32(r::kProgramTag), 77U);
    EXPECT_EQ(initiator.read32(r::kSemaphore + 12), 3U);
    EXPECT_EQ(initiator.read32(r::kMvmCount), 2U - 1U);
    sc_core::wait(sc_time(1, SC_US));
    EXPECT_EQ(threads(), 0U);
    EXPECT_EQ(initiator.read32(r::kIrqStatus),
              r::kIrqStatusDone.mask() | r::kIrqStatusProgram.mask());
  });
}

TEST_F(TileProgram, LoopsAndRemoteSignals) {
  run([&] {
    enable_interrupts();
    load(0, {{0x06, 0, kRemote, 16}, {0x108, 0, kRemote, 9}, {0x09, 0, 0, 5}, kHalt});
    start(1, 0);
    const sc_time took = done_after();
    // Five rounds of two transfers, each answered after 20 ns.
    EXPECT_GT(took, sc_time(5 * 40, SC_NS));
    EXPECT_LT(took, sc_time(5 * 40 + 5 * 12, SC_NS));
    EXPECT_EQ(remote.received, (std::vector<std::uint8_t>{9, 0, 0, 0}));
    EXPECT_EQ(error_code(), 0U);
  });
}

TEST_F(TileProgram, ARefusedCommandEndsItsThreadOnly) {
  run([&] {
    initiator.write32(r::kIrqEnable, r::kIrqEnableError.mask());
    load(0, {{0x00}, {0x99}, kHalt});
    load(10, {{0x07, 0, 0, 1}, kHalt});
    start(0, 10);
    start(1, 0);
    sc_core::wait(sc_time(1, SC_US));
    EXPECT_TRUE(error.read());
    expect_error(Error::kBadOpcode, 0x99);
    EXPECT_EQ(state(1), r::kProgramStateFault.mask());
    EXPECT_EQ(initiator.read32(r::kProgramPc + 4), 1U);
    EXPECT_EQ(threads(), 1U);
    load(0, {kHalt});  // the other thread still runs
    expect_error(Error::kBusy, 0x0B);
    initiator.write32(r::kProgramStop, 1);
    sc_core::wait(sc_time(1, SC_US));
    EXPECT_EQ(threads(), 0U);
    EXPECT_EQ(state(0), 0U);
  });
}

TEST_F(TileProgram, QueueAndProgramExcludeEachOther) {
  run([&] {
    enable_interrupts();
    program_all();
    load(0, {{0x07, 0, 0, 1}, kHalt});
    submit(kMvm);
    start(0, 0);
    expect_error(Error::kBusy, 0);
    wait_done();
    start(0, 0);
    submit(kMvm);
    expect_error(Error::kBusy, kMvm[0]);
    start(0, 0);
    expect_error(Error::kBusy, 0);
    start(1, kProgramCommands);
    expect_error(Error::kBadValue, kProgramCommands);
    initiator.write32(r::kSemaphorePost, 65536);
    expect_error(Error::kBadValue, 65536);
    initiator.write32(r::kSemaphorePost, 1);
    EXPECT_LT(done_after(), sc_time(1, SC_US));
  });
}

TEST_F(TileProgram, AResetEndsAllThreadsWhateverTheyDo) {
  run([&] {
    enable_interrupts();
    program_all();
    load(0, {kMvm, {0x09, 0, 0, 0}});
    load(10, {{0x07, 0, 0, 1}, kHalt});
    load(20, {{0x06, 0, kRemote, 16}, {0x09, 20, 0, 0}});
    for (unsigned i = 0; i < 50; ++i) {
      start(0, 0);
      start(1, 0);   // waits for the crossbar
      start(2, 10);  // for a semaphore
      start(3, 20);  // for the network
      sc_core::wait(sc_time(100 + 7 * i, SC_NS));
      EXPECT_EQ(threads(), 15U);
      tile.reset();
      EXPECT_EQ(threads(), 0U);
      EXPECT_FALSE(tile.executing());
      load(0, {kMvm, {0x09, 0, 0, 0}});
      load(10, {{0x07, 0, 0, 1}, kHalt});
      load(20, {{0x06, 0, kRemote, 16}, {0x09, 20, 0, 0}});
      EXPECT_EQ(error_code(), 0U);
    }
    enable_interrupts();
    load(0, {kMvm, kHalt});
    start(0, 0);
    EXPECT_LT(done_after(), sc_time(1, SC_US));
    EXPECT_EQ(initiator.read32(r::kMvmCount), 1U);
  });
}

TEST_F(TileProgram, BusyTimeCountsOverlapOnce) {
  run([&] {
    enable_interrupts();
    program_all();
    const core::TimePs before = tile.busy_ps();
    load(0, {{0x02, 0, 0x100, 50, 0, 0, kAllRows, kAllColumns}, kHalt});
    load(10, {{0x03, 0x100, 0x200, 100, 0, 0, 0, kAllColumns}, kHalt});
    const sc_time begin = sc_core::sc_time_stamp();
    start(0, 0);
    start(1, 10);
    wait_done();
    EXPECT_LE(tile.busy_ps() - before, (sc_core::sc_time_stamp() - begin).value());
    EXPECT_GT(tile.busy_ps() - before, (sc_core::sc_time_stamp() - begin).value() * 9 / 10);
  });
}

}  // namespace
}  // namespace aimc::tile
