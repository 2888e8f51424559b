#pragma once

#include <cstdint>
#include <vector>

#include "platform/compiler/plan.h"
#include "platform/network/interpreter.h"

namespace aimc::compiler {

/// How well a step is computed in one read mode.
struct ModeChoice {
  analog::ReadMode mode;
  std::size_t replicas = 1;
  std::int32_t zero_point = 0;  ///< what the drivers take off the inputs
  Scaling scaling;
  ErrorFigures error;
  std::string obstacle;  ///< why there is none, if not empty
};

/// What drivers take off the inputs of a matrix, and how many bits of magnitude may be left.
struct Reading {
  std::int32_t zero_point = 0;
  unsigned least_bits = 8, most_bits = 8;
};

/// Samples the choice of read modes rests on, and what a network exactly computes on them.
class Modes {
 public:
  /// @param samples of the image's input
  /// @param real inputs of the network's steps may be taken to be like those of the samples
  Modes(const network::Network& network, const Graph& graph, const Chip& chip,
        const std::vector<std::vector<std::int8_t>>& samples, bool real);

  /// The mode of every step on tiles, by step, that makes the least error with this format.
  /// Others are left empty.
  std::vector<ModeChoice> choose(const std::vector<StepPlan>& plans, const nmpu::Format& format,
                                 bool four_phase) const;
  /// What the whole network computes with the modes of a plan, and how far the logits are from the
  /// exact ones.
  struct Prediction {
    std::vector<std::vector<std::int8_t>> outputs, logits;  ///< by sample
    ErrorFigures error;
    double equal_decisions = 1.0;  ///< share
  };
  Prediction predict(const Plan& plan) const;

 private:
  std::vector<Reading> readings(std::size_t index) const;
  std::vector<std::vector<std::int8_t>> compute(const Plan& plan,
                                                const std::vector<std::int8_t>& input,
                                                network::Interpreter& interpreter) const;

  const network::Network& network_;
  const Graph& graph_;
  const Chip& chip_;
  bool real_;
  /// By sample and activation, as they lie in RAM.
  std::vector<std::vector<std::vector<std::int8_t>>> exact_;
};

/// Samples for a network none are given for: uniform over the range of the input, the same on every
/// machine.
std::vector<std::vector<std::int8_t>> synthetic_samples(const Activation& input, std::size_t count);

}  // namespace aimc::compiler
