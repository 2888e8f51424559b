#include "platform/cli/trace_words.h"

#include "platform/cli/words.h"
#include "platform/soc/function_index.h"

namespace aimc::cli {
namespace {

constexpr const char* kFilterForm =
    "expected component=NAME[,NAME], function=NAME[,NAME] or range=BEGIN:END, several joined by "
    "'+'";

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
  throw UsageError(option + ": " + why);
}

/// The pieces of `text` between separators; an empty text is one empty piece.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> pieces;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    pieces.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return pieces;
    begin = end + 1;
  }
}

void add_functions(const std::string& option, const std::string& names,
                   const platform::ElfImage& image, AddressRanges& ranges) {
  const platform::FunctionIndex functions(image);
  for (const std::string& name : split(names, ',')) {
    const AddressRanges found = functions.ranges(name);
    if (found.empty()) {
      refuse(option, "no function '" + name + "' in " + image.path);
    }
    ranges.insert(ranges.end(), found.begin(), found.end());
  }
}

void add_components(const std::string& option, const std::string& names, unsigned tiles,
                    std::vector<std::string>& components) {
  for (const std::string& name : split(names, ',')) {
    bool known = name == "host" || name == "dma" || name == "noc" || name == "interrupts" ||
                 name == "power" || name == "utilisation";
    for (unsigned i = 0; i < tiles && !known; ++i) known = name == "tile" + std::to_string(i);
    if (!known) {
      refuse(option,
             "no component '" + name +
                 "'; expected host, dma, noc, interrupts, power, utilisation, or tile0 to tile" +
                 std::to_string(tiles - 1));
    }
    components.push_back(name);
  }
}

void add_range(const std::string& option, const std::string& text, AddressRanges& ranges) {
  const std::vector<std::string> ends = split(text, ':');
  if (ends.size() != 2) {
    throw UsageError(option + ": range '" + text +
                     "' is not BEGIN:END, e.g. 0x80000000:0x80000100");
  }
  const std::uint64_t begin = parse_number(option, ends[0]);
  const std::uint64_t end = parse_number(option, ends[1]);
  if (begin >= end || end > 0xFFFFFFFFU) {
    throw UsageError(option + ": range '" + text +
                     "' holds no address; expected BEGIN below END, at most 0xffffffff");
  }
  ranges.emplace_back(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
}

}  // namespace

TimeWindow parse_window(const std::string& option, const std::string& text) {
  const std::vector<std::string> ends = split(text, ':');
  if (ends.size() != 2) {
    throw UsageError(option + ": value '" + text +
                     "' is not a stretch of time; expected FROM:TO, e.g. 1ms:2ms, 1ms: or :2ms");
  }
  TimeWindow window;
  if (!ends[0].empty()) window.from = parse_time(option, ends[0]);
  if (!ends[1].empty()) window.to = parse_time(option, ends[1]);
  if (window.from >= window.to) {
    throw UsageError(option + ": value '" + text + "' is empty; expected FROM before TO");
  }
  return window;
}

TraceFilter parse_filter(const std::string& option, const std::string& text,
                         const platform::ElfImage& image, unsigned tiles) {
  TraceFilter filter;
  for (const std::string& part : split(text, '+')) {
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (value.empty()) refuse(option, "'" + part + "' is no filter; " + kFilterForm);
    if (key == "function") {
      add_functions(option, value, image, filter.ranges);
    } else if (key == "range") {
      add_range(option, value, filter.ranges);
    } else if (key == "component") {
      add_components(option, value, tiles, filter.components);
    } else {
      refuse(option, "filter '" + key + "' is not known; " + kFilterForm);
    }
  }
  return filter;
}

}  // namespace aimc::cli
