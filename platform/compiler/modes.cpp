#include "platform/compiler/modes.h"

#include <algorithm>
#include <cmath>

#include "models/core/random.h"
#include "platform/compiler/host_steps.h"
#include "platform/compiler/ideal.h"

namespace aimc::compiler {
namespace {

/// Multiply-accumulates of one step that are looked at, over all samples.
constexpr std::uint64_t kMostWork = 400'000'000;
/// Share of a sample's inputs that may be limited for the sake of fewer magnitude bits.
constexpr double kMostLimited = 0.01;

/// Sums up differences.
class Errors {
 public:
  void add(std::int8_t got, std::int8_t wanted) {
    const double difference = got - wanted;
    sum_ += difference;
    squares_ += difference * difference;
    largest_ = std::max(largest_, std::fabs(difference));
    equal_ += got == wanted ? 1 : 0;
    ++count_;
  }
  void add_conversions(const IdealOutput& output) {
    conversions_ += output.conversions;
    saturated_ += output.saturated;
  }

  ErrorFigures figures() const {
    ErrorFigures figures;
    if (count_ == 0) return figures;
    const auto count = static_cast<double>(count_);
    figures.mean = sum_ / count;
    figures.rms = std::sqrt(squares_ / count);
    figures.largest = largest_;
    figures.equal_share = static_cast<double>(equal_) / count;
    if (conversions_ != 0) {
      figures.saturated_share = static_cast<double>(saturated_) / static_cast<double>(conversions_);
    }
    return figures;
  }

 private:
  double sum_ = 0.0, squares_ = 0.0, largest_ = 0.0;
  std::uint64_t count_ = 0, equal_ = 0, conversions_ = 0, saturated_ = 0;
};

/// The step that completes an operator; the last of the operator's steps if none does.
std::size_t completing_step(const Graph& graph, std::size_t index) {
  const std::size_t op = graph.steps[index].operator_index;
  while (!graph.steps[index].completes && index + 1 < graph.steps.size() &&
         graph.steps[index + 1].operator_index == op) {
    ++index;
  }
  return index;
}

/// What the activation of an operator lets through where the step does not apply it itself.
aimc_net_clamp limits_of(const Graph& graph, std::size_t index) {
  const HostWork* const end = graph.steps[completing_step(graph, index)].host();
  if (end == nullptr || end->code != AIMC_NET_HOST_QUANTISE) return {-128, 127};
  return std::get<aimc_net_requantise>(end->parameters).clamp;
}

unsigned bits_of(std::int32_t zero_point) {
  const std::int32_t largest = std::max(127 - zero_point, zero_point + 128);
  return largest < 128 ? 7 : 8;
}

/// 1, 2, 4, ..., and all there is room for.
std::vector<std::size_t> replicas_to_try(std::size_t most) {
  std::vector<std::size_t> list;
  for (std::size_t replicas = 1; replicas < most; replicas *= 2) list.push_back(replicas);
  list.push_back(most);
  return list;
}

/// Ways to read a matrix, those that take least time first.
std::vector<ModeChoice> candidates(const MatrixWork& work, const Split& split, const Chip& chip,
                                   const nmpu::Format& format, bool four_phase,
                                   const std::vector<Reading>& readings) {
  constexpr unsigned kMostBits = 8;
  const unsigned most_range = chip.tile.crossbar.adc.max_range;
  const std::size_t most = most_replicas(split, chip.tile.crossbar.rows);
  std::vector<ModeChoice> choices;
  for (unsigned way = 0; way < (four_phase ? 2U : 1U) * (kMostBits + 1); ++way) {
    const unsigned bits = way % (kMostBits + 1);
    for (const Reading& reading : readings) {
      if (bits < reading.least_bits || bits > reading.most_bits) continue;
      for (unsigned range = 0; range <= most_range; ++range) {
        // More of the same rows where a finer range is not to be had.
        for (const std::size_t replicas : replicas_to_try(range == most_range ? most : 1)) {
          ModeChoice choice;
          choice.mode = {bits, way > kMostBits, range};
          choice.replicas = replicas;
          choice.zero_point = reading.zero_point;
          const double counts = counts_per_unit(chip.tile.crossbar, choice.mode);
          choice.scaling = make_scaling(work, format, counts * static_cast<double>(replicas),
                                        choice.zero_point, choice.obstacle);
          choices.push_back(std::move(choice));
        }
      }
    }
  }
  return choices;
}

/// Share of the inputs that a number of magnitude bits limits.
double limited_share(const std::vector<std::int8_t>& inputs, std::int32_t zero_point,
                     unsigned bits) {
  const std::int32_t limit = (1 << bits) - 1;
  const auto limited = std::count_if(
      inputs.begin(), inputs.end(),
      [zero_point, limit](std::int8_t input) { return std::abs(input - zero_point) > limit; });
  return static_cast<double>(limited) / static_cast<double>(inputs.size());
}

}  // namespace

Modes::Modes(const network::Network& network, const Graph& graph, const Chip& chip,
             const std::vector<std::vector<std::int8_t>>& samples, bool real)
    : network_(network), graph_(graph), chip_(chip), real_(real) {
  network::Interpreter interpreter(network, network::Rounding::kDouble);
  for (const std::vector<std::int8_t>& sample : samples) {
    ActivationValues values = make_values(graph);
    const std::size_t given = graph.activations[graph.input].network_tensor;
    std::copy(sample.begin(), sample.end(), interpreter.values().int8(given));
    fill_up(graph.activations[graph.input], sample.data(), values[graph.input]);
    for (std::size_t op = graph.operators_before.size();
         op < network.operators.size() - graph.operators_after.size(); ++op) {
      interpreter.run_operator(op);
    }
    for (const Step& step : graph.steps) {
      const bool patches = step.host() != nullptr && step.host()->code == AIMC_NET_HOST_IM2COL;
      if (patches) run_host_step(graph, step, interpreter, network, values);
      if (!step.completes) continue;
      fill_up(graph.activations[step.output],
              interpreter.values().int8(graph.activations[step.output].network_tensor),
              values[step.output]);
    }
    exact_.push_back(std::move(values));
  }
}

/// The zero point of the inputs, with which a zero costs nothing; and their mean, around which they
/// are small. Fewer bits than the whole range needs only where samples tell what inputs are like.
std::vector<Reading> Modes::readings(std::size_t index) const {
  constexpr unsigned kLeastBits = 4;
  const Step& step = graph_.steps[index];
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const auto& exact : exact_) {
    for (const std::int8_t input : exact[step.inputs.front()]) sum += input;
    count += static_cast<std::int64_t>(exact[step.inputs.front()].size());
  }
  const auto mean = static_cast<std::int32_t>(std::lround(
      static_cast<double>(sum) / static_cast<double>(std::max<std::int64_t>(1, count))));
  std::vector<Reading> list;
  for (const std::int32_t zero_point : {step.matrix()->input_zero_point, mean}) {
    const unsigned most = bits_of(zero_point);
    list.push_back({zero_point, real_ ? kLeastBits : most, most});
  }
  return list;
}

