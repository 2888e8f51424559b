#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platform/config/settings.h"

namespace aimc::platform {

/// A platform file or an override that cannot be used; what() is one line for the user.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a platform file says about a value.
struct Annotation {
  std::string kind;          ///< independent, apportioned (from a published total) or assumed
  std::string source;        ///< where the value comes from
  bool descriptive = false;  ///< true: no result depends on it
  std::string origin;        ///< "FILE:LINE" or "--set PATH=VALUE"
};

/// Accepted values of Annotation::kind.
const std::vector<std::string>& annotation_kinds();

/// A platform as loaded: what the models are built from, and where every value comes from.
struct LoadedPlatform {
  SocConfig config;
  std::map<std::string, Annotation, std::less<>> annotations;  ///< by path of the setting
};

/// A platform file that is part of the program.
struct Preset {
  std::string name;
  std::string description;
  std::string text;
};

/// All presets, sorted by name.
std::vector<Preset> presets();

/// All technologies that are part of the program, sorted by name.
std::vector<Preset> technologies();

/// Loads a preset (by name) or a platform file (by path), then applies `PATH=VALUE` overrides in
/// order, then checks that the settings fit together. Throws ConfigError.
///
/// A file that says `extends: NAME or FILE` changes that platform; a file that does not must give
/// every setting. A value is a scalar or {value, kind, source, descriptive}; a plain scalar that
/// changes an inherited value is `assumed`, with the file as its source.
LoadedPlatform load_platform(const std::string& name_or_file,
                             const std::vector<std::string>& overrides = {});

/// The same from text; `file` is used in messages and to find what it extends.
LoadedPlatform load_platform_text(const std::string& text, const std::string& file,
                                  const std::vector<std::string>& overrides = {});

/// Checks that need more than one setting. Throws ConfigError.
void check_platform(const LoadedPlatform& platform);

}  // namespace aimc::platform
