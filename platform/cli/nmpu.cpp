#include "platform/cli/nmpu.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "platform/cli/commands.h"
#include "platform/cli/words.h"
#include "platform/observe/output_file.h"

namespace aimc::cli {

WavesRequest parse_waves(const std::string& text, unsigned tile_count) {
  const std::string option = "--waves";
  const auto refuse = [&](const std::string& why) {
    throw UsageError(option + ": value '" + text + "' " + why +
                     "; expected nmpu:TILE@FROM..TO, e.g. nmpu:3@1ms..2ms");
  };
  const std::string kind = "nmpu:";
  const std::size_t at = text.find('@');
  const std::size_t dots = text.find("..", at == std::string::npos ? 0 : at);
  if (text.compare(0, kind.size(), kind) != 0 || at == std::string::npos ||
      dots == std::string::npos || at == kind.size()) {
    refuse("is no waveform");
  }
  WavesRequest request;
  const std::string tile = text.substr(kind.size(), at - kind.size());
  const std::uint64_t index = parse_number(option, tile);
  if (index >= tile_count) {
    refuse("names tile " + tile + ", the platform has " + std::to_string(tile_count));
  }
  request.tile = static_cast<unsigned>(index);
  request.from = parse_time(option, text.substr(at + 1, dots - at - 1));
  request.to = parse_time(option, text.substr(dots + 2));
  if (request.from >= request.to) refuse("is an empty stretch of time");
  return request;
}

std::string keep_mismatch(const nmpu::Recording& recording, const std::string& folder,
                          core::TimePs period_ps, const std::string& program,
                          const Replayer& replay) {
  const std::string trace = folder + "/nmpu_mismatch.trace";
  const std::string waves = folder + "/nmpu_mismatch.vcd";
  std::stringstream bytes;
  nmpu::write_recording(bytes, recording);
  observe::write_file(trace, bytes.str());
  std::string text = "inputs and parameters in " + trace;
  if (!replay) return text;
  bytes.seekg(0);
  const nmpu::ReplayResult result = replay(bytes, trace, {0, waves, period_ps});
  text += ", waveform of the last " + std::to_string(result.vectors) + " vectors in " + waves;
  text += "\nreplay of the one vector on the RTL alone: " + program + " nmpu-replay " + trace +
          " --last 1";
  if (result.mismatch.empty()) {
    text += "\nnote: on a fresh unit these vectors show no mismatch; it depends on what was before";
  }
  return text;
}

void add_nmpu_replay(CLI::App& app, Invocation& invocation) {
  struct Arguments {
    std::string trace;
    std::string last;
    std::string waves;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "nmpu-replay", "Replay a trace of NMPU traffic on the RTL alone and compare");
  command->add_option("trace", arguments->trace, "What a run recorded, e.g. nmpu_mismatch.trace")
      ->required();
  command->add_option("--last", arguments->last, "Only this many vectors, the last ones");
  command->add_option("--waves", arguments->waves, "Write a waveform (VCD) of the first tile's");
  command->callback([arguments, &invocation]() {
    std::ifstream file(arguments->trace, std::ios::binary);
    if (!file) throw UsageError("trace '" + arguments->trace + "' cannot be read");
    nmpu::ReplayOptions options;
    options.waves = arguments->waves;
    if (!arguments->last.empty()) {
      options.last = parse_number("--last", arguments->last);
      if (options.last == 0) throw UsageError("--last: value '0', expected 1 or more");
    }
    if (!invocation.replay) throw UsageError("nmpu-replay: this program has no RTL");
    nmpu::ReplayResult result;
    try {
      result = invocation.replay(file, arguments->trace, options);
    } catch (const nmpu::TraceError& error) {
      throw UsageError(error.what());
    }
    std::cout << result.vectors << " vectors, " << result.columns
              << " columns replayed: " << (result.mismatch.empty() ? "no mismatch" : "mismatch")
              << '\n';
    if (!result.mismatch.empty()) {
      std::cout << result.mismatch << '\n';
      invocation.status = kStoppedByPlatform;
    }
  });
}

}  // namespace aimc::cli
