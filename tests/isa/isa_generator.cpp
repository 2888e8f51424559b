// Writes an image of random programs, to run on the hart and on QEMU.
//
//   isa_generator HARNESS.bin EXTENSIONS FIRST COUNT OUTPUT
//
// EXTENSIONS is a sum of the numbers in encoding.h; the programs are those of seeds FIRST to
// FIRST + COUNT - 1, in slots as layout.h says.

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/isa/program.h"

namespace aimc::isatest {
namespace {

class Image {
 public:
  Image(const std::string& harness, std::uint32_t programs)
      : bytes_(kSlots + programs * kSlotSize) {
    std::ifstream file(harness, std::ios::binary);
    const std::vector<char> code{std::istreambuf_iterator<char>(file), {}};
    if (code.empty() || code.size() > kControl)
      throw std::runtime_error(harness + ": not a harness of 1 to 12288 bytes");
    std::copy(code.begin(), code.end(), bytes_.begin());
    put(kControl + kControlCount, programs);
  }

  void features(std::uint32_t set) { put(kControl + kControlFeatures, set); }

  void add(std::uint32_t slot, const Program& program) {
    if (program.code.size() > kMaxCode) throw std::logic_error("a program is too long");
    const std::uint32_t code = kSlots + slot * kSlotSize;
    const std::uint32_t data = code + kPage;
    std::copy(program.code.begin(), program.code.end(), bytes_.begin() + code);
    std::copy(program.units.begin(), program.units.end(), bytes_.begin() + code + kUnitMap);
    for (std::uint32_t i = 1; i < 32; ++i) put(data + kInitialX + 4 * i, program.x.at(i));
    put(data + kEndOffset, program.end);
    for (std::uint32_t i = 0; i < 32; ++i) put(data + kInitialF + 4 * i, program.f.at(i));
    for (std::uint32_t i = 0; i < kDataSize / 4; ++i) put(data + kData + 4 * i, program.data.at(i));
  }

  void write(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    file.close();
    if (!file) throw std::runtime_error(path + ": cannot be written");
  }

 private:
  void put(std::uint32_t at, std::uint32_t word) {
    for (unsigned i = 0; i < 4; ++i) bytes_.at(at + i) = static_cast<char>(word >> 8U * i & 0xFFU);
  }

  std::vector<char> bytes_;
};

int run(const std::vector<std::string>& arguments) {
  const auto extensions = static_cast<unsigned>(std::stoul(arguments.at(1)));
  const std::uint64_t first = std::stoull(arguments.at(2));
  const auto count = static_cast<std::uint32_t>(std::stoul(arguments.at(3)));
  if (count > kMaxPrograms)
    throw std::runtime_error("an image holds " + std::to_string(kMaxPrograms) + " programs");
  Image image(arguments.at(0), count);
  image.features(((extensions & kFloat) != 0 ? kFeatureFloat : 0U) |
                 ((extensions & kProtection) != 0 ? kFeaturePmp : 0U));
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    const std::uint32_t data = kRamBase + kSlots + slot * kSlotSize + kPage;
    image.add(slot, generate({extensions, first + slot, data}));
  }
  image.write(arguments.at(4));
  return 0;
}

}  // namespace
}  // namespace aimc::isatest

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: isa_generator HARNESS.bin EXTENSIONS FIRST COUNT OUTPUT\n";
    return 2;
  }
  try {
    return aimc::isatest::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "isa_generator: " << error.what() << '\n';
    return 2;
  }
}
