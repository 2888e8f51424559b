#include <array>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "aimc/registers.h"
#include "models/analog/readout/compatibility.h"
#include "platform/cli/commands.h"
#include "platform/cli/peak_table.h"
#include "platform/cli/program_listing.h"
#include "platform/config/platform_dump.h"
#include "platform/soc/elf_image.h"

namespace aimc::cli {
namespace {

using Json = nlohmann::ordered_json;
using platform::LoadedPlatform;
using platform::SocConfig;

struct DescribeArguments {
  std::string platform = "default";
  std::vector<std::string> set;
  bool json = false;
  bool energy = false;
  bool yaml = false;
  bool schema = false;
  std::string program;
};

struct Region {
  const char* name;
  std::uint64_t base;
  std::uint64_t bytes;
};

/// The memory map with what the platform has populated of it.
std::vector<Region> regions(const SocConfig& config) {
  namespace soc = regs::soc;
  return {{"boot ROM", soc::kBootRomBase, soc::kBootRomSize},
          {"test finisher", soc::kFinisherBase, soc::kFinisherSize},
          {"CLINT", soc::kClintBase, soc::kClintSize},
          {"PLIC", soc::kPlicBase, soc::kPlicSize},
          {"UART 16550A", soc::kUartBase, soc::kUartSize},
          {"system control", soc::kSystemControlBase, soc::kSystemControlSize},
          {"DMA engine", soc::kDmaBase, soc::kDmaSize},
          {"tiles", soc::kTilesBase, std::uint64_t{config.tile_count} * soc::kTileStride},
          {"RAM", soc::kRamBase, std::uint64_t{config.ram.size_mib} << 20U}};
}

/// Readouts by the kind of device, each with why not.
Json readouts_json() {
  Json json = Json::object();
  const std::vector<std::string> devices = platform::device_words();
  const std::vector<std::string> readouts = platform::readout_words();
  for (std::size_t device = 0; device < devices.size(); ++device) {
    for (const analog::ReadoutKind kind : analog::kReadouts) {
      const char* why = analog::why_not(static_cast<analog::DeviceKind>(device), kind);
      Json& entry = json[devices[device]][readouts.at(static_cast<std::size_t>(kind))];
      entry["allowed"] = why == nullptr;
      if (why != nullptr) entry["because"] = why;
    }
  }
  return json;
}

/// The same as a table: a row a readout, a column a kind of device.
std::string readouts_text(const SocConfig& config) {
  std::ostringstream text;
  const std::vector<std::string> devices = platform::device_words();
  const std::vector<std::string> readouts = platform::readout_words();
  text << "Readouts (tile.readout) by kind of device (tile.device.kind)\n  " << std::setw(24) << "";
  for (const std::string& device : devices) text << std::left << std::setw(7) << device;
  text << '\n';
  for (const analog::ReadoutKind kind : analog::kReadouts) {
    text << "  " << std::left << std::setw(24) << readouts.at(static_cast<std::size_t>(kind));
    for (std::size_t device = 0; device < devices.size(); ++device) {
      const auto device_kind = static_cast<analog::DeviceKind>(device);
      const bool here = kind == config.tile.crossbar.readout.kind &&
                        device_kind == config.tile.crossbar.device.kind;
      const char* word = analog::why_not(device_kind, kind) != nullptr ? "-"
                         : here                                        ? "here"
                                                                       : "yes";
      text << std::setw(7) << word;
    }
    text << '\n';
  }
  return text.str();
}

/// True for settings that are energies, powers, areas or supplies.
bool is_energy(const std::string& path) {
  return path.find("_pj") != std::string::npos || path.find("_mw") != std::string::npos ||
         path.rfind("area.", 0) == 0 || path.rfind("voltage.", 0) == 0;
}

/// Unit of a setting, from its key: the last of its words that is a unit, "per" included.
std::string unit_of(const std::string& path) {
  static const std::vector<std::pair<std::string, std::string>> units{{"tops_per_mm2", "TOPS/mm2"},
                                                                      {"tops_per_w", "TOPS/W"},
                                                                      {"tops", "TOPS"},
                                                                      {"_um2_per_kib", "um2/KiB"},
                                                                      {"_mm2_per_mib", "mm2/MiB"},
                                                                      {"_um2", "um2"},
                                                                      {"_mm2", "mm2"},
                                                                      {"_pj_per_byte", "pJ/B"},
                                                                      {"_pj", "pJ"},
                                                                      {"_mw", "mW"},
                                                                      {"_mhz", "MHz"},
                                                                      {"_mib", "MiB"},
                                                                      {"_kib", "KiB"},
                                                                      {"_ns", "ns"},
                                                                      {"_per_us", "1/us"},
                                                                      {"_us", "us"},
                                                                      {"_ps", "ps"},
                                                                      {"_ff", "fF"},
                                                                      {"_fc", "fC"},
                                                                      {"_ohm", "ohm"},
                                                                      {"_ua", "uA"},
                                                                      {"_s", "s"},
                                                                      {"_v", "V"},
                                                                      {"_ev", "eV"},
                                                                      {"_c", "C"},
                                                                      {"cycles", "cycles"}};
  if (path.find("tile.device.") == 0 && path.find("_us") == path.size() - 3) return "uS";
  for (const auto& [suffix, unit] : units) {
    const std::string section = path.substr(0, path.rfind('.'));
    const auto ends = [&suffix = suffix](const std::string& text) {
      return text.size() >= suffix.size() &&
             text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
    };
    if (ends(path) || ends(section)) return unit;
  }
  return "";
}

/// "4 cycles"
std::string value_text(const SocConfig& config, const platform::Setting& setting) {
  return platform::to_text(setting.get(config)) + " " + unit_of(setting.path);
}

std::string constants_text(const LoadedPlatform& loaded, bool energy_only) {
  std::ostringstream text;
  for (const platform::Setting& setting : platform::soc_settings()) {
    if (energy_only && !is_energy(setting.path)) continue;
    const platform::Annotation& annotation = loaded.annotations.at(setting.path);
    const std::string value = value_text(loaded.config, setting);
    text << "  " << std::left << std::setw(40) << setting.path << std::setw(12) << value << "  "
         << std::setw(11) << annotation.kind << "  "
         << (annotation.descriptive ? "(no result depends on it) " : "") << annotation.source
         << '\n';
  }
  return text.str();
}

std::string overview_text(const LoadedPlatform& loaded) {
  const SocConfig& config = loaded.config;
  std::ostringstream text;
  text << config.name << ": " << config.description << "\n\nMemory map\n";
  for (const Region& region : regions(config)) {
    text << "  " << platform::hex_address(region.base) << ".."
         << platform::hex_address(region.base + region.bytes - 1) << "  " << region.name << '\n';
  }
  text << "  tile i starts at " << platform::hex_address(regs::soc::kTilesBase) << " + i * "
       << platform::hex_address(regs::soc::kTileStride) << "\n\nTiles\n  " << config.tile_count
       << " tiles of " << config.tile.crossbar.rows << " x " << config.tile.crossbar.columns
       << " differential pairs, " << config.tile.sram_kib << " KiB SRAM, " << config.tile.nmpu.lanes
       << " NMPU lanes\n\nNetwork\n  " << config.noc.width << " x " << config.noc.height
       << (config.noc.topology == noc::Wrap::kTorus ? " torus, " : " mesh, ")
       << (config.noc.routing == noc::Routing::kXy ? "xy" : "yx") << " routing, "
       << config.noc.flit_bytes << " bytes a flit, " << config.noc.router_cycles
       << " cycles a router; host and memory attach to column 0\n\nClocks\n  host "
       << config.host.clock_mhz << " MHz, network " << config.noc.clock_mhz << " MHz, tiles "
       << config.tile.clock_mhz << " MHz, time base 10 MHz\n";
  return text.str();
}

Json describe_json(const LoadedPlatform& loaded, bool energy_only) {
  Json json{{"schema", "aimc-vp/describe/1"},
            {"platform", loaded.config.name},
            {"description", loaded.config.description}};
  if (!energy_only) {
    for (const Region& region : regions(loaded.config)) {
      json["memory_map"].push_back(
          {{"name", region.name}, {"base", region.base}, {"bytes", region.bytes}});
    }
    json["tile_stride"] = regs::soc::kTileStride;
  }
  if (!energy_only) json["readouts"] = readouts_json();
  for (const platform::Setting& setting : platform::soc_settings()) {
    if (energy_only && !is_energy(setting.path)) continue;
    const platform::Annotation& annotation = loaded.annotations.at(setting.path);
    Json entry{{"key", setting.path}};
    std::visit([&entry](const auto& value) { entry["value"] = value; }, setting.get(loaded.config));
    entry["unit"] = unit_of(setting.path);
    entry["kind"] = annotation.kind;
    entry["descriptive"] = annotation.descriptive;
    entry["source"] = annotation.source;
    entry["description"] = setting.description;
    json["settings"].push_back(std::move(entry));
  }
  json["peak"] = peak_json(platform::peak_figures(loaded));
  return json;
}

void describe(const DescribeArguments& arguments) {
  if (arguments.schema) {
    std::cout << platform::schema_text();
    return;
  }
  if (!arguments.program.empty()) {
    std::cout << program_listing(arguments.program);
    return;
  }
  const LoadedPlatform loaded = platform::load_platform(arguments.platform, arguments.set);
  if (arguments.yaml) {
    std::cout << platform::dump_yaml(loaded);
  } else if (arguments.json) {
    std::cout << describe_json(loaded, arguments.energy)
                     .dump(2, ' ', false, Json::error_handler_t::replace)
              << '\n';
  } else if (arguments.energy) {
    std::cout << constants_text(loaded, true) << peak_text(platform::peak_figures(loaded));
  } else {
    std::cout << overview_text(loaded) << '\n'
              << readouts_text(loaded.config) << "\nSettings\n"
              << constants_text(loaded, false);
  }
}

}  // namespace

void add_describe(CLI::App& app, Invocation& /*invocation*/) {
  auto arguments = std::make_shared<DescribeArguments>();
  CLI::App* command = app.add_subcommand(
      "describe", "Memory map, tiles, network, clocks and constants with their sources");
  command->add_option("--platform", arguments->platform, "Preset or platform file")
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Change a setting: PATH=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--energy", arguments->energy,
                    "Only energies, powers and areas, and the peak figures that follow");
  CLI::Option* json = command->add_flag("--json", arguments->json, "As JSON");
  CLI::Option* yaml =
      command->add_flag("--yaml", arguments->yaml, "As a complete platform file")->excludes(json);
  command->add_flag("--schema", arguments->schema, "JSON schema of platform files, for editors")
      ->excludes(json)
      ->excludes(yaml);
  command
      ->add_option("--program", arguments->program,
                   "List a tile program: FILE with its commands, or FILE.elf@SYMBOL")
      ->excludes(json)
      ->excludes(yaml);
  command->callback([arguments]() { describe(*arguments); });
}

}  // namespace aimc::cli
