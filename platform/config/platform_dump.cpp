#include "platform/config/platform_dump.h"

#include <algorithm>
#include <string_view>

namespace aimc::platform {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
    parts.push_back(path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  parts.push_back(path.substr(begin));
  return parts;
}

Json to_json(const SettingValue& value) {
  return std::visit([](const auto& alternative) { return Json(alternative); }, value);
}

const Annotation& annotation_of(const LoadedPlatform& platform, const std::string& path) {
  static const Annotation none{"assumed", "", false, ""};
  const auto found = platform.annotations.find(path);
  return found == platform.annotations.end() ? none : found->second;
}

Json annotated(const LoadedPlatform& platform, const Setting& setting) {
  const Annotation& annotation = annotation_of(platform, setting.path);
  Json json{{"value", to_json(setting.get(platform.config))},
            {"kind", annotation.kind},
            {"source", annotation.source}};
  if (annotation.descriptive) json["descriptive"] = true;
  return json;
}

/// Text as a double-quoted YAML scalar; every JSON string is one.
std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A value as a YAML scalar: plain, but a text only where it is made of safe characters.
std::string scalar(const Setting& setting, const std::string& text) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./+- ").find(c) != std::string_view::npos;
  };
  const bool plain = setting.kind != SettingKind::kText ||
                     (std::all_of(text.begin(), text.end(), safe) && text.front() != '-' &&
                      text.front() != ' ' && text.back() != ' ');
  return plain ? text : quoted(text);
}

/// ": {value: 4, kind: assumed, source: "..."}" with a line break.
std::string annotated_yaml(const LoadedPlatform& platform, const Setting& setting) {
  const Annotation& annotation = annotation_of(platform, setting.path);
  return ": {value: " + scalar(setting, to_text(setting.get(platform.config))) +
         ", kind: " + annotation.kind + ", source: " + quoted(annotation.source) +
         (annotation.descriptive ? ", descriptive: true}\n" : "}\n");
}

/// The schema of one value, without its annotation.
Json value_schema(const Setting& setting) {
  Json schema;
  switch (setting.kind) {
    case SettingKind::kFlag:
      schema["type"] = "boolean";
      break;
    case SettingKind::kChoice:
      schema["enum"] = setting.choices;
      break;
    case SettingKind::kText:
      schema["type"] = "string";
      break;
    case SettingKind::kWhole:
      schema["type"] = "integer";
      if (setting.range.power_of_two) {
        Json powers = Json::array();
        for (auto power = static_cast<std::uint64_t>(setting.range.minimum);
             static_cast<double>(power) <= setting.range.maximum; power *= 2) {
          powers.push_back(power);
        }
        schema["enum"] = powers;
      } else {
        schema["minimum"] = static_cast<std::uint64_t>(setting.range.minimum);
        schema["maximum"] = static_cast<std::uint64_t>(setting.range.maximum);
      }
      break;
    case SettingKind::kReal:
      schema["type"] = "number";
      schema[setting.range.above_minimum ? "exclusiveMinimum" : "minimum"] = setting.range.minimum;
      schema["maximum"] = setting.range.maximum;
      break;
  }
  return schema;
}

Json setting_schema(const Setting& setting) {
  const Json value = value_schema(setting);
  Json map{{"type", "object"},
           {"additionalProperties", false},
           {"required", {"value"}},
           {"properties",
            {{"value", value},
             {"kind", {{"enum", annotation_kinds()}}},
             {"source", {{"type", "string"}}},
             {"descriptive", {{"type", "boolean"}}}}}};
  return Json{{"description", setting.description + "; " + expected_value(setting)},
              {"anyOf", {value, map}}};
}

/// Indented JSON with every setting on a line of its own.
void print_schema(const Json& json, std::size_t indent, std::string& text) {
  if (!json.is_object() || json.contains("anyOf")) {
    text += json.dump();
    return;
  }
  text += "{";
  for (const auto& [key, value] : json.items()) {
    if (text.back() != '{') text += ",";
    text += '\n';
    text.append(indent + 2, ' ');
    text += quoted(key) + ": ";
    print_schema(value, indent + 2, text);
  }
  text += "\n" + std::string(indent, ' ') + "}";
}

Json section_schema() {
  return Json{{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
}

}  // namespace

std::string dump_yaml(const LoadedPlatform& platform) {
  std::string text = "name: " + quoted(platform.config.name) + "\n" +
                     "description: " + quoted(platform.config.description) + "\n";
  std::vector<std::string> open;
  for (const Setting& setting : soc_settings()) {
    const std::vector<std::string> parts = split_path(setting.path);
    std::size_t common = 0;
    while (common < open.size() && common + 1 < parts.size() && open[common] == parts[common]) {
      ++common;
    }
    open.resize(common);
    for (; open.size() + 1 < parts.size(); open.push_back(parts[open.size()])) {
      text += std::string(2 * open.size(), ' ');
      text += parts[open.size()] + ":\n";
    }
    text += std::string(2 * open.size(), ' ') + parts.back();
    text += annotated_yaml(platform, setting);
  }
  return text;
}

nlohmann::ordered_json dump_json(const LoadedPlatform& platform) {
  Json json{{"name", platform.config.name}, {"description", platform.config.description}};
  for (const Setting& setting : soc_settings()) {
    Json* section = &json;
    const std::vector<std::string> parts = split_path(setting.path);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) section = &(*section)[parts[i]];
    (*section)[parts.back()] = annotated(platform, setting);
  }
  return json;
}

std::string schema_text() {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "aimc-vp platform file"}};
  schema.update(section_schema());
  schema["properties"]["name"] = {{"type", "string"}};
  schema["properties"]["description"] = {{"type", "string"}};
  schema["properties"]["extends"] = {
      {"type", "string"}, {"description", "preset or platform file whose settings are changed"}};
  for (const Setting& setting : soc_settings()) {
    Json* section = &schema;
    const std::vector<std::string> parts = split_path(setting.path);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      Json& child = (*section)["properties"][parts[i]];
      if (child.is_null()) child = section_schema();
      section = &child;
    }
    (*section)["properties"][parts.back()] = setting_schema(setting);
  }
  std::string text;
  print_schema(schema, 0, text);
  return text + "\n";
}

}  // namespace aimc::platform
