#pragma once

#include <gmock/gmock.h>

#include "models/peripherals/mailbox.h"

namespace aimc::peripherals {

/// A mailbox that tells the test what arrives.
class MailboxMock : public Mailbox {
 public:
  MOCK_METHOD(void, report, (std::string_view name, double value), (override));
  MOCK_METHOD(void, marker_begin, (std::string_view name, core::TimePs time_ps), (override));
  MOCK_METHOD(void, marker_end, (std::string_view name, core::TimePs time_ps), (override));
  MOCK_METHOD(void, progress, (std::uint32_t done, std::uint32_t total), (override));
};

}  // namespace aimc::peripherals
