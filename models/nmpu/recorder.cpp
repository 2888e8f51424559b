#include "models/nmpu/recorder.h"

#include <utility>

namespace aimc::nmpu {
namespace {

class Recorder final : public Backend {
 public:
  Recorder(std::unique_ptr<Backend> inner, unsigned tile, TraceWriter& trace)
      : inner_(std::move(inner)), trace_(trace) {
    params_.tile = tile;
    vector_.tile = tile;
  }

  void write_params(unsigned column, const ColumnParams& params) override {
    inner_->write_params(column, params);
    params_.column = column;
    params_.params = params;
    trace_.write(params_);
  }

  unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) override {
    const Saturation before = inner_->saturation();
    const unsigned cycles = inner_->run(vector, out, now_ps);
    const Saturation after = inner_->saturation();
    const unsigned n = vector.columns;
    vector_.first_column = vector.first_column;
    vector_.time_ps = now_ps;
    vector_.config = vector.config;
    vector_.cycles = cycles;
    // The counters are modulo 2^32, and so is their difference.
    vector_.saturated = (after.psums - before.psums) + (after.activations - before.activations);
    vector_.cp.assign(vector.cp, vector.cp + n);
    vector_.cn.assign(vector.cn, vector.cn + n);
    vector_.psum.clear();
    if (vector.config.addend == Addend::kPsum) {
      vector_.psum.assign(vector.psum, vector.psum + n);
    }
    vector_.out.assign(out, out + n);
    trace_.write(vector_);
    return cycles;
  }

  [[nodiscard]] Saturation saturation() const override { return inner_->saturation(); }
  void clear_saturation() override { inner_->clear_saturation(); }
  void observe(Intermediates* points) override { inner_->observe(points); }
  [[nodiscard]] const Recording* mismatch() const override { return inner_->mismatch(); }
  [[nodiscard]] LockstepCounters lockstep() const override { return inner_->lockstep(); }

 private:
  std::unique_ptr<Backend> inner_;
  TraceWriter& trace_;
  TraceParams params_;
  TraceVector vector_;  // kept, so that its arrays are allocated once
};

}  // namespace

std::unique_ptr<Backend> make_recorder(std::unique_ptr<Backend> inner, unsigned tile,
                                       TraceWriter& trace) {
  return std::make_unique<Recorder>(std::move(inner), tile, trace);
}

}  // namespace aimc::nmpu
