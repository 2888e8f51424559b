#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "firmware/runtime/network_image.h"
#include "platform/network/network.h"

namespace aimc::compiler {

/// An activation as it lies in RAM: rows x columns x channels, channels filled up to a multiple of
/// four. A vector has one row and one column.
struct Activation {
  std::string name;
  std::size_t rows = 1, columns = 1, channels = 1;
  std::size_t network_tensor = 0;  ///< whose elements it holds
  float scale = 1.0F;
  std::int32_t zero_point = 0;

  std::size_t pitch() const { return (channels + 3) / 4 * 4; }
  std::size_t bytes() const { return rows * columns * pitch(); }
  bool same_shape(const Activation& other) const {
    return rows == other.rows && columns == other.columns && channels == other.channels;
  }
};

/// CONV_2D or FULLY_CONNECTED as tiles see it: a matrix that is applied at every output position.
/// The rows of the matrix come in segments, one a row of the filter; the bytes of a segment lie
/// together in a row of the input.
struct MatrixWork {
  std::size_t segments = 1, segment_bytes = 4;  ///< rows of the matrix: their product
  std::size_t real_rows = 1;                    ///< of the rows, those that are not filler
  std::size_t columns = 1;                      ///< output channels
  std::size_t dilation = 1;                     ///< input rows from one segment to the next
  std::size_t row_stride = 1;                   ///< input rows from one output row to the next
  std::size_t column_stride = 4;                ///< input bytes from one position to the next
  std::size_t pad_rows = 0;                     ///< before the first input row
  std::size_t pad_bytes = 0;                    ///< before the first byte of an input row
  std::size_t in_rows = 1, in_row_bytes = 4;
  std::size_t out_rows = 1, out_columns = 1;  ///< positions
  std::vector<std::int8_t> weights;           ///< row-major, -127..127; filler rows are 0
  std::vector<double> factors;                ///< output steps for one unit of a sum, by column
  std::vector<std::int32_t> biases;           ///< in units of a sum
  std::int32_t input_zero_point = 0, output_zero_point = 0;
  bool relu = false;  ///< lower bound is the output zero point

  std::size_t rows() const { return segments * segment_bytes; }
  std::size_t positions() const { return out_rows * out_columns; }
};

/// ADD as a tile's digital unit computes it: command ADD8.
struct AddWork {
  std::uint32_t multiplier_a = 0, multiplier_b = 0;  ///< 16 bits
  unsigned shift = 1;                                ///< 1..31
  bool relu = false;
  std::int32_t zero_point_a = 0, zero_point_b = 0, zero_point_out = 0;

  std::int8_t operator()(std::int8_t a, std::int8_t b) const;
};

/// A depthwise convolution's constants, which its parameters point to.
struct DepthwiseWork {
  aimc_net_depthwise parameters{};
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> biases;
  std::vector<aimc_net_factor> factors;
};

/// A step of the host: what, and with which parameters.
struct HostWork {
  std::uint32_t code = AIMC_NET_HOST_COPY;
  std::variant<std::monostate, aimc_net_requantise, aimc_net_add, aimc_net_window, aimc_net_softmax,
               aimc_net_pad, aimc_net_concatenation, DepthwiseWork>
      parameters;
};

/// One step: an operator, or a part of one.
struct Step {
  std::string name;
  std::size_t operator_index = 0;
  bool completes = true;            ///< its output is that of the operator
  std::vector<std::size_t> inputs;  ///< activations
  std::size_t output = 0;           ///< activation
  std::variant<MatrixWork, AddWork, HostWork> work;
  std::uint64_t macs = 0;
  std::size_t first_channel = 0;  ///< of the operator's output, in a step that is a part of it

  const MatrixWork* matrix() const { return std::get_if<MatrixWork>(&work); }
  const AddWork* add() const { return std::get_if<AddWork>(&work); }
  const HostWork* host() const { return std::get_if<HostWork>(&work); }
};

/// A network as steps on activations, in the order of execution.
struct Graph {
  std::vector<Activation> activations;
  std::vector<Step> steps;
  std::size_t input = 0, output = 0, logits = 0;  ///< activations
  std::vector<std::size_t> operators_before, operators_after;
};

/// Takes a network apart. Throws CompileError for what no step can do.
Graph make_graph(const network::Network& network);

/// An operator that the host executes, with its parameters. Throws CompileError.
HostWork host_work(const network::Network& network, std::size_t operator_index,
                   const std::vector<Activation>& inputs, const Activation& output);

/// Throws a CompileError about an operator.
[[noreturn]] void refuse(const network::Network& network, std::size_t operator_index,
                         const std::string& why);

}  // namespace aimc::compiler
