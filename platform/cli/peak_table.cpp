#include "platform/cli/peak_table.h"

#include <iomanip>
#include <sstream>
#include <utility>

namespace aimc::cli {
namespace {

using Json = nlohmann::ordered_json;
using platform::Comparison;
using platform::EnergyShare;
using platform::PeakFigures;
using platform::PeakMode;

constexpr int kLabel = 40;
constexpr int kNumber = 14;
constexpr int kDigits = 4;

/// A number with four significant digits, whole from a thousand on, right-aligned.
std::string number(double value) {
  constexpr double kWhole = 1000.0;
  std::ostringstream text;
  if (value >= kWhole) {
    text << std::setw(kNumber) << std::fixed << std::setprecision(0) << value;
    return text.str();
  }
  text << std::setw(kNumber) << std::setprecision(kDigits) << value;
  return text.str();
}

std::string share(double part, double whole) {
  std::ostringstream text;
  text << " (" << std::setw(4) << std::fixed << std::setprecision(1) << 100.0 * part / whole
       << " %)";
  return text.str();
}

std::string row(const std::string& label, const PeakFigures& figures, double PeakMode::*value) {
  std::ostringstream text;
  text << "  " << std::left << std::setw(kLabel) << label;
  for (const PeakMode& mode : figures.modes) {
    text << number(mode.*value) << std::string(9, ' ');
  }
  return text.str() + "\n";
}

/// A row for each component, both modes side by side, with its share of the total.
std::string energy_rows(const PeakFigures& figures, std::vector<EnergyShare> PeakMode::*shares,
                        double PeakMode::*total) {
  std::ostringstream text;
  const std::vector<EnergyShare>& names = figures.modes.front().*shares;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text << "    " << std::left << std::setw(kLabel - 2) << names[i].component;
    for (const PeakMode& mode : figures.modes) {
      const double picojoules = (mode.*shares)[i].picojoules;
      text << number(picojoules) << share(picojoules, mode.*total);
    }
    text << '\n';
  }
  return text.str();
}

std::string area_rows(const PeakFigures& figures) {
  std::ostringstream text;
  const double total = platform::total_mm2(figures.area);
  text << "\nArea, mm2\n";
  for (const platform::AreaShare& part : figures.area) {
    text << "    " << std::left << std::setw(kLabel - 2) << part.component << number(part.mm2)
         << share(part.mm2, total) << '\n';
  }
  text << "  " << std::left << std::setw(kLabel) << "tiles"
       << number(platform::total_mm2(figures.area, "tile/")) << "\n  " << std::setw(kLabel) << "all"
       << number(total) << '\n';
  return text.str();
}

std::string comparison_rows(const PeakFigures& figures) {
  std::ostringstream text;
  if (figures.comparisons.empty()) return "\nNothing was published of this platform.\n";
  text << "\nBeside published figures (TOPS/W of drivers, array and converters; TOPS/mm2 of "
          "tiles)\n  "
       << std::left << std::setw(kLabel) << "" << std::right << std::setw(kNumber) << "derived"
       << std::setw(kNumber) << "published" << std::setw(kNumber) << "error" << '\n';
  for (const Comparison& comparison : figures.comparisons) {
    std::ostringstream error;
    error << std::showpos << std::fixed << std::setprecision(1) << 100.0 * comparison.error()
          << " %";
    text << "  " << std::left << std::setw(kLabel) << comparison.figure
         << number(comparison.derived) << number(comparison.published) << std::right
         << std::setw(kNumber) << error.str() << "  "
         << (comparison.fitted ? "fitted" : "predicted") << '\n';
  }
  return text.str();
}

Json shares_json(const std::vector<EnergyShare>& shares) {
  Json json = Json::object();
  for (const EnergyShare& part : shares) json[part.component] = part.picojoules;
  return json;
}

Json mode_json(const PeakMode& mode) {
  return {{"four_phase", mode.four_phase},
          {"mvm_ns", mode.mvm_ns},
          {"tops", mode.tops},
          {"mvm_pj",
           {{"total", mode.total_pj},
            {"dac_array_adc", mode.analog_pj},
            {"by_component", shares_json(mode.energy)}}},
          {"power_w", mode.power_w},
          {"tops_per_w_dac_array_adc", mode.tops_per_w_analog},
          {"tops_per_w", mode.tops_per_w},
          {"tops_per_mm2_tiles", mode.tops_per_mm2_tiles},
          {"tops_per_mm2", mode.tops_per_mm2},
          {"post_ns", mode.post_ns},
          {"post_pj", {{"total", mode.post_pj}, {"by_component", shares_json(mode.post)}}}};
}

}  // namespace

std::string peak_text(const PeakFigures& figures) {
  std::ostringstream text;
  const unsigned bits = figures.data.magnitude_bits;
  const unsigned largest = (1U << bits) - 1;
  text << "\nPeak: MVMs over whole crossbars without a pause, weights spread uniformly over "
          "-127..127,\ninputs over -"
       << largest << ".." << largest << ", windows of 2^" << bits
       << " LSB, at the platform's voltages; the host sleeps\n  " << std::left << std::setw(kLabel)
       << "" << std::right << std::setw(kNumber) << "one-phase" << std::string(9, ' ')
       << std::setw(kNumber) << "four-phase" << '\n'
       << row("ns per MVM", figures, &PeakMode::mvm_ns) << row("TOPS", figures, &PeakMode::tops)
       << row("pJ per MVM of a tile", figures, &PeakMode::total_pj)
       << energy_rows(figures, &PeakMode::energy, &PeakMode::total_pj)
       << row("power of the SoC, W", figures, &PeakMode::power_w)
       << row("TOPS/W, drivers, array, converters", figures, &PeakMode::tops_per_w_analog)
       << row("TOPS/W, all of the SoC", figures, &PeakMode::tops_per_w)
       << row("TOPS/mm2, tiles", figures, &PeakMode::tops_per_mm2_tiles)
       << row("TOPS/mm2, all of the SoC", figures, &PeakMode::tops_per_mm2)
       << row("post-processing, ns a vector", figures, &PeakMode::post_ns)
       << row("post-processing, pJ a vector", figures, &PeakMode::post_pj)
       << energy_rows(figures, &PeakMode::post, &PeakMode::post_pj) << area_rows(figures)
       << comparison_rows(figures);
  return text.str();
}

Json peak_json(const PeakFigures& figures) {
  Json modes = Json::array();
  for (const PeakMode& mode : figures.modes) modes.push_back(mode_json(mode));
  Json area = Json::object();
  for (const platform::AreaShare& part : figures.area) area[part.component] = part.mm2;
  Json published = Json::array();
  for (const Comparison& comparison : figures.comparisons) {
    published.push_back({{"figure", comparison.figure},
                         {"key", comparison.key},
                         {"derived", comparison.derived},
                         {"published", comparison.published},
                         {"error_relative", comparison.error()},
                         {"fitted", comparison.fitted}});
  }
  return {{"input_bits", figures.data.magnitude_bits},
          {"modes", modes},
          {"area",
           {{"total_mm2", platform::total_mm2(figures.area)},
            {"tiles_mm2", platform::total_mm2(figures.area, "tile/")},
            {"by_component_mm2", area}}},
          {"published", published}};
}

}  // namespace aimc::cli
