#include <iostream>
#include <memory>

#include "platform/cli/commands.h"
#include "platform/cli/networks.h"
#include "platform/cli/words.h"
#include "platform/config/platform_file.h"
#include "platform/network/network_error.h"
#include "platform/network/tflite_reader.h"
#include "platform/observe/output_file.h"

namespace aimc::cli {
namespace {

struct CompileArguments {
  std::string model;
  std::string platform = "default";
  std::vector<std::string> set;
  std::string output;
  std::vector<std::string> samples;
  std::string limit = "16";
  std::string copies = "auto";
  std::string images = "16";
  bool least = false;
  bool four_phase = false;
  bool explain = false;
  bool json = false;
};

void execute(const CompileArguments& arguments) {
  compiler::Options options;
  options.copies = parse_copies(arguments.copies);
  options.max_images = static_cast<std::size_t>(parse_number("--images", arguments.images));
  const auto limit = static_cast<std::size_t>(parse_number("--limit", arguments.limit));
  if (limit == 0) throw UsageError("--limit 0; expected 1 and more");
  if (options.max_images == 0 || options.max_images > 65536) {
    throw UsageError("--images " + arguments.images + "; expected 1 to 65536");
  }
  options.finer = !arguments.least;
  options.four_phase = arguments.four_phase;
  const platform::LoadedPlatform loaded =
      platform::load_platform(arguments.platform, arguments.set);
  try {
    const network::Network network = network::load_tflite(arguments.model);
    if (!arguments.samples.empty()) {
      options.samples = image_samples(network, arguments.samples, limit);
    }
    const compiler::CompiledNetwork compiled =
        compiler::compile(network, chip_of(loaded.config), options);
    if (!arguments.output.empty()) {
      const auto* const bytes = reinterpret_cast<const char*>(compiled.image.data());
      observe::write_file(arguments.output, {bytes, compiled.image.size()});
    }
    if (arguments.json) {
      std::cout << to_json(compiled.report);
      return;
    }
    std::cout << table(compiled.report);
    if (arguments.explain) {
      std::cout << '\n' << picture(compiled.report) << '\n' << error_table(compiled.report);
    }
  } catch (const network::NetworkError& error) {
    throw UsageError(error.what());
  } catch (const compiler::CompileError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_compile(CLI::App& app, Invocation& /*invocation*/) {
  auto arguments = std::make_shared<CompileArguments>();
  CLI::App* command = app.add_subcommand("compile", "Map a network onto the tiles of a platform");
  command->add_option("model", arguments->model, "Network: an int8 .tflite file")->required();
  command->add_option("--platform", arguments->platform, "Preset or YAML file")
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Override: path.to.key=value");
  command->add_option("-o,--output", arguments->output, "File for the image");
  command->add_option("--samples", arguments->samples,
                      "Samples read modes are chosen with: .npy, .i8, .u8, .f32");
  command->add_option("--limit", arguments->limit, "Samples that are taken, spread evenly")
      ->capture_default_str();
  command
      ->add_option("--copies", arguments->copies,
                   "Most copies of a layer on spare tiles: a number, or auto")
      ->capture_default_str();
  command
      ->add_option("--images", arguments->images,
                   "Most images of a pass, for a network that needs several epochs")
      ->capture_default_str();
  command->add_flag("--least-tiles", arguments->least,
                    "As few tiles a layer as possible, not more where that makes errors smaller");
  command->add_flag("--four-phase", arguments->four_phase,
                    "Read modes may be four-phase: four times the time, less error");
  command->add_flag("--explain", arguments->explain,
                    "Also a picture of the mesh, and the errors with both kinds of NMPU");
  command->add_flag("--json", arguments->json, "The report as JSON");
  command->callback([arguments]() { execute(*arguments); });
}

}  // namespace aimc::cli
