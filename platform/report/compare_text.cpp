#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "platform/observe/console.h"
#include "platform/report/compare.h"

namespace aimc::report {
namespace {

using Row = std::vector<std::string>;

/// Longer values, such as a list of arguments, are cut on the console; the page has all of them.
constexpr std::size_t kMostCharacters = 44;

std::string printed(const char* format, double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string value_text(const std::optional<double>& value, const std::string& unit) {
  if (!value) return "-";
  if (unit == "%") return printed("%.2f %%", 100.0 * *value);
  if (unit.empty()) return printed(*value == std::floor(*value) ? "%.0f" : "%.4g", *value);
  return observe::si_text(*value, unit);
}

/// Firmware may report a name with any bytes: those a terminal would obey are shown as '?'.
std::string tame(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  if (text.size() > kMostCharacters) text = text.substr(0, kMostCharacters - 3) + "...";
  return text;
}

std::string letter(std::size_t run) {
  return run < 26 ? std::string(1, static_cast<char>('A' + run)) : "#" + std::to_string(run + 1);
}

/// Rows with their columns one below the other; the first is left-aligned.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = "  " + row[0] + std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t i = 1; i < row.size(); ++i) {
      line += "  " + std::string(widths[i] - row[i].size(), ' ') + row[i];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

Row heading(const std::string& first, std::size_t runs, bool ratios) {
  Row row{first};
  for (std::size_t run = 0; run < runs; ++run) row.push_back(letter(run));
  for (std::size_t run = 1; ratios && run < runs; ++run) row.push_back(letter(run) + "/A");
  return row;
}

}  // namespace

std::string compare_text(const Comparison& comparison) {
  const std::size_t runs = comparison.folders.size();
  std::string text;
  for (std::size_t run = 0; run < runs; ++run) {
    text +=
        letter(run) + "  " + comparison.folders[run] + ": " + tame(comparison.titles[run]) + "\n";
  }
  if (comparison.configuration.empty()) {
    text += "\nThe configurations do not differ.\n";
  } else {
    std::vector<Row> rows{heading("Configuration that differs", runs, false)};
    for (const DifferingKey& key : comparison.configuration) {
      Row row{tame(key.key)};
      for (const std::string& value : key.values) row.push_back(tame(value));
      rows.push_back(std::move(row));
    }
    text += "\n" + aligned(rows);
  }
  std::vector<Row> rows;
  std::string section;
  for (const Measure& measure : comparison.measures) {
    if (measure.section != section) {
      if (!rows.empty()) rows.push_back({""});
      section = measure.section;
      rows.push_back(heading(section, runs, true));
    }
    Row row{tame(measure.name)};
    for (const auto& value : measure.values) row.push_back(value_text(value, measure.unit));
    for (std::size_t run = 1; run < runs; ++run) {
      const auto ratio = ratio_to_first(measure, run);
      row.push_back(ratio ? printed("%.3g", *ratio) : "-");
    }
    rows.push_back(std::move(row));
  }
  return text + "\n" + aligned(rows);
}

}  // namespace aimc::report
