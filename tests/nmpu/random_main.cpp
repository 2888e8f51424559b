// The NMPU's random layer: constrained random traffic at the pins of the Verilated RTL, compared in
// every cycle with the C++ model and the rules of the two streams.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/nmpu/episode.h"

namespace aimc::nmpu::test {
namespace {

constexpr int kFailed = 1;

/// Set by an interrupt: the campaign ends with the episode and reports what it has compared.
volatile std::sig_atomic_t interrupted = 0;

struct Options {
  std::uint64_t columns = 100'000'000;
  std::uint64_t seed = 0;
  std::uint64_t first = 0;
  std::uint64_t episodes = 0;  // 0: as many as the columns need
  unsigned beats = 8192;
  bool sample = false;
  std::string bins_file;
  std::string failing;
  std::string coverage_file;
  unsigned mutants = 0;
  unsigned first_mutant = 0;
};

struct Totals {
  std::uint64_t episodes = 0;
  std::uint64_t beats = 0;
  std::uint64_t cycles = 0;
};

/// Runs one episode; a failure is told with the command that repeats it.
bool run_episode(Pins& pins, const Options& options, std::uint64_t seed, std::uint64_t index,
                 Bins* bins, Totals& totals) {
  Episode episode(pins, seed, index, bins);
  const auto failure = episode.run(options.beats);
  ++totals.episodes;
  totals.beats += episode.beats();
  totals.cycles += episode.cycles();
  if (!failure) return true;
  std::cout << "FAILED: seed " << seed << ", episode " << index << ": " << *failure
            << "\nrepeat: --seed " << seed << " --first " << index << " --episodes 1 --beats "
            << options.beats << std::endl;
  if (!options.failing.empty()) {
    std::ofstream file(options.failing, std::ios::app);
    file << kConfiguration << ' ' << kLanes << ' ' << seed << ' ' << index << ' ' << options.beats
         << '\n';
  }
  return false;
}

/// Episodes that failed once are run again first, whatever was changed since.
bool run_failing(const Options& options, Bins* bins, Totals& totals) {
  std::ifstream file(options.failing);
  std::string line;
  bool passed = true;
  unsigned runs = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string configuration;
    unsigned lanes = 0;
    std::uint64_t seed = 0;
    std::uint64_t index = 0;
    Options again = options;
    again.failing.clear();  // it is in the file already
    if (!(words >> configuration >> lanes >> seed >> index >> again.beats)) {
      std::cout << options.failing << ": '" << line
                << "', expected: configuration lanes seed episode beats" << std::endl;
      return false;
    }
    if (configuration != kConfiguration || lanes != kLanes) continue;
    Pins pins;
    passed = run_episode(pins, again, seed, index, bins, totals) && passed;
    ++runs;
  }
  std::cout << "seeds kept from failures: " << runs << " run again" << std::endl;
  return passed;
}

bool run_campaign(const Options& options, Bins* bins, Totals& totals) {
  std::unique_ptr<Pins> pins;
  const std::uint64_t before = totals.beats;
  const std::uint64_t wanted = (options.columns + kLanes - 1) / kLanes;
  for (std::uint64_t i = 0;; ++i) {
    const bool enough =
        options.episodes != 0 ? i == options.episodes : totals.beats - before >= wanted;
    if (enough || interrupted != 0) {
      if (pins && !options.coverage_file.empty()) pins->write_coverage(options.coverage_file);
      return true;
    }
    if (!pins) pins = std::make_unique<Pins>();
    if (!run_episode(*pins, options, options.seed, options.first + i, bins, totals)) return false;
  }
}

/// Which mutants of the netlist the episodes notice.
int run_mutants(const Options& options) {
  for (unsigned mutant = options.first_mutant; mutant <= options.mutants; ++mutant) {
    Pins pins;
    pins.mutant(mutant);
    std::optional<std::string> failure;
    std::uint64_t index = options.first;
    for (; index < options.first + options.episodes && !failure; ++index) {
      Episode episode(pins, options.seed, index, nullptr);
      failure = episode.run(options.beats);
    }
    std::cout << mutant << '\t' << (failure ? "killed" : "survived") << '\t' << index << '\t'
              << failure.value_or("") << '\n';
    if (mutant == 0 && failure) return kFailed;  // the unchanged netlist
  }
  return 0;
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

bool report_bins(const Bins& bins, const Options& options) {
  std::cout << "functional bins: " << bins.reached() << " of " << bins.size() << " reached\n";
  for (const auto& hole : bins.holes()) std::cout << "hole: " << hole << '\n';
  if (!options.bins_file.empty()) {
    std::ofstream file(options.bins_file);
    bins.write(file);
  }
  return bins.reached() == bins.size();
}

int run(const Options& options) {
  if (options.mutants != 0) return run_mutants(options);
  std::cout << "NMPU random layer: " << kConfiguration << ", " << kLanes << " lanes, seed "
            << options.seed << std::endl;
  Bins bins;
  Bins* sampled = options.sample ? &bins : nullptr;
  Totals totals;
  bool passed = options.failing.empty() || run_failing(options, sampled, totals);
  passed = run_campaign(options, sampled, totals) && passed;
  const double seconds = cpu_seconds();
  const std::uint64_t columns = totals.beats * kLanes;
  std::printf("columns %llu, beats %llu, cycles %llu, episodes %llu, mismatches %d\n",
              static_cast<unsigned long long>(columns),
              static_cast<unsigned long long>(totals.beats),
              static_cast<unsigned long long>(totals.cycles),
              static_cast<unsigned long long>(totals.episodes), passed ? 0 : 1);
  std::printf("CPU %.1f s, %.3g columns/s\n", seconds, static_cast<double>(columns) / seconds);
  if (passed && sampled != nullptr) passed = report_bins(bins, options);
  if (passed && interrupted != 0) std::printf("interrupted before all columns were compared\n");
  return passed && interrupted == 0 ? 0 : kFailed;
}

}  // namespace
}  // namespace aimc::nmpu::test

int main(int argc, char** argv) {
  using namespace aimc::nmpu::test;
  Options options;
  CLI::App app{"Random traffic at the pins of the NMPU's RTL, against the C++ model"};
  app.add_option("--columns", options.columns, "columns to compare at least")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of all random numbers")->capture_default_str();
  app.add_option("--first", options.first, "number of the first episode")->capture_default_str();
  app.add_option("--episodes", options.episodes, "how many, instead of --columns");
  app.add_option("--beats", options.beats, "of an episode")->capture_default_str();
  app.add_flag("--bins", options.sample, "sample functional coverage; holes are a failure");
  app.add_option("--bins-file", options.bins_file, "where to write all bins");
  app.add_option("--failing", options.failing,
                 "file of episodes to run first and to add failures to");
  app.add_option("--coverage-file", options.coverage_file,
                 "where a coverage build writes its data");
  app.add_option("--mutants", options.mutants, "in a mutated netlist: number of the last to try");
  app.add_option("--first-mutant", options.first_mutant, "number of the first; 0 has no mutation");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cout << "FAILED: " << error.what() << std::endl;
    return kFailed;
  }
}
