#include <fstapi.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "platform/observe/output_file.h"
#include "platform/observe/wave_recorder.h"
#include "platform/observe/wave_scopes.h"

namespace aimc::observe {
namespace {

constexpr int kPicoseconds = -12;

/// Writes beside its place and renames at the end, as OutputFile does; fstapi opens files itself.
class FstWriter : public WaveWriter {
 public:
  explicit FstWriter(const std::string& path) : path_(path), temporary_(path + ".part") {
    context_ = fstWriterCreate(temporary_.c_str(), 1);
    if (context_ == nullptr) {
      throw OutputError("output '" + path_ +
                        "' cannot be written: " + std::generic_category().message(errno));
    }
    fstWriterSetPackType(context_, FST_WR_PT_LZ4);
    fstWriterSetTimescale(context_, kPicoseconds);
    fstWriterSetVersion(context_, "aimc-vp");
    fstWriterSetDate(context_, "");  // equal runs leave equal files
  }
  ~FstWriter() override {
    if (context_ == nullptr) return;
    fstWriterClose(context_);
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }
  FstWriter(const FstWriter&) = delete;
  FstWriter& operator=(const FstWriter&) = delete;

  void begin(const std::vector<WaveSignal>& signals, const std::string& notes) override {
    if (!notes.empty()) fstWriterSetComment(context_, notes.c_str());
    handles_.resize(signals.size());
    for (const WaveSignal& signal : signals) bits_.push_back(signal.bits);
    walk_scopes(
        signals,
        [this](const std::string& name) {
          fstWriterSetScope(context_, FST_ST_VCD_MODULE, name.c_str(), nullptr);
        },
        [this] { fstWriterSetUpscope(context_); },
        [&](std::size_t number) {
          handles_[number] =
              fstWriterCreateVar(context_, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, signals[number].bits,
                                 signals[number].name.c_str(), 0);
        });
    fstWriterEmitTimeChange(context_, 0);
    for (std::size_t signal = 0; signal < signals.size(); ++signal) change(signal, 0);
  }
  void time(core::TimePs time_ps) override { fstWriterEmitTimeChange(context_, time_ps); }
  void change(std::size_t signal, std::uint32_t value) override {
    fstWriterEmitValueChange32(context_, handles_[signal], bits_[signal], value);
  }
  void commit(core::TimePs end_ps) override {
    fstWriterEmitTimeChange(context_, end_ps);
    fstWriterClose(context_);
    context_ = nullptr;
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    if (!error) return;
    throw OutputError("output '" + path_ + "' cannot be written: " + error.message());
  }

 private:
  std::string path_;
  std::string temporary_;
  void* context_ = nullptr;
  std::vector<fstHandle> handles_;
  std::vector<unsigned> bits_;
};

}  // namespace

std::unique_ptr<WaveWriter> make_fst_writer(const std::string& path) {
  return std::make_unique<FstWriter>(path);
}

}  // namespace aimc::observe
