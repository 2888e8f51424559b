#include "platform/cli/infer_memory.h"

#include <algorithm>
#include <cstring>

#include "platform/cli/usage_error.h"

namespace aimc::cli {
namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t round_up(std::uint64_t value) {
  return (value + kPage - 1) / kPage * kPage;
}

template <typename T>
T read_at(const std::vector<std::uint8_t>& image, std::size_t at) {
  T value{};
  std::memcpy(&value, &image.at(at + sizeof value - 1) - (sizeof value - 1), sizeof value);
  return value;
}

aimc_net_tensor tensor_at(const std::vector<std::uint8_t>& image, const aimc_net_header& header,
                          std::uint32_t index) {
  return read_at<aimc_net_tensor>(image, header.tensors.at + index * sizeof(aimc_net_tensor));
}

}  // namespace

ImageTensors read_image(const std::vector<std::uint8_t>& image) {
  const auto header = read_at<aimc_net_header>(image, 0);
  return {tensor_at(image, header, header.input), tensor_at(image, header, header.output),
          tensor_at(image, header, header.logits), header.output == header.logits,
          std::max(std::uint64_t{header.workspace_address} + header.workspace_bytes,
                   std::uint64_t{header.image_address} + header.bytes)};
}

std::vector<std::uint8_t> pitched(const aimc_net_tensor& tensor, const std::int8_t* elements) {
  std::vector<std::uint8_t> stored(tensor.bytes, static_cast<std::uint8_t>(tensor.zero_point));
  for (std::size_t at = 0; at < tensor.bytes; at += tensor.pitch, elements += tensor.channels) {
    std::memcpy(&stored[at], elements, tensor.channels);
  }
  return stored;
}

std::vector<std::int8_t> unpitched(const aimc_net_tensor& tensor, const std::uint8_t* stored) {
  std::vector<std::int8_t> elements(std::size_t{tensor.rows} * tensor.columns * tensor.channels);
  std::int8_t* to = elements.data();
  for (std::size_t at = 0; at < tensor.bytes; at += tensor.pitch, to += tensor.channels) {
    std::memcpy(to, stored + at, tensor.channels);
  }
  return elements;
}

InferMemory lay_out(const ImageTensors& tensors, std::uint32_t image_address, std::size_t count,
                    const RamRange& ram) {
  const std::uint64_t begin = round_up(tensors.end_address);
  const std::uint64_t end = ram.base + ram.bytes;
  const std::uint64_t sample =
      std::uint64_t{tensors.input.bytes} + tensors.output.bytes + tensors.logits.bytes + 1;
  const std::uint64_t inputs_end = round_up(begin + count * tensors.input.bytes);
  const std::uint64_t outputs_end = round_up(inputs_end + count * tensors.output.bytes);
  const std::uint64_t logits_end = round_up(outputs_end + count * tensors.logits.bytes);
  if (logits_end + count > end) {
    const std::uint64_t room = end > begin + 4 * kPage ? end - begin - 4 * kPage : 0;
    throw UsageError("--limit: " + std::to_string(count) + " samples do not fit the RAM, " +
                     std::to_string(ram.bytes >> 20U) +
                     " MiB (ram.size_mib), behind the network; "
                     "expected at most " +
                     std::to_string(room / sample));
  }
  return {image_address, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(inputs_end),
          static_cast<std::uint32_t>(outputs_end), static_cast<std::uint32_t>(logits_end)};
}

}  // namespace aimc::cli
