#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "platform/config/soc_config.h"

namespace aimc::platform {

/// A setting's value in the form a platform file can hold it.
using SettingValue = std::variant<bool, std::uint64_t, double, std::string>;

/// What kind of value a setting takes.
enum class SettingKind : std::uint8_t { kFlag, kWhole, kReal, kChoice, kText };

/// Values a number may have, both ends included unless `above_minimum`.
struct SettingRange {
  double minimum = 0.0;
  double maximum = 0.0;
  bool above_minimum = false;  ///< the minimum itself is not allowed
  bool power_of_two = false;   ///< whole numbers only
};

/// One setting: where it lies in a platform file and in SocConfig, and what it may be.
struct Setting {
  std::string path;  ///< "tile.adc.full_scale_counts"; a physical quantity carries its unit
  SettingKind kind = SettingKind::kWhole;
  SettingRange range;                ///< of numbers
  std::vector<std::string> choices;  ///< of a choice
  std::string form;                  ///< of a text: what it looks like, in words
  /// Of a text: its canonical form; std::invalid_argument when it is none.
  std::function<std::string(const std::string&)> canonical;
  std::string description;  ///< one line
  std::function<SettingValue(const SocConfig&)> get;
  std::function<void(SocConfig&, const SettingValue&)> set;  ///< takes a value parse_setting made
};

/// Builds the list of settings: every field of SocConfig is named once, together with its path.
///
/// A field is named by a generic lambda `[](auto& c) -> auto& { return c.noc.width; }`, which reads
/// and writes.
class SettingList {
 public:
  /// Section of the settings that follow, e.g. "tile.adc".
  void section(std::string_view prefix) { prefix_ = prefix; }

  /// A whole number from `minimum` to `maximum`.
  template <class Field>
  void whole(std::string_view name, Field field, unsigned minimum, unsigned maximum,
             std::string_view description) {
    add_whole(name, field, {double(minimum), double(maximum), false, false}, description);
  }
  /// A power of two from `minimum` to `maximum`.
  template <class Field>
  void power_of_two(std::string_view name, Field field, unsigned minimum, unsigned maximum,
                    std::string_view description) {
    add_whole(name, field, {double(minimum), double(maximum), false, true}, description);
  }
  /// A number from `minimum` to `maximum`.
  template <class Field>
  void real(std::string_view name, Field field, double minimum, double maximum,
            std::string_view description) {
    add_real(name, field, {minimum, maximum, false, false}, description);
  }
  /// A number above zero, at most `maximum`.
  template <class Field>
  void positive(std::string_view name, Field field, double maximum, std::string_view description) {
    add_real(name, field, {0.0, maximum, true, false}, description);
  }
  /// true or false.
  template <class Field>
  void flag(std::string_view name, Field field, std::string_view description) {
    Setting& setting = add(name, SettingKind::kFlag, description);
    setting.get = [field](const SocConfig& config) { return SettingValue(bool(field(config))); };
    setting.set = [field](SocConfig& config, const SettingValue& value) {
      field(config) = std::get<bool>(value);
    };
  }
  /// One of some words, in the order of the enumeration's values 0, 1, ...
  template <class Field>
  void choice(std::string_view name, Field field, const std::vector<std::string>& words,
              std::string_view description) {
    Setting& setting = add(name, SettingKind::kChoice, description);
    setting.choices = words;
    setting.get = [field, words](const SocConfig& config) {
      return SettingValue(words.at(static_cast<std::size_t>(field(config))));
    };
    setting.set = [field, words](SocConfig& config, const SettingValue& value) {
      std::size_t index = 0;
      while (words.at(index) != std::get<std::string>(value)) ++index;
      using Enum = std::remove_reference_t<decltype(field(config))>;
      field(config) = static_cast<Enum>(index);
    };
  }

  /// A text that stands for a value.
  /// @param form what the text looks like, in words
  /// @param parse the value of a text; std::invalid_argument, with what is wrong, when it has none
  /// @param name_of the text of a value
  template <class Field, class Parse, class NameOf>
  void text(std::string_view name, Field field, std::string_view form, Parse parse, NameOf name_of,
            std::string_view description) {
    Setting& setting = add(name, SettingKind::kText, description);
    setting.form = form;
    setting.canonical = [parse, name_of](const std::string& written) {
      return name_of(parse(written));
    };
    setting.get = [field, name_of](const SocConfig& config) {
      return SettingValue(std::string(name_of(field(config))));
    };
    setting.set = [field, parse](SocConfig& config, const SettingValue& value) {
      field(config) = parse(std::get<std::string>(value));
    };
  }

  /// Hands the list over.
  std::vector<Setting> take() { return std::move(settings_); }

 private:
  Setting& add(std::string_view name, SettingKind kind, std::string_view description);
  template <class Field>
  void add_whole(std::string_view name, Field field, SettingRange range,
                 std::string_view description) {
    Setting& setting = add(name, SettingKind::kWhole, description);
    setting.range = range;
    setting.get = [field](const SocConfig& config) {
      return SettingValue(std::uint64_t{field(config)});
    };
    setting.set = [field](SocConfig& config, const SettingValue& value) {
      field(config) = static_cast<unsigned>(std::get<std::uint64_t>(value));
    };
  }
  template <class Field>
  void add_real(std::string_view name, Field field, SettingRange range,
                std::string_view description) {
    Setting& setting = add(name, SettingKind::kReal, description);
    setting.range = range;
    setting.get = [field](const SocConfig& config) { return SettingValue(double{field(config)}); };
    setting.set = [field](SocConfig& config, const SettingValue& value) {
      field(config) = std::get<double>(value);
    };
  }

  std::string prefix_;
  std::vector<Setting> settings_;
};

/// All settings of a platform in the order in which they are written and described.
std::vector<Setting> soc_settings();

/// The sections of soc_settings(), each named in a file of its own.
void add_host_settings(SettingList& list);
void add_noc_settings(SettingList& list);
void add_tile_settings(SettingList& list);
void add_converter_settings(SettingList& list);
void add_device_settings(SettingList& list);
void add_wire_settings(SettingList& list);
void add_readout_settings(SettingList& list);
/// Switches of what readouts do, for the section "tile.effects.circuit".
void add_readout_effects(SettingList& list);
void add_leakage_settings(SettingList& list);
void add_voltage_settings(SettingList& list);
void add_area_settings(SettingList& list);
void add_published_settings(SettingList& list);

/// Words for analog::ReadoutKind and analog::DeviceKind, in the order of their values.
std::vector<std::string> readout_words();
std::vector<std::string> device_words();

/// Turns the text of a YAML scalar into a value. Throws std::invalid_argument, whose message says
/// what is wrong with the value and what was expected, but not where it came from.
/// @param quoted the scalar was written in quotation marks, which makes it text
SettingValue parse_setting(const Setting& setting, const std::string& text, bool quoted);

/// What a setting takes, in words: "a whole number from 1 to 32".
std::string expected_value(const Setting& setting);

/// A value as it is written in a platform file; numbers read back exactly.
std::string to_text(const SettingValue& value);

}  // namespace aimc::platform
