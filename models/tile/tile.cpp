#include "models/tile/tile.h"

#include <algorithm>
#include <cstring>

namespace aimc::tile {
namespace {

namespace r = regs::tile;

constexpr std::uint32_t kRegisterSpace = 0x1000;

core::TimePs now_ps() {
  return sc_core::sc_time_stamp().value();
}

sc_core::sc_time ps(core::TimePs value) {
  return sc_core::sc_time::from_value(value);
}

/// True when `address` lies in the window; `offset` is then relative to it.
bool in_window(std::uint64_t address, std::uint32_t base, std::uint32_t size,
               std::uint32_t& offset) {
  if (address < base || address >= std::uint64_t{base} + size) return false;
  offset = static_cast<std::uint32_t>(address - base);
  return true;
}

/// A payload as seen by a window: the same transaction with an address relative to it.
class Relocated {
 public:
  Relocated(tlm::tlm_generic_payload& payload, std::uint64_t address)
      : payload_(payload), original_(payload.get_address()) {
    payload_.set_address(address);
  }
  ~Relocated() { payload_.set_address(original_); }
  Relocated(const Relocated&) = delete;
  Relocated& operator=(const Relocated&) = delete;

 private:
  tlm::tlm_generic_payload& payload_;
  std::uint64_t original_;
};

}  // namespace

Tile::Tile(sc_core::sc_module_name name, const TileConfig& config,
           std::unique_ptr<nmpu::Backend> nmpu, std::uint64_t seed, const std::string& path,
           core::EnergyMeter& energy, core::Probe& probe)
    : sc_module(name),
      engine_(config, std::move(nmpu), seed, path, energy, probe),
      bank_(r::kRegisters),
      access_time_(ps(core::Clock(config.clock_mhz).time_of(config.access_cycles))) {
  socket.register_b_transport(this, &Tile::b_transport);
  socket.register_transport_dbg(this, &Tile::transport_dbg);
  queue_lane_.track = engine_.queue_track();
  SC_THREAD(execute);
  SC_METHOD(drive_interrupts);
  sensitive << irq_changed_;
}

void Tile::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  // Side effects happen when the transaction is there, not when its initiator, which may have run
  // ahead, called.
  if (delay != sc_core::SC_ZERO_TIME) {
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
  }
  delay += access_time_;
  const std::uint64_t address = payload.get_address();
  std::uint32_t offset = 0;
  if (in_window(address, 0, kRegisterSpace, offset)) {
    bank_.transport(payload, *this);
  } else if (in_window(address, r::kSramOffset, r::kSramWindowSize, offset)) {
    const Relocated relocated(payload, offset);
    if (tlm_support::memory_transport(payload, engine_.sram(), engine_.geometry().sram_bytes,
                                      true)) {
      engine_.post_network_access(payload.is_write(), payload.get_data_length());
    }
  } else if (in_window(address, r::kNmpuParamsOffset, r::kNmpuParamsWindowSize, offset)) {
    nmpu_param_transport(payload, offset);
  } else if (in_window(address, r::kWeightsOffset, r::kWeightsWindowSize, offset)) {
    weight_transport(payload, offset);
  } else if (in_window(address, r::kProgramOffset, r::kProgramWindowSize, offset)) {
    program_transport(payload, offset);
  } else {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
}

void Tile::program_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset) {
  if (payload.is_write() && program_.running_threads() != 0) {
    std::uint32_t word = 0;
    std::memcpy(&word, payload.get_data_ptr(),
                std::min<std::size_t>(payload.get_data_length(), sizeof word));
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    refuse({Error::kBusy, word});
    return;
  }
  const Relocated relocated(payload, offset);
  if (tlm_support::memory_transport(payload, program_.memory(), program_.memory_bytes(), true)) {
    engine_.post_network_access(payload.is_write(), payload.get_data_length());
  }
}

