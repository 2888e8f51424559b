#include "platform/config/platform_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "platform/config/device_table.h"
#include "platform/config/embedded_presets.h"
#include "platform/config/input_file.h"
#include "platform/config/nearest.h"

namespace aimc::platform {
namespace {

namespace fs = std::filesystem;

/// Everything a chain of files that extend each other has in common.
struct Chain {
  const std::vector<Setting>& settings;
  std::vector<std::string> files;  ///< being loaded, to find circles
};

std::string at(const std::string& file, const YAML::Mark& mark) {
  return mark.is_null() ? file : file + ":" + std::to_string(mark.line + 1);
}

std::string shown_key(const YAML::Node& key) {
  return key.IsScalar() ? key.Scalar() : std::string("(not a word)");
}

const Setting* find_setting(const std::vector<Setting>& settings, std::string_view path) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [path](const Setting& s) { return s.path == path; });
  return found == settings.end() ? nullptr : &*found;
}

/// The keys a section of the platform file has.
std::vector<std::string> keys_of(const std::vector<Setting>& settings, const std::string& section) {
  std::vector<std::string> keys;
  if (section.empty()) keys = {"name", "description", "extends"};
  const std::string prefix = section.empty() ? "" : section + ".";
  for (const Setting& setting : settings) {
    if (setting.path.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string rest = setting.path.substr(prefix.size());
    const std::string key = rest.substr(0, rest.find('.'));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

/// Unknown key: the nearest of its section, or a setting of that name in another section.
std::string unknown_key(const std::vector<Setting>& settings, const std::string& where,
                        const std::string& section, const std::string& key) {
  const std::string prefix = section.empty() ? "" : section + ".";
  const std::string message = where + ": unknown key '" + prefix + key + "'";
  const std::vector<std::string> keys = keys_of(settings, section);
  if (const auto best = nearest(key, keys)) {
    return message + " (did you mean '" + prefix + *best + "'?)";
  }
  const auto elsewhere = std::find_if(settings.begin(), settings.end(), [&key](const Setting& s) {
    return s.path.substr(s.path.rfind('.') + 1) == key;
  });
  if (elsewhere != settings.end()) return message + " (did you mean '" + elsewhere->path + "'?)";
  return message + known_list(keys);
}

/// A path one level further down.
std::string below(const std::string& section, const std::string& key) {
  return section.empty() ? key : section + "." + key;
}

[[noreturn]] void refuse(const std::string& where, const std::string& key,
                         const std::string& what) {
  throw ConfigError(where + ": key '" + key + "'" + what);
}

[[noreturn]] void refuse_value(const std::string& where, const std::string& key,
                               const std::string& value, const std::string& what) {
  refuse(where, key, ": value '" + value + "' " + what);
}

std::string text_of(const YAML::Node& node, const std::string& where, const std::string& key) {
  if (!node.IsScalar()) refuse(where, key, ": expected text");
  return node.Scalar();
}

/// Reads one of {value, kind, source, descriptive}; false for any other key.
bool read_annotation(const std::string& name, const YAML::Node& node, const std::string& where,
                     const std::string& path, YAML::Node& value, Annotation& annotation) {
  if (name == "value") {
    value = node;
  } else if (name == "kind") {
    annotation.kind = text_of(node, where, path);
    const auto& kinds = annotation_kinds();
    if (std::find(kinds.begin(), kinds.end(), annotation.kind) == kinds.end()) {
      refuse_value(where, path, annotation.kind,
                   "is not known" + suggestion(annotation.kind, kinds));
    }
  } else if (name == "source") {
    annotation.source = text_of(node, where, path);
  } else if (name == "descriptive") {
    const std::string text = text_of(node, where, path);
    if (text != "true" && text != "false") {
      refuse_value(where, path, text, "is neither true nor false");
    }
    annotation.descriptive = text == "true";
  } else {
    return false;
  }
  return true;
}

[[noreturn]] void refuse_annotation(const std::string& where, const std::string& path,
                                    const std::string& name) {
  throw ConfigError(where + ": unknown key '" + path + "'" +
                    suggestion(name, {"value", "kind", "source", "descriptive"}));
}

/// Reads {value, kind, source, descriptive}; hands the value back.
YAML::Node read_annotated(const YAML::Node& node, const std::string& file, const std::string& path,
                          Annotation& annotation) {
  YAML::Node value;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string name = shown_key(entry.first);
    const std::string where = at(file, entry.first.Mark());
    const std::string full = below(path, name);
    if (!seen.insert(name).second) refuse(where, full, " is given twice");
    if (!read_annotation(name, entry.second, where, full, value, annotation)) {
      refuse_annotation(where, full, name);
    }
  }
  if (seen.count("value") == 0) {
    refuse(at(file, node.Mark()), path, ": an annotated value needs the key 'value'");
  }
  return value;
}

/// A quoted scalar carries the tag "!".
bool is_quoted(const YAML::Node& node) {
  return node.Tag() == "!";
}

/// True when `name` can only be a path.
bool is_path(const std::string& name) {
  const fs::path path(name);
  return name.find('/') != std::string::npos || path.extension() == ".yaml" ||
         path.extension() == ".yml";
}

constexpr const char* kTechnology = "tile.technology";
constexpr const char* kTable = "tile.device.table";
constexpr const char* kNoTable = "none";

/// Settings that name files are relative to the file that says so, or to where the program runs;
/// kept as absolute paths, so that a platform written out can be read from anywhere.
std::string resolved(const std::string& path, const std::string& value, const std::string& file) {
  const bool names_file =
      (path == kTechnology && is_path(value)) || (path == kTable && value != kNoTable);
  if (!names_file || fs::path(value).is_absolute()) return value;
  return fs::absolute(fs::path(file).parent_path() / value).lexically_normal().string();
}

void apply_value(LoadedPlatform& platform, const Setting& setting, const YAML::Node& node,
                 const std::string& file, const YAML::Mark& key_mark) {
  const std::string where = at(file, key_mark);
  Annotation annotation;
  annotation.origin = where;
  YAML::Node value = node;
  if (const auto inherited = platform.annotations.find(setting.path);
      inherited != platform.annotations.end()) {
    annotation.descriptive = inherited->second.descriptive;
  }
  annotation.kind = "assumed";
  annotation.source = "set in " + file;
  if (node.IsMap()) value = read_annotated(node, file, setting.path, annotation);
  if (!value.IsScalar()) {
    const char* what = value.IsNull() ? "nothing" : value.IsSequence() ? "a list" : "a map";
    throw ConfigError(where + ": key '" + setting.path + "': " + what + " is given; expected " +
                      expected_value(setting));
  }
  try {
    setting.set(
        platform.config,
        parse_setting(setting, resolved(setting.path, value.Scalar(), file), is_quoted(value)));
  } catch (const std::invalid_argument& error) {
    throw ConfigError(at(file, value.Mark()) + ": key '" + setting.path + "': " + error.what());
  }
  platform.annotations[setting.path] = std::move(annotation);
}

void apply_section(LoadedPlatform& platform, const Chain& chain, const YAML::Node& node,
                   const std::string& file, const std::string& section,
                   std::set<std::string>& given) {
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = shown_key(entry.first);
    const std::string where = at(file, entry.first.Mark());
    const std::string path = below(section, key);
    if (!seen.insert(key).second) refuse(where, path, " is given twice");
    if (section.empty() && (key == "name" || key == "description" || key == "extends")) {
      const std::string text = text_of(entry.second, where, path);
      if (key == "name") platform.config.name = text;
      if (key == "description") platform.config.description = text;
      continue;
    }
    if (const Setting* setting = find_setting(chain.settings, path)) {
      given.insert(path);
      apply_value(platform, *setting, entry.second, file, entry.first.Mark());
      continue;
    }
    if (keys_of(chain.settings, path).empty()) {
      throw ConfigError(unknown_key(chain.settings, where, section, key));
    }
    if (!entry.second.IsMap()) refuse(where, path, " is a section; expected keys below it");
    apply_section(platform, chain, entry.second, file, path, given);
  }
}

void load_layer(LoadedPlatform& platform, Chain& chain, const std::string& text,
                const std::string& file);

std::string read_text(const std::string& file, const char* what = "platform") {
  const std::string named = std::string(what) + " file '" + file + "' ";
  if (const auto why = why_no_file(file)) throw ConfigError(named + *why);
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw ConfigError(named + "cannot be read");
  return text.str();
}

std::vector<std::string> names_of(const std::vector<Preset>& presets) {
  std::vector<std::string> names;
  names.reserve(presets.size());
  for (const Preset& preset : presets) names.push_back(preset.name);
  return names;
}

const Preset* find_preset(const std::vector<Preset>& presets, const std::string& name) {
  const auto found = std::find_if(presets.begin(), presets.end(),
                                  [&name](const Preset& preset) { return preset.name == name; });
  return found == presets.end() ? nullptr : &*found;
}

/// Loads a preset or file; `where` says who asks for it.
void load_named(LoadedPlatform& platform, Chain& chain, const std::string& name,
                const std::string& where) {
  const std::vector<Preset> all = presets();
  const Preset* preset = find_preset(all, name);
  if (!is_path(name) && preset != nullptr) {
    load_layer(platform, chain, preset->text, preset->name + ".yaml");
    return;
  }
  if (!is_path(name) && why_no_file(name)) {
    throw ConfigError(where + "'" + name + "' is neither a preset nor a file" +
                      suggestion(name, names_of(all)));
  }
  load_layer(platform, chain, read_text(name), name);
}

YAML::Node parse_text(const std::string& text, const std::string& file) {
  try {
    YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) throw ConfigError(file + ": expected settings, e.g. 'extends: default'");
    return root;
  } catch (const YAML::Exception& error) {
    throw ConfigError(at(file, error.mark) + ": not valid YAML: " + error.msg);
  }
}

