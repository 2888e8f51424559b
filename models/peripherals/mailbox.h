#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/time.h"

namespace aimc::peripherals {

/// Receives what firmware tells the platform through system control.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  /// A named result. The value is whatever firmware wrote, infinities and NaN included.
  virtual void report(std::string_view name, double value) = 0;
  /// A section of host work begins at `time_ps`. Times never decrease; sections nest.
  virtual void marker_begin(std::string_view name, core::TimePs time_ps) = 0;
  /// The innermost section, which has this name, ends.
  virtual void marker_end(std::string_view name, core::TimePs time_ps) = 0;
  /// `done` of `total` units of work are done; total is zero while firmware has not told.
  virtual void progress(std::uint32_t done, std::uint32_t total) = 0;
};

/// The mailbox's state behind the registers: names and open sections. Free of SystemC.
class MailboxState {
 public:
  static constexpr std::size_t kMaxNameLength = 63;  ///< characters
  static constexpr std::size_t kMaxNames = 4096;     ///< distinct names
  static constexpr std::size_t kMaxDepth = 64;       ///< open sections

  explicit MailboxState(Mailbox& sink) : sink_(sink) {}

  /// Appends up to four characters, least significant byte first; a zero byte ends the word.
  void append(std::uint32_t characters);
  /// Ends the name under construction and returns its number; zero when it was empty or too long,
  /// had characters other than printable ASCII, or would be one name too many.
  std::uint32_t finish_name();

  /// Passes on a report. False when the number is unknown.
  bool report(std::uint32_t name, double value);
  /// Opens a section. False when the number is unknown or too many sections are open.
  bool begin(std::uint32_t name, core::TimePs time_ps);
  /// Closes the innermost section. False when `name` is not its number.
  bool end(std::uint32_t name, core::TimePs time_ps);
  /// Ends all open sections and forgets all names, as after power-up.
  void reset(core::TimePs time_ps);
  /// Passes on progress.
  void progress(std::uint32_t done, std::uint32_t total) { sink_.progress(done, total); }

 private:
  const std::string* find(std::uint32_t name) const;

  Mailbox& sink_;
  std::string building_;
  bool invalid_ = false;            // the name under construction can no longer become one
  std::vector<std::string> names_;  // number - 1 is the index
  std::vector<std::uint32_t> open_;
};

}  // namespace aimc::peripherals
