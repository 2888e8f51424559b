#include "models/riscv/block_cache.h"

#include <algorithm>

namespace aimc::riscv {
namespace {

// First and last granule of `region` that a block touches.
std::uint32_t first_granule(const Block& block, const Region& region) {
  return (block.pc - region.base) >> kGranuleShift;
}
std::uint32_t last_granule(const Block& block, const Region& region) {
  return (block.seen_end - 1U - region.base) >> kGranuleShift;
}

}  // namespace

void add_counts(const Block& block, ClassCounts& counts) {
  const std::uint64_t straight = block.exits[0] - block.counted[0];
  const std::uint64_t jumped = block.exits[1] - block.counted[1];
  const std::uint64_t executions = straight + jumped;
  if (executions == 0) return;
  for (std::size_t i = 0; i < kClasses; ++i) counts[i] += executions * block.histogram[i];
  if (block.ends_in_branch) {
    counts[index_of(InstructionClass::kBranchTaken)] += jumped;
    counts[index_of(InstructionClass::kBranchNotTaken)] += straight;
  }
}

Block* BlockCache::find(std::uint32_t pc) {
  Block*& quick = quick_[quick_index(pc)];
  if (quick->pc == pc) return quick;
  Block*& observed = bank_->observed[quick_index(pc)];
  if (observed->pc == pc) return observed;
  const auto found = bank_->by_pc.find(pc);
  if (found == bank_->by_pc.end()) return nullptr;
  (found->second->observed ? observed : quick) = found->second;
  return found->second;
}

Block& BlockCache::allocate(DirectMap& map) {
  Bank& bank = *bank_;
  if (bank.free.empty() && bank.storage.size() >= kMaxBlocks) clear(map);
  Block* block = nullptr;
  if (bank.free.empty()) {
    block = &bank.storage.emplace_back();
  } else {
    block = bank.free.back();
    bank.free.pop_back();
    *block = Block{};
  }
  if (++serial_ == 0) ++serial_;
  block->serial = serial_;
  block->bank = static_cast<std::uint8_t>(bank_ - banks_.data());
  block->next = {&none_, &none_};
  return *block;
}

void BlockCache::insert(Block& block, Region& region) {
  banks_[block.bank].by_pc[block.pc] = &block;
  for (std::uint32_t g = first_granule(block, region); g <= last_granule(block, region); ++g) {
    region.has_code[g] |= kGranuleCode;
    by_granule_[region.base + (g << kGranuleShift)].push_back(&block);
  }
}

void BlockCache::remove(Block& block, Region& region) {
  fold(block);
  Bank& bank = banks_[block.bank];
  bank.by_pc.erase(block.pc);
  for (std::uint32_t g = first_granule(block, region); g <= last_granule(block, region); ++g) {
    const auto found = by_granule_.find(region.base + (g << kGranuleShift));
    auto& blocks = found->second;
    blocks.erase(std::remove(blocks.begin(), blocks.end(), &block), blocks.end());
    if (blocks.empty()) {
      by_granule_.erase(found);
      region.has_code[g] &= static_cast<std::uint8_t>(~kGranuleCode);
    }
  }
  block.pc = Block::kNoPc;  // whoever still points to it sees that it is no successor
  bank.free.push_back(&block);
}

void BlockCache::drop(Region& region, std::uint32_t offset, std::uint32_t size) {
  const std::uint32_t first = region.base + offset;
  const std::uint32_t last = first + (size - 1U);
  for (std::uint32_t g = offset >> kGranuleShift; g <= (offset + (size - 1U)) >> kGranuleShift;
       ++g) {
    if ((region.has_code[g] & kGranuleCode) == 0) continue;
    const std::vector<Block*> candidates = by_granule_[region.base + (g << kGranuleShift)];
    for (Block* block : candidates) {
      if (block->pc <= last && block->seen_end - 1U >= first) remove(*block, region);
    }
  }
}

void BlockCache::clear(DirectMap& map) {
  for (Bank& bank : banks_) {
    for (Block& block : bank.storage) {
      if (block.pc == Block::kNoPc) continue;
      fold(block);
      block.pc = Block::kNoPc;
      bank.free.push_back(&block);
    }
    bank.by_pc.clear();
  }
  by_granule_.clear();
  for (const auto& region : map.regions()) {
    for (std::uint8_t& granule : region->has_code) granule &= kGranuleWatched;
  }
}

void BlockCache::drop_unless(DirectMap& map, unsigned bank,
                             const std::function<bool(const Block&)>& keep) {
  for (Block& block : banks_[bank].storage) {
    if (block.pc != Block::kNoPc && !keep(block)) remove(block, *map.find(block.pc, 2));
  }
}

void BlockCache::fold(Block& block) {
  add_counts(block, totals_);
  block.exits.fill(0);
  block.counted.fill(0);
}

ClassCounts BlockCache::counts() const {
  for (const Bank& bank : banks_) {
    for (const Block& block : bank.storage) {
      if (block.exits == block.counted) continue;
      add_counts(block, totals_);
      block.counted = block.exits;
    }
  }
  return totals_;
}

}  // namespace aimc::riscv
