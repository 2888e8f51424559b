#include "platform/network/input_tensors.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>

#include "platform/network/kernel.h"

namespace aimc::network {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{1} << 30U;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // only reading tells that it is a folder
  if (!file.is_open() || file.bad()) {
    throw NetworkError("input '" + path +
                       "' cannot be read; expected a .npy, .i8, .u8 or .f32 file");
  }
  std::string bytes;
  std::vector<char> block(1U << 16U);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > kMostFileBytes)
      throw NetworkError("input '" + path + "' has more than 1 GiB");
  }
  return bytes;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// What lies in a file: elements of one type behind a header.
struct Contents {
  ElementType type = ElementType::kInt8;
  std::size_t begin = 0;  // of the elements
};

/// The value of a key in the dictionary of a .npy header: from behind its colon on.
std::optional<std::string> header_value(const std::string& header, const std::string& key) {
  const std::size_t at = header.find("'" + key + "'");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t colon = header.find(':', at);
  if (colon == std::string::npos) return std::nullopt;
  const std::size_t value = header.find_first_not_of(' ', colon + 1);
  if (value == std::string::npos) return std::nullopt;
  return header.substr(value);
}

Contents npy_contents(const std::string& bytes, const std::string& path) {
  const auto refuse = [&path](const std::string& why) {
    throw NetworkError("input '" + path + "': " + why);
  };
  static const std::string kMagic = "\x93NUMPY";
  if (bytes.size() < 12 || bytes.compare(0, kMagic.size(), kMagic) != 0) {
    refuse("it does not begin as a NumPy file");
  }
  const auto byte = [&bytes](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const bool wide = byte(6) >= 2;  // the header's length has four bytes since version 2
  const std::size_t begin = wide ? 12 : 10;
  const std::size_t length =
      byte(8) | byte(9) << 8U | (wide ? byte(10) << 16U | byte(11) << 24U : 0);
  if (byte(6) < 1 || byte(6) > 3 || length > bytes.size() - begin) {
    refuse("its NumPy header is cut short or of an unknown version");
  }
  const std::string header = bytes.substr(begin, length);
  const auto order = header_value(header, "fortran_order");
  if (!order || order->compare(0, 5, "False") != 0) refuse("it is not in C order");
  const std::string descr = header_value(header, "descr").value_or("");
  const std::string type = descr.substr(0, 5);
  Contents contents{ElementType::kInt8, begin + length};
  if (type == "'|u1'") {
    contents.type = ElementType::kUint8;
  } else if (type == "'<f4'") {
    contents.type = ElementType::kFloat32;
  } else if (type != "'|i1'") {
    refuse("type " + printable(type) + "; expected '|i1', '|u1' or '<f4'");
  }
  return contents;
}

Contents contents_of(const std::string& bytes, const std::string& path) {
  if (ends_with(path, ".npy")) return npy_contents(bytes, path);
  if (ends_with(path, ".i8")) return {ElementType::kInt8, 0};
  if (ends_with(path, ".u8")) return {ElementType::kUint8, 0};
  if (ends_with(path, ".f32")) return {ElementType::kFloat32, 0};
  throw NetworkError(
      "input '" + path +
      "': its name does not tell its type; expected .npy, or raw elements in .i8, .u8 "
      "or .f32");
}

bool is_quantised(const Tensor& tensor) {
  return tensor.type != ElementType::kFloat32 && !tensor.quantisation.scale.empty();
}

}  // namespace

void InputSamples::store(std::size_t index, const Tensor& tensor, std::int8_t* to) const {
  const std::size_t begin = index * tensor.elements;
  if (type == tensor.type) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), tensor.elements, to);
    return;
  }
  for (std::size_t i = 0; i < tensor.elements; ++i) {
    const float value = type == ElementType::kFloat32
                            ? floats[begin + i]
                            : static_cast<float>(static_cast<std::uint8_t>(bytes[begin + i]));
    to[i] = static_cast<std::int8_t>(quantise(value, tensor));
  }
}

void InputSamples::store(std::size_t index, const Tensor& tensor, float* to) const {
  const std::size_t begin = index * tensor.elements;
  if (type == ElementType::kFloat32) {
    std::copy_n(floats.begin() + static_cast<std::ptrdiff_t>(begin), tensor.elements, to);
    return;
  }
  for (std::size_t i = 0; i < tensor.elements; ++i) {
    to[i] = static_cast<float>(static_cast<std::uint8_t>(bytes[begin + i]));
  }
}

InputSamples load_samples(const std::string& path, const Tensor& tensor) {
  const std::string file = read_file(path);
  const Contents contents = contents_of(file, path);
  const std::string name = "input '" + path + "'";
  const std::string expected = shape_text(tensor.shape) + " of " + name_of(tensor.type);
  const bool fits = contents.type == tensor.type ||
                    (contents.type != ElementType::kInt8 &&
                     (is_quantised(tensor) || tensor.type == ElementType::kFloat32));
  if (!fits) {
    throw NetworkError(name + ": elements are " + name_of(contents.type) + "; expected " +
                       expected);
  }
  const std::size_t bytes = file.size() - contents.begin;
  const std::size_t sample = tensor.elements * bytes_of(contents.type);
  if (bytes == 0 || bytes % sample != 0) {
    throw NetworkError(name + ": " + std::to_string(bytes) + " bytes of elements; expected " +
                       std::to_string(sample) + " a sample, for " + expected);
  }
  InputSamples samples;
  samples.type = contents.type;
  samples.count = bytes / sample;
  if (contents.type == ElementType::kFloat32) {
    samples.floats.resize(bytes / sizeof(float));
    std::memcpy(samples.floats.data(), file.data() + contents.begin, bytes);
  } else {
    samples.bytes.assign(file.begin() + static_cast<std::ptrdiff_t>(contents.begin), file.end());
  }
  return samples;
}

std::vector<std::size_t> load_labels(const std::string& path) {
  const std::string file = read_file(path);
  const Contents contents = contents_of(file, path);
  if (contents.type == ElementType::kFloat32) {
    throw NetworkError("labels '" + path + "': elements are FLOAT32; expected bytes (.u8 or .npy)");
  }
  std::vector<std::size_t> labels;
  for (std::size_t i = contents.begin; i < file.size(); ++i) {
    labels.push_back(static_cast<unsigned char>(file[i]));
  }
  return labels;
}

std::string npy_header(const std::string& descr, const std::vector<std::size_t>& shape) {
  std::string text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (const std::size_t size : shape) text += std::to_string(size) + ",";
  text += "), }";
  // Magic, version and length take 10 bytes; elements begin at a multiple of 64.
  while ((10 + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string header = "\x93NUMPY";
  header += '\x01';
  header += '\0';
  header += static_cast<char>(text.size() & 0xFFU);
  header += static_cast<char>(text.size() >> 8U);
  return header + text;
}

}  // namespace aimc::network