std::vector<ModeChoice> Modes::choose(const std::vector<StepPlan>& plans,
                                      const nmpu::Format& format, bool four_phase) const {
  std::vector<ModeChoice> choices(graph_.steps.size());
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    const MatrixWork* const work = graph_.steps[i].matrix();
    if (work == nullptr) continue;
    const std::uint64_t cost =
        std::uint64_t{work->positions()} * work->rows() * work->columns * exact_.size();
    const std::size_t step = 1 + static_cast<std::size_t>(cost / kMostWork);
    std::vector<ModeChoice> made =
        candidates(*work, plans[i].split, chip_, format, four_phase, readings(i));
    std::vector<Errors> errors(made.size());
    const Step& of = graph_.steps[i];
    const std::size_t wanted_in = graph_.steps[completing_step(graph_, i)].output;
    const Activation& output = graph_.activations[wanted_in];
    const aimc_net_clamp limits = limits_of(graph_, i);
    for (const auto& exact : exact_) {
      const std::vector<std::int8_t>& input = exact[of.inputs.front()];
      Sums sums;
      const ModeChoice* summed = nullptr;  // whose phases, bits and zero point `sums` are of
      for (std::size_t m = 0; m < made.size(); ++m) {
        const analog::ReadMode& mode = made[m].mode;
        if (!made[m].obstacle.empty()) continue;
        const std::int32_t zero_point = made[m].zero_point;
        if (mode.magnitude_bits < bits_of(zero_point) &&
            limited_share(input, zero_point, mode.magnitude_bits) > kMostLimited) {
          made[m].obstacle = "inputs are larger";
          continue;
        }
        if (summed == nullptr || summed->mode.four_phase != mode.four_phase ||
            summed->mode.magnitude_bits != mode.magnitude_bits ||
            summed->zero_point != zero_point) {
          sums = make_sums(*work, plans[i].split, input.data(), mode, zero_point, step);
          summed = &made[m];
        }
        const IdealOutput got = ideal_output(*work, plans[i].split, sums, made[m].scaling,
                                             made[m].replicas, chip_.tile.crossbar, mode, format);
        errors[m].add_conversions(got);
        for (std::size_t at = 0; at < got.values.size(); ++at) {
          const std::size_t pixel = at / work->columns * step;
          const auto value = static_cast<std::int8_t>(
              std::clamp<std::int32_t>(got.values[at], limits.least, limits.most));
          errors[m].add(
              value,
              exact[wanted_in][pixel * output.pitch() + of.first_channel + at % work->columns]);
        }
      }
    }
    // A gain of a few per cent is not worth more rows or more phases.
    constexpr double kWorth = 0.97;
    std::size_t best = made.size();
    for (std::size_t m = 0; m < made.size(); ++m) {
      made[m].error = errors[m].figures();
      if (!made[m].obstacle.empty()) continue;
      if (best == made.size() || made[m].error.rms < kWorth * made[best].error.rms) best = m;
    }
    choices[i] = std::move(best == made.size() ? made.back() : made[best]);
  }
  return choices;
}

