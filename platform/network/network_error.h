#pragma once

#include <stdexcept>

namespace aimc::network {

/// A network, or a file with inputs for one, that cannot be used; what() is one line for the user:
/// file, operator or tensor, the value and what was expected.
class NetworkError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace aimc::network
