#include "models/peripherals/system_control.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "models/tlm/device_access.h"

namespace aimc::peripherals {
namespace {

namespace sysctl = regs::system_control;

constexpr unsigned kBitsPerWord = 32;
constexpr unsigned kMaxTiles = sysctl::kTileDonePendingCount * kBitsPerWord;
constexpr unsigned kMaxMesh = 0xFFFF;
constexpr double kPicojoulesPerJoule = 1e12;

using Lines = sc_core::sc_vector<sc_core::sc_in<bool>>;

bool within(std::uint32_t offset, std::uint32_t base, std::uint32_t words) {
  return offset >= base && offset - base < words * 4;
}

bool is_pending_bitmap(std::uint32_t offset) {
  return within(offset, sysctl::kTileDonePending, sysctl::kTileDonePendingCount) ||
         within(offset, sysctl::kTileErrorPending, sysctl::kTileErrorPendingCount);
}

bool changes_with_time(std::uint64_t address) {
  const auto offset =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(address, sysctl::kArgsOffset));
  return offset == sysctl::kEnergyPjLo || offset == sysctl::kNocPackets ||
         offset == sysctl::kNocFlitHops || offset == sysctl::kNocBytes || is_pending_bitmap(offset);
}

std::uint32_t bitmap_word(const Lines& lines, std::uint32_t word) {
  std::uint32_t bits = 0;
  const std::size_t first = std::size_t{word} * kBitsPerWord;
  const std::size_t end = std::min<std::size_t>(lines.size(), first + kBitsPerWord);
  for (std::size_t i = first; i < end; ++i) {
    if (lines[i].read()) bits |= 1U << (i - first);
  }
  return bits;
}

bool any_high(const Lines& lines) {
  return std::any_of(lines.begin(), lines.end(),
                     [](const sc_core::sc_in<bool>& line) { return line.read(); });
}

void require(bool fits, const std::string& what, std::uint64_t value, const std::string& expected) {
  if (fits) return;
  throw std::invalid_argument("system control: " + what + " of " + std::to_string(value) +
                              "; expected " + expected);
}

}  // namespace

SystemControl::SystemControl(const sc_core::sc_module_name& name, const SystemControlConfig& config,
                             core::EnergyMeter& energy, std::function<NocTraffic()> noc_traffic,
                             Mailbox& mailbox)
    : sc_core::sc_module(name),
      tile_done("tile_done", config.tile_count),
      tile_error("tile_error", config.tile_count),
      energy_(energy),
      noc_traffic_(std::move(noc_traffic)),
      mailbox_(mailbox),
      bank_(sysctl::kRegisters) {
  load_constants(config);
  load_args(config.args);
  reset_words_ = words_;
  socket.register_b_transport(this, &SystemControl::b_transport);
  socket.register_transport_dbg(this, &SystemControl::transport_dbg);
  SC_HAS_PROCESS(SystemControl);
  SC_METHOD(drive);
  for (sc_core::sc_in<bool>& line : tile_done) sensitive << line;
  for (sc_core::sc_in<bool>& line : tile_error) sensitive << line;
}

SystemControl::~SystemControl() = default;

void SystemControl::reset() {
  words_ = reset_words_;
  mailbox_.reset(sc_core::sc_time_stamp().value());
}

void SystemControl::load_constants(const SystemControlConfig& config) {
  require(config.tile_count <= kMaxTiles, "tile count", config.tile_count,
          "0.." + std::to_string(kMaxTiles));
  require(config.mesh_width <= kMaxMesh, "mesh width", config.mesh_width,
          "0.." + std::to_string(kMaxMesh));
  require(config.mesh_height <= kMaxMesh, "mesh height", config.mesh_height,
          "0.." + std::to_string(kMaxMesh));
  for (const core::RegisterDesc& desc : sysctl::kRegisters) {
    for (std::uint32_t i = 0; i < desc.count; ++i) word(desc.offset + 4 * i) = desc.reset;
  }
  word(sysctl::kRegmapHash) = config.regmap_hash;
  word(sysctl::kTileCount) = config.tile_count;
  word(sysctl::kMesh) =
      sysctl::kMeshWidth.put(config.mesh_width) | sysctl::kMeshHeight.put(config.mesh_height);
  word(sysctl::kTileBase) = config.tile_base;
  word(sysctl::kTileStride) = config.tile_stride;
  word(sysctl::kRamBase) = config.ram_base;
  word(sysctl::kRamSize) = config.ram_size;
  word(sysctl::kHostClockKhz) = config.host_clock_khz;
  word(sysctl::kNocClockKhz) = config.noc_clock_khz;
  word(sysctl::kTileClockKhz) = config.tile_clock_khz;
  word(sysctl::kTimebaseHz) = config.timebase_hz;
  word(sysctl::kNmpuLanes) = config.nmpu_lanes;
}

