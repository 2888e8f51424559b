#include "platform/compiler/image.h"

#include <zlib.h>

#include <cstring>

namespace aimc::compiler {
namespace {

void append_bytes(const void* from, std::size_t count, std::vector<std::uint8_t>& to) {
  const std::size_t at = to.size();
  to.resize(at + count);
  if (count != 0) std::memcpy(to.data() + at, from, count);
}

template <typename T>
void append(aimc_net_list& where, const std::vector<T>& list, std::vector<std::uint8_t>& image) {
  where.at = static_cast<std::uint32_t>(image.size());
  where.count = static_cast<std::uint32_t>(list.size());
  append_bytes(list.data(), list.size() * sizeof(T), image);
}

}  // namespace

std::uint32_t ImageParts::add(const void* bytes, std::size_t count) {
  const auto at = static_cast<std::uint32_t>(sizeof(aimc_net_header) + data_.size());
  append_bytes(bytes, count, data_);
  data_.resize((data_.size() + 3) / 4 * 4);
  return at;
}

std::uint32_t image_crc(const std::vector<std::uint8_t>& image) {
  std::vector<std::uint8_t> bytes = image;
  std::memset(bytes.data() + offsetof(aimc_net_header, crc), 0, sizeof(std::uint32_t));
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<unsigned>(bytes.size())));
}

std::vector<std::uint8_t> assemble(ImageParts parts) {
  static_assert(sizeof(aimc_net_header) % 4 == 0, "what follows must lie at multiples of four");
  aimc_net_header& header = parts.header;
  std::vector<std::uint8_t> image;
  append_bytes(&header, sizeof header, image);
  append_bytes(parts.data_.data(), parts.data_.size(), image);
  append(header.tensors, parts.tensors, image);
  append(header.steps, parts.steps, image);
  append(header.groups, parts.groups, image);
  append(header.jobs, parts.jobs, image);
  append(header.fetches, parts.fetches, image);
  append(header.blocks, parts.blocks, image);
  append(header.programs, parts.programs, image);
  append(header.fills, parts.fills, image);
  append(header.epochs, parts.epochs, image);
  header.bytes = static_cast<std::uint32_t>(image.size());
  header.crc = 0;
  std::memcpy(image.data(), &header, sizeof header);
  header.crc = image_crc(image);
  std::memcpy(image.data(), &header, sizeof header);
  return image;
}

}  // namespace aimc::compiler
