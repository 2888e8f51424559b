#include "platform/network/tflite_reader.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "platform/network/flat_buffer.h"
#include "platform/network/operator_checks.h"
#include "platform/network/operator_options.h"

namespace aimc::network {
namespace {

constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{256} << 20U;
constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kMostParts = std::size_t{1} << 16U;                // tensors or operators
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 28U;         // of one tensor
constexpr std::uint64_t kMostActivationBytes = std::uint64_t{1} << 30U;  // of all together
constexpr std::uint32_t kSchemaVersion = 3;

class Reader {
 public:
  Reader(std::vector<std::uint8_t> bytes, const std::string& file)
      : network_{file, std::move(bytes), {}, {}, {}, {}}, buffer_(network_.bytes, file) {}

  Network read() {
    constexpr std::size_t kIdentifier = 4;
    if (buffer_.size() < 8 || buffer_.word(kIdentifier, 4) != 0x334C4654U) {
      buffer_.refuse("", "bytes 4 to 7 are not 'TFL3'; expected a TFLite model");
    }
    const FlatTable root = buffer_.root();
    if (root.u32(0, 0) != kSchemaVersion) {
      root.refuse("schema version " + std::to_string(root.u32(0, 0)) + "; expected 3");
    }
    const FlatVector subgraphs = root.vector(2, 4);
    if (subgraphs.count != 1) {
      root.refuse(std::to_string(subgraphs.count) + " subgraphs; expected 1");
    }
    const FlatTable graph = buffer_.table(subgraphs, 0, "subgraph 0");
    buffers_ = root.vector(4, 4);
    codes_ = root.vector(1, 4);
    read_tensors(graph);
    network_.inputs = tensor_list(graph, 1, "inputs");
    network_.outputs = tensor_list(graph, 2, "outputs");
    read_operators(graph);
    return std::move(network_);
  }

 private:
  static void require_parts(const FlatTable& graph, const FlatVector& list, const char* what) {
    if (list.count <= kMostParts) return;
    graph.refuse(std::to_string(list.count) + " " + what + "; expected at most " +
                 std::to_string(kMostParts));
  }

  void read_tensors(const FlatTable& graph) {
    const FlatVector list = graph.vector(0, 4);
    require_parts(graph, list, "tensors");
    std::uint64_t activations = 0;
    for (std::size_t i = 0; i < list.count; ++i) {
      const FlatTable table = buffer_.table(list, i, "tensor " + std::to_string(i));
      network_.tensors.push_back(read_tensor(table));
      const Tensor& tensor = network_.tensors.back();
      if (tensor.constant) continue;
      activations += tensor.elements * bytes_of(tensor.type);
      if (activations > kMostActivationBytes) {
        table.refuse("tensors that are no constants take more than 1 GiB together");
      }
    }
  }

  Tensor read_tensor(const FlatTable& unnamed) {
    Tensor tensor;
    tensor.name = unnamed.text(3);
    const std::string where = unnamed.where() + " '" + printable(tensor.name) + "'";
    tensor.type = element_type(unnamed.i8(1, 0), where);
    if (unnamed.u8(5, 0) != 0) buffer_.refuse(where, "it is a variable; expected none");
    if (unnamed.has(6)) buffer_.refuse(where, "it is sparse; expected all its elements");
    read_shape(unnamed, where, tensor);
    read_data(unnamed, where, tensor);
    if (const auto quantisation = unnamed.table(4, where + ", quantization")) {
      read_quantisation(*quantisation, tensor);
    }
    return tensor;
  }

  ElementType element_type(std::int8_t type, const std::string& where) const {
    switch (type) {
      case 0:
        return ElementType::kFloat32;
      case 2:
        return ElementType::kInt32;
      case 3:
        return ElementType::kUint8;
      case 4:
        return ElementType::kInt64;
      case 9:
        return ElementType::kInt8;
      default:
        buffer_.refuse(where, "element type " + std::to_string(type) +
                                  "; expected 0 (FLOAT32), 2 (INT32), 3 (UINT8), 4 (INT64) or 9 "
                                  "(INT8)");
    }
  }

  void read_shape(const FlatTable& table, const std::string& where, Tensor& tensor) const {
    const FlatVector list = table.vector(0, 4);
    if (list.count > kMostDimensions) {
      buffer_.refuse(where, std::to_string(list.count) + " dimensions; expected at most " +
                                std::to_string(kMostDimensions));
    }
    std::uint64_t elements = 1;
    for (const std::int32_t size : buffer_.int32s(list, where)) {
      if (size < 1) {
        buffer_.refuse(where, "a dimension of " + std::to_string(size) + "; expected 1 and more");
      }
      elements *= static_cast<std::uint64_t>(size);  // below 2^28 * 2^31
      if (elements > kMostElements) {
        buffer_.refuse(where, "more than " + std::to_string(kMostElements) + " elements");
      }
      tensor.shape.push_back(static_cast<std::size_t>(size));
    }
    tensor.elements = static_cast<std::size_t>(elements);
  }

