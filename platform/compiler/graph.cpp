#include "platform/compiler/graph.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "platform/compiler/compiler.h"
#include "platform/compiler/matrix_work.h"
#include "platform/network/requantise.h"

namespace aimc::compiler {
namespace {

using network::Network;
using network::Operator;
using network::OperatorCode;
using network::Tensor;

constexpr std::size_t kMostInputs = 4;  // of a step

/// "conv2d_3".
std::string step_name(OperatorCode code, std::size_t index) {
  std::string name = network::name_of(code);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t dimension = name.find("_2d");
  if (dimension != std::string::npos) name.erase(dimension, 1);
  return name + "_" + std::to_string(index);
}

class Builder {
 public:
  explicit Builder(const Network& network) : network_(network) {}

  Graph build() {
    const auto [first, last] = edges();
    for (std::size_t i = 0; i < first; ++i) graph_.operators_before.push_back(i);
    const std::size_t given = image_input(network_);
    graph_.input = where_[given] = add_activation(given, "");
    for (std::size_t i = first; i < last; ++i) lower(i);
    for (std::size_t i = last; i < network_.operators.size(); ++i) {
      graph_.operators_after.push_back(i);
    }
    graph_.output = activation(last_tensor_, last - (last > first ? 1 : 0));
    graph_.logits = graph_.output;
    if (graph_.output == graph_.input) refuse(network_, 0, "nothing is left to be computed");
    const Step& end = graph_.steps.back();
    if (end.host() != nullptr && end.host()->code == AIMC_NET_HOST_SOFTMAX &&
        end.output == graph_.output && end.inputs.front() != graph_.input) {
      graph_.logits = end.inputs.front();
    }
    return std::move(graph_);
  }

 private:
  [[noreturn]] void refuse_network(const std::string& why) const {
    throw CompileError("model '" + network_.file + "': " + why);
  }

  /// The operators the graph has: from the first of a pair to before the second.
  std::pair<std::size_t, std::size_t> edges() {
    if (network_.inputs.size() != 1 || network_.outputs.size() != 1) {
      refuse_network(std::to_string(network_.inputs.size()) + " inputs and " +
                     std::to_string(network_.outputs.size()) +
                     " outputs; expected one of each to run on tiles");
    }
    if (network_.operators.empty()) refuse_network("no operators; expected one and more");
    std::size_t first = 0;
    std::size_t last = network_.operators.size();
    if (image_input(network_) != network_.inputs.front()) first = 1;
    last_tensor_ = network_.outputs.front();
    const Operator& end = network_.operators.back();
    if (network_.tensors[last_tensor_].type != network::ElementType::kInt8 && last > first &&
        end.output == last_tensor_) {
      --last;
      last_tensor_ = static_cast<std::size_t>(end.inputs.front());
    }
    return {first, last};
  }

  /// Rows, columns, channels of a tensor.
  std::size_t add_activation(std::size_t tensor, const std::string& suffix) {
    const Tensor& what = network_.tensors[tensor];
    if (what.type != network::ElementType::kInt8 || what.quantisation.scale.size() != 1) {
      refuse_network(describe_tensor(network_, tensor) + ": type " + name_of(what.type) +
                     "; expected INT8 between the operators of a compiled network");
    }
    std::vector<std::size_t> shape = what.shape;
    while (shape.size() > 3 && shape.front() == 1) shape.erase(shape.begin());
    if (shape.size() > 3) {
      refuse_network(describe_tensor(network_, tensor) + ": shape " +
                     network::shape_text(what.shape) +
                     "; expected a batch of 1 and at most three dimensions more");
    }
    shape.insert(shape.begin(), 3 - shape.size(), 1);
    Activation made;
    made.name = network::printable(what.name) + suffix;
    made.rows = shape[0];
    made.columns = shape[1];
    made.channels = shape[2];
    made.network_tensor = tensor;
    made.scale = what.scale();
    made.zero_point = what.zero_point();
    graph_.activations.push_back(std::move(made));
    return graph_.activations.size() - 1;
  }