/// Applies the settings of a technology; `where` says who asks for it.
void apply_technology(LoadedPlatform& platform, Chain& chain, const std::string& name,
                      const std::string& where, std::set<std::string>& given) {
  const auto all = embedded_technologies();
  const auto preset = std::find_if(
      all.begin(), all.end(), [&name](const auto& built_in) { return built_in.first == name; });
  const bool own = is_path(name);
  if (preset == all.end() && !own) {
    throw ConfigError(where + "value '" + name + "' is not a technology" +
                      suggestion(name, names_of(technologies())) +
                      ", or a path that ends in .yaml");
  }
  const std::string file = own ? name : name + ".yaml";
  if (std::find(chain.files.begin(), chain.files.end(), file) != chain.files.end()) {
    throw ConfigError(file + ": key 'extends': the file extends itself by way of '" +
                      chain.files.back() + "'");
  }
  chain.files.push_back(file);
  const YAML::Node root = parse_text(own ? read_text(file, "technology") : preset->second, file);
  for (const auto& entry : root) {
    const std::string key = shown_key(entry.first);
    if (key != "name" && key != "description" && key != "extends" && key != "tile") {
      throw ConfigError(at(file, entry.first.Mark()) + ": unknown key '" + key +
                        "'; a technology has name, description, extends and tile");
    }
  }
  if (const YAML::Node base = root["extends"]) {
    std::string extended = text_of(base, at(file, base.Mark()), "extends");
    if (is_path(extended))
      extended = (fs::path(file).parent_path() / extended).lexically_normal().string();
    apply_technology(platform, chain, extended, at(file, base.Mark()) + ": key 'extends': ", given);
  }
  const YAML::Node tile = root["tile"];
  if (!tile || !tile.IsMap()) refuse(file, "tile", " is missing; expected settings below it");
  if (const YAML::Node inner = tile["technology"]) {
    refuse(at(file, inner.Mark()), kTechnology, " cannot stand in a technology");
  }
  apply_section(platform, chain, tile, file, "tile", given);
  chain.files.pop_back();
}

