#pragma once

#include <stdexcept>

namespace aimc::cli {

/// A command line that cannot be followed; what() is one line for the user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace aimc::cli
