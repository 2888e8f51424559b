#include "platform/soc/guest_services.h"

#include <algorithm>
#include <utility>

namespace aimc::platform {
namespace {

namespace map = regs::soc;

/// How long the second half of a command may be behind the first: longer than any code between two
/// stores, short beside a test.
constexpr core::TimePs kHtifPause = 1'000'000;

/// Wall time between two looks at the stop flag while somebody types.
constexpr int kWaitMs = 100;

constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;

constexpr std::uint32_t kMaxStack = 1024 * 1024;

/// A variable of data in RAM; nothing when the symbol is not there or names something else.
const ElfSymbol* find_variable(const ElfImage& elf, const char* name) {
  const ElfSymbol* symbol = elf.find(name);
  return symbol == nullptr || symbol->kind == SymbolKind::kFunction ? nullptr : symbol;
}

}  // namespace

GuestServices::GuestServices(const sc_core::sc_module_name& name, const RunOptions& options,
                             Soc& soc, std::function<void(std::uint32_t)> exit,
                             std::function<void(const std::string&)> stop)
    : sc_module(name),
      options_(options),
      soc_(soc),
      exit_(std::move(exit)),
      stop_(std::move(stop)),
      files_(options.semihosting.value_or("")),
      semihosting_(*this, *this) {
  SC_HAS_PROCESS(GuestServices);
  SC_METHOD(expire);
  sensitive << expired_;
  dont_initialize();
  if (options.semihosting) {
    soc.cpu().set_semihosting([this](riscv::Hart& hart) {
      hart.set_reg(kA0, semihosting_.call(hart.reg(kA0), hart.reg(kA1)));
    });
  }
  if (const auto layout = find_htif()) {
    // Named, because the conversions are nobody else's business.
    riscv::HtifServices& services = *this;
    riscv::GuestMemory& memory = *this;
    htif_.emplace(*layout, services, memory);
    soc.cpu().watch_stores(
        layout->tohost, layout->tohost_bytes,
        [this](std::uint32_t address, unsigned bytes) { htif_->stored(address, bytes); });
  }
}

void GuestServices::reset() {
  semihosting_.reset();
  if (htif_) htif_->reset();
}

std::optional<riscv::HtifLayout> GuestServices::find_htif() const {
  const ElfSymbol* tohost = find_variable(options_.elf, "tohost");
  if (tohost == nullptr) return std::nullopt;
  const ElfSymbol* fromhost = find_variable(options_.elf, "fromhost");
  riscv::HtifLayout layout;
  layout.tohost = tohost->address;
  const bool adjacent = fromhost != nullptr && fromhost->address == tohost->address + 4;
  if (tohost->bytes == 4 || adjacent) layout.tohost_bytes = 4;
  if (!in_ram(layout.tohost, layout.tohost_bytes)) return std::nullopt;
  if (fromhost != nullptr) {
    layout.fromhost_bytes = fromhost->bytes == 4 || adjacent ? 4 : 8;
    if (in_ram(fromhost->address, layout.fromhost_bytes)) layout.fromhost = fromhost->address;
  }
  return layout;
}

bool GuestServices::in_ram(std::uint32_t address, std::size_t count) const {
  const std::uint64_t offset = std::uint64_t{address} - map::kRamBase;
  const std::uint64_t size = soc_.ram().size();
  return address >= map::kRamBase && count <= size && offset <= size - count;
}

bool GuestServices::read(std::uint32_t address, std::uint8_t* bytes, std::size_t count) {
  return in_ram(address, count) && soc_.cpu().debug_read(address, bytes, count) == count;
}

bool GuestServices::write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count) {
  return in_ram(address, count) && soc_.cpu().debug_write(address, bytes, count) == count;
}

void GuestServices::put(std::uint8_t byte) {
  if (options_.uart) options_.uart(byte);
}

std::optional<std::uint8_t> GuestServices::get() {
  UartInput* const input = options_.uart_input;
  while (input != nullptr) {
    if (const auto byte = input->next()) return byte;
    if (!input->live() || (options_.stop != nullptr && options_.stop->load())) break;
    input->wait(kWaitMs);
  }
  return std::nullopt;
}

std::variant<std::unique_ptr<riscv::SemihostFile>, riscv::GuestError> GuestServices::open(
    const std::string& name) {
  return files_.open(name);
}

void GuestServices::exit(std::uint32_t code) {
  exit_(code);
}

std::uint64_t GuestServices::time_ns() {
  constexpr std::uint64_t kPsPerNs = 1000;
  return sc_core::sc_time_stamp().value() / kPsPerNs;
}

std::string GuestServices::command_line() {
  std::string line = options_.elf.path;
  for (const std::string& word : options_.firmware_args) line += " " + word;
  return line;
}

// The heap begins behind the program's last segment; the stack ends with the RAM.
riscv::HeapInfo GuestServices::heap() {
  constexpr std::uint64_t kAlign = 16;
  std::uint64_t image_end = map::kRamBase;
  for (const ElfSegment& segment : options_.elf.segments) {
    image_end = std::max(image_end, std::uint64_t{segment.address} + segment.memory_bytes);
  }
  const std::uint64_t ram_end = map::kRamBase + std::uint64_t{soc_.ram().size()};
  const std::uint64_t base = std::min((image_end + kAlign - 1U) / kAlign * kAlign, ram_end);
  const std::uint64_t stack =
      std::min<std::uint64_t>(kMaxStack, (ram_end - base) / 4) / kAlign * kAlign;
  const auto limit = static_cast<std::uint32_t>(ram_end - stack);
  return {static_cast<std::uint32_t>(base), limit, static_cast<std::uint32_t>(ram_end), limit};
}

void GuestServices::refuse(const std::string& command) {
  stop_("tohost asks for what is not there: " + command);
}

void GuestServices::expect_more() {
  expired_.cancel();
  expired_.notify(sc_core::sc_time::from_value(kHtifPause));
}

void GuestServices::expire() {
  htif_->expire();
}

}  // namespace aimc::platform
