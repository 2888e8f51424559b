#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "aimc/nmpu_format.h"

namespace aimc::nmpu {

/// Parameters of one column. Source of the formats: Ferro et al., arXiv 2402.07549; see
/// docs/models.md.
struct ColumnParams {
  std::uint8_t scale_p = 0;  ///< scale of the positive count, U(1,7)
  std::uint8_t scale_n = 0;  ///< scale of the negative count, U(1,7)
  std::int8_t offset = 0;    ///< S(7,1), unit half a count
  std::int16_t bias = 0;     ///< unit one count
};

/// What is added to the scaled counts of a column.
enum class Addend : std::uint8_t { kNone, kBias, kPsum };

/// Settings of one vector.
struct VectorConfig {
  std::uint8_t cut_pre = 0;    ///< bits cut before rounding, 0..15
  std::uint8_t cut_post = 0;   ///< bits cut after rounding, 0..15
  bool relu = false;           ///< lower bound of an int8 output is zero_point
  std::int8_t zero_point = 0;  ///< output zero point, int8 outputs only
  bool psum_out = false;       ///< true: int16 partial sums, false: int8
  Addend addend = Addend::kNone;
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

/// One NMPU. Three implementations give identical values and cycle counts: bit-exact C++, Verilated
/// RTL, and both compared.
class Backend {
 public:
  virtual ~Backend() = default;
  /// Writes a column's parameters, 0 <= column < lanes * MAX_BEATS.
  virtual void write_params(unsigned column, const ColumnParams& params) = 0;
  /// Processes one vector; out[i] is an int8 or int16 value according to config.psum_out.
  /// @param now_ps simulated time at the start, for messages and waveforms only
  /// @return cycles from the first input beat to the last output beat, both included
  virtual unsigned run(const Vector& vector, std::int16_t* out, std::uint64_t now_ps) = 0;
  /// Zero unless this backend compares.
  virtual LockstepCounters lockstep() const { return {}; }
};

/// The three backends by the names the command line uses.
enum class BackendKind : std::uint8_t { kModel, kRtl, kLockstep };

/// Constants of the arithmetic that a C++ model may be built with; the defaults are those of the
/// RTL. Tests change one to show that lockstep notices.
struct Format {
  unsigned scale_frac_bits = 7;   ///< SCALE_F
  unsigned offset_frac_bits = 1;  ///< OFFSET_F
  unsigned stages = 3;            ///< STAGES
  unsigned lanes = 64;            ///< LANES
};

/// Makes a bit-exact C++ model.
std::unique_ptr<Backend> make_model(const Format& format);
/// Makes a Verilated instance of rtl/nmpu.
std::unique_ptr<Backend> make_rtl();
/// Makes both and compares every value and cycle count. `name` (e.g. "tile3") appears in messages.
std::unique_ptr<Backend> make_lockstep(const Format& format, std::string name);
/// Makes the backend of the given kind.
std::unique_ptr<Backend> make_backend(BackendKind kind, const Format& format, std::string name);

}  // namespace aimc::nmpu