/// The technology a platform file names, applied before its other settings.
void apply_named_technology(LoadedPlatform& platform, Chain& chain, const YAML::Node& root,
                            const std::string& file, std::set<std::string>& given) {
  const YAML::Node tile = root["tile"];
  if (!tile || !tile.IsMap()) return;
  YAML::Node named = tile["technology"];
  if (named && named.IsMap()) named.reset(named["value"]);
  if (!named || !named.IsScalar()) return;  // refused where the key is read
  apply_technology(platform, chain, resolved(kTechnology, named.Scalar(), file),
                   at(file, named.Mark()) + ": key '" + kTechnology + "': ", given);
}

void load_layer(LoadedPlatform& platform, Chain& chain, const std::string& text,
                const std::string& file) {
  if (std::find(chain.files.begin(), chain.files.end(), file) != chain.files.end()) {
    throw ConfigError(file + ": key 'extends': the file extends itself by way of '" +
                      chain.files.back() + "'");
  }
  chain.files.push_back(file);
  const YAML::Node root = parse_text(text, file);
  const YAML::Node base = root["extends"];  // a const node: looking does not insert
  if (base) {
    const std::string where = at(file, base.Mark()) + ": key 'extends': ";
    std::string name = text_of(base, at(file, base.Mark()), "extends");
    if (is_path(name)) name = (fs::path(file).parent_path() / name).lexically_normal().string();
    load_named(platform, chain, name, where);
  }
  platform.config.name = fs::path(file).stem().string();
  std::set<std::string> given;
  apply_named_technology(platform, chain, root, file, given);
  apply_section(platform, chain, root, file, "", given);
  if (base) return;
  const auto missing =
      std::find_if(chain.settings.begin(), chain.settings.end(),
                   [&given](const Setting& setting) { return given.count(setting.path) == 0; });
  if (missing != chain.settings.end()) {
    refuse(file, missing->path,
           " is missing; expected " + expected_value(*missing) +
               ", or 'extends: default' to inherit it");
  }
}

