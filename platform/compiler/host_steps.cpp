#include "platform/compiler/host_steps.h"

#include <algorithm>

namespace aimc::compiler {
namespace {

void concatenate(const Graph& graph, const Step& step, ActivationValues& values) {
  const Activation& to = graph.activations[step.output];
  std::size_t first = 0;
  for (const std::size_t input : step.inputs) {
    const Activation& from = graph.activations[input];
    for (std::size_t pixel = 0; pixel < to.rows * to.columns; ++pixel) {
      std::copy_n(values[input].data() + pixel * from.pitch(), from.channels,
                  values[step.output].data() + pixel * to.pitch() + first);
    }
    first += from.channels;
  }
}

void make_patches(const Graph& graph, const Step& step, const aimc_net_window& window,
                  ActivationValues& values) {
  const Activation& from = graph.activations[step.inputs.front()];
  const Activation& to = graph.activations[step.output];
  const std::int8_t* const in = values[step.inputs.front()].data();
  for (std::size_t position = 0; position < to.rows * to.columns; ++position) {
    std::int8_t* out = values[step.output].data() + position * to.pitch();
    for (std::size_t tap = 0; tap < window.filter_rows * window.filter_columns; ++tap) {
      const auto y = static_cast<std::int64_t>(position / to.columns * window.stride_rows +
                                               tap / window.filter_columns * window.dilation_rows) -
                     window.before_rows;
      const auto x =
          static_cast<std::int64_t>(position % to.columns * window.stride_columns +
                                    tap % window.filter_columns * window.dilation_columns) -
          window.before_columns;
      const bool inside = y >= 0 && x >= 0 && y < static_cast<std::int64_t>(from.rows) &&
                          x < static_cast<std::int64_t>(from.columns);
      if (inside) {
        const auto pixel = static_cast<std::size_t>(y) * from.columns + static_cast<std::size_t>(x);
        std::copy_n(in + pixel * from.pitch(), from.channels, out);
      } else {
        std::fill_n(out, from.channels, static_cast<std::int8_t>(from.zero_point));
      }
      out += from.channels;
    }
  }
}

}  // namespace

ActivationValues make_values(const Graph& graph) {
  ActivationValues values;
  for (const Activation& activation : graph.activations) {
    values.emplace_back(activation.bytes(), static_cast<std::int8_t>(activation.zero_point));
  }
  return values;
}

void fill_up(const Activation& activation, const std::int8_t* elements,
             std::vector<std::int8_t>& values) {
  values.assign(activation.bytes(), static_cast<std::int8_t>(activation.zero_point));
  for (std::size_t pixel = 0; pixel < activation.rows * activation.columns; ++pixel) {
    std::copy_n(elements + pixel * activation.channels, activation.channels,
                values.data() + pixel * activation.pitch());
  }
}

void take_out(const Activation& activation, const std::vector<std::int8_t>& values,
              std::int8_t* elements) {
  for (std::size_t pixel = 0; pixel < activation.rows * activation.columns; ++pixel) {
    std::copy_n(values.data() + pixel * activation.pitch(), activation.channels,
                elements + pixel * activation.channels);
  }
}

void run_host_step(const Graph& graph, const Step& step, network::Interpreter& interpreter,
                   const network::Network& network, ActivationValues& values) {
  const HostWork& work = *step.host();
  const network::Operator& op = network.operators[step.operator_index];
  if (work.code == AIMC_NET_HOST_IM2COL) {
    return make_patches(graph, step, std::get<aimc_net_window>(work.parameters), values);
  }
  if (work.code == AIMC_NET_HOST_QUANTISE && op.code != network::OperatorCode::kQuantize) {
    const aimc_net_clamp& clamp = std::get<aimc_net_requantise>(work.parameters).clamp;
    const std::vector<std::int8_t>& from = values[step.inputs.front()];
    std::transform(from.begin(), from.end(), values[step.output].begin(), [&clamp](std::int8_t x) {
      return static_cast<std::int8_t>(std::clamp<std::int32_t>(x, clamp.least, clamp.most));
    });
    return;
  }
  if (work.code == AIMC_NET_HOST_CONCATENATION &&
      op.code != network::OperatorCode::kConcatenation) {
    return concatenate(graph, step, values);
  }
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    take_out(graph.activations[step.inputs[i]], values[step.inputs[i]],
             interpreter.values().int8(static_cast<std::size_t>(op.inputs[i])));
  }
  interpreter.run_operator(step.operator_index);
  fill_up(graph.activations[step.output], interpreter.values().int8(op.output),
          values[step.output]);
}

void run_add_step(const Graph& graph, const Step& step, ActivationValues& values) {
  const AddWork& work = *step.add();
  const std::size_t bytes = graph.activations[step.output].bytes();
  for (std::size_t i = 0; i < bytes; ++i) {
    values[step.output][i] = work(values[step.inputs[0]][i], values[step.inputs[1]][i]);
  }
}

}  // namespace aimc::compiler
