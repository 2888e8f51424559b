#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/riscv/htif.h"
#include "models/riscv/semihosting.h"

namespace aimc::riscv {

constexpr std::uint32_t kMemoryBase = 0x80000000U;

/// 64 KiB of memory.
class FakeMemory : public GuestMemory {
 public:
  bool read(std::uint32_t address, std::uint8_t* bytes, std::size_t count) override {
    if (!inside(address, count)) return false;
    std::copy_n(content.begin() + (address - kMemoryBase), count, bytes);
    return true;
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count) override {
    if (!inside(address, count)) return false;
    std::copy_n(bytes, count, content.begin() + (address - kMemoryBase));
    return true;
  }
  std::uint32_t word(std::uint32_t address) { return read_word(address).value_or(0xDEADBEEFU); }
  std::uint32_t end() const { return kMemoryBase + static_cast<std::uint32_t>(content.size()); }

  std::vector<std::uint8_t> content = std::vector<std::uint8_t>(0x10000);

 private:
  bool inside(std::uint32_t address, std::size_t count) const {
    return address >= kMemoryBase && address - kMemoryBase <= content.size() &&
           count <= content.size() - (address - kMemoryBase);
  }
};

/// A file with fixed content.
class FakeFile : public SemihostFile {
 public:
  explicit FakeFile(std::string content) : content_(std::move(content)) {}
  std::uint32_t size() const override { return static_cast<std::uint32_t>(content_.size()); }
  std::size_t read(std::uint32_t offset, std::uint8_t* bytes, std::size_t count) override {
    const std::size_t begin = std::min<std::size_t>(offset, content_.size());
    const std::size_t available = std::min(count, content_.size() - begin);
    std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(begin), available, bytes);
    return available;
  }

 private:
  std::string content_;
};

/// A platform that remembers what it was asked.
class FakePlatform : public SemihostServices, public HtifServices {
 public:
  void put(std::uint8_t byte) override { printed += static_cast<char>(byte); }
  std::optional<std::uint8_t> get() override {
    if (typed.empty()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(typed.front());
    typed.erase(0, 1);
    return byte;
  }
  std::variant<std::unique_ptr<SemihostFile>, GuestError> open(const std::string& name) override {
    const auto found = files.find(name);
    if (found == files.end()) return GuestError::kNotFound;
    return std::make_unique<FakeFile>(found->second);
  }
  void exit(std::uint32_t code) override { exits.push_back(code); }
  std::uint64_t time_ns() override { return now_ns; }
  std::string command_line() override { return "program one two"; }
  HeapInfo heap() override { return {0x80001000U, 0x80002000U, 0x80004000U, 0x80003000U}; }
  void refuse(const std::string& command) override { refused.push_back(command); }
  void expect_more() override { ++expecting; }

  std::string printed;
  std::string typed;
  std::map<std::string, std::string> files;
  std::vector<std::uint32_t> exits;
  std::vector<std::string> refused;
  std::uint64_t now_ns = 0;
  unsigned expecting = 0;
};

}  // namespace aimc::riscv