void apply_override(LoadedPlatform& platform, const std::vector<Setting>& settings,
                    const std::string& text) {
  const std::string where = "--set " + text;
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw ConfigError(where + ": expected PATH=VALUE, e.g. --set noc.width=8");
  }
  std::string path = text.substr(0, equals);
  // The NMPU is known by its own name; its settings are a tile's.
  constexpr std::string_view kNmpu = "nmpu.";
  if (path.compare(0, kNmpu.size(), kNmpu) == 0) path.insert(0, "tile.");
  const Setting* setting = find_setting(settings, path);
  if (setting == nullptr) {
    if (!keys_of(settings, path).empty()) {
      throw ConfigError(where + ": key '" + path + "' is a section; expected one of its keys" +
                        known_list(keys_of(settings, path)));
    }
    std::vector<std::string> paths;
    paths.reserve(settings.size());
    for (const Setting& known : settings) paths.push_back(known.path);
    const auto best = nearest(path, paths);
    throw ConfigError(
        where + ": unknown key '" + path + "'" +
        (best ? " (did you mean '" + *best + "'?)" : "; aimc-vp describe lists all keys"));
  }
  try {
    setting->set(platform.config,
                 parse_setting(*setting, resolved(path, text.substr(equals + 1), ""), false));
  } catch (const std::invalid_argument& error) {
    throw ConfigError(where + ": key '" + path + "': " + error.what());
  }
  Annotation& annotation = platform.annotations[path];
  annotation.kind = "assumed";
  annotation.source = "set on the command line";
  annotation.origin = where;
}

LoadedPlatform finish(LoadedPlatform platform, const std::vector<Setting>& settings,
                      const std::vector<std::string>& overrides) {
  const std::string technology = std::string(kTechnology) + "=";
  for (const std::string& text : overrides) {
    if (text.compare(0, technology.size(), technology) != 0) continue;
    Chain chain{settings, {}};
    std::set<std::string> given;
    apply_technology(platform, chain, text.substr(technology.size()),
                     "--set " + text + ": key '" + kTechnology + "': ", given);
  }
  for (const std::string& text : overrides) apply_override(platform, settings, text);
  analog::DeviceTable& table = platform.config.tile.crossbar.device.table;
  const std::string& file = platform.config.device_table;
  table = file == kNoTable ? analog::DeviceTable{} : load_device_table(file);
  check_platform(platform);
  return platform;
}

}  // namespace

namespace {

std::vector<Preset> described(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<Preset> all;
  for (const auto& [name, text] : files) {
    const YAML::Node root = YAML::Load(text);
    all.push_back({name, root["description"].as<std::string>(""), text});
  }
  std::sort(all.begin(), all.end(),
            [](const Preset& a, const Preset& b) { return a.name < b.name; });
  return all;
}

}  // namespace

const std::vector<std::string>& annotation_kinds() {
  static const std::vector<std::string> kinds{"independent", "apportioned", "assumed"};
  return kinds;
}

std::vector<Preset> presets() {
  return described(embedded_presets());
}

std::vector<Preset> technologies() {
  return described(embedded_technologies());
}

LoadedPlatform load_platform(const std::string& name_or_file,
                             const std::vector<std::string>& overrides) {
  const std::vector<Setting> settings = soc_settings();
  Chain chain{settings, {}};
  LoadedPlatform platform;
  load_named(platform, chain, name_or_file, "platform ");
  return finish(std::move(platform), settings, overrides);
}

LoadedPlatform load_platform_text(const std::string& text, const std::string& file,
                                  const std::vector<std::string>& overrides) {
  const std::vector<Setting> settings = soc_settings();
  Chain chain{settings, {}};
  LoadedPlatform platform;
  load_layer(platform, chain, text, file);
  return finish(std::move(platform), settings, overrides);
}

}  // namespace aimc::platform
