#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "platform/cli/commands.h"
#include "platform/cli/network_samples.h"
#include "platform/cli/words.h"
#include "platform/network/interpreter.h"
#include "platform/network/tflite_reader.h"
#include "platform/observe/output_file.h"

namespace aimc::cli {
namespace {

using network::ElementType;
using network::Network;
using network::Operator;
using network::OperatorCode;
using network::Tensor;

struct GoldenArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::string rounding = "double";
  std::string layers;
  std::string labels;
  bool json = false;
};

/// Files of every operator's output, samples one after the other.
class LayerFiles {
 public:
  LayerFiles(const Network& network, const std::string& folder, std::size_t samples)
      : network_(network) {
    if (folder.empty()) return;
    for (std::size_t i = 0; i < network.operators.size(); ++i) {
      const Operator& op = network.operators[i];
      const Tensor& tensor = network.tensors[op.output];
      const std::string number = (i < 10 ? "0" : "") + std::to_string(i);
      files_.push_back(std::make_unique<observe::OutputFile>(folder + "/op" + number + "_" +
                                                             name_of(op.code) + ".npy"));
      std::vector<std::size_t> shape{samples};
      shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
      const char* const descr = tensor.type == ElementType::kFloat32 ? "<f4"
                                : tensor.type == ElementType::kInt8  ? "|i1"
                                                                     : "|u1";
      files_.back()->write(network::npy_header(descr, shape));
    }
  }

  void add(const network::Values& values) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const std::size_t output = network_.operators[i].output;
      const Tensor& tensor = network_.tensors[output];
      const void* const data = tensor.type == ElementType::kFloat32
                                   ? static_cast<const void*>(values.float32(output))
                                   : static_cast<const void*>(values.int8(output));
      files_[i]->write({static_cast<const char*>(data), tensor.elements * bytes_of(tensor.type)});
    }
  }

  void commit() {
    for (const auto& file : files_) file->commit();
  }

 private:
  const Network& network_;
  std::vector<std::unique_ptr<observe::OutputFile>> files_;
};

nlohmann::ordered_json values_json(const network::Values& values, const Network& network,
                                   std::size_t index) {
  const Tensor& tensor = network.tensors[index];
  auto list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < tensor.elements; ++i) {
    if (tensor.type == ElementType::kFloat32) {
      list.push_back(values.float32(index)[i]);
    } else if (tensor.type == ElementType::kUint8) {
      list.push_back(static_cast<std::uint8_t>(values.int8(index)[i]));
    } else {
      list.push_back(values.int8(index)[i]);
    }
  }
  return list;
}

/// What is told about one sample after the other, and at the end.
class Results {
 public:
  Results(const Network& network, std::vector<std::size_t> labels)
      : network_(network), logits_(logits_of(network)), labels_(std::move(labels)) {}

  void add(const network::Values& values) {
    const Tensor& tensor = network_.tensors[logits_];
    nlohmann::ordered_json sample;
    if (tensor.type == ElementType::kInt8 && !tensor.shape.empty()) {
      // Labels count vectors along the last dimension: one a sample, but for batches.
      const std::size_t classes = tensor.shape.back();
      for (std::size_t row = 0; row < tensor.elements / classes; ++row) {
        const std::size_t chosen = network::decision(values.int8(logits_) + row * classes, classes);
        sample["decision"].push_back(chosen);
        if (labels_.empty()) continue;
        if (decisions_ >= labels_.size()) {
          throw UsageError("--labels: " + std::to_string(labels_.size()) +
                           " labels; expected one for every decision");
        }
        const std::size_t label = labels_[decisions_++];
        sample["label"].push_back(label);
        if (label == chosen) ++correct_;
      }
    }
    sample["logits"] = values_json(values, network_, logits_);
    for (const std::size_t output : network_.outputs) {
      sample["outputs"].push_back(values_json(values, network_, output));
    }
    samples_.push_back(std::move(sample));
  }

  void finish() const {
    if (decisions_ == labels_.size()) return;
    throw UsageError("--labels: " + std::to_string(labels_.size()) + " labels; expected " +
                     std::to_string(decisions_) + ", one for every decision");
  }

