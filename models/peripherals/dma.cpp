#include "models/peripherals/dma.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/tlm/device_access.h"

namespace aimc::peripherals {
namespace {

namespace r = regs::dma;

constexpr std::uint32_t kDescriptorBytes = 32;
constexpr std::uint32_t kMaxBuffer = 4096;
constexpr std::uint8_t kSignBit = 0x80;
constexpr double kJoulesPerPj = 1e-12;

core::TimePs now_ps() {
  return sc_core::sc_time_stamp().value();
}

}  // namespace

Dma::Dma(const sc_core::sc_module_name& name, const DmaConfig& config, core::EnergyMeter& energy,
         core::Probe& probe)
    : sc_module(name),
      config_(config),
      clock_(config.clock_mhz),
      bank_(r::kRegisters),
      energy_(energy),
      account_(energy.open("dma", "move")),
      probe_(probe),
      track_(probe.track("dma", "descriptor")),
      move_name_(probe.name("move")),
      buffer_(std::max(config.buffer_bytes, kDescriptorBytes)) {
  if (config.buffer_bytes < 4 || config.buffer_bytes > kMaxBuffer || config.buffer_bytes % 4 != 0) {
    throw std::invalid_argument("dma: buffer of " + std::to_string(config.buffer_bytes) +
                                " bytes; expected a multiple of four, 4 to 4096");
  }
  socket.register_b_transport(this, &Dma::b_transport);
  socket.register_transport_dbg(this, &Dma::transport_dbg);
  SC_THREAD(work);
  SC_METHOD(drive_interrupt);
  sensitive << irq_changed_;
}

void Dma::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  tlm_support::synchronise(delay);
  bank_.transport(payload, *this);
}

unsigned Dma::transport_dbg(tlm::tlm_generic_payload& payload) {
  return bank_.transport_dbg(payload, *this);
}

std::uint32_t Dma::peek_register(std::uint32_t offset) const {
  switch (offset) {
    case r::kStatus:
      return r::kStatusBusy.put(busy_ ? 1 : 0);
    case r::kDescriptor:
      return descriptor_;
    case r::kCompleted:
      return completed_;
    case r::kBytes:
      return bytes_;
    case r::kError:
      return static_cast<std::uint32_t>(error_.code);
    case r::kErrorValue:
      return error_.value;
    case r::kIrqStatus:
      return irq_status_;
    case r::kIrqEnable:
      return irq_enable_;
    default: {
      const core::RegisterDesc* desc = bank_.find(offset);
      return desc != nullptr ? desc->reset : 0;
    }
  }
}

std::uint32_t Dma::read_register(std::uint32_t offset) {
  return peek_register(offset);
}

void Dma::write_register(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case r::kStart:
      if (busy_) {
        note_error({r::Error::kBusy, value});
      } else if (value % kDescriptorBytes != 0) {
        note_error({r::Error::kMisaligned, value});
      } else {
        set_busy(true);
        stop_ = false;
        descriptor_ = value;
        start_.notify(sc_core::SC_ZERO_TIME);
      }
      return;
    case r::kStop:
      stop_ = busy_;
      return;
    case r::kError:
      error_ = DmaRefusal{};
      return;
    case r::kIrqStatus:
      irq_status_ &= ~value;
      break;
    case r::kIrqEnable:
      irq_enable_ = value;
      break;
    default:
      return;
  }
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Dma::set_busy(bool busy) {
  total_busy_ps_ = busy_ps(now_ps());
  busy_since_ps_ = now_ps();
  busy_ = busy;
}

void Dma::raise(std::uint32_t conditions) {
  irq_status_ |= conditions;
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Dma::drive_interrupt() {
  irq.write((irq_status_ & irq_enable_) != 0);
}

void Dma::note_error(const DmaRefusal& refusal) {
  if (error_.code == r::Error::kNone) error_ = refusal;
  raise(r::kIrqStatusError.mask());
}

void Dma::work() {
  for (;;) {
    while (!busy_) wait(start_);
    chain_generation_ = generation_;
    work_through_chain();
    // After a reset the engine may have been started again.
    if (chain_generation_ == generation_) set_busy(false);
  }
}

void Dma::work_through_chain() {
  for (;;) {
    if (!access(tlm::TLM_READ_COMMAND, descriptor_, kDescriptorBytes)) return;
    DmaWords words{};
    std::memcpy(words.data(), buffer_.data(), kDescriptorBytes);
    DmaDescriptor descriptor;
    const auto refusal = read_descriptor(words, descriptor);
    wait(sc_core::sc_time::from_value(clock_.time_of(config_.setup_cycles)));
    if (abandoned()) return;
    if (refusal) return note_error(*refusal);
    const core::TimePs begin = now_ps();
    if (!move(descriptor)) return;
    probe_.slice(track_, move_name_, begin, now_ps());
    ++completed_;
    if (descriptor.interrupt || descriptor.next == 0) raise(r::kIrqStatusDone.mask());
    if (descriptor.next == 0) return;
    descriptor_ = descriptor.next;
  }
}

/// False when the chain is over: an error, a stop or a reset.
bool Dma::move(const DmaDescriptor& descriptor) {
  for (std::uint32_t row = 0; row < descriptor.rows; ++row) {
    const std::uint32_t source = descriptor.source + row * descriptor.source_stride;
    const std::uint32_t destination = descriptor.destination + row * descriptor.destination_stride;
    for (std::uint32_t done = 0; done < descriptor.row_bytes;) {
      const std::uint32_t count = std::min(config_.buffer_bytes, descriptor.row_bytes - done);
      if (!access(tlm::TLM_READ_COMMAND, source + done, count)) return false;
      if (descriptor.flip) {
        for (std::uint32_t i = 0; i < count; ++i) buffer_[i] ^= kSignBit;
      }
      if (!access(tlm::TLM_WRITE_COMMAND, destination + done, count)) return false;
      energy_.post(account_, count * config_.energy_pj_per_byte * kJoulesPerPj, count);
      bytes_ += count;
      done += count;
    }
  }
  return true;
}

/// One access with the buffer; false when the chain is over.
bool Dma::access(tlm::tlm_command command, std::uint32_t address, std::uint32_t bytes) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(buffer_.data());
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  memory_socket->b_transport(payload_, delay);
  wait(delay);
  if (abandoned()) return false;
  if (payload_.is_response_ok()) return true;
  note_error({r::Error::kBus, address});
  return false;
}

void Dma::reset() {
  ++generation_;
  set_busy(false);
  stop_ = false;
  descriptor_ = completed_ = bytes_ = 0;
  error_ = DmaRefusal{};
  irq_status_ = irq_enable_ = 0;
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace aimc::peripherals
