#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aimc::platform {

/// An ELF file that cannot be run here; what() is one line that names the file and what is wrong.
class ElfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A loadable segment: `bytes` followed by zeros up to `memory_bytes`.
struct ElfSegment {
  std::uint32_t address = 0;  ///< physical address
  std::uint32_t memory_bytes = 0;
  std::vector<std::uint8_t> bytes;
};

/// What a symbol names.
enum class SymbolKind : std::uint8_t { kFunction, kObject, kLabel, kAbsolute };

/// A named address.
struct ElfSymbol {
  std::string name;
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;  ///< 0: unknown
  SymbolKind kind = SymbolKind::kLabel;
};

/// A RISC-V executable as the platform needs it.
struct ElfImage {
  std::string path;                  ///< as given
  std::uint32_t entry = 0;           ///< address of the first instruction
  bool uses_float = false;           ///< passes arguments in f registers (ABI ilp32f)
  std::vector<ElfSegment> segments;  ///< by ascending address, without overlaps
  std::vector<ElfSymbol> symbols;    ///< by ascending address

  /// The symbol of this name, or nullptr.
  const ElfSymbol* find(std::string_view name) const;
  /// "main+0x12" for an address in or behind a symbol of code or data, else "0x80000012".
  /// @param is_return the address is behind a call: it may be the end of the symbol.
  std::string describe(std::uint32_t address, bool is_return = false) const;
};

/// Reads a 32-bit little-endian RISC-V executable. Throws ElfError for anything else and for a file
/// that is damaged, whatever it contains.
ElfImage load_elf(const std::string& path);

/// The same from memory; `path` is for messages.
ElfImage parse_elf(std::vector<std::uint8_t> file, const std::string& path);

/// Throws ElfError when a segment or the entry point lies outside [ram_base, ram_base + ram_bytes).
void check_in_ram(const ElfImage& image, std::uint64_t ram_base, std::uint64_t ram_bytes);

/// An address as it is written in messages: "0x80000000".
std::string hex_address(std::uint64_t address);

}  // namespace aimc::platform