  std::string text(const std::string& rounding) const {
    std::ostringstream text;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto& sample = samples_[i];
      text << "sample " << i;
      if (sample.contains("decision")) text << "  decision " << words(sample["decision"]);
      if (sample.contains("label")) text << "  label " << words(sample["label"]);
      text << "  logits " << words(sample["logits"]) << '\n';
    }
    text << samples_.size() << " samples, " << network_.operators.size() << " operators, "
         << rounding << " rounding\n";
    if (!labels_.empty()) {
      text << correct_ << " of " << decisions_ << " decisions as labelled: " << accuracy()
           << " %\n";
    }
    return text.str();
  }

  std::string json(const std::string& rounding) const {
    nlohmann::ordered_json json{
        {"schema", "aimc-vp/golden/1"}, {"model", network_.file}, {"rounding", rounding}};
    for (const Operator& op : network_.operators) {
      json["operators"].push_back({{"operator", name_of(op.code)},
                                   {"output", network::printable(network_.tensors[op.output].name)},
                                   {"shape", network_.tensors[op.output].shape},
                                   {"macs", multiply_accumulates(network_, op)}});
    }
    json["samples"] = samples_;
    if (!labels_.empty()) {
      json["correct"] = correct_;
      json["accuracy_percent"] = accuracy();
    }
    return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }

 private:
  double accuracy() const {
    return 100.0 * static_cast<double>(correct_) / static_cast<double>(decisions_);
  }

  /// The first few values of a list.
  static std::string words(const nlohmann::ordered_json& list) {
    constexpr std::size_t kShown = 16;
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, list.size()); ++i) {
      text += (i == 0 ? "" : " ") + list[i].dump();
    }
    return list.size() > kShown ? text + " ... (" + std::to_string(list.size()) + ")" : text;
  }

  const Network& network_;
  std::size_t logits_;
  std::vector<std::size_t> labels_;
  std::vector<nlohmann::ordered_json> samples_;
  std::size_t decisions_ = 0;
  std::size_t correct_ = 0;
};

void execute(const GoldenArguments& arguments) {
  const network::Rounding rounding =
      choose("--rounding", arguments.rounding, {"double", "single"}, {}) == 0
          ? network::Rounding::kDouble
          : network::Rounding::kSingle;
  try {
    const Network network = network::load_tflite(arguments.model);
    network::Interpreter interpreter(network, rounding);
    const NetworkSamples samples(network, arguments.inputs);
    Results results(network, arguments.labels.empty() ? std::vector<std::size_t>{}
                                                      : network::load_labels(arguments.labels));
    LayerFiles layers(network, arguments.layers, samples.count());
    for (std::size_t i = 0; i < samples.count(); ++i) {
      samples.feed(i, interpreter);
      interpreter.run();
      results.add(interpreter.values());
      layers.add(interpreter.values());
    }
    results.finish();
    layers.commit();
    std::cout << (arguments.json ? results.json(arguments.rounding)
                                 : results.text(arguments.rounding));
  } catch (const network::NetworkError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_golden(CLI::App& app, Invocation& /*invocation*/) {
  auto arguments = std::make_shared<GoldenArguments>();
  CLI::App* command =
      app.add_subcommand("golden", "The reference result of a network, bit-exact in INT8");
  command->add_option("model", arguments->model, "Network: an int8 .tflite file")->required();
  command
      ->add_option("inputs", arguments->inputs,
                   "Samples: .npy, or raw elements in .i8, .u8 or .f32; any number in a file")
      ->required();
  command
      ->add_option("--rounding", arguments->rounding,
                   "double (TFLite Micro) or single (TFLite with single rounding)")
      ->capture_default_str();
  command->add_option("--layers", arguments->layers,
                      "Existing folder for every operator's output, one .npy an operator");
  command->add_option("--labels", arguments->labels, "Bytes (.u8, .npy), one a decision");
  command->add_flag("--json", arguments->json, "All values as JSON");
  command->callback([arguments]() { execute(*arguments); });
}

}  // namespace aimc::cli
