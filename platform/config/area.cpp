#include "platform/config/area.h"

#include "models/analog/converters/timing.h"

namespace aimc::platform {
namespace {

constexpr double kUm2PerMm2 = 1e6;

/// Converters of all columns of a tile.
double converters_um2(const SocConfig& config) {
  const analog::CrossbarConfig& crossbar = config.tile.crossbar;
  const double columns = double(crossbar.columns) * crossbar.weights.slices();
  if (crossbar.adc.energy_model == analog::AdcEnergyModel::kSurvey) {
    return columns * analog::survey_column_area_um2(crossbar, config.published.input_bits);
  }
  return columns * config.area.adc_um2 / crossbar.adc.shared_columns;
}

}  // namespace

std::vector<AreaShare> area_of(const SocConfig& config) {
  const AreaConfig& area = config.area;
  const tile::TileConfig& tile = config.tile;
  const double rows = tile.crossbar.rows;
  const double columns = double(tile.crossbar.columns) * tile.crossbar.weights.slices();
  const double tiles = config.tile_count / kUm2PerMm2;
  return {{"tile/adc", tiles * converters_um2(config)},
          {"tile/dac", tiles * rows * area.dac_um2},
          {"tile/crossbar", tiles * rows * columns * area.cell_um2},
          {"tile/nmpu", tiles * tile.nmpu.lanes * area.nmpu_lane_um2},
          {"tile/sram", tiles * tile.sram_kib * area.sram_um2_per_kib},
          {"tile/control", tiles * area.control_um2},
          {"noc", config.noc.width * config.noc.height * area.router_um2 / kUm2PerMm2},
          {"host", area.host_mm2},
          {"ram", config.ram.size_mib * area.ram_mm2_per_mib}};
}

double total_mm2(const std::vector<AreaShare>& shares, const std::string& prefix) {
  double total = 0.0;
  for (const AreaShare& share : shares) {
    if (share.component.compare(0, prefix.size(), prefix) == 0) total += share.mm2;
  }
  return total;
}

}  // namespace aimc::platform
