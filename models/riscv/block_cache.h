#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <vector>

#include "models/riscv/decode.h"
#include "models/riscv/direct_map.h"
#include "models/riscv/hart.h"

namespace aimc::riscv {

constexpr std::size_t kClasses = static_cast<std::size_t>(InstructionClass::kCount);
using ClassCounts = std::array<std::uint64_t, kClasses>;

/// Index of a class in an array over all of them.
constexpr std::size_t index_of(InstructionClass cls) {
  return static_cast<std::size_t>(cls);
}

/// A decoded instruction, ready for execution: sources and destination are indices into the
/// register file, in which kSinkRegister takes what is written to x0.
struct Op {
  std::uint32_t imm;    ///< as in Decoded; of a branch the target address
  std::uint32_t start;  ///< cycles from the start of the block to the start of this instruction
  Opcode code;
  std::uint8_t rd;
  std::uint8_t rs1;
  std::uint8_t rs2;
  std::uint8_t handler;    ///< its place in the fast loop: as `code`, or kOpcodes beyond
  std::uint8_t pc_offset;  ///< bytes from the start of the block
  std::uint8_t length;     ///< 2 or 4 bytes
  InstructionClass cls;
};

/// The place of an instruction in the fast loop that takes its sources from the register file.
constexpr std::uint8_t plain_handler(Opcode code) {
  return static_cast<std::uint8_t>(code);
}

/// Instructions that are executed one after the other: up to a jump, branch or complex instruction,
/// or to the maximum.
///
/// The sums cover all instructions that are executed inside the block: not a complex one at its
/// end.
struct Block {
  static constexpr std::size_t kMaxOps = 32;
  static constexpr std::uint32_t kNoPc = 1;  ///< never the address of an instruction

  std::uint32_t pc = kNoPc;  ///< address of the first instruction; kNoPc when the block was dropped
  std::uint32_t end_pc = 0;  ///< address behind the last
  /// Address behind the bytes its timing depends on: the instruction after the last included, where
  /// it matters.
  std::uint32_t seen_end = 0;
  std::uint32_t cycles = 0;        ///< duration with a branch not taken
  std::uint32_t taken_cycles = 0;  ///< duration with the jump or branch at its end taken
  std::uint32_t jumped_to = 0;     ///< what a jump to it adds to the jump
  std::uint32_t last_start = 0;    ///< when the last instruction starts, a complex one included
  std::uint32_t count = 0;         ///< number of instructions
  std::uint32_t op_count = 0;      ///< number of ops, with a complex one, without an end marker
  bool ends_in_branch = false;
  std::uint8_t bank = 0;  ///< of the cache; never changes while the block is used again and again
  bool observed = false;  ///< executed under somebody's eyes; no block leads to it directly
  std::array<Block*, 2>
      next{};  ///< likely successors: 0 straight on, 1 jumped; checked against their pc
  /// Cycles to the start of each of them: what a jump to the second adds is part of it.
  std::array<std::uint32_t, 2> next_start{};

  /// Makes `successor` the likely one of an exit.
  void link(unsigned slot, Block& successor) {
    next[slot] = &successor;
    next_start[slot] = slot == 0 ? cycles : taken_cycles + successor.jumped_to;
  }
  /// Executions that went straight on and that jumped, not yet folded into the totals.
  std::array<std::uint64_t, 2> exits{};
  /// How many of these are in the totals already; see BlockCache::counts.
  mutable std::array<std::uint64_t, 2> counted{};
  std::array<std::uint8_t, kClasses>
      histogram{};           ///< instructions of each class, without the branch
  std::uint32_t serial = 0;  ///< that of no other block of the cache for long; 0: none
  std::array<Op, kMaxOps + 1> ops{};
};

/// Adds what the executions of `block` that are not in the totals amount to.
void add_counts(const Block& block, ClassCounts& counts);

/// All decoded blocks and the totals of those that are gone.
///
/// The blocks are in banks, one for each privilege mode, because modes may execute different parts
/// of memory. A block belongs to the bank selected when it was allocated and is never used again
/// for another, so that a pointer to a block leads from a bank to itself only. Somebody's write to
/// memory drops blocks of all banks.
class BlockCache {
 public:
  static constexpr unsigned kBanks = 2;

  /// The bank for `find`, `allocate` and `insert`.
  void select(unsigned bank) {
    bank_ = &banks_[bank];
    quick_ = bank_->quick.data();
  }

  /// A block that is never executed: what successors point to before they are known.
  Block* none() { return &none_; }

  /// The block that starts at `pc`, or nullptr.
  Block* find(std::uint32_t pc);
  /// The same at once, or a block of another pc: for one that may be anywhere, such as a return.
  /// Never an observed one.
  Block* guess(std::uint32_t pc) { return quick_[quick_index(pc)]; }
  /// A cleared block to decode into; `insert` makes it known. May drop all blocks when the bank has
  /// too many.
  Block& allocate(DirectMap& map);
  /// Makes a block that was decoded from `region` known.
  void insert(Block& block, Region& region);

  /// Drops the blocks with bytes in [offset, offset + size) of `region`; the range lies inside.
  void drop(Region& region, std::uint32_t offset, std::uint32_t size);
  /// Drops all blocks.
  void clear(DirectMap& map);
  /// Drops those blocks of a bank that are not to be kept.
  void drop_unless(DirectMap& map, unsigned bank, const std::function<bool(const Block&)>& keep);

  /// Moves the execution counts of `block` into the totals.
  void fold(Block& block);
  /// Executed instructions of each class, of all blocks. Takes those executed since the last call
  /// into the totals, so that frequent calls are cheap.
  ClassCounts counts() const;
  /// Totals outside living blocks; for instructions that are executed one by one.
  ClassCounts& totals() { return totals_; }

 private:
  static constexpr std::size_t kMaxBlocks = 32768;  // in a bank
  static constexpr std::size_t kQuickEntries = 8192;

  static std::size_t quick_index(std::uint32_t pc) { return (pc >> 1U) % kQuickEntries; }
  void remove(Block& block, Region& region);

  struct Bank {
    std::deque<Block> storage;  // addresses stay valid while it grows
    std::vector<Block*> free;
    std::vector<Block*> quick;     // by hash of pc, checked against pc
    std::vector<Block*> observed;  // the same of observed blocks, to which quick must not lead
    std::unordered_map<std::uint32_t, Block*> by_pc;
  };

  Block none_;
  std::array<Bank, kBanks> banks_;
  std::uint32_t serial_ = 0;  // of the block allocated last
  Bank* bank_ = nullptr;      // the one selected
  Block** quick_ = nullptr;   // its own
  std::unordered_map<std::uint32_t, std::vector<Block*>> by_granule_;  // key: address of a granule
  mutable ClassCounts totals_{};

 public:
  BlockCache() {
    for (Bank& bank : banks_) {
      bank.quick.assign(kQuickEntries, &none_);
      bank.observed.assign(kQuickEntries, &none_);
    }
    select(0);
  }
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;
};

}  // namespace aimc::riscv