void Tile::nmpu_param_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset) {
  if (payload.get_data_length() != 4 || offset % 4 != 0 ||
      payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  const std::uint32_t index = offset / 4;
  if (index >= engine_.nmpu_param_words()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (payload.is_read()) {
    const std::uint32_t word = engine_.read_nmpu_param(index);
    std::memcpy(payload.get_data_ptr(), &word, sizeof word);
  } else if (payload.is_write()) {
    std::uint32_t word = 0;
    std::memcpy(&word, payload.get_data_ptr(), sizeof word);
    if (!idle()) {
      refuse({Error::kBusy, word});
    } else if (const auto refusal = engine_.write_nmpu_param(index, word)) {
      refuse(*refusal);
    }
  }
}

void Tile::weight_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset) {
  const std::uint64_t bank_base = std::uint64_t{weight_bank_} * r::kWeightsWindowSize;
  const std::uint64_t bank_size =
      std::min<std::uint64_t>(r::kWeightsWindowSize, engine_.weight_bytes() - bank_base);
  const std::uint8_t* data = payload.get_data_ptr();
  const unsigned length = payload.get_data_length();
  if (payload.is_write() && offset + std::uint64_t{length} <= bank_size) {
    std::uint32_t word = 0;
    std::memcpy(&word, data, std::min<std::size_t>(length, sizeof word));
    const bool out_of_range = std::find(data, data + length, 0x80) != data + length;
    if (!idle() || out_of_range) {
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      refuse({idle() ? Error::kBadValue : Error::kBusy, word});
      return;
    }
  }
  const Relocated relocated(payload, offset);
  auto* bytes = reinterpret_cast<std::uint8_t*>(engine_.weights()) + bank_base;
  if (tlm_support::memory_transport(payload, bytes, bank_size, true)) {
    engine_.post_network_access(payload.is_write(), length);
  }
}

unsigned Tile::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  std::uint32_t offset = 0;
  const auto copy = [&](std::uint8_t* bytes, std::uint64_t size) -> unsigned {
    if (offset >= size) return 0;
    const auto length =
        static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), size - offset));
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), bytes + offset, length);
    } else if (payload.is_write()) {
      std::memcpy(bytes + offset, payload.get_data_ptr(), length);
    }
    return length;
  };
  if (in_window(address, 0, kRegisterSpace, offset)) return bank_.transport_dbg(payload, *this);
  if (in_window(address, r::kSramOffset, r::kSramWindowSize, offset)) {
    return copy(engine_.sram(), engine_.geometry().sram_bytes);
  }
  if (in_window(address, r::kProgramOffset, r::kProgramWindowSize, offset)) {
    return copy(program_.memory(), program_.memory_bytes());
  }
  if (in_window(address, r::kWeightsOffset, r::kWeightsWindowSize, offset) && payload.is_read()) {
    const std::uint64_t bank_base = std::uint64_t{weight_bank_} * r::kWeightsWindowSize;
    return copy(reinterpret_cast<std::uint8_t*>(engine_.weights()) + bank_base,
                engine_.weight_bytes() - bank_base);
  }
  return 0;
}

void Tile::refuse(const Refusal& refusal) {
  if (error_.code == Error::kNone) error_ = refusal;
  irq_status_ |= r::kIrqStatusError.mask();
  update_interrupts();
}

// Conditions change in the threads of initiators and in the command thread; a signal has one
// driver.
void Tile::update_interrupts() {
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Tile::drive_interrupts() {
  const std::uint32_t active = irq_status_ & irq_enable_;
  done_irq.write((active & (r::kIrqStatusDone.mask() | r::kIrqStatusProgram.mask())) != 0);
  error_irq.write((active & r::kIrqStatusError.mask()) != 0);
}

void Tile::ring_doorbell() {
  if (program_.running_threads() != 0) {
    refuse({Error::kBusy, command_words_[0]});
    return;
  }
  if (waiting() >= kQueueDepth) {
    refuse({Error::kQueueFull, command_words_[0]});
    return;
  }
  const Decoded decoded = decode(command_words_, engine_.geometry());
  if (decoded.refusal) {
    refuse(*decoded.refusal);
    return;
  }
  irq_status_ &= ~r::kIrqStatusDone.mask();
  update_interrupts();
  queue_.push_back(decoded.command);
  doorbell_event_.notify(sc_core::SC_ZERO_TIME);
}

core::TimePs Tile::busy_ps() const {
  return engine_.busy_ps(now_ps());
}

std::uint64_t Tile::busy_cycles() const {
  return busy_ps() / engine_.clock().period_ps();
}

void Tile::execute() {
  while (true) {
    while (queue_.empty()) wait(doorbell_event_);
    const Command command = queue_.front();
    queue_.pop_front();
    const unsigned generation = generation_;
    queue_executing_ = true;
    const std::optional<Refusal> refusal = carry_out(command, queue_lane_);
    if (generation != generation_) continue;
    queue_executing_ = false;
    if (refusal) {
      refuse(*refusal);
    } else {
      ++completed_;
    }
    if (queue_.empty()) {
      irq_status_ |= r::kIrqStatusDone.mask();
      update_interrupts();
    }
  }
}

void Tile::reset() {
  // The command thread sees the new generation when it wakes and drops what it was doing.
  ++generation_;
  queue_executing_ = false;
  queue_.clear();
  engine_.reset();
  for (unsigned i = 0; i < kThreads; ++i) {
    if (program_.running(i)) abandoned_.push_back(std::move(threads_[i]));
  }
  for (unsigned i = 0; i < kSemaphores; ++i) {
    if (program_.semaphore(i) != 0) engine_.show_semaphore(i, 0, now_ps());
  }
  program_.reset();
  for (Unit* unit : {&crossbar_unit_, &nmpu_unit_, &port_unit_}) {
    unit->busy = false;
    unit->freed.notify(sc_core::SC_ZERO_TIME);
  }
  semaphore_changed_.notify(sc_core::SC_ZERO_TIME);
  program_tag_ = 0;
  command_words_ = CommandWords{};
  completed_ = 0;
  error_ = Refusal{};
  irq_status_ = 0;
  irq_enable_ = 0;
  weight_bank_ = 0;
  latched_pulses_hi_ = 0;
  latched_busy_hi_ = 0;
  update_interrupts();
  reset_event_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace aimc::tile
