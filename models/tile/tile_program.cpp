// The threads of a tile program: who executes what when.

#include "models/tile/tile.h"

namespace aimc::tile {
namespace {

namespace r = regs::tile;

core::TimePs now_ps() {
  return sc_core::sc_time_stamp().value();
}

}  // namespace

void Tile::start_thread(unsigned thread, std::uint32_t command) {
  if (!queue_.empty() || queue_executing_) {
    refuse({Error::kBusy, command});
    return;
  }
  if (const auto refusal = program_.start(thread, command)) {
    refuse(*refusal);
    return;
  }
  irq_status_ &= ~r::kIrqStatusDone.mask();
  update_interrupts();
  if (!threads_[thread]) {
    threads_[thread] = std::make_unique<Lane>();
    threads_[thread]->track = engine_.thread_track(thread);
  }
  Lane* const lane = threads_[thread].get();
  sc_core::sc_spawn([this, thread, lane] { run_thread(thread, *lane); },
                    sc_core::sc_gen_unique_name("program_thread"));
}

void Tile::run_thread(unsigned thread, Lane& lane) {
  const unsigned generation = generation_;
  std::optional<Refusal> refusal;
  while (!refusal && generation == generation_ && program_.running(thread)) {
    if (program_.stop_requested(thread)) break;
    const Decoded decoded = program_.fetch(thread, engine_.geometry());
    refusal = decoded.refusal;
    if (refusal) break;
    if (decoded.command.opcode == Opcode::kHalt) {
      carry_out(decoded.command, lane);
      break;
    }
    refusal = step(thread, decoded.command, lane);
  }
  if (generation != generation_) return;
  program_.end(thread, refusal.has_value());
  if (refusal) refuse(*refusal);
  if (idle()) {
    irq_status_ |= r::kIrqStatusDone.mask();
    update_interrupts();
  }
}

/// One command of a thread, and the way on; what it was refused for. After a reset it returns at
/// once.
std::optional<Refusal> Tile::step(unsigned thread, const Command& command, Lane& lane) {
  const unsigned generation = generation_;
  Unit* const unit = unit_of(command);
  while (unit != nullptr && unit->busy) {
    wait(unit->freed);
    if (generation != generation_) return std::nullopt;
  }
  if (unit != nullptr) unit->busy = true;
  const std::optional<Refusal> refusal = carry_out(command, lane);
  if (generation != generation_) return std::nullopt;
  if (unit != nullptr) {
    unit->busy = false;
    unit->freed.notify(sc_core::SC_ZERO_TIME);
  }
  if (refusal) return refusal;
  switch (command.opcode) {
    case Opcode::kWait:
      while (!program_.take(thread, command)) {
        wait(semaphore_changed_);
        if (generation != generation_ || program_.stop_requested(thread)) return std::nullopt;
      }
      engine_.show_semaphore(command.operand, program_.semaphore(command.operand), now_ps());
      break;
    case Opcode::kSignal:
      if (!command.remote) {
        if (const auto overflow = program_.post_semaphore(command.operand, command.length)) {
          return overflow;
        }
        engine_.show_semaphore(command.operand, program_.semaphore(command.operand), now_ps());
        semaphore_changed_.notify(sc_core::SC_ZERO_TIME);
      }
      break;
    case Opcode::kLoop:
      program_.loop(thread, command);
      return std::nullopt;
    case Opcode::kIrq:
      program_tag_ = command.operand;
      irq_status_ |= r::kIrqStatusProgram.mask();
      update_interrupts();
      break;
    default:
      break;
  }
  program_.advance(thread);
  return std::nullopt;
}

/// What a command keeps others from using at the same time, if anything.
Tile::Unit* Tile::unit_of(const Command& command) {
  switch (command.opcode) {
    case Opcode::kProgram:
    case Opcode::kMvm:
      return &crossbar_unit_;
    case Opcode::kPost:
    case Opcode::kAdd:
    case Opcode::kAdd8:
      return &nmpu_unit_;
    case Opcode::kMove:
    case Opcode::kPut:
      return &port_unit_;
    case Opcode::kSignal:
      return command.remote ? &port_unit_ : nullptr;
    default:
      return nullptr;
  }
}

/// Takes a command through its time, the transfer of a PUT or a remote SIGNAL included; what it was
/// refused for. After a reset it returns at once and has changed nothing.
std::optional<Refusal> Tile::carry_out(const Command& command, Lane& lane) {
  const unsigned generation = generation_;
  const TileEngine::Start start = engine_.start(command, now_ps(), lane.execution);
  if (start.refusal) return start.refusal;
  wait(sc_core::sc_time::from_value(start.duration_ps), reset_event_);
  if (generation != generation_) return std::nullopt;
  const bool delivered = transfer(command, lane);
  if (generation != generation_) return std::nullopt;
  engine_.finish(lane.execution, now_ps(), lane.track);
  if (!delivered) return Refusal{Error::kBus, command.words[2]};
  return std::nullopt;
}

/// Sends what a PUT or a remote SIGNAL has to send; false when any of it was answered with an
/// error.
bool Tile::transfer(const Command& command, Lane& lane) {
  if (command.opcode == Opcode::kPut) {
    const std::uint8_t* bytes = engine_.sram() + command.source;
    lane.bytes.assign(bytes, bytes + command.length);
  } else if (command.opcode == Opcode::kSignal && command.remote) {
    lane.bytes.resize(4);
    for (unsigned i = 0; i < 4; ++i) {
      lane.bytes[i] = static_cast<std::uint8_t>(command.length >> 8U * i);
    }
  } else {
    return true;
  }
  const auto length = static_cast<unsigned>(lane.bytes.size());
  tlm::tlm_generic_payload& payload = lane.payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(command.destination);
  payload.set_data_ptr(lane.bytes.data());
  payload.set_data_length(length);
  payload.set_streaming_width(length);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  if (command.multicast) {
    lane.rectangle.columns = command.tile_columns;
    lane.rectangle.rows = command.tile_rows;
    payload.set_extension(&lane.rectangle);
  }
  put_socket->b_transport(payload, delay);
  payload.clear_extension(&lane.rectangle);
  wait(delay);
  return payload.is_response_ok();
}

}  // namespace aimc::tile
