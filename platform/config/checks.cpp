#include <stdexcept>
#include <string>

#include "aimc/nmpu_format.h"
#include "models/analog/readout/compatibility.h"
#include "platform/config/platform_file.h"

namespace aimc::platform {
namespace {

/// Refuses the value of `path`: names where it was set, what it is, why it does not fit, what
/// would.
[[noreturn]] void refuse(const LoadedPlatform& platform, const std::string& path,
                         const std::string& value, const std::string& why,
                         const std::string& expected) {
  const auto annotation = platform.annotations.find(path);
  const std::string where =
      annotation == platform.annotations.end() ? "" : annotation->second.origin + ": ";
  throw ConfigError(where + "key '" + path + "': value '" + value + "': " + why + "; expected " +
                    expected);
}

/// "noc.width 2 from --set noc.width=2"
std::string where_from(const LoadedPlatform& platform, const std::string& path, unsigned value) {
  const auto annotation = platform.annotations.find(path);
  return path + " " + std::to_string(value) +
         (annotation == platform.annotations.end() ? "" : " from " + annotation->second.origin);
}

void check_mesh(const LoadedPlatform& platform) {
  const SocConfig& config = platform.config;
  const unsigned places = config.noc.width * config.noc.height;
  if (config.tile_count <= places) return;
  refuse(platform, "tile.count", std::to_string(config.tile_count),
         "tile " + std::to_string(config.tile_count - 1) + " lies outside the " +
             std::to_string(config.noc.width) + "x" + std::to_string(config.noc.height) +
             " mesh (" + where_from(platform, "noc.width", config.noc.width) + ", " +
             where_from(platform, "noc.height", config.noc.height) + ")",
         "at most " + std::to_string(places) + ", or a larger mesh");
}

void check_engine(const LoadedPlatform& platform) {
  const noc::NocConfig& config = platform.config.noc;
  const bool reserving = config.engine == noc::Engine::kLt;
  if (!reserving && config.router_cycles <= config.packet_gap_cycles) {
    refuse(platform, "noc.packet_gap_cycles", std::to_string(config.packet_gap_cycles),
           "it is a stage of the router's pipeline of " + std::to_string(config.router_cycles) +
               " cycles (noc.router_cycles) in the engines at and flit",
           "fewer than " + std::to_string(config.router_cycles));
  }
  const bool torus = config.topology == noc::Wrap::kTorus;
  const unsigned least = torus ? 2 : 1;
  if (config.virtual_channels < least) {
    refuse(platform, "noc.virtual_channels", std::to_string(config.virtual_channels),
           "a torus (noc.topology) needs two classes of channels to be free of deadlock",
           "at least 2");
  }
  if (config.engine != noc::Engine::kFlit && config.virtual_channels > least) {
    const std::string only = std::to_string(least);
    refuse(platform, "noc.virtual_channels", std::to_string(config.virtual_channels),
           "only the engine flit has more than " + only + " (noc.engine)",
           only + ", or noc.engine=flit");
  }
}

std::string text_of(double value) {
  return to_text(SettingValue(value));
}

void check_law(const LoadedPlatform& platform) {
  const analog::DeviceConfig& device = platform.config.tile.crossbar.device;
  const bool power = device.law == analog::DeviceLaw::kPowerLaw;
  if (power && device.binary_cells) {
    refuse(platform, "tile.device.binary_cells", "true",
           "devices of the power law (tile.device.law) have more than two states",
           "false, or tile.device.law=relaxation");
  }
  if (power && !device.table.empty()) {
    refuse(platform, "tile.device.table", platform.config.device_table,
           "a table is for the relaxation law (tile.device.law)",
           "none, or tile.device.law=relaxation");
  }
  if (!power && device.table.empty() && device.relaxation.empty()) {
    refuse(platform, "tile.device.relaxation", "none",
           "the relaxation law (tile.device.law) has neither this nor tile.device.table",
           "curves for at least one time");
  }
  if (device.binary_cells && !device.table.empty()) {
    refuse(platform, "tile.device.binary_cells", "true",
           "a table (tile.device.table) is of devices with more than two states", "false");
  }
}

void check_device(const LoadedPlatform& platform) {
  const analog::DeviceConfig& device = platform.config.tile.crossbar.device;
  if (device.pulses_mean > device.pulses_max) {
    refuse(platform, "tile.device.pulses_mean", text_of(device.pulses_mean),
           "the mean is above the maximum, tile.device.pulses_max",
           "at most " + std::to_string(device.pulses_max));
  }
  if (device.g_min_us > 0.999 * device.g_max_us) {
    refuse(platform, "tile.device.g_min_us", text_of(device.g_min_us),
           "the off state does not conduct less than the on state, tile.device.g_max_us",
           "at most 0.999 times " + text_of(device.g_max_us));
  }
  if (device.levels == 1) {
    refuse(platform, "tile.device.levels", "1", "a single level holds no weight", "0, or 2 to 128");
  }
  if (device.stuck_low + device.stuck_high + device.stuck_level > 1.0) {
    refuse(platform, "tile.device.stuck_level", text_of(device.stuck_level),
           "with tile.device.stuck_low and stuck_high more than all devices are stuck",
           "a sum of at most 1");
  }
  if (device.iv_scale_v > 0.0 && device.iv_scale_v < 0.02) {
    refuse(platform, "tile.device.iv_scale_v", text_of(device.iv_scale_v),
           "below the thermal voltage", "0 for an ohmic device, or 0.02 and more");
  }
  check_law(platform);
}

void check_wire(const LoadedPlatform& platform, const std::string& key, double ohm, double cells) {
  const double g_max_us = platform.config.tile.crossbar.device.g_max_us;
  const double most = analog::kLargestWireLoad / (g_max_us * 1e-6 * cells * cells);
  if (ohm <= most) return;
  refuse(platform, key, text_of(ohm),
         "a line of " + text_of(cells) + " devices of " + text_of(g_max_us) +
             " uS (tile.device.g_max_us) has next to no voltage at its far end",
         "at most " + text_of(most) + " or a smaller crossbar");
}

void check_wires(const LoadedPlatform& platform) {
  const analog::CrossbarConfig& crossbar = platform.config.tile.crossbar;
  check_wire(platform, "tile.wires.wordline_ohm", crossbar.wires.wordline_ohm,
             2.0 * crossbar.columns);
  check_wire(platform, "tile.wires.bitline_ohm", crossbar.wires.bitline_ohm, crossbar.rows);
  if (crossbar.readout.kind == analog::ReadoutKind::kCurrent) return;
  const std::string why = "bitlines that are held while they are read belong to reading by current";
  if (crossbar.wires.wordline_ohm > 0.0)
    refuse(platform, "tile.wires.wordline_ohm", text_of(crossbar.wires.wordline_ohm), why, "0");
  if (crossbar.wires.bitline_ohm > 0.0)
    refuse(platform, "tile.wires.bitline_ohm", text_of(crossbar.wires.bitline_ohm), why, "0");
  if (crossbar.wires.selector != analog::Selector::kTransistor &&
      crossbar.wires.idle_lines == analog::IdleLines::kFloating) {
    refuse(platform, "tile.wires.selector",
           crossbar.wires.selector == analog::Selector::kDiode ? "diode" : "none", why,
           "transistor, or tile.wires.idle_lines=grounded");
  }
}

void check_readout(const LoadedPlatform& platform) {
  const analog::CrossbarConfig& crossbar = platform.config.tile.crossbar;
  const char* why = analog::why_not(crossbar.device.kind, crossbar.readout.kind);
  if (why == nullptr) return;
  const std::vector<std::string> readouts = readout_words();
  std::string allowed;
  for (const analog::ReadoutKind kind : analog::kReadouts) {
    if (analog::why_not(crossbar.device.kind, kind) != nullptr) continue;
    allowed += (allowed.empty() ? "one of " : ", ") + readouts.at(static_cast<std::size_t>(kind));
  }
  refuse(platform, "tile.readout", readouts.at(static_cast<std::size_t>(crossbar.readout.kind)),
         "devices of the kind " +
             device_words().at(static_cast<std::size_t>(crossbar.device.kind)) +
             " (tile.technology=" + platform.config.technology +
             ") cannot be read in this way, because " + why,
         allowed);
}

void check_circuits(const LoadedPlatform& platform) {
  const SocConfig& config = platform.config;
  try {
    const noc::Circuits circuits(config.noc, config.circuits);
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    refuse(platform, "noc.circuits", noc::circuits_text(config.circuits.routes),
           what.substr(what.find(' ') + 1),
           "routes between nodes there are, without a common link");
  }
}

void check_survey(const LoadedPlatform& platform) {
  const analog::AdcConfig& adc = platform.config.tile.crossbar.adc;
  if (adc.node_nm < 5.0) {
    refuse(platform, "tile.adc.node_nm", text_of(adc.node_nm), "no converters were surveyed there",
           "5 to 250");
  }
  if (adc.energy_model != analog::AdcEnergyModel::kSurvey) return;
  const std::string why = "the survey (tile.adc.energy_model) has no converters below 4 bits";
  if (adc.kind != analog::AdcKind::kCco && adc.bits < 4) {
    refuse(platform, "tile.adc.bits", std::to_string(adc.bits), why, "at least 4");
  }
  if (adc.kind == analog::AdcKind::kCco && adc.full_scale_counts < 15) {
    refuse(platform, "tile.adc.full_scale_counts", std::to_string(adc.full_scale_counts), why,
           "at least 15");
  }
}

void check_weights(const LoadedPlatform& platform) {
  const analog::CrossbarConfig& crossbar = platform.config.tile.crossbar;
  const bool divides = crossbar.readout.kind == analog::ReadoutKind::kResistiveDivision;
  const unsigned bits = crossbar.weights.slice_bits;
  if (divides && bits < 7) {
    refuse(platform, "tile.weights.slice_bits", std::to_string(bits),
           "a resistive divider (tile.readout) multiplies back by whole weights", "7");
  }
  if (crossbar.weights.signs == analog::SignScheme::kOffset && (divides || bits < 7)) {
    refuse(platform, "tile.weights.signs", "offset",
           "it is for whole weights (tile.weights.slice_bits) that no divider (tile.readout) "
           "reads",
           "differential");
  }
}

void check_drivers(const LoadedPlatform& platform) {
  const analog::CrossbarConfig& crossbar = platform.config.tile.crossbar;
  if (crossbar.dac.kind == analog::DacKind::kPwm ||
      crossbar.readout.kind == analog::ReadoutKind::kCurrent) {
    return;
  }
  refuse(platform, "tile.dac.kind",
         crossbar.dac.kind == analog::DacKind::kAmplitude ? "amplitude" : "bit_serial",
         "columns that are not read by current (tile.readout) have drivers of their own",
         "pwm, or tile.readout=current");
}

void check_tile(const LoadedPlatform& platform) {
  const tile::TileConfig& tile = platform.config.tile;
  const unsigned columns = tile.nmpu.lanes * nmpu::format::kMaxBeats;
  if (tile.crossbar.columns > columns) {
    refuse(platform, "tile.columns", std::to_string(tile.crossbar.columns),
           "an NMPU of " + std::to_string(tile.nmpu.lanes) + " lanes (tile.nmpu.lanes) has " +
               "parameters for " + std::to_string(columns) + " columns",
           "at most " + std::to_string(columns));
  }
  check_device(platform);
  check_wires(platform);
  check_readout(platform);
  check_survey(platform);
  check_drivers(platform);
  check_weights(platform);
  const analog::AdcConfig& adc = tile.crossbar.adc;
  if (adc.full_scale_counts_four < adc.full_scale_counts) {
    refuse(platform, "tile.adc.full_scale_counts_four_phase",
           std::to_string(adc.full_scale_counts_four),
           "four phases count less than one, tile.adc.full_scale_counts",
           "at least " + std::to_string(adc.full_scale_counts));
  }
  if (adc.gain_limit >= 1.0) {
    refuse(platform, "tile.adc.gain_limit_relative", to_text(SettingValue(adc.gain_limit)),
           "a gain could become zero", "a number below 1");
  }
}

}  // namespace

void check_platform(const LoadedPlatform& platform) {
  check_mesh(platform);
  check_engine(platform);
  check_circuits(platform);
  check_tile(platform);
}

}  // namespace aimc::platform
