#include "models/tile/engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <utility>

namespace aimc::tile {
namespace {

namespace r = regs::tile;

constexpr double kPico = 1e-12;
constexpr unsigned kWordsPerColumn = 2;
// Words of a column's parameters: scales, then bias and offset.
constexpr core::RegisterField kScaleP{0, 16};
constexpr core::RegisterField kScaleN{16, 16};
constexpr core::RegisterField kBias{0, 16};
constexpr core::RegisterField kOffset{16, 16};
/// Cells an MVM must have for its arithmetic to be handed over: some 2 us of work.
constexpr std::uint64_t kWorthHandingOver = 16384;

core::TimePs cycles_for(std::uint64_t bytes, unsigned bytes_per_cycle) {
  return (bytes + bytes_per_cycle - 1) / bytes_per_cycle;
}

}  // namespace

TileEngine::TileEngine(const TileConfig& config, std::unique_ptr<nmpu::Backend> nmpu,
                       std::uint64_t seed, const std::string& path, core::EnergyMeter& energy,
                       core::Probe& probe)
    : config_(config),
      path_(path),
      geometry_{config.crossbar.rows, config.crossbar.columns, config.sram_kib * 1024U},
      clock_(config.clock_mhz),
      crossbar_(config.crossbar, seed, path),
      nmpu_(std::move(nmpu)),
      energy_(energy),
      probe_(probe),
      sram_(geometry_.sram_bytes),
      weights_(static_cast<std::size_t>(geometry_.rows) * geometry_.columns),
      params_(static_cast<std::size_t>(kWordsPerColumn) * geometry_.columns),
      mvm_job_(crossbar_),
      cp_(geometry_.columns),
      cn_(geometry_.columns),
      psum_(geometry_.columns),
      out_(geometry_.columns),
      accounts_{energy.open(path + "/dac", "dac"),
                energy.open(path + "/crossbar", "array"),
                energy.open(path + "/adc", "adc"),
                energy.open(path + "/nmpu", "nmpu"),
                energy.open(path + "/sram", "sram read"),
                energy.open(path + "/sram", "sram write"),
                energy.open(path + "/control", "command"),
                energy.open(path + "/crossbar", "programming")},
      tracks_{probe.track(path, "command"), probe.track(path, "crossbar sram"),
              probe.track(path, "dac"),     probe.track(path, "crossbar"),
              probe.track(path, "adc"),     probe.track(path, "nmpu sram"),
              probe.track(path, "nmpu")},
      names_{probe.name("nop"),       probe.name("program"), probe.name("mvm"),
             probe.name("post"),      probe.name("add"),     probe.name("move"),
             probe.name("put"),       probe.name("wait"),    probe.name("signal"),
             probe.name("loop"),      probe.name("irq"),     probe.name("halt"),
             probe.name("add8"),      probe.name("load"),    probe.name("drive"),
             probe.name("integrate"), probe.name("convert"), probe.name("store"),
             probe.name("vector")} {
  reset();
}

TileEngine::~TileEngine() {
  abandon_mvm();
}

void TileEngine::reset() {
  abandon_mvm();
  std::fill(sram_.begin(), sram_.end(), std::uint8_t{0});
  std::fill(weights_.begin(), weights_.end(), std::int8_t{0});
  std::fill(params_.begin(), params_.end(), 0U);
  for (unsigned column = 0; column < geometry_.columns; ++column) {
    nmpu_->write_params(column, nmpu::ColumnParams{});
  }
  clear_nmpu_saturated();
  counters_ = TileCounters{};
  executing_ = 0;
  read_mode_word_ = r::kReadModeMagnitudeBits.put(8);
  read_mode_ = analog::ReadMode{};
}

void TileEngine::clear_nmpu_saturated() {
  nmpu_->clear_saturation();
  nmpu_saturated_ = {};
}

core::TimePs TileEngine::sram_cycles_ps(std::uint64_t bytes) const {
  return clock_.time_of(cycles_for(bytes, config_.sram_bytes_per_cycle));
}

void TileEngine::phase(Execution& execution, core::Track track, core::ActivityName name,
                       core::TimePs begin, core::TimePs end) const {
  if (probe_.enabled()) execution.phases.push_back({track, name, begin, end});
}

core::Track TileEngine::thread_track(unsigned thread) {
  return probe_.track(path_, "thread " + std::to_string(thread));
}

void TileEngine::show_semaphore(unsigned index, std::uint32_t value, core::TimePs now_ps) {
  if (!probe_.enabled()) return;
  std::optional<core::Counter>& counter = semaphores_[index];
  if (!counter) counter = probe_.counter(path_, "semaphore " + std::to_string(index), 16);
  probe_.value(*counter, now_ps, value);
}

core::TimePs TileEngine::busy_ps(core::TimePs now_ps) const {
  return counters_.busy_ps + (executing_ != 0 ? now_ps - busy_since_ps_ : 0);
}

void TileEngine::post_network_access(bool write, std::size_t bytes) {
  const double picojoules =
      static_cast<double>(bytes) *
      (write ? config_.energy.sram_write_pj_per_byte : config_.energy.sram_read_pj_per_byte);
  energy_.post(write ? accounts_.sram_write : accounts_.sram_read, picojoules * kPico, bytes);
}

std::optional<Refusal> TileEngine::set_read_mode(std::uint32_t word) {
  const analog::ReadMode mode{r::kReadModeMagnitudeBits.get(word),
                              r::kReadModeFourPhase.get(word) != 0, r::kReadModeRange.get(word)};
  if (mode.magnitude_bits < 1 || mode.magnitude_bits > 8 ||
      mode.range > config_.crossbar.adc.max_range) {
    return Refusal{Error::kBadValue, word};
  }
  read_mode_ = mode;
  read_mode_word_ = word;
  return std::nullopt;
}

std::optional<Refusal> TileEngine::write_nmpu_param(std::uint32_t index, std::uint32_t word) {
  const std::uint32_t column = index / kWordsPerColumn;
  const bool second = index % kWordsPerColumn == 1;
  const std::uint32_t scales = second ? params_[index - 1] : word;
  const std::uint32_t sums = second ? word : params_[index + 1];
  const nmpu::ColumnParams params{static_cast<std::uint16_t>(kScaleP.get(scales)),
                                  static_cast<std::uint16_t>(kScaleN.get(scales)),
                                  static_cast<std::int16_t>(kOffset.get_signed(sums)),
                                  static_cast<std::int16_t>(kBias.get_signed(sums))};
  if (!nmpu::fits(params, config_.nmpu_format())) return Refusal{Error::kBadValue, word};
  params_[index] = word;
  nmpu_->write_params(column, params);
  return std::nullopt;
}

TileEngine::Start TileEngine::start(const Command& command, core::TimePs now_ps,
                                    Execution& execution) {
  if (command.opcode == Opcode::kMvm && !crossbar_.programmed(command.region)) {
    return {Refusal{Error::kNotProgrammed, command.words[7]}, 0};
  }
  execution.command = command;
  execution.started_ps = now_ps;
  execution.phases.clear();
  execution.results.clear();
  execution.result_bytes = 0;
  execution.dac_j = execution.array_j = execution.adc_j = execution.program_j = 0.0;
  execution.pulses = execution.saturated = execution.bytes_read = 0;
  execution.crossbar_ps = execution.nmpu_ps = 0;
  execution.nmpu_saturated = {};
  if (executing_++ == 0) busy_since_ps_ = now_ps;
  const core::TimePs overhead = clock_.time_of(config_.command_cycles);
  switch (command.opcode) {
    case Opcode::kProgram:
      return {std::nullopt, start_program(execution) + overhead};
    case Opcode::kMvm:
      return {std::nullopt, start_mvm(execution)};
    case Opcode::kPost:
      return {std::nullopt, start_post(execution)};
    case Opcode::kAdd:
      return {std::nullopt, start_add(execution) + overhead};
    case Opcode::kAdd8:
      return {std::nullopt, start_add8(execution) + overhead};
    case Opcode::kMove:
      return {std::nullopt, start_copy(execution) + overhead};
    case Opcode::kPut:
      execution.bytes_read = command.length;
      return {std::nullopt, overhead + sram_cycles_ps(command.length)};
    case Opcode::kNop:
      return {std::nullopt, overhead};
    default:
      return {std::nullopt, clock_.time_of(config_.control_cycles)};
  }
}

core::TimePs TileEngine::start_program(Execution& execution) {
  const Command& command = execution.command;
  if (computing_ != nullptr) deliver_mvm();
  const analog::ProgramResult result =
      crossbar_.program(weights_.data(), command.region, execution.started_ps);
  execution.pulses = result.pulses;
  execution.program_j = result.energy_j;
  const core::TimePs duration = clock_.time_of(clock_.cycle_at_or_after(result.duration_ps));
  const core::TimePs begin = clock_.time_of(config_.command_cycles);
  execution.crossbar_ps = duration;
  phase(execution, tracks_.crossbar, names_.program, begin, begin + duration);
  return duration;
}

// Each segment begins with an access of its own.
core::TimePs TileEngine::load_inputs_ps(const Command& command) const {
  const std::uint32_t rows = command.region.rows;
  const std::uint32_t segment = command.segments.bytes;
  if (segment == 0) return sram_cycles_ps(rows);
  return rows / segment * sram_cycles_ps(segment) + sram_cycles_ps(rows % segment);
}

core::TimePs TileEngine::start_mvm(Execution& execution) {
  const Command& command = execution.command;
  const analog::Region& region = command.region;
  const core::TimePs integrate =
      clock_.time_of(clock_.cycle_at_or_after(crossbar_.mvm_duration_ps(read_mode_)));
  const auto settle = static_cast<core::TimePs>(std::llround(config_.crossbar.dac.settle_ns * 1e3));
  const core::TimePs drive = crossbar_.mvm_duration_ps(read_mode_) - settle;
  const core::TimePs load = load_inputs_ps(command);
  const core::TimePs store = sram_cycles_ps(4ULL * region.columns);
  // Inputs of the next repetition are loaded and counts of the last one stored while the crossbar
  // integrates; both share the SRAM's port.
  const core::TimePs interval = std::max(integrate, load + store);
  const core::TimePs first = clock_.time_of(config_.command_cycles);

  execution.crossbar_ps = command.repetitions * integrate;
  execution.result_bytes = 4UL * region.columns;
  execution.bytes_read = static_cast<std::uint64_t>(region.rows) * command.repetitions;
  if (computing_ != nullptr) deliver_mvm();
  mvm_job_.prepare(command, read_mode_, sram_.data(), execution.started_ps + first + load,
                   interval);
  if (runner_ != nullptr && mvm_job_.cells() >= kWorthHandingOver) {
    computing_ = &execution;
    runner_->start(mvm_job_);
  } else {
    mvm_job_.compute();
    mvm_job_.deliver(execution);
  }
  for (unsigned i = 0; i < command.repetitions && probe_.enabled(); ++i) {
    const core::TimePs integrates_at = first + load + i * interval;
    const core::TimePs loads_at =
        i == 0 ? first : integrates_at - interval + (i > 1 ? store : core::TimePs{0});
    phase(execution, tracks_.crossbar_sram, names_.load, loads_at, loads_at + load);
    // The converters count while the crossbar integrates what the drivers apply, and until it has
    // settled.
    phase(execution, tracks_.dac, names_.drive, integrates_at, integrates_at + drive);
    phase(execution, tracks_.crossbar, names_.integrate, integrates_at, integrates_at + integrate);
    phase(execution, tracks_.adc, names_.convert, integrates_at, integrates_at + integrate);
    phase(execution, tracks_.crossbar_sram, names_.store, integrates_at + integrate,
          integrates_at + integrate + store);
  }
  return first + load + (command.repetitions - 1) * interval + integrate + store;
}

/// Waits for the job handed over and gives its command the outcome.
void TileEngine::deliver_mvm() {
  Execution& execution = *std::exchange(computing_, nullptr);
  runner_->finish(mvm_job_);
  mvm_job_.deliver(execution);
}

/// Waits for the job handed over; its command will not be finished.
void TileEngine::abandon_mvm() {
  if (std::exchange(computing_, nullptr) == nullptr) return;
  try {
    runner_->finish(mvm_job_);
  } catch (const std::exception&) {  // nobody is there any more who would want to know
  }
}

core::TimePs TileEngine::start_post(Execution& execution) {
  const Command& command = execution.command;
  const unsigned columns = command.region.columns;
  const nmpu::VectorConfig& config = command.vector;
  const bool has_psum = config.addend == nmpu::Addend::kPsum;
  const std::size_t element = config.psum_out ? 2 : 1;
  const std::uint64_t read_bytes = (has_psum ? 6ULL : 4ULL) * columns;
  const core::TimePs load = sram_cycles_ps(read_bytes);
  execution.result_bytes = element * columns;
  const core::TimePs store = sram_cycles_ps(execution.result_bytes);
  const bool keeps_all = command.destination_stride != 0;
  execution.results.resize(execution.result_bytes * (keeps_all ? command.repetitions : 1U));
  execution.bytes_read = read_bytes * command.repetitions;

  nmpu::Vector vector;
  vector.first_column = command.region.first_column;
  vector.columns = columns;
  vector.cp = cp_.data();
  vector.cn = cn_.data();
  vector.psum = has_psum ? psum_.data() : nullptr;
  vector.config = config;
  core::TimePs at = clock_.time_of(config_.command_cycles);
  for (unsigned i = 0; i < command.repetitions; ++i) {
    const std::uint8_t* counts =
        sram_.data() + command.source + static_cast<std::size_t>(i) * command.source_stride;
    for (unsigned column = 0; column < columns; ++column) {
      std::uint32_t word = 0;
      std::memcpy(&word, counts + 4UL * column, sizeof word);
      // The count latches are 12 bits wide: software that writes more into the SRAM sees the low
      // bits used.
      cp_[column] = static_cast<std::uint16_t>(word & 0xFFFU);
      cn_[column] = static_cast<std::uint16_t>(word >> 16U & 0xFFFU);
    }
    if (has_psum) {
      std::memcpy(psum_.data(), sram_.data() + command.addend + 2UL * columns * i, 2UL * columns);
    }
    const nmpu::Saturation before = nmpu_->saturation();
    const unsigned cycles = nmpu_->run(vector, out_.data(), execution.started_ps + at + load);
    const nmpu::Saturation after = nmpu_->saturation();
    execution.nmpu_saturated.psums += after.psums - before.psums;
    execution.nmpu_saturated.activations += after.activations - before.activations;
    std::uint8_t* out = execution.results.data() + (keeps_all ? execution.result_bytes * i : 0U);
    if (config.psum_out) {
      std::memcpy(out, out_.data(), execution.result_bytes);
    } else {
      for (unsigned column = 0; column < columns; ++column) {
        out[column] = static_cast<std::uint8_t>(out_[column]);
      }
    }
    const core::TimePs process = clock_.time_of(cycles);
    execution.nmpu_ps += process;
    phase(execution, tracks_.nmpu_sram, names_.load, at, at + load);
    phase(execution, tracks_.nmpu, names_.vector, at + load, at + load + process);
    phase(execution, tracks_.nmpu_sram, names_.store, at + load + process,
          at + load + process + store);
    at += load + process + store;
  }
  return at;
}

void TileEngine::write_result(std::uint32_t address, const void* bytes, std::size_t size) {
  std::memcpy(sram_.data() + address, bytes, size);
}

core::ActivityName TileEngine::name_of(Opcode opcode) const {
  switch (opcode) {
    case Opcode::kProgram:
      return names_.program;
    case Opcode::kMvm:
      return names_.mvm;
    case Opcode::kPost:
      return names_.post;
    case Opcode::kAdd:
      return names_.add;
    case Opcode::kAdd8:
      return names_.add8;
    case Opcode::kMove:
      return names_.move;
    case Opcode::kPut:
      return names_.put;
    case Opcode::kWait:
      return names_.wait;
    case Opcode::kSignal:
      return names_.signal;
    case Opcode::kLoop:
      return names_.loop;
    case Opcode::kIrq:
      return names_.irq;
    case Opcode::kHalt:
      return names_.halt;
    default:
      return names_.nop;
  }
}

// Counters and energy of what is particular to the command.
void TileEngine::count(const Execution& execution, core::TimePs now_ps) {
  const Command& command = execution.command;
  const auto columns = static_cast<std::uint64_t>(command.region.columns);
  const std::uint64_t repetitions = command.repetitions;
  const auto post = [&](core::EnergyAccount account, double joules, std::uint64_t count) {
    energy_.post_over(account, joules, count, execution.started_ps, now_ps);
  };
  counters_.crossbar_ps += execution.crossbar_ps;
  counters_.nmpu_ps += execution.nmpu_ps;
  switch (command.opcode) {
    case Opcode::kProgram:
      program_pulses_ += execution.pulses;
      post(accounts_.programming, execution.program_j, execution.pulses);
      break;
    case Opcode::kMvm:
      counters_.mvms += repetitions;
      counters_.macs += repetitions * columns * command.region.rows;
      counters_.saturated += execution.saturated;
      post(accounts_.dac, execution.dac_j, repetitions * command.region.rows);
      post(accounts_.array, execution.array_j, repetitions * columns * command.region.rows);
      post(accounts_.adc, execution.adc_j, repetitions * columns * 2);
      break;
    case Opcode::kPost:
      counters_.nmpu_columns += repetitions * columns;
      nmpu_saturated_.psums += execution.nmpu_saturated.psums;
      nmpu_saturated_.activations += execution.nmpu_saturated.activations;
      post(accounts_.nmpu,
           static_cast<double>(repetitions * columns) * config_.energy.nmpu_column_pj * kPico,
           repetitions * columns);
      break;
    case Opcode::kAdd8:  // an element takes what a column does: two products and their sum
      post(accounts_.nmpu, command.length * config_.energy.nmpu_column_pj * kPico, command.length);
      break;
    default:
      break;
  }
}

void TileEngine::finish(Execution& execution, core::TimePs now_ps, core::Track track) {
  if (computing_ == &execution) deliver_mvm();
  const Command& command = execution.command;
  count(execution, now_ps);
  const std::size_t bytes = execution.result_bytes;
  const std::size_t slots = bytes == 0 ? 0 : execution.results.size() / bytes;
  for (std::size_t i = 0; i < slots; ++i) {
    write_result(command.destination + static_cast<std::uint32_t>(i) * command.destination_stride,
                 execution.results.data() + i * bytes, bytes);
  }
  // With a destination stride of zero every repetition wrote the same place; all of them cost
  // energy.
  const std::uint64_t bytes_written = bytes == 0 ? 0 : std::uint64_t{bytes} * command.repetitions;
  if (execution.bytes_read != 0) post_network_access(false, execution.bytes_read);
  if (bytes_written != 0) post_network_access(true, bytes_written);
  energy_.post(accounts_.control, config_.energy.command_pj * kPico);
  ++counters_.commands;
  if (--executing_ == 0) counters_.busy_ps += now_ps - busy_since_ps_;
  for (const Execution::Phase& p : execution.phases) {
    probe_.slice(p.track, p.name, execution.started_ps + p.begin_ps,
                 execution.started_ps + p.end_ps);
  }
  probe_.slice(track, name_of(command.opcode), execution.started_ps, now_ps);
}

}  // namespace aimc::tile