  void read_data(const FlatTable& table, const std::string& where, Tensor& tensor) const {
    const std::uint32_t index = table.u32(2, 0);
    if (index >= buffers_.count) {
      if (index == 0) return;  // a file without buffers
      buffer_.refuse(where, "buffer " + std::to_string(index) + "; the file has " +
                                std::to_string(buffers_.count));
    }
    const FlatTable buffer = buffer_.table(buffers_, index, "buffer " + std::to_string(index));
    if (buffer.u64(1, 0) > 1) buffer.refuse("its data lie behind the model; expected them inside");
    const FlatVector data = buffer.vector(0, 1);
    if (data.count == 0) return;
    const std::size_t bytes = tensor.elements * bytes_of(tensor.type);
    if (data.count != bytes) {
      buffer_.refuse(where, "buffer " + std::to_string(index) + " has " +
                                std::to_string(data.count) + " bytes; expected " +
                                std::to_string(bytes) + " for " + shape_text(tensor.shape) +
                                " of " + name_of(tensor.type));
    }
    tensor.constant = true;
    tensor.data_begin = data.begin;
    tensor.data_bytes = data.count;
  }

  void read_quantisation(const FlatTable& table, Tensor& tensor) const {
    const FlatVector scales = table.vector(2, 4);
    const FlatVector zero_points = table.vector(3, 8);
    if (scales.count == 0) return;
    Quantisation& quantisation = tensor.quantisation;
    if (scales.count > 1) {
      const std::int32_t dimension = table.i32(6, 0);
      const bool exists =
          dimension >= 0 && static_cast<std::size_t>(dimension) < tensor.shape.size();
      if (!exists || tensor.shape[static_cast<std::size_t>(dimension)] != scales.count) {
        table.refuse(std::to_string(scales.count) + " scales for dimension " +
                     std::to_string(dimension) + " of " + shape_text(tensor.shape) +
                     "; expected one, or one for each of a dimension's slices");
      }
      quantisation.dimension = static_cast<std::size_t>(dimension);
    }
    quantisation.scale = buffer_.floats(scales, table.where());
    quantisation.zero_point = buffer_.int64s(zero_points, table.where());
    if (quantisation.zero_point.empty()) quantisation.zero_point.assign(scales.count, 0);
    if (quantisation.zero_point.size() != scales.count) {
      table.refuse(std::to_string(zero_points.count) + " zero points for " +
                   std::to_string(scales.count) + " scales");
    }
    for (const float scale : quantisation.scale) {
      if (std::isfinite(scale) && (tensor.constant ? scale >= 0.0F : scale > 0.0F)) continue;
      table.refuse("a scale of " + std::to_string(scale) + "; expected one above 0");
    }
    check_zero_points(table, tensor);
  }

  static void check_zero_points(const FlatTable& table, const Tensor& tensor) {
    std::int64_t least = 0;
    std::int64_t most = 0;
    if (tensor.type == ElementType::kInt8) {
      least = std::numeric_limits<std::int8_t>::min();
      most = std::numeric_limits<std::int8_t>::max();
    } else if (tensor.type == ElementType::kUint8) {
      most = std::numeric_limits<std::uint8_t>::max();
    }
    for (const std::int64_t zero_point : tensor.quantisation.zero_point) {
      if (zero_point >= least && zero_point <= most) continue;
      table.refuse("zero point " + std::to_string(zero_point) + " of an " + name_of(tensor.type) +
                   "; expected " + std::to_string(least) + " to " + std::to_string(most));
    }
  }

  std::vector<std::size_t> tensor_list(const FlatTable& graph, unsigned field,
                                       const char* what) const {
    const FlatVector list = graph.vector(field, 4);
    std::vector<std::size_t> tensors;
    for (const std::int32_t tensor : buffer_.int32s(list, graph.where())) {
      tensors.push_back(tensor_index(tensor, graph.where() + ", " + what));
    }
    if (tensors.empty()) graph.refuse(std::string("there are no ") + what + "; expected some");
    return tensors;
  }

  std::size_t tensor_index(std::int32_t tensor, const std::string& where) const {
    if (tensor < 0 || static_cast<std::size_t>(tensor) >= network_.tensors.size()) {
      buffer_.refuse(where, "tensor " + std::to_string(tensor) + "; the network has " +
                                std::to_string(network_.tensors.size()));
    }
    return static_cast<std::size_t>(tensor);
  }

