#include <array>

#include "platform/cli/commands.h"

namespace aimc::cli {

namespace {

[[noreturn]] void refuse(const std::string& name) {
  throw UsageError("'aimc-vp " + name + "' is not built yet");
}

}  // namespace

void add_unbuilt(CLI::App& app) {
  struct Planned {
    const char* name;
    const char* what;
  };
  static constexpr std::array<Planned, 1> kPlanned{{{"infer", "a network on the platform"}}};
  for (const Planned& planned : kPlanned) {
    CLI::App* command =
        app.add_subcommand(planned.name, std::string(planned.what) + " (not built yet)");
    command->allow_extras();
    const std::string name = planned.name;
    command->callback([name]() { refuse(name); });
  }
}

}  // namespace aimc::cli
