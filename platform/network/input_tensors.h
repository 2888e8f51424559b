#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/network/network.h"
#include "platform/network/network_error.h"

namespace aimc::network {

/// Samples for one input of a network, out of one file.
struct InputSamples {
  ElementType type = ElementType::kInt8;  ///< kInt8, kUint8 or kFloat32
  std::vector<std::int8_t> bytes;         ///< elements of INT8, or the bits of UINT8
  std::vector<float> floats;              ///< elements of FLOAT32
  std::size_t count = 0;                  ///< samples

  /// Writes sample `index` as the tensor stores it. INT8 and UINT8 of the tensor's own type are
  /// taken as they are; UINT8 and FLOAT32 for an INT8 or UINT8 tensor of another type are real
  /// values, which are quantised with the tensor's scale and zero point.
  void store(std::size_t index, const Tensor& tensor, std::int8_t* to) const;
  /// The same for a FLOAT32 tensor.
  void store(std::size_t index, const Tensor& tensor, float* to) const;
};

/// Reads whole samples for a tensor from a file: NumPy's .npy (version 1 to 3, C order, of int8,
/// uint8 or little-endian float32), or raw elements without a header whose type the name tells:
/// .i8, .u8, .f32. Throws NetworkError when it is neither, or not a whole number of samples.
InputSamples load_samples(const std::string& path, const Tensor& tensor);

/// Reads labels: bytes (.u8, .i8, or a .npy of them), one a decision. Throws NetworkError.
std::vector<std::size_t> load_labels(const std::string& path);

/// The header of a .npy file of version 1. @param descr NumPy's type, "|i1" or "<f4"
std::string npy_header(const std::string& descr, const std::vector<std::size_t>& shape);

}  // namespace aimc::network
