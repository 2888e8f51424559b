#include "platform/soc/elf_image.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <tuple>

#include "platform/config/input_file.h"

namespace aimc::platform {
namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;

struct CloseElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

/// A file on its way to becoming an ElfImage.
struct Input {
  std::vector<std::uint8_t> file;
  std::string path;

  [[noreturn]] void refuse(const std::string& why) const {
    throw ElfError("firmware '" + path + "': " + why);
  }
};

std::string range_text(std::uint64_t begin, std::uint64_t bytes) {
  return hex_address(begin) + ".." + hex_address(begin + bytes - 1);
}

/// Checks what libelf would only answer with a generic error: magic, class, byte order, size.
void check_identification(const Input& input) {
  const std::vector<std::uint8_t>& file = input.file;
  if (file.size() < SELFMAG || !std::equal(file.begin(), file.begin() + SELFMAG, ELFMAG)) {
    input.refuse("not an ELF file");
  }
  if (file.size() < sizeof(Elf32_Ehdr)) {
    input.refuse("truncated: " + std::to_string(file.size()) + " bytes, the ELF header alone has " +
                 std::to_string(sizeof(Elf32_Ehdr)));
  }
  if (file[EI_CLASS] == ELFCLASS64) {
    input.refuse("a 64-bit ELF; expected a 32-bit RISC-V executable (-march=rv32imac -mabi=ilp32)");
  }
  if (file[EI_CLASS] != ELFCLASS32) input.refuse("neither a 32-bit nor a 64-bit ELF");
  if (file[EI_DATA] != ELFDATA2LSB) input.refuse("big-endian; expected a little-endian executable");
}

unsigned float_abi(const GElf_Ehdr& header) {
  return header.e_flags & EF_RISCV_FLOAT_ABI;
}

GElf_Ehdr read_header(const Input& input, Elf* elf) {
  GElf_Ehdr header{};
  if (gelf_getehdr(elf, &header) == nullptr) {
    input.refuse(std::string("damaged ELF header: ") + elf_errmsg(-1));
  }
  if (header.e_machine != EM_RISCV) {
    input.refuse("made for machine " + std::to_string(header.e_machine) + "; expected RISC-V (" +
                 std::to_string(EM_RISCV) + ")");
  }
  if (header.e_type != ET_EXEC) {
    const char* what = header.e_type == ET_REL    ? "an object file"
                       : header.e_type == ET_DYN  ? "a shared object"
                       : header.e_type == ET_CORE ? "a core dump"
                                                  : "of an unknown type";
    input.refuse(std::string(what) + "; expected a statically linked executable");
  }
  if (float_abi(header) != EF_RISCV_FLOAT_ABI_SOFT &&
      float_abi(header) != EF_RISCV_FLOAT_ABI_SINGLE) {
    input.refuse("uses double-precision registers; expected the ABI ilp32 or ilp32f");
  }
  // libelf reads tables of its own entries, whatever size the file claims.
  if (header.e_phnum != 0 && header.e_phentsize != sizeof(Elf32_Phdr)) {
    input.refuse("damaged: its program headers have " + std::to_string(header.e_phentsize) +
                 " bytes each; expected " + std::to_string(sizeof(Elf32_Phdr)));
  }
  if (header.e_shnum != 0 && header.e_shentsize != sizeof(Elf32_Shdr)) {
    input.refuse("damaged: its section headers have " + std::to_string(header.e_shentsize) +
                 " bytes each; expected " + std::to_string(sizeof(Elf32_Shdr)));
  }
  const std::uint64_t sections_end =
      header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (sections_end > input.file.size()) {
    input.refuse("truncated: " + std::to_string(input.file.size()) +
                 " bytes, its section table ends at byte " + std::to_string(sections_end));
  }
  return header;
}

void check_segment(const Input& input, const GElf_Phdr& header) {
  const std::string name = "segment at " + hex_address(header.p_paddr);
  if (header.p_offset + header.p_filesz > input.file.size()) {
    input.refuse("truncated: " + std::to_string(input.file.size()) + " bytes, " + name +
                 " ends at byte " + std::to_string(header.p_offset + header.p_filesz));
  }
  if (header.p_filesz > header.p_memsz) {
    input.refuse(name + " has more bytes in the file than in memory");
  }
  if (header.p_paddr + header.p_memsz > (std::uint64_t{1} << 32)) {
    input.refuse(name + " of " + std::to_string(header.p_memsz) +
                 " bytes reaches beyond the 32-bit address space");
  }
}

void add_segments(const Input& input, Elf* elf, ElfImage& image) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) input.refuse("damaged program headers");
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header{};
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) {
      input.refuse("truncated: a program header lies outside the file");
    }
    if (header.p_type != PT_LOAD || header.p_memsz == 0) continue;
    check_segment(input, header);
    // Headers of a damaged file may claim the same bytes over and over.
    total += header.p_filesz;
    if (total > 2 * input.file.size()) input.refuse("its segments hold more bytes than the file");
    // Where boot code copies a segment to its place, it also clears what the file has no bytes for.
    const bool is_copied = header.p_paddr != header.p_vaddr;
    const std::uint64_t memory_bytes = is_copied ? header.p_filesz : header.p_memsz;
    if (memory_bytes == 0) continue;
    const auto* begin = input.file.data() + header.p_offset;
    image.segments.push_back({static_cast<std::uint32_t>(header.p_paddr),
                              static_cast<std::uint32_t>(memory_bytes),
                              {begin, begin + header.p_filesz}});
  }
  if (image.segments.empty()) input.refuse("has nothing to load");
}

