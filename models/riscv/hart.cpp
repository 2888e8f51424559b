#include "models/riscv/hart.h"

#include <utility>

#include "models/riscv/core.h"

namespace aimc::riscv {

struct Hart::State {
  State(Hart& hart, const HartConfig& config, HartEnvironment& environment)
      : core(hart, config, environment) {}
  Core core;
};

Hart::Hart(const HartConfig& config, HartEnvironment& environment)
    : state_(std::make_unique<State>(*this, config, environment)) {}
Hart::~Hart() = default;

void Hart::add_direct_memory(const DirectMemory& memory) {
  state_->core.add_direct_memory(memory);
}
void Hart::invalidate(std::uint32_t base, std::uint32_t size) {
  state_->core.invalidate(base, size);
}
StopReason Hart::run(std::uint64_t cycle_limit) {
  return state_->core.run(cycle_limit);
}
void Hart::lower_limit(std::uint64_t cycle_limit) {
  state_->core.lower_limit(cycle_limit);
}
void Hart::request_stop() {
  state_->core.request_stop();
}
void Hart::set_breakpoints(std::vector<std::uint32_t> addresses) {
  state_->core.set_breakpoints(std::move(addresses));
}
void Hart::watch_stores(std::uint32_t base, std::uint32_t size) {
  state_->core.watch_stores(base, size);
}
void Hart::observe_steps(StepObserver* observer, std::uint64_t from_cycle, std::uint64_t to_cycle) {
  state_->core.observe_steps(observer, from_cycle, to_cycle);
}
void Hart::observe_stretches(StretchObserver* observer) {
  state_->core.observe_stretches(observer);
}
void Hart::finish_observation() {
  state_->core.finish_observation();
}
void Hart::set_interrupt(unsigned bit, bool level) {
  state_->core.set_interrupt(bit, level);
}
bool Hart::wakeup_pending() const {
  return state_->core.wakeup_pending();
}
std::uint64_t Hart::cycle() const {
  return state_->core.cycle();
}
void Hart::advance_to(std::uint64_t cycle) {
  state_->core.advance_to(cycle);
}
std::uint64_t Hart::instructions() const {
  return state_->core.instructions();
}
ClassCounts Hart::class_counts() const {
  return state_->core.class_counts();
}
std::uint64_t Hart::direct_loads(const ClassCounts& counts) const {
  return state_->core.direct_loads(counts);
}
std::uint64_t Hart::direct_stores(const ClassCounts& counts) const {
  return state_->core.direct_stores(counts);
}
std::uint32_t Hart::pc() const {
  return state_->core.pc();
}
std::uint32_t Hart::reg(unsigned index) const {
  return state_->core.reg(index);
}
void Hart::set_reg(unsigned index, std::uint32_t value) {
  state_->core.set_reg(index, value);
}
std::uint32_t Hart::float_reg(unsigned index) const {
  return state_->core.float_reg(index);
}
void Hart::set_float_reg(unsigned index, std::uint32_t value) {
  state_->core.set_float_reg(index, value);
}
void Hart::set_pc(std::uint32_t pc) {
  state_->core.set_pc(pc);
}
bool Hart::peek_csr(unsigned number, std::uint32_t& value) const {
  return state_->core.peek_csr(number, value);
}
bool Hart::poke_csr(unsigned number, std::uint32_t value) {
  return state_->core.poke_csr(number, value);
}
unsigned Hart::privilege() const {
  return static_cast<unsigned>(state_->core.privilege());
}
bool Hart::set_privilege(unsigned mode) {
  if (mode != static_cast<unsigned>(Privilege::kUser) &&
      mode != static_cast<unsigned>(Privilege::kMachine)) {
    return false;
  }
  state_->core.set_privilege(static_cast<Privilege>(mode));
  return true;
}
const std::string& Hart::trap_description() const {
  return state_->core.trap_description();
}
void Hart::reset() {
  state_->core.reset();
}

}  // namespace aimc::riscv
