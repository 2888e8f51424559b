#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "firmware/runtime/network_image.h"

namespace aimc::compiler {

/// An image while it is made: its lists, and the bytes that they point to.
struct ImageParts {
  aimc_net_header header{};  ///< all but lists, bytes and crc
  std::vector<aimc_net_tensor> tensors;
  std::vector<aimc_net_step> steps;
  std::vector<aimc_net_group> groups;
  std::vector<aimc_net_job> jobs;
  std::vector<aimc_net_fetch> fetches;
  std::vector<aimc_net_block> blocks;
  std::vector<aimc_net_program> programs;
  std::vector<aimc_net_fill> fills;
  std::vector<aimc_net_epoch> epochs;

  /// Adds bytes; where they will lie in the image.
  std::uint32_t add(const void* bytes, std::size_t count);
  std::uint32_t add(const std::string& text) { return add(text.c_str(), text.size() + 1); }
  /// Adds the elements of a list.
  template <typename T>
  std::uint32_t add(const std::vector<T>& list) {
    return add(list.data(), list.size() * sizeof(T));
  }

 private:
  friend std::vector<std::uint8_t> assemble(ImageParts parts);
  std::vector<std::uint8_t> data_;
};

/// The bytes of the image, with its checksum.
std::vector<std::uint8_t> assemble(ImageParts parts);

/// The checksum an image should have.
std::uint32_t image_crc(const std::vector<std::uint8_t>& image);

}  // namespace aimc::compiler