  /// The activation of a tensor, in the tensor's own shape.
  std::size_t activation(std::size_t tensor, std::size_t operator_index) {
    const auto reshaped = reshaped_.find(tensor);
    if (reshaped == reshaped_.end()) {
      const auto found = where_.find(tensor);
      if (found == where_.end()) {
        refuse(network_, operator_index,
               describe_tensor(network_, tensor) + " is a constant; expected an activation");
      }
      return found->second;
    }
    // Elements have to move after all.
    const std::size_t from = reshaped->second.first;
    const std::size_t index = reshaped->second.second;
    reshaped_.erase(reshaped);
    const std::size_t to = add_activation(tensor, "");
    graph_.steps.push_back(
        {step_name(network_.operators[index].code, index), index, true, {from}, to, HostWork{}, 0});
    return where_[tensor] = to;
  }

  /// The activation of a tensor in any shape of the same elements without filler.
  std::size_t dense_activation(std::size_t tensor, std::size_t operator_index) {
    const auto reshaped = reshaped_.find(tensor);
    return reshaped != reshaped_.end() ? reshaped->second.first
                                       : activation(tensor, operator_index);
  }

  std::size_t input(const Operator& op, std::size_t which, std::size_t index) {
    return activation(static_cast<std::size_t>(op.inputs[which]), index);
  }

  /// A RESHAPE moves nothing where pixels have no filler; else it is done when it is needed.
  void reshape(std::size_t index) {
    const Operator& op = network_.operators[index];
    const std::size_t from = dense_activation(static_cast<std::size_t>(op.inputs.front()), index);
    reshaped_[op.output] = {from, index};
    const Tensor& to = network_.tensors[op.output];
    const Activation& source = graph_.activations[from];
    std::vector<std::size_t> shape = to.shape;
    while (!shape.empty() && shape.front() == 1) shape.erase(shape.begin());
    std::vector<std::size_t> given{source.rows, source.columns, source.channels};
    while (!given.empty() && given.front() == 1) given.erase(given.begin());
    const bool is_input = from == graph_.input && op.output == last_tensor_;
    if (shape == given && !is_input) {
      reshaped_.erase(op.output);
      where_[op.output] = from;
      return;
    }
    const bool dense = source.channels % 4 == 0;
    if (!dense) activation(op.output, index);
  }

  void push(std::size_t index, std::vector<std::size_t> inputs,
            std::variant<MatrixWork, AddWork, HostWork> work) {
    const Operator& op = network_.operators[index];
    const std::size_t output = add_activation(op.output, "");
    where_[op.output] = output;
    graph_.steps.push_back({step_name(op.code, index), index, true, std::move(inputs), output,
                            std::move(work), multiply_accumulates(network_, op)});
  }

  /// A matrix; what its activation cuts off above is done by the host.
  void push_matrix(std::size_t index, std::size_t from, MatrixWork work) {
    const Operator& op = network_.operators[index];
    const network::Activation activation = activation_of(op);
    const Tensor& out = network_.tensors[op.output];
    const auto [least, most] = activation_range(activation, out.scale(), out.zero_point());
    const bool limited = most < 127 || (least != -128 && least != out.zero_point());
    work.relu = !limited && least == out.zero_point();
    push(index, {from}, std::move(work));
    if (!limited) return;
    Step& matrix = graph_.steps.back();
    matrix.completes = false;
    aimc_net_requantise clamp{};
    const network::Multiplier one = network::make_multiplier(1.0);
    clamp.factor = {one.fraction, one.shift};
    clamp.input_zero_point = clamp.output_zero_point = out.zero_point();
    clamp.clamp = {least, most};
    const std::size_t unlimited = matrix.output;
    const std::string name = matrix.name + "_clamp";
    graph_.activations[unlimited].name += " before its activation";
    const std::size_t output = add_activation(op.output, "");
    where_[op.output] = output;
    graph_.steps.push_back(
        {name, index, true, {unlimited}, output, HostWork{AIMC_NET_HOST_QUANTISE, clamp}, 0});
  }

  static network::Activation activation_of(const Operator& op) {
    if (const auto* conv = std::get_if<network::ConvolutionOptions>(&op.options)) {
      return conv->activation;
    }
    return std::get<network::ActivationOptions>(op.options).activation;
  }

