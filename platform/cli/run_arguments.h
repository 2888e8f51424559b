#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace aimc::cli {

/// The words of `aimc-vp run` as they were given.
struct RunArguments {
  std::string firmware;
  std::string platform = "default";
  std::vector<std::string> set;
  std::string out;
  std::string seed = "1";
  std::vector<std::string> trace;
  std::string trace_window;
  std::string trace_filter;
  std::string power_bin;
  std::string progress = "10s";
  bool profile = false;
  std::string nmpu = "model";
  std::string waves;
  std::string record_nmpu;
  std::string noc;
  std::string threads;
  std::string analog;
  std::string age;
  std::string gdb;
  std::string uart = "stdio";
  std::string max_sim_time;
  std::vector<std::string> load;
  std::vector<std::string> save;
  std::string signature;
  std::optional<std::string> semihosting;  // a directory, or empty
  bool verbose = false;
  bool quiet = false;
};

/// Declares what any run of firmware can be given: platform, output, traces, NMPU and so on, but
/// not the firmware nor what is put into and read out of RAM. As declare_options otherwise.
void declare_common_options(CLI::App& command, RunArguments& arguments);

/// Declares the options of `aimc-vp run`; parsing fills `arguments`, which must outlive `command`.
void declare_options(CLI::App& command, RunArguments& arguments);

}  // namespace aimc::cli
