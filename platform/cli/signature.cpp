#include "platform/cli/signature.h"

#include <string_view>

#include "platform/cli/usage_error.h"

namespace aimc::cli {
namespace {

constexpr std::uint32_t kWordBytes = 4;

std::uint32_t address_of(const char* symbol, const platform::ElfImage& elf) {
  if (const platform::ElfSymbol* found = elf.find(symbol)) return found->address;
  throw UsageError("--signature: '" + elf.path + "' has no symbol '" + symbol +
                   "'; expected begin_signature and end_signature");
}

}  // namespace

SaveRequest parse_signature(const std::string& file, const platform::ElfImage& elf,
                            const RamRange& ram) {
  const std::uint32_t begin = address_of("begin_signature", elf);
  const std::uint32_t end = address_of("end_signature", elf);
  const std::string place = "--signature: begin_signature " + platform::hex_address(begin) +
                            " to end_signature " + platform::hex_address(end);
  if (end <= begin) throw UsageError(place + " holds nothing");
  if ((end - begin) % kWordBytes != 0) {
    throw UsageError(place + " has " + std::to_string(end - begin) +
                     " bytes; expected a multiple of 4");
  }
  if (begin < ram.base || end > ram.base + ram.bytes) {
    throw UsageError(place + " lies outside the RAM " + platform::hex_address(ram.base) + ".." +
                     platform::hex_address(ram.base + ram.bytes - 1));
  }
  return {file, {begin, end - begin}};
}

std::string signature_text(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() / kWordBytes * 9);
  for (std::size_t word = 0; word + kWordBytes <= bytes.size(); word += kWordBytes) {
    for (std::size_t i = kWordBytes; i-- > 0;) {
      text += kDigits[bytes[word + i] >> 4U];
      text += kDigits[bytes[word + i] & 15U];
    }
    text += '\n';
  }
  return text;
}

}  // namespace aimc::cli
