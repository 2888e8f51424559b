#include "platform/config/peak_figures.h"

#include <algorithm>
#include <cmath>

#include "models/analog/converters/timing.h"
#include "platform/config/voltage.h"

namespace aimc::platform {
namespace {

constexpr double kEnergyWindowNs = 128.0;  // of the converters' energies in the configuration
constexpr unsigned kNmpuStages = 3;

bool shares_bits(const tile::TileConfig& tile) {
  return tile.crossbar.readout.kind == analog::ReadoutKind::kChargeRedistribution;
}

/// Time for which drivers may drive in a phase.
double window_of(const tile::TileConfig& tile, const PeakData& data) {
  const double range = double(1U << data.magnitude_bits);
  return tile.crossbar.dac.lsb_ns * (shares_bits(tile) ? double(data.magnitude_bits) : range);
}

/// From the end of the window until the line can be converted.
double settling_of(const tile::TileConfig& tile, const PeakData& data, unsigned phases) {
  const analog::ReadoutConfig& line = tile.crossbar.readout;
  const analog::AdcConfig& adc = tile.crossbar.adc;
  if (shares_bits(tile)) return line.settle_ns * data.magnitude_bits;
  if (line.kind != analog::ReadoutKind::kTime) return line.settle_ns;
  const double counts = phases == 1 ? adc.full_scale_counts : adc.full_scale_counts_four;
  return line.settle_ns + counts * line.time_lsb_ps * 1e-3;
}

double cycles_for(double bytes, unsigned bytes_per_cycle) {
  return std::ceil(bytes / bytes_per_cycle);
}

double sum_of(const std::vector<EnergyShare>& shares) {
  double sum = 0.0;
  for (const EnergyShare& share : shares) sum += share.picojoules;
  return sum;
}

double leakage_mw(const SocConfig& config) {
  const LeakageConfig& leakage = config.leakage;
  return leakage.host_mw + leakage.ram_mw +
         leakage.noc_router_mw * config.noc.width * config.noc.height +
         leakage.tile_mw * config.tile_count;
}

/// What a mode does with its drivers and converters.
struct Conversions {
  double count = 0.0;      ///< one after the other, of each line
  double drives = 0.0;     ///< for each of them
  double window_ns = 0.0;  ///< a drive
  double busy_ns = 0.0;    ///< a converter, for all columns that share it, once they are sampled
};

Conversions conversions(const tile::TileConfig& tile, const PeakData& data, unsigned phases) {
  const analog::DacConfig& dac = tile.crossbar.dac;
  const analog::AdcConfig& adc = tile.crossbar.adc;
  const bool serial = dac.kind == analog::DacKind::kBitSerial;
  Conversions each;
  each.count = phases * (serial ? double(std::min(dac.bits, data.magnitude_bits)) : 1.0);
  each.window_ns = dac.kind == analog::DacKind::kPwm ? window_of(tile, data) : dac.pulse_ns;
  const double shared = adc.shared_columns;
  const bool counting = adc.kind == analog::AdcKind::kCco;
  each.drives = counting ? shared : 1.0;
  const double codes = double(1U << adc.bits);
  const double cycles = adc.kind == analog::AdcKind::kSar ? double(adc.bits) : codes;
  each.busy_ns = counting ? 0.0 : shared * cycles * adc.cycle_ns;
  return each;
}

/// Mean square of inputs relative to their range.
double mean_square(const PeakData& data) {
  const double largest = double(1U << data.magnitude_bits) - 1.0;
  const double range = largest + 1.0;
  return largest * (largest + 1.0) / 3.0 / (range * range);
}

/// Mean time of a row's pulses in one phase, weighted with the square of their voltage relative to
/// the read voltage.
double mean_pulse_ns(const tile::TileConfig& tile, const PeakData& data) {
  const analog::DacConfig& dac = tile.crossbar.dac;
  switch (dac.kind) {
    case analog::DacKind::kAmplitude:
      return dac.pulse_ns * mean_square(data);
    case analog::DacKind::kBitSerial:
      return dac.pulse_ns * data.input_ones();
    default:
      return dac.lsb_ns * (shares_bits(tile) ? data.input_ones() : data.input());
  }
}

/// Mean conductance of the devices of a weight: all conduct g_min, with what they hold on top.
double mean_weight_us(const analog::CrossbarConfig& crossbar) {
  constexpr unsigned kMaxWeight = 127;
  const analog::DeviceConfig& device = crossbar.device;
  const double span_us = device.g_max_us - device.g_min_us;
  const unsigned slices = crossbar.weights.slices();
  double level = PeakData::weight();  // of full scale, sum over all devices
  if (crossbar.weights.signs == analog::SignScheme::kOffset) {
    level = 1.0;  // two that are in the middle on average
  } else if (slices > 1) {
    const unsigned bits = crossbar.weights.slice_bits;
    const unsigned unit = kMaxWeight / ((1U << bits) - 1);
    unsigned codes = 0;
    for (unsigned magnitude = 1; magnitude <= kMaxWeight; ++magnitude) {
      for (unsigned rest = magnitude; rest != 0; rest >>= bits) {
        codes += (rest & ((1U << bits) - 1)) * unit;
      }
    }
    level = 2.0 * codes / (2.0 * kMaxWeight + 1.0) / kMaxWeight;  // both signs, and zero
  }
  return 2.0 * slices * device.g_min_us + span_us * level;
}

/// From one MVM to the next: the integration, rounded up to the tile's clock, or the SRAM's port if
/// loading inputs and storing counts takes it longer.
double interval_ns(const tile::TileConfig& tile, const PeakData& data, unsigned phases) {
  const analog::DacConfig& dac = tile.crossbar.dac;
  const double cycle_ns = 1e3 / tile.clock_mhz;
  const Conversions each = conversions(tile, data, phases);
  const double each_ns =
      each.drives * each.window_ns + settling_of(tile, data, phases) + each.busy_ns;
  const double integration_ns =
      each.count * each_ns + (each.count - 1) * dac.phase_switch_ns + dac.settle_ns;
  // A picosecond is the resolution of time; it decides what is a whole cycle.
  const double whole_ns = std::ceil((integration_ns - 1e-3) / cycle_ns) * cycle_ns;
  const double port_cycles = cycles_for(tile.crossbar.rows, tile.sram_bytes_per_cycle) +
                             cycles_for(4.0 * tile.crossbar.columns, tile.sram_bytes_per_cycle);
  return std::max(whole_ns, port_cycles * cycle_ns);
}

/// Of one MVM: sum of G V^2 t, or where the cells are capacitors of C V^2.
double array_pj(const analog::CrossbarConfig& crossbar, const PeakData& data, unsigned phases) {
  const double cells = double(crossbar.rows) * crossbar.columns;
  const analog::DeviceConfig& device = crossbar.device;
  const double conductance_us = mean_weight_us(crossbar);
  switch (crossbar.readout.kind) {
    case analog::ReadoutKind::kCharge:
    case analog::ReadoutKind::kChargeRedistribution:
    case analog::ReadoutKind::kCapacitiveDivision: {
      const double driven = data.input() / double(1U << data.magnitude_bits);
      const analog::ReadoutConfig& line = crossbar.readout;
      // fF V^2 are femtojoules.
      return cells * phases * driven * conductance_us / device.g_max_us * line.unit_capacitance_ff *
             line.swing_v * line.swing_v * 1e-3;
    }
    default: {
      const bool divides = crossbar.readout.kind == analog::ReadoutKind::kResistiveDivision;
      const double driven_ns = divides && crossbar.readout.drive_ns > 0.0
                                   ? crossbar.readout.drive_ns
                                   : crossbar.dac.lsb_ns;
      const analog::DacConfig& dac = crossbar.dac;
      double pulse_ns = phases * data.input() * driven_ns;
      if (dac.kind == analog::DacKind::kAmplitude) {
        pulse_ns = phases * dac.pulse_ns * mean_square(data);
      } else if (dac.kind == analog::DacKind::kBitSerial) {
        pulse_ns = phases * dac.pulse_ns * data.input_ones();
      }
      const double squared_v = crossbar.read_voltage_v * crossbar.read_voltage_v;
      // uS V^2 ns are femtojoules.
      return conductance_us * squared_v * pulse_ns * 1e-3 * cells;
    }
  }
}

void add_mvm_energy(const SocConfig& config, const PeakData& data, unsigned phases,
                    PeakMode& mode) {
  const tile::TileConfig& tile = config.tile;
  const analog::CrossbarConfig& crossbar = tile.crossbar;
  const double rows = crossbar.rows;
  const double columns = crossbar.columns;
  const Conversions each = conversions(tile, data, phases);
  const double pulse_ns = phases * each.drives * mean_pulse_ns(tile, data);
  const double lines =
      (crossbar.readout.kind == analog::ReadoutKind::kResistiveDivision ? columns : 2.0 * columns) *
      crossbar.weights.slices();
  const double dac_pj = crossbar.dac.energy_pj * rows * pulse_ns / kEnergyWindowNs;
  const double cells_pj = array_pj(crossbar, data, phases) * each.drives;
  const double conversion_pj =
      analog::conversion_energy_pj(crossbar, {data.magnitude_bits, phases == 4, 0});
  const double adc_pj = lines * each.count * (conversion_pj + crossbar.readout.energy_pj);
  mode.analog_pj = dac_pj + cells_pj + adc_pj;
  mode.energy = {{"dac", dac_pj},
                 {"array", cells_pj},
                 {"adc", adc_pj},
                 {"sram", rows * tile.energy.sram_read_pj_per_byte +
                              4.0 * columns * tile.energy.sram_write_pj_per_byte},
                 {"command", tile.energy.command_pj},
                 {"leakage", leakage_mw(config) * mode.mvm_ns / config.tile_count}};
  mode.total_pj = sum_of(mode.energy);
}

/// One vector: counts out of the SRAM, through the NMPU, int8 results back.
void add_post(const tile::TileConfig& tile, PeakMode& mode) {
  const double columns = tile.crossbar.columns;
  const double cycles = tile.command_cycles + cycles_for(4.0 * columns, tile.sram_bytes_per_cycle) +
                        std::ceil(columns / tile.nmpu.lanes) + kNmpuStages +
                        cycles_for(columns, tile.sram_bytes_per_cycle);
  mode.post_ns = cycles * 1e3 / tile.clock_mhz;
  mode.post = {{"nmpu", columns * tile.energy.nmpu_column_pj},
               {"sram", 4.0 * columns * tile.energy.sram_read_pj_per_byte +
                            columns * tile.energy.sram_write_pj_per_byte},
               {"command", tile.energy.command_pj}};
  mode.post_pj = sum_of(mode.post);
}

PeakMode peak_mode(const SocConfig& config, const PeakData& data, bool four_phase,
                   const std::vector<AreaShare>& area) {
  const unsigned phases = four_phase ? 4 : 1;
  PeakMode mode;
  mode.four_phase = four_phase;
  mode.mvm_ns = interval_ns(config.tile, data, phases);
  const double operations =
      2.0 * config.tile.crossbar.rows * config.tile.crossbar.columns;  // of one MVM
  mode.tops = config.tile_count * operations / mode.mvm_ns * 1e-3;
  add_mvm_energy(config, data, phases, mode);
  mode.power_w = config.tile_count * mode.total_pj / mode.mvm_ns * 1e-3;
  // Operations per picojoule are 10^12 operations per joule.
  mode.tops_per_w_analog = operations / mode.analog_pj;
  mode.tops_per_w = operations / mode.total_pj;
  mode.tops_per_mm2_tiles = mode.tops / total_mm2(area, "tile/");
  mode.tops_per_mm2 = mode.tops / total_mm2(area);
  add_post(config.tile, mode);
  return mode;
}

void add_comparisons(const LoadedPlatform& platform, const PeakMode& mode,
                     const PublishedMode& published, std::vector<Comparison>& comparisons) {
  const std::string phases = mode.four_phase ? "four" : "one";
  const auto add = [&](const char* figure, const char* key, double derived, double value) {
    if (value <= 0.0) return;
    const std::string path = "published." + phases + "_phase." + key;
    const auto annotation = platform.annotations.find(path);
    const bool fitted =
        annotation != platform.annotations.end() && annotation->second.kind == "apportioned";
    comparisons.push_back(
        {std::string(figure) + ", " + phases + "-phase", path, derived, value, fitted});
  };
  add("ns per MVM", "mvm_ns", mode.mvm_ns, published.mvm_ns);
  add("TOPS", "tops", mode.tops, published.tops);
  add("TOPS/W", "tops_per_w", mode.tops_per_w_analog, published.tops_per_w);
  add("TOPS/mm2", "tops_per_mm2", mode.tops_per_mm2_tiles, published.tops_per_mm2);
}

}  // namespace

double PeakData::input() const {
  return mean(double((1U << magnitude_bits) - 1));
}

double PeakData::input_ones() const {
  const double range = double(1U << magnitude_bits);
  return magnitude_bits * range / (2.0 * range - 1.0);
}

PeakFigures peak_figures(const LoadedPlatform& platform) {
  const SocConfig config = at_voltages(platform.config);
  PeakFigures figures;
  figures.data.magnitude_bits = config.published.input_bits;
  figures.area = area_of(config);
  for (const bool four_phase : {false, true}) {
    figures.modes.push_back(peak_mode(config, figures.data, four_phase, figures.area));
    add_comparisons(platform, figures.modes.back(),
                    four_phase ? config.published.four_phase : config.published.one_phase,
                    figures.comparisons);
  }
  return figures;
}

}  // namespace aimc::platform
