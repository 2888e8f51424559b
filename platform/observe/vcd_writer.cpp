#include <array>
#include <charconv>

#include "platform/observe/output_file.h"
#include "platform/observe/wave_recorder.h"
#include "platform/observe/wave_scopes.h"

namespace aimc::observe {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18U;

/// The short name of a signal: printable characters, least significant first.
std::string identifier(std::size_t number) {
  constexpr std::size_t kCharacters = '~' - '!' + 1;
  std::string text;
  do {
    text += static_cast<char>('!' + number % kCharacters);
    number /= kCharacters;
  } while (number != 0);
  return text;
}

class VcdWriter : public WaveWriter {
 public:
  explicit VcdWriter(const std::string& path) : file_(path) { buffer_.reserve(2 * kBufferBytes); }

  void begin(const std::vector<WaveSignal>& signals, const std::string& notes) override {
    buffer_ = "$version aimc-vp $end\n";
    if (!notes.empty()) buffer_ += "$comment " + notes + " $end\n";
    buffer_ += "$timescale 1 ps $end\n";
    walk_scopes(
        signals,
        [this](const std::string& name) { buffer_ += "$scope module " + name + " $end\n"; },
        [this] { buffer_ += "$upscope $end\n"; },
        [&](std::size_t number) {
          const WaveSignal& signal = signals[number];
          buffer_ += "$var wire " + std::to_string(signal.bits) + " " + identifier(number) + " " +
                     signal.name + " $end\n";
        });
    buffer_ += "$enddefinitions $end\n#0\n$dumpvars\n";
    for (const WaveSignal& signal : signals) {
      identifiers_.push_back(identifier(identifiers_.size()));
      bits_.push_back(signal.bits);
      change(identifiers_.size() - 1, 0);
    }
    buffer_ += "$end\n";
  }

  void time(core::TimePs time_ps) override {
    if (time_ps == time_ps_) return;
    time_ps_ = time_ps;
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), time_ps).ptr;
    buffer_ += '#';
    buffer_.append(digits.data(), end);
    buffer_ += '\n';
  }

  void change(std::size_t signal, std::uint32_t value) override {
    if (bits_[signal] == 1) {
      buffer_ += value != 0 ? '1' : '0';
    } else {
      std::array<char, 40> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 2).ptr;
      buffer_ += 'b';
      buffer_.append(digits.data(), end);
      buffer_ += ' ';
    }
    buffer_ += identifiers_[signal];
    buffer_ += '\n';
    if (buffer_.size() >= kBufferBytes) flush();
  }

  void commit(core::TimePs end_ps) override {
    time(end_ps);
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.write(buffer_);
    buffer_.clear();
  }

  OutputFile file_;
  std::string buffer_;
  std::vector<std::string> identifiers_;
  std::vector<unsigned> bits_;
  core::TimePs time_ps_ = 0;
};

}  // namespace

std::unique_ptr<WaveWriter> make_vcd_writer(const std::string& path) {
  return std::make_unique<VcdWriter>(path);
}

}  // namespace aimc::observe
