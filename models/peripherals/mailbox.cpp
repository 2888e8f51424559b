#include "models/peripherals/mailbox.h"

#include <algorithm>

namespace aimc::peripherals {

void MailboxState::append(std::uint32_t characters) {
  for (; (characters & 0xFFU) != 0; characters >>= 8U) {
    const auto character = static_cast<char>(characters & 0xFFU);
    if (building_.size() == kMaxNameLength || character < ' ' || character > '~') {
      invalid_ = true;
      return;
    }
    building_.push_back(character);
  }
}

std::uint32_t MailboxState::finish_name() {
  const bool invalid = invalid_ || building_.empty();
  invalid_ = false;
  const std::string name = std::move(building_);
  building_.clear();
  if (invalid) return 0;
  const auto found = std::find(names_.begin(), names_.end(), name);
  const auto number = static_cast<std::uint32_t>(found - names_.begin()) + 1;
  if (found == names_.end()) {
    if (names_.size() == kMaxNames) return 0;
    names_.push_back(name);
  }
  return number;
}

const std::string* MailboxState::find(std::uint32_t name) const {
  return name >= 1 && name <= names_.size() ? &names_[name - 1] : nullptr;
}

bool MailboxState::report(std::uint32_t name, double value) {
  const std::string* text = find(name);
  if (text == nullptr) return false;
  sink_.report(*text, value);
  return true;
}

bool MailboxState::begin(std::uint32_t name, core::TimePs time_ps) {
  const std::string* text = find(name);
  if (text == nullptr || open_.size() == kMaxDepth) return false;
  open_.push_back(name);
  sink_.marker_begin(*text, time_ps);
  return true;
}

bool MailboxState::end(std::uint32_t name, core::TimePs time_ps) {
  if (open_.empty() || open_.back() != name) return false;
  open_.pop_back();
  sink_.marker_end(*find(name), time_ps);
  return true;
}

void MailboxState::reset(core::TimePs time_ps) {
  while (!open_.empty()) end(open_.back(), time_ps);
  names_.clear();
  building_.clear();
  invalid_ = false;
}

}  // namespace aimc::peripherals