/// All activations of one sample, with the errors of the steps before.
std::vector<std::vector<std::int8_t>> Modes::compute(const Plan& plan,
                                                     const std::vector<std::int8_t>& input,
                                                     network::Interpreter& interpreter) const {
  ActivationValues values = make_values(graph_);
  values[graph_.input] = input;
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    const Step& step = graph_.steps[i];
    if (step.host() != nullptr) {
      run_host_step(graph_, step, interpreter, network_, values);
      continue;
    }
    if (step.add() != nullptr) {
      run_add_step(graph_, step, values);
      continue;
    }
    const MatrixWork& work = *step.matrix();
    const StepPlan& of = plan.steps[i];
    const Sums sums =
        make_sums(work, of.split, values[step.inputs.front()].data(), of.mode, of.zero_point, 1);
    const IdealOutput got = ideal_output(work, of.split, sums, of.scaling, of.replicas,
                                         chip_.tile.crossbar, of.mode, chip_.tile.nmpu_format());
    fill_up(graph_.activations[step.output], got.values.data(), values[step.output]);
  }
  return values;
}

Modes::Prediction Modes::predict(const Plan& plan) const {
  Prediction prediction;
  network::Interpreter interpreter(network_, network::Rounding::kDouble);
  Errors errors;
  std::size_t equal = 0;
  const auto elements = [this](std::size_t activation, const ActivationValues& values) {
    const Activation& what = graph_.activations[activation];
    std::vector<std::int8_t> list(what.rows * what.columns * what.channels);
    take_out(what, values[activation], list.data());
    return list;
  };
  for (const auto& exact : exact_) {
    const ActivationValues values = compute(plan, exact[graph_.input], interpreter);
    const std::vector<std::int8_t> got = elements(graph_.logits, values);
    const std::vector<std::int8_t> wanted = elements(graph_.logits, exact);
    for (std::size_t i = 0; i < got.size(); ++i) errors.add(got[i], wanted[i]);
    if (network::decision(got.data(), got.size()) ==
        network::decision(wanted.data(), wanted.size())) {
      ++equal;
    }
    prediction.logits.push_back(got);
    prediction.outputs.push_back(elements(graph_.output, values));
  }
  prediction.error = errors.figures();
  if (!exact_.empty()) {
    prediction.equal_decisions = static_cast<double>(equal) / static_cast<double>(exact_.size());
  }
  return prediction;
}

std::vector<std::vector<std::int8_t>> synthetic_samples(const Activation& input,
                                                        std::size_t count) {
  const core::RandomStream stream(1, "compiler", "samples");
  const std::size_t elements = input.rows * input.columns * input.channels;
  std::vector<std::vector<std::int8_t>> samples(count);
  std::vector<std::uint32_t> words(elements);
  for (std::size_t i = 0; i < count; ++i) {
    stream.words(i * elements, words.data(), elements);
    for (const std::uint32_t word : words) {
      samples[i].push_back(static_cast<std::int8_t>(static_cast<int>(word >> 24U) - 128));
    }
  }
  return samples;
}

}  // namespace aimc::compiler
