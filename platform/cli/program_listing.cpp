#include "platform/cli/program_listing.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <vector>

#include "models/tile/disassemble.h"
#include "platform/cli/usage_error.h"
#include "platform/config/input_file.h"
#include "platform/config/nearest.h"
#include "platform/soc/elf_image.h"

namespace aimc::cli {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kMostBytes = std::uint64_t{tile::kProgramCommands} * tile::kCommandBytes;

Bytes read_file(const std::string& name) {
  const std::string what = "--program: file '" + name + "' ";
  if (const auto why = platform::why_no_file(name)) throw UsageError(what + *why);
  std::error_code error;
  const std::uintmax_t size = fs::file_size(name, error);
  if (!error && size > kMostBytes) {
    throw UsageError(what + "has " + std::to_string(size) + " bytes, a tile program at most " +
                     std::to_string(kMostBytes));
  }
  std::ifstream stream(name, std::ios::binary);
  Bytes bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (error || !stream) throw UsageError(what + "cannot be read");
  return bytes;
}

/// Contents of a symbol as they are when the executable has been loaded.
Bytes read_symbol(const std::string& file, const std::string& name) {
  const platform::ElfImage elf = platform::load_elf(file);
  const platform::ElfSymbol* symbol = elf.find(name);
  if (symbol == nullptr) {
    std::vector<std::string> names;
    for (const platform::ElfSymbol& other : elf.symbols) names.push_back(other.name);
    const auto best = platform::nearest(name, names);
    throw UsageError("--program: '" + name + "' is not a symbol of '" + file + "'" +
                     (best ? " (did you mean '" + *best + "'?)" : ""));
  }
  Bytes bytes(std::min<std::uint64_t>(symbol->bytes, kMostBytes));
  for (const platform::ElfSegment& segment : elf.segments) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::uint64_t at = std::uint64_t{symbol->address} + i;
      if (at >= segment.address && at - segment.address < segment.bytes.size()) {
        bytes[i] = segment.bytes[at - segment.address];
      }
    }
  }
  return bytes;
}

Bytes read_program(const std::string& place) {
  const auto at = place.rfind('@');
  if (at == std::string::npos || fs::exists(place)) return read_file(place);
  return read_symbol(place.substr(0, at), place.substr(at + 1));
}

}  // namespace

std::string program_listing(const std::string& place) {
  const Bytes bytes = read_program(place);
  if (bytes.empty() || bytes.size() % tile::kCommandBytes != 0) {
    throw UsageError("--program: '" + place + "' has " + std::to_string(bytes.size()) +
                     " bytes; expected commands of " + std::to_string(tile::kCommandBytes));
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < bytes.size(); i += tile::kCommandBytes) {
    tile::CommandWords words{};
    std::memcpy(words.data(), bytes.data() + i, tile::kCommandBytes);
    lines.push_back(tile::disassemble(words));
  }
  while (lines.size() > 1 && lines.back() == "nop" && lines[lines.size() - 2] == "nop") {
    lines.pop_back();
  }
  std::ostringstream text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text << std::setw(4) << i << "  " << lines[i] << '\n';
  }
  return text.str();
}

}  // namespace aimc::cli
