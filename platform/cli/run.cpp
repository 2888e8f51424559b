#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "aimc/nmpu_format.h"
#include "aimc/registers.h"
#include "models/riscv/gdb_transport.h"
#include "platform/cli/blobs.h"
#include "platform/cli/commands.h"
#include "platform/cli/interrupt.h"
#include "platform/cli/nmpu.h"
#include "platform/cli/nmpu_recording.h"
#include "platform/cli/run_arguments.h"
#include "platform/cli/run_firmware.h"
#include "platform/cli/signature.h"
#include "platform/cli/trace_words.h"
#include "platform/cli/uart_stream.h"
#include "platform/cli/words.h"
#include "platform/config/platform_dump.h"
#include "platform/observe/console.h"
#include "platform/observe/run_files.h"

namespace aimc::cli {
namespace {

namespace fs = std::filesystem;

/// Lanes of the RTL; the model has as many as the platform says.
constexpr unsigned kRtlLanes = nmpu::format::kLanes;

/// Everything checked, nothing started.
struct Plan {
  platform::LoadedPlatform platform;
  platform::RunOptions options;
  std::vector<SaveRequest> saves;
  bool has_signature = false;  // the last of the saves
  observe::Traces traces;
  bool packets = false;       // trace them
  bool instructions = false;  // trace them
  AddressRanges trace_ranges;
  bool profile = false;
  std::chrono::duration<double> progress_interval{};
  std::string folder;
  std::unique_ptr<riscv::GdbTcpServer> gdb;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

void refuse_unbuilt(const RunArguments& arguments) {
  for (const std::string& format : arguments.trace) {
    choose("--trace", format, {"perfetto", "vcd", "fst", "csv", "instr", "packets"}, {});
  }
}

/// How many threads may work; without a word, as many as this process has processors.
unsigned plan_threads(const std::string& text) {
  constexpr std::uint64_t kMaxThreads = 256;
  if (text.empty()) {
    return std::clamp(std::thread::hardware_concurrency(), 1U, unsigned{kMaxThreads});
  }
  const std::uint64_t threads = parse_number("--threads", text);
  if (threads < 1 || threads > kMaxThreads) {
    throw UsageError("--threads: value '" + text + "' is out of range, expected 1.." +
                     std::to_string(kMaxThreads));
  }
  return static_cast<unsigned>(threads);
}

/// Listens for a debugger, on the loopback interface only.
std::unique_ptr<riscv::GdbTcpServer> open_gdb(const std::string& port) {
  constexpr std::uint64_t kMaxPort = 65535;
  if (port.empty()) return nullptr;
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || port.size() > 5 || parse_number("--gdb", port) > kMaxPort) {
    throw UsageError("--gdb: value '" + port +
                     "' is not a port, 0 (any free one) to 65535; the server listens on 127.0.0.1 "
                     "only");
  }
  try {
    return std::make_unique<riscv::GdbTcpServer>(
        static_cast<std::uint16_t>(parse_number("--gdb", port)));
  } catch (const std::runtime_error& error) {
    throw UsageError(std::string("--gdb: ") + error.what());
  }
}

/// Throws ElfError when the program passes arguments in registers the host does not have.
void check_extensions(const platform::ElfImage& elf, riscv::ExtensionSet extensions) {
  if (!elf.uses_float || extensions.contains(riscv::Extension::kF)) return;
  throw platform::ElfError("firmware '" + elf.path +
                           "': uses floating-point registers (ABI ilp32f), which the setting "
                           "host.isa, " +
                           riscv::isa_name(extensions) +
                           ", does not have; expected the ABI ilp32, or an f there");
}

/// What --trace and --profile ask for; the firmware is loaded.
void plan_observation(const RunArguments& arguments, Plan& plan) {
  const auto traced = [&arguments](const char* format) {
    return std::find(arguments.trace.begin(), arguments.trace.end(), format) !=
           arguments.trace.end();
  };
  plan.instructions = traced("instr");
  plan.traces.perfetto = traced("perfetto");
  plan.traces.vcd = traced("vcd");
  plan.traces.fst = traced("fst");
  plan.packets = traced("packets");
  plan.profile = arguments.profile || traced("csv");
  if (!arguments.power_bin.empty()) {
    plan.options.power_bin_ps = parse_time("--power-bin", arguments.power_bin);
  }
  if (!arguments.trace_window.empty()) {
    if (!plan.instructions && !plan.traces.any()) {
      throw UsageError("--trace-window: only with --trace perfetto, vcd, fst or instr");
    }
    const TimeWindow window = parse_window("--trace-window", arguments.trace_window);
    plan.options.steps_from_ps = window.from;
    plan.options.steps_to_ps = window.to;
    plan.traces.selection.from_ps = window.from;
    plan.traces.selection.to_ps = window.to;
  }
  if (!arguments.trace_filter.empty()) {
    TraceFilter filter = parse_filter("--trace-filter", arguments.trace_filter, plan.options.elf,
                                      plan.options.config.tile_count);
    if (!filter.ranges.empty() && !plan.instructions) {
      throw UsageError("--trace-filter: function= and range= only with --trace instr");
    }
    if (!filter.components.empty() && !plan.traces.any()) {
      throw UsageError("--trace-filter: component= only with --trace perfetto, vcd or fst");
    }
    plan.trace_ranges = std::move(filter.ranges);
    plan.traces.selection.components = std::move(filter.components);
  }
}

/// What --waves asks for; the output folder is known.
void plan_waves(const RunArguments& arguments, Plan& plan) {
  if (arguments.waves.empty()) return;
  platform::RunOptions& options = plan.options;
  const WavesRequest request = parse_waves(arguments.waves, options.config.tile_count);
  if (options.nmpu == nmpu::BackendKind::kModel) {
    throw UsageError("--waves: the NMPU 'model' has no signals; expected --nmpu rtl or lockstep");
  }
  options.nmpu_waves_tile = request.tile;
  options.nmpu_waves = {plan.folder + "/nmpu_tile" + std::to_string(request.tile) + ".vcd",
                        request.from, request.to,
                        core::Clock(options.config.tile.clock_mhz).period_ps()};
}

Plan make_plan(const RunArguments& arguments, const RunAdditions& additions) {
  refuse_unbuilt(arguments);
  Plan plan;
  platform::RunOptions& options = plan.options;
  options.nmpu = static_cast<nmpu::BackendKind>(
      choose("--nmpu", arguments.nmpu, {"model", "rtl", "lockstep"}, {}));
  options.seed = parse_number("--seed", arguments.seed);
  options.threads = plan_threads(arguments.threads);
  if (!arguments.max_sim_time.empty()) {
    options.max_sim_time_ps = parse_time("--max-sim-time", arguments.max_sim_time);
  }
  plan.platform = plan_platform(arguments);
  options.config = plan.platform.config;
  options.firmware_args = additions.firmware_args;
  options.elf = platform::load_elf(arguments.firmware);
  const RamRange ram{regs::soc::kRamBase, std::uint64_t{options.config.ram.size_mib} << 20U};
  platform::check_in_ram(options.elf, ram.base, ram.bytes);
  check_extensions(options.elf, options.config.host.hart.extensions);
  plan_observation(arguments, plan);
  plan.progress_interval = std::chrono::duration<double>(
      static_cast<double>(parse_time("--progress", arguments.progress)) * 1e-12);
  for (const std::string& text : arguments.load) {
    options.loads.push_back(read_load(text, options.elf, ram));
  }
  for (const std::string& text : arguments.save) {
    plan.saves.push_back(parse_save(text, options.elf, ram));
    options.saves.push_back(plan.saves.back().range);
  }
  if (!arguments.signature.empty()) {
    plan.has_signature = true;
    plan.saves.push_back(parse_signature(arguments.signature, options.elf, ram));
    options.saves.push_back(plan.saves.back().range);
  }
  options.loads.insert(options.loads.end(), additions.loads.begin(), additions.loads.end());
  options.saves.insert(options.saves.end(), additions.saves.begin(), additions.saves.end());
  options.semihosting = arguments.semihosting;
  plan.folder =
      arguments.out.empty() ? "out/" + fs::path(arguments.firmware).stem().string() : arguments.out;
  plan_waves(arguments, plan);
  plan.gdb = open_gdb(arguments.gdb);
  options.gdb = plan.gdb.get();
  return plan;
}

/// Where --uart shows what is sent; uart.log has it in any case.
std::unique_ptr<std::FILE, CloseFile> open_uart(const RunArguments& arguments) {
  if (arguments.uart == "stdio" || arguments.uart == "pty") return nullptr;
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(arguments.uart.c_str(), "wb"));
  if (file == nullptr) throw UsageError("--uart: file '" + arguments.uart + "' cannot be written");
  return file;
}

/// The devices of the tiles and their effects, which a switch "tile.effects.FAMILY.NAME" turns on.
nlohmann::ordered_json devices_record(const platform::SocConfig& config) {
  const analog::CrossbarConfig& crossbar = config.tile.crossbar;
  nlohmann::ordered_json record{{"technology", config.technology},
                                {"temperature_c", crossbar.temperature_c},
                                {"age_s", crossbar.age_s}};
  const std::string prefix = "tile.effects.";
  for (const platform::Setting& setting : platform::soc_settings()) {
    if (setting.path.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string rest = setting.path.substr(prefix.size());
    const auto dot = rest.find('.');
    record["effects"][rest.substr(0, dot)][rest.substr(dot + 1)] =
        crossbar.mode == analog::AnalogMode::kPhysical && std::get<bool>(setting.get(config));
  }
  return record;
}

observe::RunRecord make_record(const RunArguments& arguments, const Plan& plan,
                               const Invocation& invocation) {
  observe::RunRecord record;
  record.version = AIMC_VP_VERSION;
  record.platform = plan.platform.config.name;
  record.firmware = fs::path(arguments.firmware).filename().string();
  record.arguments = plan.options.firmware_args;
  record.seed = plan.options.seed;
  record.noc_model = noc::engine_name(plan.options.config.noc.engine);
  record.analog_model =
      plan.options.config.tile.crossbar.mode == analog::AnalogMode::kIdeal ? "ideal" : "physical";
  record.devices = devices_record(plan.options.config);
  record.nmpu_backend = arguments.nmpu;
  record.command = invocation.command;
  record.output = plan.folder;
  return record;
}

/// Status of the process. It has eight bits; a failure must not become a success by losing some.
int exit_status(const platform::RunResult& result) {
  if (result.status == platform::RunStatus::kPlatform) return kStoppedByPlatform;
  return static_cast<int>(std::min<std::uint32_t>(result.exit_code, 255));
}

/// Hands what was saved to whoever asked for it.
void commit_saves(const Plan& plan, const std::vector<std::vector<std::uint8_t>>& saved,
                  const std::vector<std::unique_ptr<observe::OutputFile>>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::vector<std::uint8_t>& bytes = saved.at(i);
    if (plan.has_signature && i + 1 == files.size()) {
      files[i]->write(signature_text(bytes));
    } else {
      files[i]->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    files[i]->commit();
  }
}

int execute(const RunArguments& arguments, Plan plan, const Invocation& invocation,
            const RunAdditions& additions) {
  observe::RunFiles files(plan.folder, plan.traces);
  std::vector<std::unique_ptr<observe::OutputFile>> saves;
  for (const SaveRequest& save : plan.saves) {
    saves.push_back(std::make_unique<observe::OutputFile>(save.file));
  }
  const auto uart_file = open_uart(arguments);
  std::FILE* const terminal = additions.uart_on_stdout ? stdout : stderr;
  std::FILE* const uart = uart_file ? uart_file.get() : terminal;
  const auto pty = arguments.uart == "pty" ? std::make_unique<PseudoTerminal>() : nullptr;
  StreamInput uart_input(pty ? pty->descriptor() : STDIN_FILENO);
  observe::ProgressLine progress(
      stderr, isatty(STDERR_FILENO) != 0,
      std::chrono::duration_cast<observe::ProgressLine::Clock::duration>(plan.progress_interval));
  const Interrupt interrupt;
  platform::RunOptions& options = plan.options;
  options.sink = files.sink();
  const core::Clock host_clock(options.config.host.clock_mhz);
  if (plan.instructions) {
    options.step_observer =
        files.log_instructions(options.elf, std::move(plan.trace_ranges), host_clock.period_ps());
  }
  if (plan.packets) options.packet_observer = files.log_packets();
  const bool shows_functions = plan.traces.perfetto && plan.traces.selection.wants("host");
  if (plan.profile || shows_functions) {
    options.stretch_observer = files.profile_host(options.elf, options.config.host.hart.timing,
                                                  host_clock.period_ps(), plan.profile);
  }
  options.stop = interrupt.flag();
  if (!uart_file) options.uart_input = &uart_input;
  if (pty) spdlog::info("UART at {}", pty->name());
  options.uart = [&files, &progress, &pty, uart, terminal](std::uint8_t byte) {
    if (pty) {
      files.uart(byte);
      pty->put(byte);
      return;
    }
    if (uart == terminal) progress.clear();
    files.uart(byte);
    std::putc(byte, uart);
    if (byte == '\n') std::fflush(uart);
  };
  if (!arguments.quiet) {
    options.progress = [&progress](const platform::Progress& p) { progress.update(p); };
  }

  if (plan.gdb) {
    spdlog::info("waiting for gdb: target remote 127.0.0.1:{}", plan.gdb->port());
  }
  spdlog::debug("{} on {}, output in {}", arguments.firmware, plan.platform.config.name,
                plan.folder);
  std::unique_ptr<NmpuRecording> recording;
  if (!arguments.record_nmpu.empty()) {
    recording =
        std::make_unique<NmpuRecording>(arguments.record_nmpu, options.config.tile.nmpu_format());
    options.nmpu_trace = &recording->writer();
  }
  const auto start = std::chrono::steady_clock::now();
  platform::RunResult result = invocation.run(options);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  progress.clear();
  std::fflush(uart);

  observe::RunRecord record = make_record(arguments, plan, invocation);
  record.wall_s = wall.count();
  commit_saves(plan, result.saved, saves);
  if (additions.finished) {
    const auto begin = result.saved.begin() + static_cast<std::ptrdiff_t>(plan.saves.size());
    const std::vector<std::vector<std::uint8_t>> own(begin, result.saved.end());
    for (auto& [name, content] : additions.finished(result, own)) {
      files.add_file(name, std::move(content));
    }
  }
  if (recording) recording->commit();
  files.commit(record, result, platform::dump_yaml(plan.platform));
  if (!arguments.quiet && additions.summary) {
    std::cout << '\n'
              << observe::console_summary(record, result) << "files        " << plan.folder << '\n'
              << std::flush;
  }
  if (result.status == platform::RunStatus::kPlatform) {
    std::string text = result.reason;
    for (const std::string& line : result.backtrace) text += "\n" + line;
    if (result.nmpu_mismatch) {
      const core::Clock tile_clock(plan.options.config.tile.clock_mhz);
      text += "\n" + keep_mismatch(*result.nmpu_mismatch, plan.folder, tile_clock.period_ps(),
                                   invocation.program, invocation.replay);
    }
    spdlog::error("the platform stopped the run: {}", text);
  }
  return exit_status(result);
}

}  // namespace

platform::LoadedPlatform plan_platform(const RunArguments& arguments) {
  std::vector<std::string> overrides = arguments.set;
  if (!arguments.analog.empty()) {
    choose("--analog", arguments.analog, {"ideal", "physical"}, {});
    overrides.push_back("tile.analog=" + arguments.analog);
  }
  if (!arguments.noc.empty()) {
    choose("--noc", arguments.noc, {"lt", "at", "flit"}, {});
    overrides.push_back("noc.engine=" + arguments.noc);
  }
  if (!arguments.age.empty()) {
    const platform::SettingValue age_s = parse_age("--age", arguments.age);
    overrides.push_back("tile.age_s=" + platform::to_text(age_s));
  }
  platform::LoadedPlatform platform = platform::load_platform(arguments.platform, overrides);
  const unsigned lanes = platform.config.tile.nmpu.lanes;
  if (arguments.nmpu != "model" && lanes != kRtlLanes) {
    throw UsageError("--nmpu " + arguments.nmpu + ": the RTL has " + std::to_string(kRtlLanes) +
                     " lanes, key 'tile.nmpu.lanes' is " + std::to_string(lanes) +
                     "; expected --nmpu model or " + std::to_string(kRtlLanes) + " lanes");
  }
  return platform;
}

int run_firmware(const RunArguments& arguments, const Invocation& invocation,
                 const RunAdditions& additions) {
  return execute(arguments, make_plan(arguments, additions), invocation, additions);
}

void add_run(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Run firmware on a platform");
  declare_options(*command, *arguments);
  command->callback([arguments, &invocation]() {
    if (arguments->verbose) spdlog::set_level(spdlog::level::debug);
    if (arguments->quiet) spdlog::set_level(spdlog::level::err);
    RunAdditions additions;
    additions.firmware_args = invocation.firmware_args;
    invocation.status = run_firmware(*arguments, invocation, additions);
  });
}

}  // namespace aimc::cli
