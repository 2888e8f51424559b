// The ELF loader on any bytes: an image that keeps its promises, or one line that says what is
// wrong.

#include <string>
#include <vector>

#include "platform/soc/elf_image.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using aimc::platform::ElfImage;
using aimc::platform::ElfSegment;
using aimc::platform::ElfSymbol;
using aimc::test::require;

constexpr std::uint64_t kRamBase = 0x80000000U;
constexpr std::uint64_t kRamBytes = 0x08000000U;

void check_segments(const ElfImage& image, std::size_t file_bytes) {
  require(!image.segments.empty(), "an image has a segment");
  std::uint64_t end = 0;
  std::uint64_t total = 0;
  for (const ElfSegment& segment : image.segments) {
    require(segment.memory_bytes != 0, "a segment is not empty");
    require(segment.bytes.size() <= segment.memory_bytes, "a segment holds its bytes");
    require(segment.address >= end, "segments ascend and do not overlap");
    end = std::uint64_t{segment.address} + segment.memory_bytes;
    require(end <= std::uint64_t{1} << 32U, "a segment ends within 32 bits of address");
    total += segment.bytes.size();
  }
  require(total <= 2 * file_bytes, "segments take no more than twice the file");
}

void check_symbols(const ElfImage& image, std::size_t file_bytes) {
  std::uint32_t last = 0;
  std::uint64_t names = 0;
  for (const ElfSymbol& symbol : image.symbols) {
    require(symbol.address >= last, "symbols ascend");
    require(!symbol.name.empty(), "a symbol has a name");
    last = symbol.address;
    names += symbol.name.size();
  }
  require(image.symbols.size() <= file_bytes / 16, "a symbol takes 16 bytes of the file");
  require(names <= 5 * file_bytes, "names take no more than a few times the file");
  for (const std::uint32_t address :
       {std::uint32_t{0}, image.entry, image.segments.back().address, last, last + 1, ~0U}) {
    require(!image.describe(address).empty(), "every address can be described");
  }
  if (!image.symbols.empty()) {
    require(image.find(image.symbols.front().name) != nullptr, "a symbol is found by its name");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const ElfImage image = aimc::platform::parse_elf({data, data + size}, "fw.elf");
    check_segments(image, size);
    check_symbols(image, size);
    aimc::platform::check_in_ram(image, kRamBase, kRamBytes);
  } catch (const aimc::platform::ElfError& error) {
    const std::string message = error.what();
    require(message.rfind("firmware 'fw.elf': ", 0) == 0, "a refusal names the file");
    require(message.find('\n') == std::string::npos, "a refusal is one line");
  }
  return 0;
}
