#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace aimc::test {

/// Makes small ELF files by hand, right ones and wrong ones.
class ElfBuilder {
 public:
  Elf32_Ehdr header{};  ///< change what shall be wrong; offsets and counts are filled in by build()

  ElfBuilder() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_entry = 0x80000000U;
    header.e_ehsize = sizeof(Elf32_Ehdr);
    header.e_phentsize = sizeof(Elf32_Phdr);
    header.e_shentsize = sizeof(Elf32_Shdr);
  }

  /// A segment with content; `memory_bytes` 0: as many as there are in the file.
  ElfBuilder& segment(std::uint32_t address, const std::vector<std::uint8_t>& bytes,
                      std::uint32_t memory_bytes = 0) {
    Elf32_Phdr entry{};
    entry.p_type = PT_LOAD;
    entry.p_paddr = address;
    entry.p_vaddr = address;
    entry.p_filesz = static_cast<Elf32_Word>(bytes.size());
    entry.p_memsz = memory_bytes == 0 ? entry.p_filesz : memory_bytes;
    segments_.push_back(entry);
    contents_.push_back(bytes);
    return *this;
  }

  /// A segment that is loaded at one address and used at another, where boot code copies it.
  ElfBuilder& segment_loaded_at(std::uint32_t load_address, std::uint32_t address,
                                const std::vector<std::uint8_t>& bytes,
                                std::uint32_t memory_bytes = 0) {
    segment(address, bytes, memory_bytes);
    segments_.back().p_paddr = load_address;
    return *this;
  }

  /// A symbol of section 1, or an absolute one.
  ElfBuilder& symbol(const std::string& name, std::uint32_t address, std::uint32_t bytes,
                     unsigned char type, bool absolute = false) {
    Elf32_Sym entry{};
    entry.st_name = static_cast<Elf32_Word>(names_.size());
    entry.st_value = address;
    entry.st_size = bytes;
    entry.st_info = ELF32_ST_INFO(STB_GLOBAL, type);
    entry.st_shndx = absolute ? static_cast<Elf32_Section>(SHN_ABS) : Elf32_Section{1};
    symbols_.push_back(entry);
    names_ += name + '\0';
    return *this;
  }

  /// The file.
  std::vector<std::uint8_t> build() const {
    Elf32_Ehdr head = header;
    std::vector<Elf32_Phdr> programs = segments_;
    std::size_t offset = sizeof head + programs.size() * sizeof(Elf32_Phdr);
    for (std::size_t i = 0; i < programs.size(); ++i) {
      programs[i].p_offset = static_cast<Elf32_Off>(offset);
      offset += contents_[i].size();
    }
    head.e_phoff = programs.empty() ? 0 : sizeof head;
    head.e_phnum = static_cast<Elf32_Half>(programs.size());
    std::vector<Elf32_Shdr> sections;
    if (!symbols_.empty()) {
      sections.resize(4);
      sections[1].sh_type = SHT_PROGBITS;
      sections[2] = table(SHT_SYMTAB, offset, symbols_.size() * sizeof(Elf32_Sym));
      sections[2].sh_link = 3;
      sections[2].sh_entsize = sizeof(Elf32_Sym);
      sections[3] = table(SHT_STRTAB, offset + sections[2].sh_size, names_.size());
      head.e_shoff = static_cast<Elf32_Off>(sections[3].sh_offset + names_.size());
      head.e_shnum = 4;
    }
    std::vector<std::uint8_t> file;
    append(file, &head, sizeof head);
    append(file, programs.data(), programs.size() * sizeof(Elf32_Phdr));
    for (const auto& bytes : contents_) append(file, bytes.data(), bytes.size());
    append(file, symbols_.data(), symbols_.size() * sizeof(Elf32_Sym));
    if (!symbols_.empty()) append(file, names_.data(), names_.size());
    append(file, sections.data(), sections.size() * sizeof(Elf32_Shdr));
    return file;
  }

 private:
  static Elf32_Shdr table(std::uint32_t type, std::size_t offset, std::size_t bytes) {
    Elf32_Shdr section{};
    section.sh_type = type;
    section.sh_offset = static_cast<Elf32_Off>(offset);
    section.sh_size = static_cast<Elf32_Word>(bytes);
    section.sh_addralign = 1;
    return section;
  }
  static void append(std::vector<std::uint8_t>& file, const void* bytes, std::size_t count) {
    const auto* begin = static_cast<const std::uint8_t*>(bytes);
    for (std::size_t i = 0; i < count; ++i) file.push_back(begin[i]);
  }

  std::vector<Elf32_Phdr> segments_;
  std::vector<std::vector<std::uint8_t>> contents_;
  std::vector<Elf32_Sym> symbols_;
  std::string names_ = std::string(1, '\0');
};

}  // namespace aimc::test
