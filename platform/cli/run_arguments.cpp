#include "platform/cli/run_arguments.h"

#include <stdexcept>

#include "platform/cli/usage_error.h"
#include "platform/soc/host_files.h"

namespace aimc::cli {
namespace {

/// The directory behind --semihosting, if there is one. Checked while the command line is read: a
/// firmware's name in its place would otherwise be missed as the firmware.
std::string semihosting_directory(const std::vector<std::string>& words) {
  if (words.empty() || words.back().empty()) return {};
  try {
    const platform::HostFiles files(words.back());
  } catch (const std::runtime_error& error) {
    throw UsageError(std::string("--semihosting: ") + error.what() +
                     "; expected a directory, or nothing and the option behind the firmware");
  }
  return words.back();
}

}  // namespace

void declare_common_options(CLI::App& command, RunArguments& arguments) {
  command.add_option("--platform", arguments.platform, "Preset or platform file")
      ->capture_default_str();
  command.add_option("--set", arguments.set, "Change a setting: PATH=VALUE")
      ->allow_extra_args(false);
  command.add_option("--seed", arguments.seed, "Seed of all randomness")->capture_default_str();
  command
      .add_option("--trace", arguments.trace,
                  "Traces to write: perfetto, vcd, fst, csv, instr, packets")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--trace-window", arguments.trace_window,
                     "Trace this stretch of simulated time only: FROM:TO, e.g. 1ms:2ms, 1ms:");
  command.add_option(
      "--trace-filter", arguments.trace_filter,
      "Trace these only: component=NAME[,NAME]; of instructions function=NAME[,NAME] "
      "or range=BEGIN:END; several joined by +");
  command.add_option("--power-bin", arguments.power_bin,
                     "Width of the time bins of power.csv and timeline.csv, e.g. 10us; default: as "
                     "wide as at most 1000 bins need");
  command
      .add_option("--progress", arguments.progress,
                  "Wall time between two lines of progress, where stderr is no terminal")
      ->capture_default_str();
  command.add_flag("--profile", arguments.profile, "Write what each function of the firmware cost");
  command.add_option("--nmpu", arguments.nmpu, "NMPU: model, rtl or lockstep")
      ->capture_default_str();
  command.add_option("--waves", arguments.waves,
                     "Write a waveform of a tile's NMPU, of the vectors of this simulated time: "
                     "nmpu:TILE@FROM..TO, e.g. nmpu:3@1ms..2ms; with --nmpu rtl or lockstep");
  command.add_option("--record-nmpu", arguments.record_nmpu,
                     "Write all NMPU traffic to this file, for nmpu-replay");
  command.add_option("--noc", arguments.noc,
                     "Network engine: lt, at or flit; short for --set noc.engine");
  command.add_option("--analog", arguments.analog,
                     "Crossbars: ideal or physical; short for --set tile.analog");
  command.add_option("--threads", arguments.threads,
                     "Threads for the arithmetic of crossbars; default: one a processor. Results "
                     "do not depend on it");
  command.add_option(
      "--age", arguments.age,
      "Time that has passed since devices were programmed when they are read, e.g. 30days "
      "(the setting tile.age_s)");
  command.add_option("--max-sim-time", arguments.max_sim_time,
                     "Stop at this simulated time, e.g. 10ms");
  CLI::Option* verbose = command.add_flag("-v,--verbose", arguments.verbose, "More messages");
  command.add_flag("-q,--quiet", arguments.quiet, "Only the UART and errors")->excludes(verbose);
}

void declare_options(CLI::App& command, RunArguments& arguments) {
  command.add_option("firmware", arguments.firmware, "32-bit RISC-V ELF executable")->required();
  command.add_option("--out", arguments.out, "Folder of the results; default out/FIRMWARE");
  declare_common_options(command, arguments);
  command.add_option("--gdb", arguments.gdb,
                     "Wait for gdb on this port of 127.0.0.1; 0: any free one");
  command.add_option("--uart", arguments.uart, "UART: stdio, pty, or a file for its output")
      ->capture_default_str();
  command
      .add_option("--load", arguments.load,
                  "Put a file (.gz: decompressed) into RAM before the run: FILE@ADDRESS or "
                  "FILE@SYMBOL")
      ->allow_extra_args(false);
  command
      .add_option("--save", arguments.save,
                  "Write RAM to a file after the run: FILE@SYMBOL[:BYTES] or "
                  "FILE@ADDRESS:BYTES")
      ->allow_extra_args(false);
  command.add_option("--signature", arguments.signature,
                     "After the run, write the words from symbol begin_signature to end_signature, "
                     "in hexadecimal");
  command
      .add_option_function<std::vector<std::string>>(
          "--semihosting",
          [&arguments](const std::vector<std::string>& words) {
            arguments.semihosting = semihosting_directory(words);
          },
          "Serve semihosting calls: console and exit; with DIR, files below it can be read")
      ->type_name("[DIR]")
      ->expected(0, 1);
  command.footer("What follows -- are the firmware's arguments.");
}

}  // namespace aimc::cli
