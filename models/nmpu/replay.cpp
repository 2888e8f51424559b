// Compiled into each library made from a directory of RTL.
#include "models/nmpu/replay.h"

#include <algorithm>
#include <istream>
#include <map>

#include "models/nmpu/lockstep.h"
#include "models/nmpu/trace_format.h"

namespace aimc::nmpu {
namespace {

/// Gives what the trace says.
class Recorded final : public Backend {
 public:
  /// What the next run() is to give; outlives it.
  void expect(const TraceVector& vector) { vector_ = &vector; }

  void write_params(unsigned /*column*/, const ColumnParams& /*params*/) override {}
  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t /*now_ps*/) override {
    std::copy(vector_->out.begin(), vector_->out.end(), out);
    (vector.config.psum_out ? saturation_.psums : saturation_.activations) += vector_->saturated;
    return vector_->cycles;
  }
  [[nodiscard]] Saturation saturation() const override { return saturation_; }
  void clear_saturation() override { saturation_ = {}; }

 private:
  const TraceVector* vector_ = nullptr;
  Saturation saturation_;
};

struct Unit {
  Recorded* recorded = nullptr;  // owned by the comparison
  std::unique_ptr<Backend> comparison;
};

std::uint64_t count_vectors(std::istream& trace, const std::string& name) {
  TraceReader reader(trace, name);
  TraceRecord record;
  std::uint64_t vectors = 0;
  while (reader.next(record)) vectors += std::holds_alternative<TraceVector>(record) ? 1 : 0;
  trace.clear();
  trace.seekg(0);
  return vectors;
}

}  // namespace

ReplayResult replay_on_rtl(std::istream& trace, const std::string& name,
                           const ReplayOptions& options) {
  std::uint64_t skip = 0;
  if (options.last != 0) {
    const std::uint64_t vectors = count_vectors(trace, name);
    skip = vectors - std::min(vectors, options.last);
  }
  TraceReader reader(trace, name);
  const Format& format = reader.header().format;
  std::map<unsigned, Unit> units;
  const auto unit_of = [&](unsigned tile) -> Unit& {
    Unit& unit = units[tile];
    if (!unit.comparison) {
      // One waveform holds one unit: that of the first tile in the trace.
      WaveOptions waves;
      if (units.size() == 1) waves = {options.waves, 0, ~std::uint64_t{0}, options.period_ps};
      auto recorded = std::make_unique<Recorded>();
      unit.recorded = recorded.get();
      unit.comparison = make_comparison(std::move(recorded), make_rtl(format.configuration, waves),
                                        format, "replay of tile" + std::to_string(tile));
    }
    return unit;
  };

  ReplayResult result;
  std::vector<std::int16_t> out;
  TraceRecord record;
  while (result.mismatch.empty() && reader.next(record)) {
    if (const auto* params = std::get_if<TraceParams>(&record)) {
      unit_of(params->tile).comparison->write_params(params->column, params->params);
      continue;
    }
    if (skip > 0) {
      --skip;
      continue;
    }
    const auto& vector = std::get<TraceVector>(record);
    Unit& unit = unit_of(vector.tile);
    unit.recorded->expect(vector);
    out.resize(vector.out.size());
    try {
      unit.comparison->run(vector.view(), out.data(), vector.time_ps);
    } catch (const std::runtime_error& error) {
      result.mismatch = error.what();
    }
    ++result.vectors;
    result.columns += vector.out.size();
  }
  return result;
}

}  // namespace aimc::nmpu
