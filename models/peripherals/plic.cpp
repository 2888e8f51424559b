#include "models/peripherals/plic.h"

#include <stdexcept>
#include <string>

#include "models/tlm/device_access.h"

namespace aimc::peripherals {
namespace {

constexpr std::uint32_t kPendingBase = 0x1000;
constexpr std::uint32_t kEnableBase = 0x2000;
constexpr std::uint32_t kEnableStride = 0x80;
constexpr std::uint32_t kContextBase = 0x200000;
constexpr std::uint32_t kContextStride = 0x1000;
constexpr std::uint32_t kClaimOffset = 4;
constexpr std::uint64_t kSize = 0x400000;
constexpr std::uint32_t kPriorityMask = 7;
constexpr unsigned kWordBits = 32;

constexpr std::uint32_t bit_of(unsigned source) {
  return 1U << (source % kWordBits);
}

// A register's address taken apart.
enum class Kind : std::uint8_t { kNone, kPriority, kPending, kEnable, kThreshold, kClaim };
struct Place {
  Kind kind = Kind::kNone;
  unsigned context = 0;
  unsigned index = 0;  // source, or word of a bitmap
};

Place place_of(std::uint32_t offset) {
  const unsigned word = offset / 4U;
  if (word < Plic::kSources) return {Kind::kPriority, 0, word};
  if (offset >= kPendingBase && offset < kPendingBase + Plic::kSources / 8U) {
    return {Kind::kPending, 0, (offset - kPendingBase) / 4U};
  }
  if (offset >= kEnableBase && offset < kEnableBase + Plic::kContexts * kEnableStride) {
    const std::uint32_t relative = offset - kEnableBase;
    const unsigned index = relative % kEnableStride / 4U;
    if (index < Plic::kSources / kWordBits) return {Kind::kEnable, relative / kEnableStride, index};
  }
  if (offset >= kContextBase && offset < kContextBase + Plic::kContexts * kContextStride) {
    const std::uint32_t relative = offset - kContextBase;
    const std::uint32_t within = relative % kContextStride;
    if (within == 0) return {Kind::kThreshold, relative / kContextStride, 0};
    if (within == kClaimOffset) return {Kind::kClaim, relative / kContextStride, 0};
  }
  return {};
}

}  // namespace

Plic::Plic(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
  socket.register_b_transport(this, &Plic::b_transport);
  socket.register_transport_dbg(this, &Plic::transport_dbg);
}

Plic::Source& Plic::source(unsigned number) {
  if (number == 0 || number >= kSources) {
    throw std::out_of_range("PLIC source " + std::to_string(number) + "; expected 1.." +
                            std::to_string(kSources - 1));
  }
  return sources[number];
}

void Plic::reset() {
  priority_.fill(0);
  level_.fill(0);
  pending_.fill(0);
  claimed_.fill(0);
  contexts_.fill(Context{});
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void Plic::end_of_elaboration() {
  // Only now it is known which sources are bound.
  SC_HAS_PROCESS(Plic);
  SC_METHOD(update);
  sensitive << changed_;
  for (Source& port : sources) {
    if (port.size() > 0) sensitive << port->value_changed_event();
  }
}

unsigned Plic::best(const Context& context) const {
  unsigned winner = 0;
  std::uint32_t highest = context.threshold;
  for (unsigned word = 0; word < kWords; ++word) {
    const std::uint32_t candidates = pending_[word] & ~claimed_[word] & context.enable[word];
    if (candidates == 0) continue;
    for (unsigned bit = 0; bit < kWordBits; ++bit) {
      const unsigned number = word * kWordBits + bit;
      if ((candidates & bit_of(number)) != 0 && priority_[number] > highest) {
        winner = number;
        highest = priority_[number];
      }
    }
  }
  return winner;
}

std::uint32_t Plic::claim(unsigned context) {
  const unsigned winner = best(contexts_[context]);
  if (winner != 0) {
    pending_[winner / kWordBits] &= ~bit_of(winner);
    claimed_[winner / kWordBits] |= bit_of(winner);
    request_update();
  }
  return winner;
}

void Plic::complete(std::uint32_t source) {
  if (source == 0 || source >= kSources) return;
  const unsigned word = source / kWordBits;
  if ((claimed_[word] & bit_of(source)) == 0) return;
  claimed_[word] &= ~bit_of(source);
  pending_[word] |= level_[word] & bit_of(source);
}

std::uint32_t Plic::peek(std::uint32_t offset) const {
  const Place place = place_of(offset);
  switch (place.kind) {
    case Kind::kPriority:
      return priority_[place.index];
    case Kind::kPending:
      return pending_[place.index];
    case Kind::kEnable:
      return contexts_[place.context].enable[place.index];
    case Kind::kThreshold:
      return contexts_[place.context].threshold;
    case Kind::kClaim:
      return best(contexts_[place.context]);
    case Kind::kNone:
      break;
  }
  return 0;
}

void Plic::write(std::uint32_t offset, std::uint32_t value) {
  const Place place = place_of(offset);
  switch (place.kind) {
    case Kind::kPriority:
      if (place.index != 0) priority_[place.index] = value & kPriorityMask;
      break;
    case Kind::kEnable:
      contexts_[place.context].enable[place.index] = place.index == 0 ? value & ~1U : value;
      break;
    case Kind::kThreshold:
      contexts_[place.context].threshold = value & kPriorityMask;
      break;
    case Kind::kClaim:
      complete(value);
      break;
    case Kind::kPending:
    case Kind::kNone:
      return;
  }
  request_update();
}

void Plic::request_update() {
  // Only a change of the line needs the kernel.
  if ((best(contexts_[0]) != 0) != irq_level_) changed_.notify(sc_core::SC_ZERO_TIME);
}

void Plic::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  tlm::tlm_response_status status = tlm_support::check_access(payload, 4, 4);
  if (status == tlm::TLM_OK_RESPONSE && payload.get_address() >= kSize)
    status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  tlm_support::synchronise(delay);
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  if (payload.is_write()) {
    write(offset, static_cast<std::uint32_t>(tlm_support::payload_value(payload)));
    return;
  }
  const Place place = place_of(offset);
  tlm_support::set_payload_value(payload,
                                 place.kind == Kind::kClaim ? claim(place.context) : peek(offset));
}

bool Plic::quick_read(tlm_support::QuickRead& read) {
  if (read.bytes != 4 || read.address >= kSize || read.time >= read.quiet_until) return false;
  const auto offset = static_cast<std::uint32_t>(read.address);
  const std::uint32_t value = peek(offset);
  if (value != 0 && place_of(offset).kind == Kind::kClaim) return false;
  read.value = value;
  return true;
}

unsigned Plic::transport_dbg(tlm::tlm_generic_payload& payload) {
  return tlm_support::debug_read(payload, kSize, [this](std::uint32_t offset) {
    return tlm_support::byte_of_word(peek(offset & ~3U), offset);
  });
}

void Plic::update() {
  for (unsigned number = 1; number < kSources; ++number) {
    const Source& port = sources[number];
    if (port.size() == 0) continue;
    const unsigned word = number / kWordBits;
    const std::uint32_t bit = bit_of(number);
    const bool level = port->read();
    if (level == ((level_[word] & bit) != 0)) continue;
    level_[word] = level ? level_[word] | bit : level_[word] & ~bit;
    // A request that has been accepted stays, even if the line falls; one in service is looked at
    // on completion.
    if (level) pending_[word] |= bit & ~claimed_[word];
  }
  irq_level_ = best(contexts_[0]) != 0;
  external_irq.write(irq_level_);
}

}  // namespace aimc::peripherals