  /// The operator's code in the schema; old files have it in a field of one byte.
  std::int32_t builtin_code(const FlatTable& op) const {
    const std::uint32_t index = op.u32(0, 0);
    if (index >= codes_.count) {
      op.refuse("opcode " + std::to_string(index) + "; the file has " +
                std::to_string(codes_.count));
    }
    const FlatTable code = buffer_.table(codes_, index, "operator code " + std::to_string(index));
    return std::max<std::int32_t>(code.i8(0, 0), code.i32(3, 0));
  }

  std::string custom_name(const FlatTable& op) const {
    const std::uint32_t index = op.u32(0, 0);
    return printable(buffer_.table(codes_, index, "operator code").text(1));
  }

  void read_operators(const FlatTable& graph) {
    const FlatVector list = graph.vector(3, 4);
    require_parts(graph, list, "operators");
    std::vector<bool> known(network_.tensors.size());
    for (std::size_t i = 0; i < known.size(); ++i) known[i] = network_.tensors[i].constant;
    for (const std::size_t input : network_.inputs) {
      if (known[input]) {
        buffer_.refuse(describe_tensor(network_, input),
                       "it is an input of the network twice, or a constant; expected neither");
      }
      known[input] = true;
    }
    for (std::size_t i = 0; i < list.count; ++i) {
      read_operator(list, i, known);
    }
    for (const std::size_t output : network_.outputs) {
      if (!known[output]) {
        buffer_.refuse(describe_tensor(network_, output),
                       "it is an output of the network, but no operator's");
      }
    }
  }

  void read_operator(const FlatVector& list, std::size_t index, std::vector<bool>& known) {
    const FlatTable unnamed = buffer_.table(list, index, "operator " + std::to_string(index));
    constexpr std::int32_t kCustom = 32;
    const std::int32_t builtin = builtin_code(unnamed);
    const auto code = operator_of(builtin);
    if (!code) {
      const std::string name =
          builtin == kCustom ? "custom operator " + custom_name(unnamed) : builtin_name(builtin);
      unnamed.refuse(name + " of " + output_shape(unnamed) + " is not supported; expected one of " +
                     readable_operators());
    }
    const std::string where = "operator " + std::to_string(index) + " (" + name_of(*code) + ")";
    const FlatTable table = buffer_.table(list, index, where);
    Operator op;
    op.code = *code;
    op.version = buffer_.table(codes_, table.u32(0, 0), "operator code").i32(2, 1);
    op.options = read_options(*code, table);
    op.inputs = buffer_.int32s(table.vector(1, 4), where);
    for (const std::int32_t input : op.inputs) {
      if (input == -1) continue;
      const std::size_t tensor = tensor_index(input, where + ", inputs");
      if (!known[tensor]) {
        buffer_.refuse(where, describe_tensor(network_, tensor) +
                                  " is read before an operator has written it");
      }
    }
    const std::vector<std::int32_t> outputs = buffer_.int32s(table.vector(2, 4), where);
    if (outputs.size() != 1) {
      buffer_.refuse(where, std::to_string(outputs.size()) + " outputs; expected 1");
    }
    op.output = tensor_index(outputs.front(), where + ", outputs");
    if (known[op.output]) {
      buffer_.refuse(where, describe_tensor(network_, op.output) +
                                " is an input, a constant or written already");
    }
    known[op.output] = true;
    network_.operators.push_back(std::move(op));
    check_operator(network_, index);
  }

  /// The shape of an operator's first output, as far as it can be read; for a message.
  std::string output_shape(const FlatTable& op) const {
    const std::vector<std::int32_t> outputs = buffer_.int32s(op.vector(2, 4), op.where());
    if (outputs.empty()) return "no output";
    return shape_text(network_.tensors[tensor_index(outputs.front(), op.where())].shape);
  }

  Network network_;
  FlatBuffer buffer_;
  FlatVector buffers_;
  FlatVector codes_;
};

}  // namespace

Network read_tflite(std::vector<std::uint8_t> bytes, const std::string& file) {
  return Reader(std::move(bytes), file).read();
}

Network load_tflite(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // only reading tells that it is a folder
  if (!file.is_open() || file.bad()) {
    throw NetworkError("model '" + path + "' cannot be read; expected a .tflite file");
  }
  std::vector<std::uint8_t> bytes;
  std::vector<char> block(1U << 16U);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + file.gcount());
    if (bytes.size() > kMostFileBytes) {
      throw NetworkError("model '" + path + "' has more than 256 MiB");
    }
  }
  return read_tflite(std::move(bytes), path);
}

}  // namespace aimc::network
