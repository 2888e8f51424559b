#include <spdlog/spdlog.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>

#include "aimc/registers.h"
#include "platform/cli/infer_memory.h"
#include "platform/cli/infer_results.h"
#include "platform/cli/network_samples.h"
#include "platform/cli/networks.h"
#include "platform/cli/run_firmware.h"
#include "platform/cli/words.h"
#include "platform/network/tflite_reader.h"

namespace aimc::cli {
namespace {

namespace fs = std::filesystem;

struct InferArguments {
  RunArguments run;  ///< firmware and out are completed here
  std::string model;
  std::vector<std::string> inputs;
  std::string labels;
  std::vector<std::string> samples;
  std::string copies = "auto";
  std::string limit;
  std::string images = "16";
  std::string sequential = "1";
  bool four_phase = false;
  bool no_calibrate = false;
  bool json = false;
};

/// network.elf beside the program: in the build's folder, or where `cmake --install` puts it.
std::string find_firmware(const std::string& given) {
  if (!given.empty()) return given;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path prefix = program.parent_path().parent_path();
  for (const char* const place : {"firmware", "lib/aimc-firmware"}) {
    const fs::path file = prefix / place / "network.elf";
    if (fs::exists(file, error)) return file.string();
  }
  throw UsageError("--firmware: no network.elf in " + (prefix / "firmware").string() +
                   "; expected the ELF of firmware/apps/network");
}

/// The elements of an INT8 tensor as the interpreter holds them now.
std::vector<std::int8_t> elements_of(const network::Interpreter& interpreter,
                                     const network::Network& network, std::size_t tensor) {
  const std::int8_t* const values = interpreter.values().int8(tensor);
  return {values, values + network.tensors[tensor].elements};
}

std::uint64_t number_in(const char* option, const std::string& text, std::uint64_t least,
                        std::uint64_t most) {
  const std::uint64_t value = parse_number(option, text);
  if (value < least || value > most) {
    throw UsageError(std::string(option) + ": value '" + text + "' is out of range, expected " +
                     std::to_string(least) + ".." + std::to_string(most));
  }
  return value;
}

compiler::Options compiler_options(const InferArguments& arguments,
                                   const network::Network& network) {
  constexpr std::uint64_t kMostImages = 65536;
  constexpr std::size_t kMostSamples = 32;  // read modes are chosen with
  compiler::Options options;
  options.max_images = number_in("--images", arguments.images, 1, kMostImages);
  options.copies = parse_copies(arguments.copies);
  options.four_phase = arguments.four_phase;
  options.samples = image_samples(
      network, arguments.samples.empty() ? arguments.inputs : arguments.samples, kMostSamples);
  return options;
}

/// One run of a network, from its files to its figures.
class Inference {
 public:
  Inference(const InferArguments& arguments, platform::LoadedPlatform platform)
      : arguments_(arguments),
        platform_(std::move(platform)),
        network_(network::load_tflite(arguments.model)),
        samples_(network_, arguments.inputs),
        compiled_(compiler::compile(network_, chip_of(platform_.config),
                                    compiler_options(arguments, network_))),
        tensors_(read_image(compiled_.image)),
        memory_(
            lay_out(tensors_, compiler::Options{}.image_address, sample_count(),
                    {regs::soc::kRamBase, std::uint64_t{platform_.config.ram.size_mib} << 20U})) {
    compute_reference();
  }

  int run(const Invocation& invocation) {
    RunArguments run = arguments_.run;
    run.firmware = find_firmware(run.firmware);
    if (run.out.empty()) run.out = "out/" + fs::path(arguments_.model).stem().string();
    const int status = run_firmware(run, invocation, additions());
    if (text_.empty()) return status;
    std::cout << text_;
    if (!arguments_.json && !run.quiet) std::cout << "\nfiles           " << run.out << '\n';
    std::cout << std::flush;
    return status;
  }

