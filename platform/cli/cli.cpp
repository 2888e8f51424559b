#include "platform/cli/cli.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>

#include "platform/cli/commands.h"
#include "platform/config/platform_file.h"
#include "platform/observe/output_file.h"
#include "platform/report/report_error.h"

namespace aimc::cli {
namespace {

void start_log() {
  auto log = std::make_shared<spdlog::logger>(
      "aimc-vp", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  log->set_pattern("aimc-vp: %^%l%$: %v");
  spdlog::set_default_logger(std::move(log));
}

/// A word as a shell would have to be given it.
std::string shell_quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./=,:@+%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

int dispatch(const std::string& program, const std::vector<std::string>& arguments,
             const Runner& run, const Replayer& replay) {
  Invocation invocation{run, replay, shell_quoted(program), shell_quoted(program), {}, 0};
  for (const std::string& word : arguments) invocation.command += " " + shell_quoted(word);
  // What stands behind "--" is the firmware's, whatever it looks like.
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> own(arguments.begin(), separator);
  if (separator != arguments.end()) {
    invocation.firmware_args.assign(separator + 1, arguments.end());
  }

  CLI::App app{"Virtual platform of an analog in-memory computing SoC", "aimc-vp"};
  app.set_version_flag("--version", std::string("aimc-vp ") + AIMC_VP_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: the firmware's own code; 2 bad usage or configuration; "
      "3 the platform stopped the run.");
  add_run(app, invocation);
  add_platforms(app, invocation);
  add_describe(app, invocation);
  add_noc(app, invocation);
  add_report(app, invocation);
  add_compare(app, invocation);
  add_nmpu_replay(app, invocation);
  add_golden(app, invocation);
  add_compile(app, invocation);
  add_infer(app, invocation);
  try {
    std::reverse(own.begin(), own.end());  // CLI11 takes its words from the back
    app.parse(own);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    throw UsageError(text + "; see aimc-vp --help");
  }
  return invocation.status;
}

}  // namespace

int cli_main(const std::string& program, const std::vector<std::string>& arguments,
             const Runner& run, const Replayer& replay) {
  start_log();
  try {
    return dispatch(program, arguments, run, replay);
  } catch (const UsageError& error) {
    spdlog::error("{}", error.what());
  } catch (const platform::ConfigError& error) {
    spdlog::error("{}", error.what());
  } catch (const platform::ElfError& error) {
    spdlog::error("{}", error.what());
  } catch (const report::ReportError& error) {
    spdlog::error("{}", error.what());
  } catch (const observe::OutputError& error) {
    spdlog::error("{}", error.what());
  } catch (const std::exception& error) {
    spdlog::critical("internal error: {}", error.what());
    return kInternalError;
  }
  return kBadUsage;
}

}  // namespace aimc::cli
