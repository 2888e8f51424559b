#include "platform/config/peak_figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/analog/converters/timing.h"
#include "platform/config/voltage.h"

namespace {

using aimc::platform::at_voltages;
using aimc::platform::Comparison;
using aimc::platform::load_platform;
using aimc::platform::LoadedPlatform;
using aimc::platform::peak_figures;
using aimc::platform::PeakFigures;
using aimc::platform::PeakMode;
using aimc::platform::Setting;
using aimc::platform::soc_settings;
using aimc::platform::SocConfig;
using aimc::platform::to_text;
using aimc::platform::total_mm2;

double energy_of(const PeakMode& mode, const std::string& component) {
  for (const auto& share : mode.energy) {
    if (share.component == component) return share.picojoules;
  }
  ADD_FAILURE() << "no " << component;
  return 0.0;
}

const Comparison& comparison(const PeakFigures& figures, const std::string& key) {
  for (const Comparison& c : figures.comparisons) {
    if (c.key == key) return c;
  }
  throw std::out_of_range(key);
}

TEST(PeakFigures, OfHermes64AreThePublishedOnes) {
  const PeakFigures figures = peak_figures(load_platform("hermes64"));
  EXPECT_DOUBLE_EQ(figures.modes[0].mvm_ns, 133.0);
  EXPECT_DOUBLE_EQ(figures.modes[1].mvm_ns, 520.0);
  ASSERT_EQ(figures.comparisons.size(), 8U);
  for (const Comparison& c : figures.comparisons) {
    EXPECT_LT(std::abs(c.error()), 0.02) << c.figure;
    EXPECT_EQ(c.fitted, c.key != "published.four_phase.tops_per_w") << c.figure;
  }
}

TEST(PeakFigures, OfTheSingleCoreAreAllPredicted) {
  const PeakFigures figures = peak_figures(load_platform("hermes_core"));
  ASSERT_EQ(figures.comparisons.size(), 4U) << "four-phase figures are not published";
  for (const Comparison& c : figures.comparisons) {
    EXPECT_FALSE(c.fitted) << c.figure;
    EXPECT_LT(std::abs(c.error()), 0.08) << c.figure;
  }
  EXPECT_NEAR(comparison(figures, "published.one_phase.tops").error(), 130.0 / 133.0 - 1.0, 1e-3);
}

TEST(PeakFigures, NothingIsComparedWhereNothingWasPublished) {
  EXPECT_TRUE(peak_figures(load_platform("default")).comparisons.empty());
  const PeakFigures own = peak_figures(load_platform("default", {"published.one_phase.tops=10"}));
  ASSERT_EQ(own.comparisons.size(), 1U);
  EXPECT_FALSE(own.comparisons[0].fitted);
  EXPECT_EQ(own.comparisons[0].figure, "TOPS, one-phase");
}

TEST(PeakFigures, AreTheSumsOfTheirParts) {
  for (const auto& preset : aimc::platform::presets()) {
    const LoadedPlatform platform = load_platform(preset.name);
    const PeakFigures figures = peak_figures(platform);
    for (const PeakMode& mode : figures.modes) {
      double sum = 0.0;
      for (const auto& share : mode.energy) sum += share.picojoules;
      EXPECT_NEAR(sum / mode.total_pj, 1.0, 1e-9);
      EXPECT_NEAR(mode.tops / mode.power_w / mode.tops_per_w, 1.0, 1e-9) << preset.name;
      EXPECT_NEAR(mode.tops_per_mm2 * total_mm2(figures.area) / mode.tops, 1.0, 1e-9);
      double post = 0.0;
      for (const auto& share : mode.post) post += share.picojoules;
      EXPECT_NEAR(post / mode.post_pj, 1.0, 1e-9);
    }
    double area = 0.0;
    for (const auto& share : figures.area) area += share.mm2;
    EXPECT_NEAR(area / total_mm2(figures.area), 1.0, 1e-9);
  }
}

// By hand: 256 drivers of 9.2 pJ at 63.749 of 128 LSB; 512 conversions of 17 pJ; 65,536 pairs of
// 12.549 uS at 0.2 V over 63.749 ns.
TEST(PeakFigures, EnergiesFollowFromTheConstants) {
  const PeakFigures figures = peak_figures(load_platform("default"));
  const PeakMode& one = figures.modes[0];
  EXPECT_NEAR(energy_of(one, "dac"), 1172.98, 0.01);
  EXPECT_NEAR(energy_of(one, "adc"), 8704.0, 1e-9);
  EXPECT_NEAR(energy_of(one, "array"), 2097.1, 0.1);
  EXPECT_NEAR(energy_of(one, "sram"), 256 * 0.1 + 1024 * 0.08, 1e-9);
  EXPECT_NEAR(energy_of(one, "leakage"), (16 * 0.5 + 16 * 0.05 + 1.5) / 16 * 133.0, 1e-9);
  EXPECT_NEAR(energy_of(figures.modes[1], "array") / energy_of(one, "array"), 4.0, 1e-9);
  EXPECT_NEAR(one.post_ns, 4 + 32 + 7 + 8, 1e-9);
  EXPECT_NEAR(one.post_pj, 256 * 0.4 + 1024 * 0.1 + 256 * 0.08 + 5.0, 1e-9);
}

// The equations here and those of the crossbar, for every kind of converters.
TEST(PeakFigures, FollowTheKindsOfConverters) {
  for (const std::string dac : {"pwm", "amplitude", "bit_serial"}) {
    for (const std::string adc : {"cco", "sar", "ramp"}) {
      const LoadedPlatform platform = load_platform(
          "default", {"tile.dac.kind=" + dac, "tile.adc.kind=" + adc, "tile.dac.bits=5",
                      "tile.adc.shared_columns=8", "tile.adc.bits=6"});
      const auto& crossbar = platform.config.tile.crossbar;
      const PeakFigures figures = peak_figures(platform);
      for (const PeakMode& mode : figures.modes) {
        const auto timing = aimc::analog::mvm_timing(crossbar, {7, mode.four_phase, 0});
        EXPECT_NEAR(mode.mvm_ns, timing.total_ns, 1e-9) << dac << ", " << adc;
        const double conversions = 512.0 * timing.conversions;
        EXPECT_NEAR(energy_of(mode, "adc") / conversions,
                    adc == "cco" ? 17.0 * timing.window_ns / 128.0 : 17.0, 1e-9);
      }
    }
  }
}

// Mean square of -127 .. 127 over 128, and mean number of bits.
TEST(PeakFigures, PulsesAreThoseOfTheDriversKind) {
  const auto driver_pj = [](const std::string& kind) {
    return energy_of(peak_figures(load_platform("default", {"tile.dac.kind=" + kind})).modes[0],
                     "dac") /
           (256 * 9.2 * 10.0 / 128.0);
  };
  EXPECT_NEAR(driver_pj("amplitude"), 127.0 * 128.0 / 3.0 / 16384.0, 1e-9);
  EXPECT_NEAR(driver_pj("bit_serial"), 2.0 * 448.0 / 255.0, 1e-9);
}

TEST(PeakFigures, SlicesHaveColumnsOfTheirOwn) {
  const PeakFigures one = peak_figures(load_platform("default"));
  const PeakFigures seven = peak_figures(load_platform("default", {"tile.weights.slice_bits=1"}));
  EXPECT_DOUBLE_EQ(energy_of(seven.modes[0], "adc"), 7.0 * energy_of(one.modes[0], "adc"));
  EXPECT_DOUBLE_EQ(energy_of(seven.modes[0], "dac"), energy_of(one.modes[0], "dac"));
  EXPECT_NEAR(seven.area[0].mm2 / one.area[0].mm2, 7.0, 1e-12);
  // A bit that is set is a device at full scale: 3.5 of them instead of half a device.
  EXPECT_NEAR(energy_of(seven.modes[0], "array") / energy_of(one.modes[0], "array"), 7.0, 0.01);
  const PeakFigures offset = peak_figures(load_platform("default", {"tile.weights.signs=offset"}));
  EXPECT_NEAR(energy_of(offset.modes[0], "array") / energy_of(one.modes[0], "array"),
              127.0 / 63.749, 1e-3);
}

TEST(PeakFigures, ConvertersOfTheSurveyFollowRateBitsAndNode) {
  const PeakFigures figures = peak_figures(
      load_platform("default", {"tile.adc.kind=sar", "tile.adc.energy_model=survey",
                                "tile.adc.node_nm=22", "tile.adc.cycle_ns=1.25", "tile.count=1"}));
  EXPECT_NEAR(energy_of(figures.modes[0], "adc"), 512 * 0.84724, 0.01);
  EXPECT_NEAR(figures.area[0].mm2, 512 * 2199.03e-6, 1e-5);
}

TEST(PeakFigures, TheSramsPortLimitsShortReads) {
  const LoadedPlatform platform =
      load_platform("default", {"tile.dac.lsb_ns=0.1", "tile.sram_bytes_per_cycle=4"});
  EXPECT_DOUBLE_EQ(peak_figures(platform).modes[0].mvm_ns, 64.0 + 256.0);
  // A clock that 133 ns are no whole number of cycles of.
  EXPECT_NEAR(peak_figures(load_platform("default", {"tile.clock_mhz=500"})).modes[0].mvm_ns, 134.0,
              1e-9);
}

TEST(Voltage, NominalOnesChangeNothing) {
  const SocConfig config = load_platform("default").config;
  const SocConfig scaled = at_voltages(config);
  for (const Setting& s : soc_settings()) {
    EXPECT_EQ(to_text(s.get(scaled)), to_text(s.get(config))) << s.path;
  }
}

TEST(Voltage, EachDomainScalesItsOwn) {
  const auto scaled_of = [](const std::string& domain) {
    const SocConfig config =
        load_platform("default", {"voltage." + domain + ".voltage_v=0.4"}).config;
    const SocConfig scaled = at_voltages(config);
    std::vector<std::string> changed;
    for (const Setting& s : soc_settings()) {
      const auto before = s.get(config);
      const auto after = s.get(scaled);
      if (before == after) continue;
      // Voltages and leakage follow the supply, energies its square.
      const bool leakage = s.path.compare(0, 8, "leakage.") == 0 || s.path == "tile.line.swing_v";
      EXPECT_NEAR(std::get<double>(after) / std::get<double>(before), leakage ? 0.5 : 0.25, 1e-12)
          << s.path;
      changed.push_back(s.path);
    }
    return changed;
  };
  EXPECT_EQ(scaled_of("noc"), (std::vector<std::string>{
                                  "noc.router_energy_pj_per_byte", "noc.link_energy_pj_per_byte",
                                  "dma.energy_pj_per_byte", "leakage.noc_router_mw"}));
  EXPECT_EQ(scaled_of("tile"),
            (std::vector<std::string>{
                "tile.energy.sram_read_pj_per_byte", "tile.energy.sram_write_pj_per_byte",
                "tile.energy.nmpu_column_pj", "tile.energy.command_pj", "tile.dac.energy_pj",
                "tile.adc.energy_pj", "tile.line.swing_v", "leakage.tile_mw"}));
  const std::vector<std::string> host = scaled_of("host");
  EXPECT_EQ(host.size(), 15U + 3U + 2U);
  EXPECT_EQ(std::count(host.begin(), host.end(), "ram.read_pj"), 1);
}

TEST(Area, FollowsTheGeometry) {
  const SocConfig config = load_platform("hermes64").config;
  EXPECT_NEAR(total_mm2(area_of(config), "tile/") / 64.0, 0.636, 0.001);
  const SocConfig larger = load_platform("hermes64", {"tile.rows=512"}).config;
  const double more = total_mm2(area_of(larger), "tile/") - total_mm2(area_of(config), "tile/");
  EXPECT_NEAR(more, 64 * 256 * (config.area.dac_um2 + 256 * config.area.cell_um2) * 1e-6, 1e-9);
}

}  // namespace
