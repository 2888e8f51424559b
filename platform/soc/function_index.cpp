#include "platform/soc/function_index.h"

#include <algorithm>

namespace aimc::platform {
namespace {

bool is_sized_function(const ElfSymbol& symbol) {
  return symbol.kind == SymbolKind::kFunction && symbol.bytes != 0;
}

}  // namespace

FunctionIndex::FunctionIndex(const ElfImage& image) {
  // Where symbols share an address the last one names it best (see ElfImage).
  std::uint32_t covered_to = 0;
  for (const ElfSymbol& symbol : image.symbols) {
    if (symbol.kind == SymbolKind::kAbsolute) continue;
    const bool sized = is_sized_function(symbol);
    if (!sized && symbol.address < covered_to) continue;
    if (covered_to != 0 && covered_to < symbol.address) {
      pieces_.push_back({covered_to, kUnknown, false});
    }
    const bool code = symbol.kind == SymbolKind::kFunction || symbol.kind == SymbolKind::kLabel;
    const Id id = code ? static_cast<Id>(names_.size()) : kUnknown;
    if (code) names_.push_back(symbol.name);
    if (!pieces_.empty() && pieces_.back().begin == symbol.address) pieces_.pop_back();
    pieces_.push_back({symbol.address, id, code});
    covered_to = sized ? symbol.address + symbol.bytes : 0;
  }
  if (covered_to != 0) pieces_.push_back({covered_to, kUnknown, false});
}

std::vector<FunctionIndex::Piece>::const_iterator FunctionIndex::piece_at(std::uint32_t pc) const {
  const auto above = std::upper_bound(
      pieces_.begin(), pieces_.end(), pc,
      [](std::uint32_t wanted, const Piece& piece) { return wanted < piece.begin; });
  return above == pieces_.begin() ? pieces_.end() : above - 1;
}

FunctionIndex::Id FunctionIndex::at(std::uint32_t pc) const {
  const auto piece = piece_at(pc);
  return piece == pieces_.end() ? kUnknown : piece->id;
}

bool FunctionIndex::is_edge(std::uint32_t pc) const {
  const auto piece = piece_at(pc);
  return piece != pieces_.end() && piece->begin == pc;
}

bool FunctionIndex::is_entry(std::uint32_t pc) const {
  const auto piece = piece_at(pc);
  return piece != pieces_.end() && piece->begin == pc && piece->entry;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> FunctionIndex::ranges(
    const std::string& name) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (auto piece = pieces_.begin(); piece != pieces_.end(); ++piece) {
    if (!piece->entry || names_[piece->id] != name) continue;
    const auto next = piece + 1;
    found.emplace_back(piece->begin, next == pieces_.end() ? 0xFFFFFFFFU : next->begin);
  }
  return found;
}

}  // namespace aimc::platform
