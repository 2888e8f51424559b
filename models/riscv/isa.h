#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace aimc::riscv {

/// Extensions of RV32I that are a choice. C, Zicsr and the modes M and U are always there.
enum class Extension : std::uint8_t {
  kBase,  ///< RV32I itself with Zicsr and the privileged instructions
  kM,
  kA,
  kF,       ///< single precision; brings Zicsr's fflags, frm and fcsr and mstatus.FS
  kZicntr,  ///< cycle, time and instret, readable outside machine mode
  kZifencei,
  kZba,
  kZbb,
  kZbs,
  kCount
};

/// A set of extensions; the base is always a member.
class ExtensionSet {
 public:
  constexpr ExtensionSet() = default;
  constexpr ExtensionSet(std::initializer_list<Extension> members) {
    for (const Extension member : members) add(member);
  }
  /// Every extension there is.
  static constexpr ExtensionSet all() {
    ExtensionSet set;
    set.bits_ = (1U << static_cast<unsigned>(Extension::kCount)) - 1U;
    return set;
  }
  constexpr void add(Extension member) { bits_ |= 1U << static_cast<unsigned>(member); }
  constexpr bool contains(Extension member) const {
    return (bits_ >> static_cast<unsigned>(member) & 1U) != 0;
  }
  constexpr bool operator==(const ExtensionSet& other) const { return bits_ == other.bits_; }
  constexpr bool operator!=(const ExtensionSet& other) const { return bits_ != other.bits_; }

 private:
  std::uint32_t bits_ = 1U;
};

/// What parse_isa takes, in words.
constexpr std::string_view kIsaForm =
    "rv32i[m][a][f]c[_zicntr][_zicsr][_zifencei][_zba][_zbb][_zbs]";

/// The set of an ISA name such as "rv32imac_zicsr_zba" (manual, chapter "ISA extension naming
/// conventions", lower case, without version numbers). "rv32i" and "c" must be in it; "zicsr" may
/// be. std::invalid_argument otherwise, with what is wrong, to be followed by the name's form.
ExtensionSet parse_isa(std::string_view name);

/// The canonical name of a set: parse_isa(isa_name(set)) is the set.
std::string isa_name(ExtensionSet extensions);

/// The value of the misa CSR: RV32 and a bit for each single-letter extension and for user mode.
std::uint32_t misa_value(ExtensionSet extensions);

}  // namespace aimc::riscv
