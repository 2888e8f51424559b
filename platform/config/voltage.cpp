#include "platform/config/voltage.h"

namespace aimc::platform {
namespace {

double dynamic_factor(const SupplyConfig& supply) {
  const double ratio = supply.voltage_v / supply.nominal_v;
  return ratio * ratio;
}

double leakage_factor(const SupplyConfig& supply) {
  return supply.voltage_v / supply.nominal_v;
}

void scale_host(SocConfig& config) {
  const double dynamic = dynamic_factor(config.voltage.host);
  for (double& energy_pj : config.host.hart.timing.energy_pj) energy_pj *= dynamic;
  config.host.ram_read_pj *= dynamic;
  config.host.ram_write_pj *= dynamic;
  config.bus.energy_pj *= dynamic;
  config.leakage.host_mw *= leakage_factor(config.voltage.host);
  config.leakage.ram_mw *= leakage_factor(config.voltage.host);
}

void scale_noc(SocConfig& config) {
  const double dynamic = dynamic_factor(config.voltage.noc);
  config.noc.router_energy_pj_per_byte *= dynamic;
  config.noc.link_energy_pj_per_byte *= dynamic;
  config.dma.energy_pj_per_byte *= dynamic;
  config.leakage.noc_router_mw *= leakage_factor(config.voltage.noc);
}

void scale_tile(SocConfig& config) {
  const double dynamic = dynamic_factor(config.voltage.tile);
  tile::TileEnergyConfig& digital = config.tile.energy;
  digital.sram_read_pj_per_byte *= dynamic;
  digital.sram_write_pj_per_byte *= dynamic;
  digital.nmpu_column_pj *= dynamic;
  digital.command_pj *= dynamic;
  config.tile.crossbar.dac.energy_pj *= dynamic;
  config.tile.crossbar.adc.energy_pj *= dynamic;
  config.tile.crossbar.readout.energy_pj *= dynamic;
  config.tile.crossbar.readout.swing_v *=
      config.voltage.tile.voltage_v / config.voltage.tile.nominal_v;
  config.tile.crossbar.adc.supply_factor *= dynamic;
  config.leakage.tile_mw *= leakage_factor(config.voltage.tile);
}

}  // namespace

SocConfig at_voltages(SocConfig config) {
  scale_host(config);
  scale_noc(config);
  scale_tile(config);
  return config;
}

}  // namespace aimc::platform
