#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "platform/config/platform_file.h"

namespace aimc::platform {

/// The platform as a complete, annotated platform file.
std::string dump_yaml(const LoadedPlatform& platform);

/// The platform as JSON: sections and annotated values, as in a platform file.
nlohmann::ordered_json dump_json(const LoadedPlatform& platform);

/// JSON schema (draft 7) of platform files, for editors; the text of platform/presets/schema.json.
std::string schema_text();

}  // namespace aimc::platform
