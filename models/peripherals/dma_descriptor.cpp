#include "models/peripherals/dma_descriptor.h"

namespace aimc::peripherals {

namespace {

namespace r = regs::dma;

constexpr std::uint32_t kMaxRowBytes = 65536;
constexpr std::uint32_t kMaxRows = 65535;
constexpr std::uint32_t kDescriptorBytes = 32;

}  // namespace

std::optional<DmaRefusal> read_descriptor(const DmaWords& words, DmaDescriptor& descriptor) {
  if (words[0] % kDescriptorBytes != 0) return DmaRefusal{r::Error::kMisaligned, words[0]};
  for (const unsigned word : {1U, 2U, 3U, 5U, 6U}) {
    if (words[word] % 4 != 0) return DmaRefusal{r::Error::kMisaligned, words[word]};
  }
  if (words[3] == 0 || words[3] > kMaxRowBytes) return DmaRefusal{r::Error::kBadLength, words[3]};
  if (words[4] == 0 || words[4] > kMaxRows) return DmaRefusal{r::Error::kBadLength, words[4]};
  if ((words[7] & ~(r::kFlagsIrq.mask() | r::kFlagsFlip.mask())) != 0) {
    return DmaRefusal{r::Error::kBadFlags, words[7]};
  }
  descriptor = {words[0],
                words[1],
                words[2],
                words[3],
                words[4],
                words[5],
                words[6],
                r::kFlagsIrq.get(words[7]) != 0,
                r::kFlagsFlip.get(words[7]) != 0};
  return std::nullopt;
}

}  // namespace aimc::peripherals
