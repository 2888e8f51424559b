#include <iostream>
#include <memory>

#include "platform/cli/commands.h"
#include "platform/config/platform_file.h"

namespace aimc::cli {

void add_platforms(CLI::App& app, Invocation& /*invocation*/) {
  CLI::App* command = app.add_subcommand("platforms", "List the presets, one a line");
  const auto technologies = std::make_shared<bool>(false);
  command->add_flag("--technologies", *technologies,
                    "The device technologies instead (the setting tile.technology)");
  command->callback([technologies]() {
    for (const platform::Preset& preset :
         *technologies ? platform::technologies() : platform::presets()) {
      std::cout << preset.name
                << std::string(preset.name.size() < 20 ? 20 - preset.name.size() : 2, ' ')
                << preset.description << '\n';
    }
  });
}

}  // namespace aimc::cli