void check_overlaps(const Input& input, ElfImage& image) {
  std::vector<ElfSegment>& segments = image.segments;
  std::sort(segments.begin(), segments.end(),
            [](const ElfSegment& a, const ElfSegment& b) { return a.address < b.address; });
  const auto low = std::adjacent_find(
      segments.begin(), segments.end(), [](const ElfSegment& a, const ElfSegment& b) {
        return std::uint64_t{a.address} + a.memory_bytes > b.address;
      });
  if (low == segments.end()) return;
  const auto high = std::next(low);
  input.refuse("segments " + range_text(low->address, low->memory_bytes) + " and " +
               range_text(high->address, high->memory_bytes) + " overlap");
}

SymbolKind kind_of(const GElf_Sym& symbol) {
  if (symbol.st_shndx == SHN_ABS) return SymbolKind::kAbsolute;
  if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC) return SymbolKind::kFunction;
  if (GELF_ST_TYPE(symbol.st_info) == STT_OBJECT) return SymbolKind::kObject;
  return SymbolKind::kLabel;
}

bool is_wanted(const GElf_Sym& symbol, const char* name) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  // "$x" and "$d" mark code and data for disassemblers, ".L" is local to the assembler.
  return name != nullptr && name[0] != '\0' && name[0] != '$' &&
         std::string_view(name).substr(0, 2) != ".L" && symbol.st_shndx != SHN_UNDEF &&
         type != STT_SECTION && type != STT_FILE;
}

/// The symbols of one table. `names_left` bounds the names: a damaged file may give each symbol the
/// same long one.
void add_symbol_table(Elf* elf, const GElf_Shdr& header, Elf_Data* data, std::uint64_t names_left,
                      ElfImage& image) {
  const auto count = static_cast<int>(data->d_size / sizeof(Elf32_Sym));
  for (int i = 0; i < count; ++i) {
    GElf_Sym symbol{};
    if (gelf_getsym(data, i, &symbol) == nullptr) break;
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (!is_wanted(symbol, name)) continue;
    const std::size_t length = std::strlen(name);
    if (length > names_left) break;
    names_left -= length;
    image.symbols.push_back({name, static_cast<std::uint32_t>(symbol.st_value),
                             static_cast<std::uint32_t>(symbol.st_size), kind_of(symbol)});
  }
}

/// Symbols are a convenience: what is damaged is left out.
void add_symbols(const Input& input, Elf* elf, ElfImage& image) {
  constexpr std::uint64_t kNameBytesPerFileByte = 4;  // strings may share their ends
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header{};
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || header.sh_entsize == 0) continue;
    add_symbol_table(elf, header, data, kNameBytesPerFileByte * input.file.size(), image);
    break;  // an executable has one (System V ABI, "Sections")
  }
  // Among symbols of one address the last names code rather than a label, a large thing rather than
  // a small one.
  std::sort(image.symbols.begin(), image.symbols.end(), [](const ElfSymbol& a, const ElfSymbol& b) {
    return std::make_tuple(a.address, b.kind, a.bytes, std::string_view(a.name)) <
           std::make_tuple(b.address, a.kind, b.bytes, std::string_view(b.name));
  });
}

}  // namespace