 private:
  std::size_t sample_count() const {
    if (arguments_.limit.empty()) return samples_.count();
    return std::min<std::size_t>(samples_.count(),
                                 number_in("--limit", arguments_.limit, 1, ~std::uint32_t{0}));
  }

  void compute_reference() {
    const std::size_t count = sample_count();
    if (!arguments_.labels.empty()) {
      reference_.labels = network::load_labels(arguments_.labels);
      if (reference_.labels.size() != samples_.count()) {
        throw UsageError("--labels: " + std::to_string(reference_.labels.size()) +
                         " labels; expected " + std::to_string(samples_.count()) +
                         ", one for every sample");
      }
    }
    network::Interpreter interpreter(network_, network::Rounding::kDouble);
    for (std::size_t i = 0; i < count; ++i) {
      samples_.feed(i, interpreter);
      interpreter.run();
      reference_.inputs.push_back(elements_of(interpreter, network_, compiled_.input));
      reference_.logits.push_back(elements_of(interpreter, network_, compiled_.logits));
    }
  }

  RunAdditions additions() {
    const std::size_t count = reference_.inputs.size();
    RunAdditions additions;
    additions.loads.push_back({memory_.image, compiled_.image});
    platform::LoadBlob inputs{memory_.inputs, {}};
    for (const std::vector<std::int8_t>& sample : reference_.inputs) {
      const std::vector<std::uint8_t> stored = pitched(tensors_.input, sample.data());
      inputs.bytes.insert(inputs.bytes.end(), stored.begin(), stored.end());
    }
    additions.loads.push_back(std::move(inputs));
    const auto total = static_cast<std::uint32_t>(count);
    additions.saves = {
        {memory_.outputs, total * tensors_.output.bytes},
        {tensors_.same ? memory_.outputs : memory_.logits, total * tensors_.logits.bytes}};
    add_words(additions);
    additions.summary = false;
    additions.uart_on_stdout = false;
    additions.finished = [this](platform::RunResult& result,
                                const std::vector<std::vector<std::uint8_t>>& saved) {
      return finish(result, saved);
    };
    return additions;
  }

  void add_words(RunAdditions& additions) const {
    const auto hexadecimal = [](std::uint32_t value) {
      std::ostringstream text;
      text << std::hex << value;
      return text.str();
    };
    additions.firmware_args = {
        hexadecimal(memory_.image),
        hexadecimal(memory_.inputs),
        std::to_string(reference_.inputs.size()),
        hexadecimal(memory_.outputs),
        hexadecimal(memory_.logits),
        "--sequential",
        std::to_string(number_in("--sequential", arguments_.sequential, 0, ~std::uint32_t{0}))};
    if (arguments_.no_calibrate) additions.firmware_args.emplace_back("--no-calibrate");
    if (reference_.labels.empty()) return;
    platform::LoadBlob labels{memory_.labels, {}};
    for (std::size_t i = 0; i < reference_.inputs.size(); ++i) {
      labels.bytes.push_back(static_cast<std::uint8_t>(reference_.labels[i]));
    }
    additions.loads.push_back(std::move(labels));
    additions.firmware_args.insert(additions.firmware_args.end(),
                                   {"--labels", hexadecimal(memory_.labels)});
  }

  std::vector<std::vector<std::int8_t>> elements(const aimc_net_tensor& tensor,
                                                 const std::vector<std::uint8_t>& stored) const {
    std::vector<std::vector<std::int8_t>> list;
    for (std::size_t i = 0; i < reference_.inputs.size(); ++i) {
      list.push_back(unpitched(tensor, stored.data() + i * tensor.bytes));
    }
    return list;
  }

  /// A .npy file of all samples of a tensor of the network.
  std::string npy(const std::vector<std::vector<std::int8_t>>& values, std::size_t tensor) const {
    std::vector<std::size_t> shape{values.size()};
    const std::vector<std::size_t>& one = network_.tensors[tensor].shape;
    shape.insert(shape.end(), one.begin(), one.end());
    std::string text = network::npy_header("|i1", shape);
    for (const std::vector<std::int8_t>& sample : values) text.append(sample.begin(), sample.end());
    return text;
  }

