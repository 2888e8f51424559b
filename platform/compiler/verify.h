#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/compiler/compiler.h"

namespace aimc::compiler {

/// An image that is not sound; what() names the structure, its number, the field and the value.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Checks everything an image says: its checksum, that lists, indices and addresses lie where they
/// may, that blocks and areas of SRAM of a tile do not overlap, that every command of every program
/// decodes, ends and writes into nothing but the workspace and tiles, and that the platform is the
/// one it was made for. Throws ImageError.
void verify_image(const std::vector<std::uint8_t>& image, const Chip& chip);

}  // namespace aimc::compiler
