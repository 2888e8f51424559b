#pragma once

#include <stdexcept>

namespace aimc::report {

/// A folder or file of a run that cannot be used; what() is one line for the user: file, line or
/// key, the value and what was expected.
class ReportError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace aimc::report
