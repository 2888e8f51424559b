#include "models/peripherals/uart16550.h"

#include <utility>

#include "models/tlm/device_access.h"

namespace aimc::peripherals {
namespace {

// Registers and bits: National Semiconductor PC16550D data sheet, table II.
constexpr unsigned kData = 0;
constexpr unsigned kIer = 1;
constexpr unsigned kIirFcr = 2;
constexpr unsigned kLcr = 3;
constexpr unsigned kMcr = 4;
constexpr unsigned kLsr = 5;
constexpr unsigned kMsr = 6;
constexpr unsigned kScr = 7;
constexpr unsigned kRegisters = 8;

constexpr std::uint8_t kIerReceive = 0x01;
constexpr std::uint8_t kIerTransmit = 0x02;
constexpr std::uint8_t kIerLine = 0x04;
constexpr std::uint8_t kIerMask = 0x0F;

constexpr std::uint8_t kIirNone = 0x01;
constexpr std::uint8_t kIirTransmit = 0x02;
constexpr std::uint8_t kIirReceive = 0x04;
constexpr std::uint8_t kIirLine = 0x06;
constexpr std::uint8_t kIirTimeout = 0x0C;
constexpr std::uint8_t kIirIdMask = 0x0F;
constexpr std::uint8_t kIirFifo = 0xC0;

constexpr std::uint8_t kFcrEnable = 0x01;
constexpr std::uint8_t kFcrClearReceiver = 0x02;
constexpr std::uint8_t kFcrClearTransmitter = 0x04;
constexpr std::uint8_t kFcrKept = 0xC9;
constexpr std::array<unsigned, 4> kTriggerLevels{1, 4, 8, 14};

constexpr std::uint8_t kLcrStopBits = 0x04;
constexpr std::uint8_t kLcrParity = 0x08;
constexpr std::uint8_t kLcrDlab = 0x80;

constexpr std::uint8_t kMcrMask = 0x1F;
constexpr std::uint8_t kMcrLoop = 0x10;
constexpr std::uint8_t kMcrReset = 0x08;  // OUT2, as QEMU leaves it

constexpr std::uint8_t kLsrDataReady = 0x01;
constexpr std::uint8_t kLsrOverrun = 0x02;
constexpr std::uint8_t kLsrTransmitterEmpty = 0x60;  // THRE and TEMT

constexpr std::uint8_t kMsrConnected = 0xB0;  // DCD, DSR and CTS

// QEMU's virt machine: rate at divisor 1 and divisor after reset.
constexpr std::uint64_t kBaudBase = 399193;
constexpr std::uint16_t kDivisorReset = 12;
constexpr std::uint64_t kPicosecondsPerSecond = 1'000'000'000'000;
constexpr unsigned kTimeoutCharacters = 4;

}  // namespace

Uart16550::Uart16550(const sc_core::sc_module_name& name, Sink sink)
    : sc_core::sc_module(name), sink_(std::move(sink)), mcr_(kMcrReset), divisor_(kDivisorReset) {
  socket.register_b_transport(this, &Uart16550::b_transport);
  socket.register_transport_dbg(this, &Uart16550::transport_dbg);
  SC_HAS_PROCESS(Uart16550);
  SC_METHOD(drive);
  sensitive << changed_;
  SC_METHOD(on_timeout);
  sensitive << timeout_event_;
  dont_initialize();
}

bool Uart16550::fifo_enabled() const {
  return (fcr_ & kFcrEnable) != 0;
}

unsigned Uart16550::receive_space() const {
  return (fifo_enabled() ? kFifoBytes : 1U) - count_;
}

void Uart16550::receive(std::uint8_t byte) {
  if (receive_space() > 0) {
    fifo_[(head_ + count_) % kFifoBytes] = byte;
    ++count_;
  } else {
    // A full FIFO keeps what it has; without FIFO the receiver buffer is overwritten.
    overrun_ = true;
    if (!fifo_enabled()) fifo_[head_] = byte;
  }
  restart_timeout();
  update_irq();
}

std::uint8_t Uart16550::readable() const {
  // An empty FIFO gives zero; the single receiver buffer keeps what it had.
  return count_ > 0 || !fifo_enabled() ? fifo_[head_] : std::uint8_t{0};
}

std::uint8_t Uart16550::pop() {
  timeout_ = false;
  if (count_ == 0) return readable();
  const std::uint8_t byte = readable();
  if (fifo_enabled()) head_ = (head_ + 1) % kFifoBytes;
  --count_;
  restart_timeout();
  return byte;
}

void Uart16550::clear_receiver() {
  count_ = 0;
  timeout_ = false;
  restart_timeout();
}

void Uart16550::restart_timeout() {
  timeout_event_.cancel();
  if (!fifo_enabled() || count_ == 0 || divisor_ == 0) return;
  timeout_event_.notify(sc_core::sc_time::from_value(characters_ps(kTimeoutCharacters)));
}

std::uint64_t Uart16550::characters_ps(unsigned count) const {
  const unsigned bits = 1U + 5U + (lcr_ & 3U) + ((lcr_ & kLcrParity) != 0 ? 1U : 0U) +
                        ((lcr_ & kLcrStopBits) != 0 ? 2U : 1U);
  return kPicosecondsPerSecond * divisor_ * bits * count / kBaudBase;
}

sc_core::sc_time Uart16550::character_time() const {
  // A divisor of zero stops a real line; here the next byte only comes at once.
  return sc_core::sc_time::from_value(characters_ps(1));
}

bool Uart16550::receive_interrupt_enabled() const {
  return (ier_ & kIerReceive) != 0;
}

bool Uart16550::ready_or_call(std::function<void(const sc_core::sc_time&)> handler) {
  if (accessed_ && receive_space() > 0) return true;
  ready_handler_ = std::move(handler);
  return false;
}

void Uart16550::tell_ready(const sc_core::sc_time& delay) {
  accessed_ = true;
  if (!ready_handler_ || receive_space() == 0) return;
  const auto handler = std::exchange(ready_handler_, nullptr);
  handler(sc_core::sc_time_stamp() + delay);
}

void Uart16550::reset() {
  head_ = count_ = 0;
  fifo_.fill(0);
  overrun_ = timeout_ = transmit_pending_ = accessed_ = false;
  ier_ = fcr_ = lcr_ = scr_ = 0;
  mcr_ = kMcrReset;
  divisor_ = kDivisorReset;
  timeout_event_.cancel();
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void Uart16550::on_timeout() {
  timeout_ = true;
  update_irq();
}

std::uint8_t Uart16550::line_status() const {
  const unsigned receiver = (count_ > 0 ? kLsrDataReady : 0U) | (overrun_ ? kLsrOverrun : 0U);
  return static_cast<std::uint8_t>(kLsrTransmitterEmpty | receiver);
}

std::uint8_t Uart16550::interrupt_id() const {
  if ((ier_ & kIerLine) != 0 && overrun_) return kIirLine;
  if ((ier_ & kIerReceive) != 0) {
    if (timeout_) return kIirTimeout;
    const unsigned trigger = fifo_enabled() ? kTriggerLevels[fcr_ >> 6U] : 1U;
    if (count_ >= trigger) return kIirReceive;
  }
  if ((ier_ & kIerTransmit) != 0 && transmit_pending_) return kIirTransmit;
  return kIirNone;
}

std::uint8_t Uart16550::peek(unsigned offset) const {
  const bool divisor = (lcr_ & kLcrDlab) != 0;
  switch (offset) {
    case kData:
      if (divisor) return static_cast<std::uint8_t>(divisor_);
      return readable();
    case kIer:
      return divisor ? static_cast<std::uint8_t>(divisor_ >> 8U) : ier_;
    case kIirFcr:
      return static_cast<std::uint8_t>(interrupt_id() | (fifo_enabled() ? kIirFifo : 0));
    case kLcr:
      return lcr_;
    case kMcr:
      return mcr_;
    case kLsr:
      return line_status();
    case kMsr:
      if ((mcr_ & kMcrLoop) == 0) return kMsrConnected;
      // Loopback connects DTR to DSR, RTS to CTS, OUT1 to RI and OUT2 to DCD.
      return static_cast<std::uint8_t>((mcr_ & 0x0CU) << 4U | (mcr_ & 0x02U) << 3U |
                                       (mcr_ & 0x01U) << 5U);
    case kScr:
      return scr_;
    default:
      return 0;
  }
}

std::uint8_t Uart16550::read(unsigned offset) {
  const std::uint8_t value = peek(offset);
  if (offset == kData && (lcr_ & kLcrDlab) == 0) {
    pop();
  } else if (offset == kIirFcr && (value & kIirIdMask) == kIirTransmit) {
    transmit_pending_ = false;
  } else if (offset == kLsr) {
    overrun_ = false;
  } else {
    return value;
  }
  update_irq();
  return value;
}

void Uart16550::transmit(std::uint8_t byte) {
  if ((mcr_ & kMcrLoop) != 0) {
    receive(byte);
  } else if (sink_) {
    sink_(byte);
  }
  transmit_pending_ = true;
}

void Uart16550::write_fifo_control(std::uint8_t value) {
  unsigned bits = value;
  if (((value ^ fcr_) & kFcrEnable) != 0) bits |= kFcrClearReceiver | kFcrClearTransmitter;
  fcr_ = static_cast<std::uint8_t>(bits & kFcrKept);
  if ((bits & kFcrClearReceiver) != 0) clear_receiver();
  if ((bits & kFcrClearTransmitter) != 0) transmit_pending_ = true;
}

void Uart16550::write(unsigned offset, std::uint8_t value) {
  const bool divisor = (lcr_ & kLcrDlab) != 0;
  switch (offset) {
    case kData:
      if (divisor) {
        divisor_ = static_cast<std::uint16_t>((divisor_ & 0xFF00U) | value);
      } else {
        transmit(value);
      }
      break;
    case kIer:
      if (divisor) {
        divisor_ =
            static_cast<std::uint16_t>((divisor_ & 0x00FFU) | static_cast<unsigned>(value) << 8U);
      } else {
        // Switching the transmit interrupt on reports the empty transmitter anew; writing it again
        // does not.
        if (((ier_ ^ value) & kIerTransmit) != 0) {
          transmit_pending_ = (value & kIerTransmit) != 0;
        }
        ier_ = value & kIerMask;
      }
      break;
    case kIirFcr:
      write_fifo_control(value);
      break;
    case kLcr:
      lcr_ = value;
      break;
    case kMcr:
      mcr_ = value & kMcrMask;
      break;
    case kScr:
      scr_ = value;
      break;
    default:
      return;  // LSR and MSR are read only
  }
  update_irq();
}

void Uart16550::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  tlm::tlm_response_status status = tlm_support::check_access(payload, 1, 4);
  const std::uint64_t address = payload.get_address();
  if (status == tlm::TLM_OK_RESPONSE && address >= kRegisters)
    status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  const auto offset = static_cast<unsigned>(address);
  if (ier_ != 0 || (offset == kIer && payload.is_write())) tlm_support::synchronise(delay);
  if (payload.is_read()) {
    tlm_support::set_payload_value(payload, read(offset));
  } else {
    write(offset, static_cast<std::uint8_t>(tlm_support::payload_value(payload)));
  }
  if (ready_handler_ || !accessed_) tell_ready(delay);
}

bool Uart16550::quick_read(tlm_support::QuickRead& read) {
  if (ier_ != 0 || !accessed_ || ready_handler_ || read.address >= kRegisters) return false;
  const auto offset = static_cast<unsigned>(read.address);
  if (offset == kData || offset == kIirFcr || (offset == kLsr && overrun_)) return false;
  read.value = peek(offset);
  return true;
}

unsigned Uart16550::transport_dbg(tlm::tlm_generic_payload& payload) {
  return tlm_support::debug_read(payload, kRegisters,
                                 [this](std::uint32_t offset) { return peek(offset); });
}

void Uart16550::update_irq() {
  // Only a change of the line needs the kernel; a polling driver never causes one.
  if (((interrupt_id() & kIirNone) == 0) != irq_level_) changed_.notify(sc_core::SC_ZERO_TIME);
}

void Uart16550::drive() {
  irq_level_ = (interrupt_id() & kIirNone) == 0;
  irq.write(irq_level_);
}

}  // namespace aimc::peripherals
