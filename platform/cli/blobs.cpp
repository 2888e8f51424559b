#include "platform/cli/blobs.h"

#include <zlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>

#include "platform/cli/words.h"
#include "platform/config/input_file.h"
#include "platform/config/nearest.h"

namespace aimc::cli {
namespace {

namespace fs = std::filesystem;

struct CloseGz {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

/// An address, with the size of the symbol it was named by (0: unknown).
struct Place {
  std::uint64_t address = 0;
  std::uint32_t symbol_bytes = 0;
};

Place find_place(const std::string& option, const std::string& text,
                 const platform::ElfImage& elf) {
  if (!text.empty() && text[0] >= '0' && text[0] <= '9') return {parse_number(option, text), 0};
  if (const platform::ElfSymbol* symbol = elf.find(text)) return {symbol->address, symbol->bytes};
  std::vector<std::string> names;
  for (const platform::ElfSymbol& symbol : elf.symbols) names.push_back(symbol.name);
  const auto best = platform::nearest(text, names);
  throw UsageError(option + ": '" + text + "' is neither an address nor a symbol of '" + elf.path +
                   "'" + (best ? " (did you mean '" + *best + "'?)" : ""));
}

/// FILE and PLACE of FILE@PLACE.
std::pair<std::string, std::string> split(const std::string& option, const std::string& text,
                                          const char* form) {
  const auto separator = text.rfind('@');
  if (separator == std::string::npos || separator == 0 || separator + 1 == text.size()) {
    throw UsageError(option + ": value '" + text + "' is not understood; expected " + form);
  }
  return {text.substr(0, separator), text.substr(separator + 1)};
}

void check_in_ram(const std::string& option, std::uint64_t address, std::uint64_t bytes,
                  const RamRange& ram) {
  if (address >= ram.base && bytes <= ram.bytes && address - ram.base <= ram.bytes - bytes) return;
  throw UsageError(option + ": " + std::to_string(bytes) + " bytes at " +
                   platform::hex_address(address) + " lie outside the RAM " +
                   platform::hex_address(ram.base) + ".." +
                   platform::hex_address(ram.base + ram.bytes - 1));
}

std::vector<std::uint8_t> read_plain(const std::string& what, const std::string& name,
                                     std::uint64_t limit) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(name, error);
  if (error) throw UsageError(what + "cannot be read");
  if (size == 0) throw UsageError(what + "is empty");
  if (size > limit) throw UsageError(what + "is larger than the RAM");
  std::vector<std::uint8_t> bytes(size);
  std::ifstream stream(name, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!stream) throw UsageError(what + "cannot be read");
  return bytes;
}

std::vector<std::uint8_t> read_compressed(const std::string& what, const std::string& name,
                                          std::uint64_t limit) {
  const std::unique_ptr<gzFile_s, CloseGz> file(gzopen(name.c_str(), "rb"));
  if (file == nullptr) throw UsageError(what + "cannot be opened");
  // zlib hands through what has no gzip header.
  if (gzdirect(file.get()) != 0) throw UsageError(what + "is not a gzip file");
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 65536> block{};
  int count = 0;
  do {
    count = gzread(file.get(), block.data(), block.size());
    if (count > 0) bytes.insert(bytes.end(), block.begin(), block.begin() + count);
    if (bytes.size() > limit) throw UsageError(what + "is larger than the RAM");
  } while (count == static_cast<int>(block.size()));
  int error = Z_OK;
  const char* reason = gzerror(file.get(), &error);
  if (error != Z_OK) throw UsageError(what + "cannot be decompressed: " + reason);
  if (bytes.empty()) throw UsageError(what + "is empty");
  return bytes;
}

/// Reads a file, decompressed if it is a .gz, of at most `limit` bytes.
std::vector<std::uint8_t> read_bytes(const std::string& option, const std::string& name,
                                     std::uint64_t limit) {
  const std::string what = option + ": file '" + name + "' ";
  if (const auto why = platform::why_no_file(name)) throw UsageError(what + *why);
  return fs::path(name).extension() == ".gz" ? read_compressed(what, name, limit)
                                             : read_plain(what, name, limit);
}

}  // namespace

platform::LoadBlob read_load(const std::string& text, const platform::ElfImage& elf,
                             const RamRange& ram) {
  const std::string option = "--load " + text;
  const auto [file, place_text] = split(option, text, "FILE@ADDRESS or FILE@SYMBOL");
  const Place place = find_place(option, place_text, elf);
  std::vector<std::uint8_t> bytes = read_bytes(option, file, ram.bytes);
  check_in_ram(option, place.address, bytes.size(), ram);
  if (place.symbol_bytes != 0 && bytes.size() > place.symbol_bytes) {
    throw UsageError(option + ": " + std::to_string(bytes.size()) + " bytes do not fit into '" +
                     place_text + "' of " + std::to_string(place.symbol_bytes) + " bytes");
  }
  return {static_cast<std::uint32_t>(place.address), std::move(bytes)};
}

SaveRequest parse_save(const std::string& text, const platform::ElfImage& elf,
                       const RamRange& ram) {
  const std::string option = "--save " + text;
  auto [file, place_text] = split(option, text, "FILE@ADDRESS:BYTES or FILE@SYMBOL[:BYTES]");
  const auto colon = place_text.find(':');
  const Place place = find_place(option, place_text.substr(0, colon), elf);
  std::uint64_t bytes = place.symbol_bytes;
  if (colon != std::string::npos) bytes = parse_number(option, place_text.substr(colon + 1));
  if (bytes == 0) {
    throw UsageError(option + ": nothing to save; expected :BYTES behind the " +
                     (colon == std::string::npos ? "place, whose size is unknown" : "place"));
  }
  check_in_ram(option, place.address, bytes, ram);
  return {file, {static_cast<std::uint32_t>(place.address), static_cast<std::uint32_t>(bytes)}};
}

}  // namespace aimc::cli