  /// Patches as channels, for a convolution that a tile cannot gather.
  std::size_t push_patches(std::size_t index, std::size_t from) {
    const Operator& op = network_.operators[index];
    const Activation source = graph_.activations[from];
    const Tensor& filter = *network_.input_of(op, 1);
    const Tensor& out = network_.tensors[op.output];
    Activation patches = source;
    patches.name += " in patches";
    patches.rows = out.shape[1];
    patches.columns = out.shape[2];
    patches.channels = filter.shape[1] * filter.shape[2] * source.channels;
    graph_.activations.push_back(patches);
    const std::size_t to = graph_.activations.size() - 1;
    graph_.steps.push_back({step_name(op.code, index) + "_patches",
                            index,
                            false,
                            {from},
                            to,
                            HostWork{AIMC_NET_HOST_IM2COL, window_of(network_, op)},
                            0});
    return to;
  }

  void lower(std::size_t index) {
    const Operator& op = network_.operators[index];
    switch (op.code) {
      case OperatorCode::kConv2d: {
        std::size_t from = input(op, 0, index);
        const bool patches = needs_patches(op, network_);
        if (patches) from = push_patches(index, from);
        return push_matrix(index, from,
                           convolution_work(network_, index, graph_.activations[from], patches));
      }
      case OperatorCode::kFullyConnected: {
        std::size_t from = dense_activation(static_cast<std::size_t>(op.inputs[0]), index);
        if (!holds_vectors(network_, op, graph_.activations[from])) from = input(op, 0, index);
        return push_matrix(index, from, connected_work(network_, index, graph_.activations[from]));
      }
      case OperatorCode::kReshape:
        return reshape(index);
      case OperatorCode::kAdd: {
        const std::vector<std::size_t> inputs{input(op, 0, index), input(op, 1, index)};
        if (const auto work = add_work(network_, op, graph_.activations[inputs[0]],
                                       graph_.activations[inputs[1]])) {
          return push(index, inputs, *work);
        }
        break;
      }
      default:
        break;
    }
    push_host(index);
  }

  void push_host(std::size_t index) {
    const Operator& op = network_.operators[index];
    const bool all = op.code == OperatorCode::kAdd || op.code == OperatorCode::kConcatenation;
    const std::size_t count = all ? op.inputs.size() : 1;
    if (count > kMostInputs) {
      refuse(network_, index,
             std::to_string(count) + " inputs; expected at most " + std::to_string(kMostInputs));
    }
    std::vector<std::size_t> inputs;
    std::vector<Activation> shapes;
    for (std::size_t i = 0; i < count; ++i) {
      inputs.push_back(input(op, i, index));
      shapes.push_back(graph_.activations[inputs.back()]);
    }
    push(index, inputs, HostWork{});
    Step& step = graph_.steps.back();
    step.work = host_work(network_, index, shapes, graph_.activations[step.output]);
  }

  const Network& network_;
  Graph graph_;
  std::map<std::size_t, std::size_t> where_;  // activation of a tensor
  // Source of a RESHAPE that has moved nothing yet, and its operator.
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> reshaped_;
  std::size_t last_tensor_ = 0;
};

}  // namespace

std::int8_t AddWork::operator()(std::int8_t a, std::int8_t b) const {
  const std::int64_t sum = std::int64_t{a - zero_point_a} * multiplier_a +
                           std::int64_t{b - zero_point_b} * multiplier_b +
                           (std::int64_t{1} << (shift - 1));
  const std::int64_t value = (sum >> shift) + zero_point_out;
  return static_cast<std::int8_t>(
      std::clamp<std::int64_t>(value, relu ? zero_point_out : -128, 127));
}

void refuse(const Network& network, std::size_t operator_index, const std::string& why) {
  throw CompileError("model '" + network.file + "', " + describe(network, operator_index) + ": " +
                     why);
}

std::size_t image_input(const Network& network) {
  if (network.inputs.size() != 1 || network.operators.empty()) return 0;
  const std::size_t input = network.inputs.front();
  const Operator& first = network.operators.front();
  if (network.tensors[input].type == network::ElementType::kInt8 ||
      first.code != OperatorCode::kQuantize ||
      static_cast<std::size_t>(first.inputs.front()) != input) {
    return input;
  }
  return first.output;
}

Graph make_graph(const Network& network) {
  return Builder(network).build();
}

}  // namespace aimc::compiler
