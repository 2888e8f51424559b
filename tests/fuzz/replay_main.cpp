// Runs a fuzz target on kept inputs, without libFuzzer. usage: NAME FILE|DIRECTORY...

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_of(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    if (fs::is_directory(argv[i])) {
      for (const auto& entry : fs::directory_iterator(argv[i])) files.push_back(entry.path());
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool replay(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream.is_open()) return false;
  const std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::cerr << file.filename().string() << std::endl;  // the last one named is the one that failed
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<fs::path> files = files_of(argc, argv);
    for (const fs::path& file : files) {
      if (!replay(file)) {
        std::cerr << "cannot be read: " << file << '\n';
        return 2;
      }
    }
    if (files.empty()) {
      std::cerr << "no inputs; expected files or directories\n";
      return 2;
    }
    std::cout << files.size() << " inputs replayed\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
