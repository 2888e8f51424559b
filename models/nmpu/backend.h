#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "aimc/nmpu_format.h"

namespace aimc::nmpu {

/// Parameters of one column, in the formats of the configuration: U(1,7) and S(7,1) in `paper`
/// (Ferro et al., arXiv 2402.07549), U(1,15) and S(12,4) in `wide`; see docs/models_nmpu.md.
struct ColumnParams {
  std::uint16_t scale_p = 0;  ///< scale of the positive count, unit 2^-scale_frac_bits
  std::uint16_t scale_n = 0;  ///< scale of the negative count, unit 2^-scale_frac_bits
  std::int16_t offset = 0;    ///< unit 2^-offset_frac_bits counts
  std::int16_t bias = 0;      ///< unit one count
};

/// What is added to the scaled counts of a column.
enum class Addend : std::uint8_t { kNone, kBias, kPsum };

/// What becomes of the bits that are cut last: the nearest value, ties upwards or to the even one,
/// or the next one below.
enum class Rounding : std::uint8_t { kHalfUp, kHalfEven, kTruncate };

/// Settings of one vector.
struct VectorConfig {
  std::uint8_t cut_pre = 0;    ///< bits cut before rounding, 0..15
  std::uint8_t cut_post = 0;   ///< bits cut after rounding, 0..15
  bool relu = false;           ///< lower bound of an int8 output is zero_point
  std::int8_t zero_point = 0;  ///< output zero point, int8 outputs only
  bool psum_out = false;       ///< true: int16 partial sums, false: int8
  Addend addend = Addend::kNone;
  Rounding rounding = Rounding::kHalfUp;
};

/// Results that exceeded their range since construction or the last clear, modulo 2^32. ReLU's
/// lower bound does not count.
struct Saturation {
  std::uint32_t psums = 0;
  std::uint32_t activations = 0;

  bool operator==(const Saturation& other) const {
    return psums == other.psums && activations == other.activations;
  }
  bool operator!=(const Saturation& other) const { return !(*this == other); }
};

/// One vector of counts to be processed. All arrays have `columns` elements and outlive the call.
struct Vector {
  unsigned first_column = 0;          ///< parameters of column first_column + i belong to element i
  unsigned columns = 0;               ///< 1 .. lanes * beats of the configuration
  const std::uint16_t* cp = nullptr;  ///< counts of the positive polarity, 12 bit
  const std::uint16_t* cn = nullptr;  ///< counts of the negative polarity, 12 bit
  const std::int16_t* psum = nullptr;  ///< partial sums in; needed with Addend::kPsum only
  VectorConfig config;
};

/// Thrown by the lockstep backend on the first difference; what() is the whole story in one
/// paragraph.
class LockstepMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the lockstep backend has compared.
struct LockstepCounters {
  std::uint64_t columns_compared = 0;
  std::uint64_t mismatches = 0;
};

/// Intermediate values of the last vector, an element a column.
struct Intermediates {
  std::vector<std::uint32_t> product_p,
      product_n;                  ///< scaled counts, scale_frac_bits fraction bits
  std::vector<std::int32_t> acc;  ///< their difference with offset and addend
  bool valid = false;             ///< the implementation shows them
};

struct Recording;

/// One NMPU. Three implementations give identical values and cycle counts: bit-exact C++, Verilated
/// RTL, and both compared.
class Backend {
 public:
  virtual ~Backend() = default;
  /// Writes a column's parameters, 0 <= column < lanes * max_beats, which must fit their formats.
  virtual void write_params(unsigned column, const ColumnParams& params) = 0;
  /// Processes one vector; out[i] is an int8 or int16 value according to config.psum_out.
  /// @param now_ps simulated time at the start, for messages and waveforms only
  /// @return cycles from the first input beat to the last output beat, both included
  virtual unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) = 0;
  /// The two counters of results that exceeded their range.
  virtual Saturation saturation() const = 0;
  virtual void clear_saturation() = 0;
  /// From now on `points`, which outlives this backend, gets the intermediate values of every
  /// vector where the implementation shows them; nullptr ends that.
  virtual void observe(Intermediates* /*points*/) {}
  /// What led to a mismatch, the offending vector last; nullptr when there was none.
  virtual const Recording* mismatch() const { return nullptr; }
  /// Zero unless this backend compares.
  virtual LockstepCounters lockstep() const { return {}; }
};

/// The three backends by the names the command line uses.
enum class BackendKind : std::uint8_t { kModel, kRtl, kLockstep };

/// The formats of a configuration with `lanes` lanes.
Format make_format(Configuration configuration, unsigned lanes = format::kLanes);

/// True if the parameters can be represented in the formats.
bool fits(const ColumnParams& params, const Format& format);

/// Makes a bit-exact C++ model. Tests change a format to show that lockstep notices.
std::unique_ptr<Backend> make_model(const Format& format);
/// Makes a Verilated instance of rtl/nmpu in one of its configurations.
/// @throws std::invalid_argument if the program was built without the RTL of this configuration
std::unique_ptr<Backend> make_rtl(Configuration configuration = Configuration::kPaper);
/// A waveform (VCD) of a Verilated instance: of every clock cycle of the vectors that start in a
/// stretch of simulated time.
struct WaveOptions {
  std::string file;  ///< empty: none
  std::uint64_t from_ps = 0;
  std::uint64_t to_ps = ~std::uint64_t{0};  ///< vectors that start before it
  std::uint64_t period_ps = 1000;           ///< of the clock
};

/// Makes a Verilated instance that writes a waveform.
/// @throws std::runtime_error if the file cannot be written
std::unique_ptr<Backend> make_rtl(Configuration configuration, const WaveOptions& waves);
/// Makes both and compares every value and cycle count, and intermediate values where the RTL shows
/// them. `name` (e.g. "tile3") appears in messages.
std::unique_ptr<Backend> make_lockstep(const Format& format, std::string name,
                                       const WaveOptions& waves = {});
/// Makes the backend of the given kind; waves only of kinds that have RTL.
std::unique_ptr<Backend> make_backend(BackendKind kind, const Format& format, std::string name,
                                      const WaveOptions& waves = {});

}  // namespace aimc::nmpu
