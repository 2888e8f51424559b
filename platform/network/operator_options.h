#pragma once

#include <optional>
#include <string>

#include "platform/network/flat_buffer.h"
#include "platform/network/network.h"

namespace aimc::network {

/// The operator of a TFLite code, if it is one that is read.
std::optional<OperatorCode> operator_of(std::int32_t builtin_code);
/// "MUL", or "operator code 200" for one without a name here. For messages.
std::string builtin_name(std::int32_t builtin_code);
/// "ADD, AVERAGE_POOL_2D, ...": every operator that is read.
std::string readable_operators();

/// The options of an operator, checked on their own; `op` is the Operator table of the file.
Options read_options(OperatorCode code, const FlatTable& op);

}  // namespace aimc::network