void SystemControl::load_args(const std::vector<std::string>& args) {
  std::size_t used = 0;
  for (const std::string& arg : args) {
    if (arg.find('\0') != std::string::npos) {
      throw std::invalid_argument(
          "system control: a firmware argument contains a NUL character, which ends it");
    }
    used += arg.size() + 1;
  }
  if (used > args_.size()) {
    throw std::invalid_argument(
        "system control: the firmware's arguments take " + std::to_string(used) +
        " bytes with their terminators; there is room for " + std::to_string(args_.size()));
  }
  std::size_t position = 0;
  for (const std::string& arg : args) {
    std::copy(arg.begin(), arg.end(), args_.begin() + static_cast<std::ptrdiff_t>(position));
    position += arg.size() + 1;
  }
  word(sysctl::kArgCount) = static_cast<std::uint32_t>(args.size());
  word(sysctl::kArgBytes) = static_cast<std::uint32_t>(used);
}

std::uint64_t SystemControl::energy_pj() const {
  return static_cast<std::uint64_t>(std::floor(energy_.total_j() * kPicojoulesPerJoule));
}

std::uint32_t SystemControl::peek_register(std::uint32_t offset) const {
  if (within(offset, sysctl::kTileDonePending, sysctl::kTileDonePendingCount)) {
    return bitmap_word(tile_done, (offset - sysctl::kTileDonePending) / 4);
  }
  if (within(offset, sysctl::kTileErrorPending, sysctl::kTileErrorPendingCount)) {
    return bitmap_word(tile_error, (offset - sysctl::kTileErrorPending) / 4);
  }
  const NocTraffic traffic = noc_traffic_ ? noc_traffic_() : NocTraffic{};
  switch (offset) {
    case sysctl::kEnergyPjLo:
      return static_cast<std::uint32_t>(energy_pj());
    case sysctl::kNocPackets:
      return static_cast<std::uint32_t>(traffic.packets);
    case sysctl::kNocFlitHops:
      return static_cast<std::uint32_t>(traffic.flit_hops);
    case sysctl::kNocBytes:
      return static_cast<std::uint32_t>(traffic.bytes);
    default:
      return word(offset);
  }
}

std::uint32_t SystemControl::read_register(std::uint32_t offset) {
  if (offset == sysctl::kEnergyPjLo) {
    const std::uint64_t energy = energy_pj();
    word(sysctl::kEnergyPjHi) = static_cast<std::uint32_t>(energy >> 32U);
    return static_cast<std::uint32_t>(energy);
  }
  return offset == sysctl::kNameId ? mailbox_.finish_name() : peek_register(offset);
}

void SystemControl::write_register(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case sysctl::kNameChars:
      mailbox_.append(value);
      break;
    case sysctl::kReport: {
      const std::uint64_t bits =
          std::uint64_t{word(sysctl::kValueHi)} << 32U | word(sysctl::kValueLo);
      double number = 0.0;
      static_assert(sizeof number == sizeof bits, "the mailbox carries IEEE 754 doubles");
      std::memcpy(&number, &bits, sizeof number);
      refused_ = !mailbox_.report(value, number);
      break;
    }
    case sysctl::kMarkerBegin:
      refused_ = !mailbox_.begin(value, access_ps_);
      break;
    case sysctl::kMarkerEnd:
      refused_ = !mailbox_.end(value, access_ps_);
      break;
    case sysctl::kProgressTotal:
    case sysctl::kProgressDone:
      word(offset) = value;
      mailbox_.progress(word(sysctl::kProgressDone), word(sysctl::kProgressTotal));
      break;
    default:  // VALUE_LO and VALUE_HI
      word(offset) = value;
      break;
  }
}

void SystemControl::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  if (address >= sysctl::kArgsOffset) {
    payload.set_address(address - sysctl::kArgsOffset);
    tlm_support::memory_transport(payload, args_.data(), args_.size(), false);
    payload.set_address(address);
    return;
  }
  if (payload.is_read() && changes_with_time(address)) tlm_support::synchronise(delay);
  access_ps_ = (sc_core::sc_time_stamp() + delay).value();
  refused_ = false;
  bank_.transport(payload, *this);
  if (refused_) payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
}

unsigned SystemControl::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (address < sysctl::kArgsOffset) return bank_.transport_dbg(payload, *this);
  payload.set_address(address - sysctl::kArgsOffset);
  const unsigned served = tlm_support::debug_read(
      payload, args_.size(), [this](std::uint32_t offset) { return args_[offset]; });
  payload.set_address(address);
  return served;
}

void SystemControl::drive() {
  any_done.write(any_high(tile_done));
  any_error.write(any_high(tile_error));
}

}  // namespace aimc::peripherals
