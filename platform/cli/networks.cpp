#include "platform/cli/networks.h"

#include <algorithm>

#include "platform/cli/words.h"
#include "platform/network/input_tensors.h"
#include "platform/network/interpreter.h"

namespace aimc::cli {

compiler::Chip chip_of(const platform::SocConfig& config) {
  compiler::Chip chip;
  chip.tiles = config.tile_count;
  chip.mesh_width = config.noc.width;
  chip.memory_row = config.noc.height > 1 ? 1 : 0;
  chip.tile = config.tile;
  chip.ram_bytes = std::uint64_t{config.ram.size_mib} << 20U;
  chip.noc_clock_mhz = config.noc.clock_mhz;
  chip.noc_flit_bytes = config.noc.flit_bytes;
  return chip;
}

std::vector<std::vector<std::int8_t>> image_samples(const network::Network& network,
                                                    const std::vector<std::string>& files,
                                                    std::size_t most) {
  const std::size_t given = network.inputs.front();
  const std::size_t wanted = compiler::image_input(network);
  const network::Tensor& tensor = network.tensors[given];
  std::vector<network::InputSamples> stored;
  std::size_t count = 0;
  for (const std::string& file : files) {
    stored.push_back(network::load_samples(file, tensor));
    count += stored.back().count;
  }
  const std::size_t taken = std::min(most, count);
  std::vector<std::vector<std::int8_t>> samples;
  network::Interpreter interpreter(network, network::Rounding::kDouble);
  std::size_t file = 0;
  std::size_t before = 0;  // samples in the files before this one
  for (std::size_t k = 0; k < taken; ++k) {
    const std::size_t chosen = k * count / taken;
    while (chosen - before >= stored[file].count) before += stored[file++].count;
    const network::InputSamples& from = stored[file];
    if (tensor.type == network::ElementType::kFloat32) {
      from.store(chosen - before, tensor, interpreter.float_input(0));
    } else {
      from.store(chosen - before, tensor, interpreter.int8_input(0));
    }
    if (wanted != given) interpreter.run_operator(0);
    const std::int8_t* const elements = interpreter.values().int8(wanted);
    samples.emplace_back(elements, elements + network.tensors[wanted].elements);
  }
  return samples;
}

std::size_t parse_copies(const std::string& text) {
  if (text == "auto") return 0;
  const std::uint64_t copies = parse_number("--copies", text);
  if (copies == 0 || copies > 1024) {
    throw UsageError("--copies " + text + "; expected auto, or 1 to 1024");
  }
  return static_cast<std::size_t>(copies);
}

}  // namespace aimc::cli
