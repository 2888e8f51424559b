// Runs a flat image at the start of RAM on the hart.
//
//   isa_runner ISA IMAGE.bin [--output FILE] [--cut SEED] [--coverage FILE] [--isolated CYCLES]
//              [--fault NAME] [--pmp ENTRIES]
//
// Prints what the program prints. --output writes what is in the image's place at the end. --cut
// runs in random stretches, which must change nothing. --coverage runs one instruction at a time
// and writes how often each row of the coverage table was met. --isolated runs each program of an
// image alone, after a reset, for at most so many cycles, and prints the numbers of those that did
// not end. --pmp says how many entries of physical memory protection there are; none without it.
// --fault makes the hart do one thing wrong, in the program that is built for it.
//
// The last line on stderr tells pc, cycles and instructions at the end.

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/isa/coverage.h"
#include "tests/isa/fault.h"
#include "tests/isa/layout.h"
#include "tests/isa/machine.h"

namespace aimc::isatest {
namespace {

constexpr std::uint64_t kMaxCycles = 5'000'000'000;

struct Options {
  std::string isa, image;
  std::map<std::string, std::string> named;

  std::string get(const std::string& name) const {
    const auto found = named.find(name);
    return found == named.end() ? std::string() : found->second;
  }
};

Options parse(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments.size() % 2 != 0)
    throw std::invalid_argument("expected ISA IMAGE and pairs of option and value");
  Options options{arguments[0], arguments[1], {}};
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    if (name != "--output" && name != "--cut" && name != "--coverage" && name != "--isolated" &&
        name != "--fault" && name != "--pmp")
      throw std::invalid_argument("no option " + name);
    options.named[name] = arguments[i + 1];
  }
  return options;
}

void run_isolated(riscv::Hart& hart, Machine& machine, std::uint64_t cycles, Watcher* watcher) {
  const std::uint32_t control = kRamBase + kControl;
  const std::uint32_t count = machine.word(control + kControlCount);
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    machine.set_word(control + kControlCurrent, slot);
    machine.set_word(control + kControlCount, slot + 1);
    hart.reset();
    hart.invalidate(kRamBase, machine.ram_size());
    if (run(hart, machine, hart.cycle() + cycles, 0, watcher) != Ending::kFinished)
      std::cout << slot << '\n';
  }
}

const char* describe(Ending ending) {
  switch (ending) {
    case Ending::kLimit:
      return "too many cycles";
    case Ending::kWaitsForEver:
      return "waits for an interrupt that nothing raises";
    case Ending::kUnhandledTrap:
      return "unhandled trap: ";
    default:
      return "";
  }
}

int run_image(const Options& options) {
  std::ifstream file(options.image, std::ios::binary);
  const std::vector<char> image{std::istreambuf_iterator<char>(file), {}};
  if (image.empty() || image.size() > kRamSize)
    throw std::runtime_error(options.image + ": not a file of 1 byte to 64 MiB");
  Machine machine(image, kRamSize);
  riscv::HartConfig config;
  config.reset_pc = kRamBase;
  config.extensions = riscv::parse_isa(options.isa);
  const std::string entries = options.get("--pmp");
  config.pmp_entries = entries.empty() ? 0 : static_cast<unsigned>(std::stoul(entries));
  riscv::Hart hart(config, machine);
  hart.add_direct_memory({kRamBase, kRamSize, machine.ram(), true});

  std::unique_ptr<Coverage> coverage;
  if (!options.get("--coverage").empty()) coverage = std::make_unique<Coverage>();
  std::unique_ptr<Watcher> fault;
  if (!options.get("--fault").empty()) fault = make_fault(options.get("--fault"));
  Watcher* watcher = fault ? fault.get() : coverage.get();

  Ending ending = Ending::kFinished;
  if (const std::string cycles = options.get("--isolated"); !cycles.empty()) {
    run_isolated(hart, machine, std::stoull(cycles), watcher);
  } else {
    const std::string cut = options.get("--cut");
    ending = run(hart, machine, kMaxCycles, cut.empty() ? 0 : std::stoull(cut), watcher);
  }
  std::cout << machine.printed() << std::flush;
  if (const std::string path = options.get("--output"); !path.empty()) {
    std::ofstream output(path, std::ios::binary);
    std::copy_n(machine.ram(), image.size(), std::ostreambuf_iterator<char>(output));
    output.close();
    if (!output) throw std::runtime_error(path + ": cannot be written");
  }
  if (coverage) coverage->write(options.get("--coverage"));
  if (ending != Ending::kFinished) {
    std::cerr << describe(ending);
    if (ending == Ending::kUnhandledTrap) std::cerr << hart.trap_description();
    std::cerr << '\n';
  }
  std::cerr << "pc " << std::hex << hart.pc() << std::dec << " cycles " << hart.cycle()
            << " instructions " << hart.instructions() << '\n';
  return ending == Ending::kFinished ? 0 : 1;
}

}  // namespace
}  // namespace aimc::isatest

int main(int argc, char** argv) {
  try {
    return aimc::isatest::run_image(aimc::isatest::parse({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    std::cerr << "isa_runner: " << error.what() << '\n';
    return 2;
  }
}
