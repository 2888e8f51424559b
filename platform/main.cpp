#include <cstdlib>
#include <string>
#include <systemc>
#include <vector>

#include "platform/cli/cli.h"
#include "platform/soc/simulation.h"

// The SystemC library expects the program to define sc_main; main() starts the kernel itself.
int sc_main(int /*argc*/, char* /*argv*/[]) {
  return EXIT_FAILURE;
}

int main(int argc, char* argv[]) {
  // Keeps the kernel's banner out of stderr, where only messages belong.
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return aimc::cli::cli_main(argc > 0 ? argv[0] : "aimc-vp", arguments,
                             aimc::platform::run_simulation, aimc::nmpu::replay_on_rtl);
}
