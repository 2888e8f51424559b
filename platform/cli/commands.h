#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "platform/cli/cli.h"
#include "platform/cli/usage_error.h"

namespace aimc::cli {

/// One invocation of the program.
struct Invocation {
  const Runner& run;
  const Replayer& replay;
  std::string program;                     ///< argv[0], quoted for a shell
  std::string command;                     ///< the whole command line, quoted for a shell
  std::vector<std::string> firmware_args;  ///< behind "--"
  int status = 0;                          ///< exit status, set by the subcommand
};

/// One function a subcommand: declares it and what it does.
void add_run(CLI::App& app, Invocation& invocation);
void add_platforms(CLI::App& app, Invocation& invocation);
void add_describe(CLI::App& app, Invocation& invocation);
void add_noc(CLI::App& app, Invocation& invocation);
void add_report(CLI::App& app, Invocation& invocation);
void add_compare(CLI::App& app, Invocation& invocation);
void add_nmpu_replay(CLI::App& app, Invocation& invocation);
void add_golden(CLI::App& app, Invocation& invocation);
void add_compile(CLI::App& app, Invocation& invocation);
void add_infer(CLI::App& app, Invocation& invocation);

}  // namespace aimc::cli
