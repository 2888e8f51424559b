#include "platform/config/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <system_error>

namespace aimc::platform {
namespace {

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

[[noreturn]] void refuse(const Setting& setting, const std::string& text, const std::string& why) {
  throw std::invalid_argument("value '" + text + "' " + why + "; expected " +
                              expected_value(setting));
}

template <class Number>
bool parse_all(std::string_view text, Number& value) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool parse_whole(std::string_view text, std::uint64_t& value) {
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
  }
  return parse_all(text, value);
}

/// True for a whole number of any size or sign, so that "-1" is out of range and not of a wrong
/// type.
bool looks_whole(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool in_range(const SettingRange& range, double value) {
  return value >= range.minimum && value <= range.maximum &&
         !(range.above_minimum && value == range.minimum);
}

SettingValue whole_value(const Setting& setting, const std::string& text, bool quoted) {
  std::uint64_t value = 0;
  if (quoted || !parse_whole(text, value)) {
    refuse(setting, text,
           !quoted && looks_whole(text) ? "is out of range" : "is not a whole number");
  }
  if (!in_range(setting.range, static_cast<double>(value))) {
    refuse(setting, text, "is out of range");
  }
  if (setting.range.power_of_two && (value & (value - 1)) != 0) {
    refuse(setting, text, "is not a power of two");
  }
  return value;
}

SettingValue real_value(const Setting& setting, const std::string& text, bool quoted) {
  double value = 0.0;
  if (quoted || !parse_all(text, value) || !std::isfinite(value)) {
    refuse(setting, text, "is not a number");
  }
  if (!in_range(setting.range, value)) refuse(setting, text, "is out of range");
  return value;
}

}  // namespace

Setting& SettingList::add(std::string_view name, SettingKind kind, std::string_view description) {
  Setting setting;
  setting.path = prefix_ + "." + std::string(name);
  setting.kind = kind;
  setting.description = description;
  return settings_.emplace_back(std::move(setting));
}

std::vector<Setting> soc_settings() {
  SettingList list;
  add_host_settings(list);
  add_noc_settings(list);
  add_tile_settings(list);
  add_leakage_settings(list);
  add_voltage_settings(list);
  add_area_settings(list);
  add_published_settings(list);
  return list.take();
}

SettingValue parse_setting(const Setting& setting, const std::string& text, bool quoted) {
  switch (setting.kind) {
    case SettingKind::kFlag:
      if (quoted || (text != "true" && text != "false")) {
        refuse(setting, text, "is neither true nor false");
      }
      return text == "true";
    case SettingKind::kWhole:
      return whole_value(setting, text, quoted);
    case SettingKind::kReal:
      return real_value(setting, text, quoted);
    case SettingKind::kChoice:
      if (std::find(setting.choices.begin(), setting.choices.end(), text) ==
          setting.choices.end()) {
        refuse(setting, text, "is not known");
      }
      return text;
    case SettingKind::kText:
      try {
        return setting.canonical(text);
      } catch (const std::invalid_argument& error) {
        refuse(setting, text, error.what());
      }
  }
  throw std::logic_error("setting of an unknown kind");
}

std::string expected_value(const Setting& setting) {
  const std::string low = number_text(setting.range.minimum);
  const std::string high = number_text(setting.range.maximum);
  switch (setting.kind) {
    case SettingKind::kFlag:
      return "true or false";
    case SettingKind::kWhole:
      return (setting.range.power_of_two ? "a power of two from " : "a whole number from ") + low +
             " to " + high;
    case SettingKind::kReal:
      return setting.range.above_minimum ? "a number above " + low + " and at most " + high
                                         : "a number from " + low + " to " + high;
    case SettingKind::kChoice: {
      std::string text = "one of";
      for (const std::string& word : setting.choices) {
        text += (&word == setting.choices.data() ? " " : ", ") + word;
      }
      return text;
    }
    case SettingKind::kText:
      return setting.form;
  }
  throw std::logic_error("setting of an unknown kind");
}

std::string to_text(const SettingValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::uint64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return number_text(*real);
  return std::get<std::string>(value);
}

}  // namespace aimc::platform
