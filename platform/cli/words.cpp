#include "platform/cli/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace aimc::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::size_t choose(const std::string& option, const std::string& value,
                   const std::vector<std::string>& built, const std::vector<std::string>& planned) {
  const auto found = std::find(built.begin(), built.end(), value);
  if (found != built.end()) return static_cast<std::size_t>(found - built.begin());
  const bool is_planned = std::find(planned.begin(), planned.end(), value) != planned.end();
  throw UsageError(option + ": value '" + value + "' is " +
                   (is_planned ? "not built yet" : "not known") + "; expected " +
                   (built.size() > 1 ? "one of " : "") + joined(built));
}

std::uint64_t parse_number(const std::string& option, const std::string& text) {
  std::string_view digits = text;
  int base = 10;
  if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
    digits.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (result.ec != std::errc() || result.ptr != digits.data() + digits.size()) {
    throw UsageError(option + ": value '" + text +
                     "' is not a whole number of at most 64 bits; expected e.g. 42 or 0x2a");
  }
  return value;
}

core::TimePs parse_time(const std::string& option, const std::string& text) {
  struct Unit {
    std::string_view name;
    double ps;
  };
  static constexpr std::array<Unit, 5> kUnits{
      {{"ps", 1.0}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}}};
  double number = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(result.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - result.ptr));
  const auto* unit =
      std::find_if(kUnits.begin(), kUnits.end(), [rest](const Unit& u) { return u.name == rest; });
  if (result.ec != std::errc() || unit == kUnits.end() || !std::isfinite(number)) {
    throw UsageError(option + ": value '" + text +
                     "' is not a time; expected a number with unit ps, ns, us, ms or s, e.g. 10ms");
  }
  const double ps = std::round(number * unit->ps);
  constexpr double kLongestPs = 9e18;  // fits 63 bits; about 104 days
  if (ps < 1.0 || ps > kLongestPs) {
    throw UsageError(option + ": value '" + text + "' is out of range; expected 1ps to 9000000s");
  }
  return static_cast<core::TimePs>(ps);
}

double parse_age(const std::string& option, const std::string& text) {
  struct Unit {
    std::string_view name;
    double s;
  };
  static constexpr std::array<Unit, 13> kUnits{{{"ps", 1e-12},
                                                {"ns", 1e-9},
                                                {"us", 1e-6},
                                                {"ms", 1e-3},
                                                {"s", 1.0},
                                                {"min", 60.0},
                                                {"h", 3600.0},
                                                {"hour", 3600.0},
                                                {"d", 86400.0},
                                                {"day", 86400.0},
                                                {"week", 604800.0},
                                                {"month", 2592000.0},
                                                {"year", 31536000.0}}};
  double number = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view rest(result.ptr,
                        static_cast<std::size_t>(text.data() + text.size() - result.ptr));
  if (rest.size() > 3 && rest.back() == 's') rest.remove_suffix(1);  // days, years
  const auto* unit =
      std::find_if(kUnits.begin(), kUnits.end(), [rest](const Unit& u) { return u.name == rest; });
  const bool zero = rest.empty() && number == 0.0;
  if (result.ec != std::errc() || (unit == kUnits.end() && !zero) || !std::isfinite(number)) {
    throw UsageError(option + ": value '" + text +
                     "' is not an age; expected 0 or a number with unit ps, ns, us, ms, s, min, h, "
                     "day, week, month or year, e.g. 30days");
  }
  const double age_s = zero ? 0.0 : number * unit->s;
  constexpr double kOldestS = 1e10;
  if (age_s < 0.0 || age_s > kOldestS) {
    throw UsageError(option + ": value '" + text + "' is out of range; expected 0 to 1e10s");
  }
  return age_s;
}

}  // namespace aimc::cli
