// Replays a recorded run's NMPU traffic on the RTL alone, without the platform.
#include <ctime>
#include <fstream>
#include <iostream>

#include "models/nmpu/replay.h"
#include "models/nmpu/trace_format.h"

namespace {

constexpr int kDiffers = 1;
constexpr int kBadInput = 2;

int replay(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << path << ": cannot be opened, expected a trace of --record-nmpu\n";
    return kBadInput;
  }
  const aimc::nmpu::ReplayResult result = aimc::nmpu::replay_on_rtl(file, path, {});
  std::cout << path << ": " << result.vectors << " vectors, " << result.columns
            << " columns replayed on the RTL, " << (result.mismatch.empty() ? 0 : 1)
            << " mismatches\n";
  if (result.mismatch.empty()) return 0;
  std::cout << result.mismatch << '\n';
  return kDiffers;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: aimc_nmpu_replay FILE\n";
    return kBadInput;
  }
  try {
    return replay(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return kBadInput;
  }
}