  std::vector<std::pair<std::string, std::string>> finish(
      platform::RunResult& result, const std::vector<std::vector<std::uint8_t>>& saved) {
    if (result.status != platform::RunStatus::kFirmware || result.exit_code != 0) return {};
    const auto logits = elements(tensors_.logits, saved.at(1));
    InferResults results = compare_results(reference_, logits);
    results.model = fs::path(arguments_.model).filename().string();
    results.platform = platform_.config.name;
    result.reported.emplace_back("equal_decisions", results.equal_decisions);
    if (results.exact_accuracy) {
      result.reported.emplace_back("reference_accuracy", *results.exact_accuracy);
    }
    const nlohmann::ordered_json json = results_json(results, compiled_.report, result);
    const std::string document =
        json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    text_ = arguments_.json ? document : results_text(results, compiled_.report, result);
    return {{"network.json", document},
            {"network.csv", layers_csv(compiled_.report, result)},
            {"outputs.npy", npy(elements(tensors_.output, saved.at(0)), compiled_.output)},
            {"logits.npy", npy(logits, compiled_.logits)}};
  }

  const InferArguments& arguments_;
  platform::LoadedPlatform platform_;
  network::Network network_;
  NetworkSamples samples_;
  compiler::CompiledNetwork compiled_;
  ImageTensors tensors_;
  InferMemory memory_;
  InferReference reference_;
  std::string text_;
};

void execute(const InferArguments& arguments, Invocation& invocation) {
  try {
    Inference inference(arguments, plan_platform(arguments.run));
    invocation.status = inference.run(invocation);
  } catch (const network::NetworkError& error) {
    throw UsageError(error.what());
  } catch (const compiler::CompileError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_infer(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<InferArguments>();
  CLI::App* command = app.add_subcommand("infer", "Run a network on a platform");
  command->add_option("model", arguments->model, "Network: an int8 .tflite file")->required();
  command
      ->add_option("inputs", arguments->inputs,
                   "Samples: .npy, or raw elements in .i8, .u8 or .f32; any number in a file")
      ->required();
  command->add_option("--labels", arguments->labels, "Bytes (.u8, .npy), one a sample");
  command->add_option("--limit", arguments->limit, "Run the first N samples only");
  command->add_option("--out", arguments->run.out, "Folder of the results; default out/MODEL");
  command->add_option("--firmware", arguments->run.firmware,
                      "The runtime's ELF; default: network.elf beside this program");
  command
      ->add_option(
          "--samples", arguments->samples,
          "Samples that read modes are chosen with (32, spread evenly); default: the inputs")
      ->allow_extra_args(false);
  command
      ->add_option("--copies", arguments->copies,
                   "Most copies of a layer on spare tiles: a number, or auto")
      ->capture_default_str();
  command
      ->add_option("--images", arguments->images,
                   "Images of a pass, if the network does not fit the chip at once")
      ->capture_default_str();
  command
      ->add_option("--sequential", arguments->sequential,
                   "Samples that run alone, step after step, to measure layers and latency")
      ->capture_default_str();
  command->add_flag("--four-phase", arguments->four_phase, "Let read modes be four-phase");
  command->add_flag("--no-calibrate", arguments->no_calibrate, "Leave out calibration");
  command->add_flag("--json", arguments->json, "All results as JSON");
  declare_common_options(*command, arguments->run);
  command->callback([arguments, &invocation]() {
    if (arguments->run.verbose) spdlog::set_level(spdlog::level::debug);
    if (arguments->run.quiet) spdlog::set_level(spdlog::level::err);
    execute(*arguments, invocation);
  });
}

}  // namespace aimc::cli
