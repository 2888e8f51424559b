#include "models/peripherals/clint.h"

#include <stdexcept>
#include <string>

#include "models/tlm/device_access.h"

namespace aimc::peripherals {
namespace {

// Products of picoseconds and Hz need more than 64 bits.
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kPicosecondsPerSecond = 1'000'000'000'000;
constexpr std::uint32_t kMsip = 0x0000;
constexpr std::uint32_t kTimerBase = 0x4000;
constexpr std::uint32_t kMtimecmp = 0x4000;
constexpr std::uint32_t kMtime = 0xBFF8;
constexpr std::uint64_t kSize = 0x10000;
constexpr unsigned kHalfBytes = 4;
constexpr unsigned kDoubleBytes = 8;

std::uint64_t merge(std::uint64_t old, std::uint64_t value, unsigned bytes, bool upper_half) {
  if (bytes == kDoubleBytes) return value;
  const std::uint64_t low = 0xFFFFFFFFU;
  return upper_half ? (value << 32U) | (old & low) : (old & ~low) | (value & low);
}

}  // namespace

Clint::Clint(const sc_core::sc_module_name& name, std::uint64_t timebase_hz)
    : sc_core::sc_module(name), timebase_hz_(timebase_hz) {
  if (timebase_hz == 0 || timebase_hz > kPicosecondsPerSecond) {
    throw std::invalid_argument("time base of " + std::to_string(timebase_hz) +
                                " Hz; expected 1.." + std::to_string(kPicosecondsPerSecond));
  }
  if (kPicosecondsPerSecond % timebase_hz == 0) tick_ps_ = kPicosecondsPerSecond / timebase_hz;
  socket.register_b_transport(this, &Clint::b_transport);
  socket.register_transport_dbg(this, &Clint::transport_dbg);
  SC_HAS_PROCESS(Clint);
  SC_METHOD(drive);
  sensitive << changed_;
}

std::uint64_t Clint::ticks_at(const sc_core::sc_time& time) const {
  if (tick_ps_ != 0) return time.value() / tick_ps_;
  return static_cast<std::uint64_t>(Wide{time.value()} * timebase_hz_ / kPicosecondsPerSecond);
}

std::uint64_t Clint::mtime_at(const sc_core::sc_time& time) const {
  return ticks_at(time) + mtime_offset_;
}

void Clint::reset() {
  mtime_offset_ = 0 - ticks_at(sc_core::sc_time_stamp());
  mtimecmp_ = 0;
  msip_ = false;
  changed_.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t Clint::read(std::uint32_t offset, std::uint64_t mtime) const {
  switch (offset) {
    case kMsip:
      return msip_ ? 1 : 0;
    case kMtimecmp:
      return mtimecmp_;
    case kMtimecmp + kHalfBytes:
      return mtimecmp_ >> 32U;
    case kMtime:
      return mtime;
    case kMtime + kHalfBytes:
      return mtime >> 32U;
    default:
      return 0;
  }
}

void Clint::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  switch (offset) {
    case kMsip:
      msip_ = (value & 1U) != 0;
      break;
    case kMtimecmp:
    case kMtimecmp + kHalfBytes:
      mtimecmp_ = merge(mtimecmp_, value, bytes, offset != kMtimecmp);
      break;
    case kMtime:
    case kMtime + kHalfBytes: {
      const sc_core::sc_time& now = sc_core::sc_time_stamp();
      mtime_offset_ = merge(mtime_at(now), value, bytes, offset != kMtime) - ticks_at(now);
      break;
    }
    default:
      return;
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void Clint::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  tlm::tlm_response_status status = tlm_support::check_access(
      payload, kHalfBytes, address < kTimerBase ? kHalfBytes : kDoubleBytes);
  if (status == tlm::TLM_OK_RESPONSE && address >= kSize) status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  const auto offset = static_cast<std::uint32_t>(address);
  if (payload.is_read()) {
    tlm_support::set_payload_value(payload,
                                   read(offset, mtime_at(sc_core::sc_time_stamp() + delay)));
  } else {
    tlm_support::synchronise(delay);
    write(offset, payload.get_data_length(), tlm_support::payload_value(payload));
  }
}

bool Clint::quick_read(tlm_support::QuickRead& read) {
  if (read.bytes != kHalfBytes || read.address >= kSize) return false;
  const auto offset = static_cast<std::uint32_t>(read.address);
  const std::uint64_t mtime = mtime_at(sc_core::sc_time::from_value(read.time));
  read.value = static_cast<std::uint32_t>(this->read(offset, mtime));
  return true;
}

unsigned Clint::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t mtime = mtime_at(sc_core::sc_time_stamp());
  return tlm_support::debug_read(payload, kSize, [&](std::uint32_t offset) {
    const auto word = static_cast<std::uint32_t>(read(offset & ~3U, mtime));
    return tlm_support::byte_of_word(word, offset);
  });
}

void Clint::drive() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const std::uint64_t mtime = mtime_at(now);
  const bool level = mtime >= mtimecmp_;
  software_irq.write(msip_);
  timer_irq.write(level);

  // The level changes next when mtime reaches mtimecmp or, already past it, wraps to zero.
  changed_.cancel();
  if (level && mtimecmp_ == 0) return;
  const Wide ticks = Wide{ticks_at(now)} + (level ? 0 - mtime : mtimecmp_ - mtime);
  const Wide due = (ticks * kPicosecondsPerSecond + timebase_hz_ - 1) / timebase_hz_;
  if (due > sc_core::sc_max_time().value()) return;  // beyond the end of simulated time
  changed_.notify(sc_core::sc_time::from_value(static_cast<std::uint64_t>(due)) - now);
}

}  // namespace aimc::peripherals