std::string hex_address(std::uint64_t address) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%08llx", static_cast<unsigned long long>(address));
  return text.data();
}

const ElfSymbol* ElfImage::find(std::string_view name) const {
  const auto found = std::find_if(symbols.begin(), symbols.end(),
                                  [name](const ElfSymbol& s) { return s.name == name; });
  return found == symbols.end() ? nullptr : &*found;
}

std::string ElfImage::describe(std::uint32_t address, bool is_return) const {
  const std::uint32_t inside = is_return ? address - 1U : address;
  auto above = std::upper_bound(
      symbols.begin(), symbols.end(), inside,
      [](std::uint32_t wanted, const ElfSymbol& symbol) { return wanted < symbol.address; });
  while (above != symbols.begin()) {
    const ElfSymbol& symbol = *--above;
    if (symbol.kind == SymbolKind::kAbsolute) continue;  // a linker's constant, not a place
    const std::uint32_t offset = address - symbol.address;
    if (symbol.bytes != 0 && inside - symbol.address >= symbol.bytes) break;
    if (offset == 0) return symbol.name;
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "+0x%x", offset);
    return symbol.name + text.data();
  }
  return hex_address(address);
}

ElfImage parse_elf(std::vector<std::uint8_t> file, const std::string& path) {
  Input input{std::move(file), path};
  check_identification(input);
  if (elf_version(EV_CURRENT) == EV_NONE) input.refuse("the ELF library is out of date");
  const std::unique_ptr<Elf, CloseElf> elf(
      elf_memory(reinterpret_cast<char*>(input.file.data()), input.file.size()));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) {
    input.refuse(std::string("damaged: ") + elf_errmsg(-1));
  }
  ElfImage image;
  image.path = path;
  const GElf_Ehdr header = read_header(input, elf.get());
  image.entry = static_cast<std::uint32_t>(header.e_entry);
  image.uses_float = float_abi(header) != EF_RISCV_FLOAT_ABI_SOFT;
  add_segments(input, elf.get(), image);
  check_overlaps(input, image);
  add_symbols(input, elf.get(), image);
  return image;
}

ElfImage load_elf(const std::string& path) {
  const Input input{{}, path};
  if (const auto why = why_no_file(path)) input.refuse(*why);
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) input.refuse("cannot be read");
  if (bytes > kMaxFileBytes) input.refuse("is larger than 1 GiB");
  std::ifstream stream(path, std::ios::binary);
  if (!stream.is_open()) input.refuse("cannot be opened");
  std::vector<std::uint8_t> file(bytes);
  stream.read(reinterpret_cast<char*>(file.data()), static_cast<std::streamsize>(bytes));
  if (!stream) input.refuse("cannot be read");
  return parse_elf(std::move(file), path);
}

void check_in_ram(const ElfImage& image, std::uint64_t ram_base, std::uint64_t ram_bytes) {
  const Input input{{}, image.path};
  const std::uint64_t ram_end = ram_base + ram_bytes;
  const auto outside =
      std::find_if(image.segments.begin(), image.segments.end(), [&](const ElfSegment& segment) {
        return segment.address < ram_base ||
               std::uint64_t{segment.address} + segment.memory_bytes > ram_end;
      });
  if (outside != image.segments.end()) {
    input.refuse("segment " + range_text(outside->address, outside->memory_bytes) +
                 " lies outside the RAM " + range_text(ram_base, ram_bytes));
  }
  const bool inside = std::any_of(image.segments.begin(), image.segments.end(),
                                  [&image](const ElfSegment& segment) {
                                    return image.entry >= segment.address &&
                                           image.entry - segment.address < segment.memory_bytes;
                                  });
  if (!inside || image.entry % 2 != 0) {
    input.refuse("entry point " + hex_address(image.entry) +
                 (inside ? " is odd" : " lies in no segment"));
  }
}

}  // namespace aimc::platform
