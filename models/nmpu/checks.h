#pragma once

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

/// "paper" or "wide".
const char* name_of(Configuration configuration);

/// Addressable columns of a unit with this many lanes.
constexpr unsigned column_capacity(unsigned lanes) {
  return lanes * format::kMaxBeats;
}

/// Beats a vector takes: column c is handled by lane c mod lanes in beat c / lanes, so a vector
/// that starts in the middle of a beat touches that whole beat.
/// @pre columns >= 1
constexpr unsigned beats_touched(unsigned first_column, unsigned columns, unsigned lanes) {
  return (first_column + columns - 1) / lanes - first_column / lanes + 1;
}

/// @throws std::invalid_argument naming the member, if the datapath cannot be built or its
/// accumulator could wrap
void check_format(const Format& format);

/// @throws std::invalid_argument if the column is not addressable or a parameter does not fit its
/// format
void check_params(unsigned column, const ColumnParams& params, const Format& format);

/// @throws std::invalid_argument if the vector is not one a unit with this many lanes can process
void check_vector(const Vector& vector, const std::int16_t* out, unsigned lanes);

}  // namespace aimc::nmpu
