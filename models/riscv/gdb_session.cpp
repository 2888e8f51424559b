#include "models/riscv/gdb_session.h"

#include <algorithm>
#include <utility>

namespace aimc::riscv {
namespace {

constexpr std::string_view kOk = "OK";
constexpr std::string_view kBadArgument = "E16";  // EINVAL
constexpr std::string_view kFault = "E0e";        // EFAULT
constexpr std::string_view kNoSpace = "E1c";      // ENOSPC
constexpr std::size_t kMaxTransfer = GdbPacketReader::kMaxPayload / 2 - 16;

std::string word_to_hex(std::uint32_t value) {
  std::string bytes;
  for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(value >> (8U * i) & 0xFFU));
  return to_hex(bytes);
}

std::optional<std::uint32_t> word_from_hex(std::string_view digits) {
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != 4) return std::nullopt;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>((*bytes)[i])) << (8U * i);
  }
  return value;
}

std::string byte_to_hex(unsigned value) {
  const char byte = static_cast<char>(value & 0xFFU);
  return to_hex({&byte, 1});
}

/// "address,length" at the front of `text`.
bool take_range(std::string_view& text, std::uint32_t& address, std::uint32_t& length) {
  const auto first = take_number(text);
  if (!first || !take_character(text, ',')) return false;
  const auto second = take_number(text);
  if (!second) return false;
  address = *first;
  length = *second;
  return true;
}

}  // namespace

GdbSession::GdbSession(GdbTarget& target, std::function<void(std::string_view)> send)
    : target_(target), send_(std::move(send)), description_(gdb_target_xml(target)) {}

void GdbSession::reply(std::string_view payload) {
  last_sent_ = gdb_packet(payload);
  send_(last_sent_);
}

GdbAction GdbSession::serve() {
  for (;;) {
    while (auto input = reader_.next()) waiting_.push_back(std::move(*input));
    if (waiting_.empty()) return GdbAction::kStay;
    const GdbInput input = std::move(waiting_.front());
    waiting_.pop_front();
    switch (input.kind) {
      case GdbInput::Kind::kInterrupt:
        break;  // it is stopped already
      case GdbInput::Kind::kNak:
        if (acknowledge_ && !last_sent_.empty()) send_(last_sent_);
        break;
      case GdbInput::Kind::kBadPacket:
        if (acknowledge_) send_("-");
        break;
      case GdbInput::Kind::kPacket: {
        if (acknowledge_) send_("+");
        const GdbAction action = handle(input.payload);
        if (end_acknowledgements_) acknowledge_ = false;
        if (action != GdbAction::kStay) return action;
        break;
      }
    }
  }
}

bool GdbSession::interrupted() {
  bool stop = false;
  while (auto input = reader_.next()) {
    if (input->kind == GdbInput::Kind::kInterrupt) {
      stop = true;
    } else if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back(std::move(*input));
    }
  }
  return stop;
}

void GdbSession::report_stop(const GdbStop& stop) {
  stop_ = stop;
  reply(stop_reply());
}

void GdbSession::report_exit(unsigned status) {
  reply("W" + byte_to_hex(status));
}

void GdbSession::report_signal(unsigned signal) {
  reply("X" + byte_to_hex(signal));
}

void GdbSession::print(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), kMaxTransfer))) {
    reply("O" + to_hex(text.substr(0, kMaxTransfer)));
  }
}

std::string GdbSession::stop_reply() const {
  return "T" + byte_to_hex(stop_.signal) + stop_.detail + "thread:1;";
}

GdbAction GdbSession::handle(std::string_view packet) {
  if (packet.empty()) {
    refuse();
    return GdbAction::kStay;
  }
  const char command = packet.front();
  std::string_view rest = packet.substr(1);
  switch (command) {
    case '?':
      reply(stop_reply());
      break;
    case 'g':
      reply(read_all_registers());
      break;
    case 'G':
      reply(write_all_registers(rest));
      break;
    case 'p':
      reply(read_register(rest));
      break;
    case 'P':
      reply(write_register(rest));
      break;
    case 'm':
      reply(read_memory(rest));
      break;
    case 'M':
    case 'X':
      reply(write_memory(rest, command == 'X'));
      break;
    case 'Z':
    case 'z':
      reply(change_point(command == 'Z', rest));
      break;
    case 'c':
    case 'C':
      return resume(rest, command == 'C', GdbAction::kContinue);
    case 's':
    case 'S':
      return resume(rest, command == 'S', GdbAction::kStep);
    case 'D':
      reply(kOk);
      return GdbAction::kDetach;
    case 'k':
      return GdbAction::kKill;
    case 'H':
    case 'T':
      reply(kOk);  // there is one thread
      break;
    case 'q':
    case 'Q':
      reply(query(packet));
      break;
    case 'v':
      if (take_prefix(rest, "Cont?")) {
        reply("vCont;c;C;s;S");
      } else if (take_prefix(rest, "Cont;")) {
        return resume_threads(rest);
      } else if (take_prefix(rest, "Kill")) {
        reply(kOk);
        return GdbAction::kKill;
      } else {
        refuse();
      }
      break;
    default:
      refuse();
      break;
  }
  return GdbAction::kStay;
}

// An empty reply says that a packet is not known.
void GdbSession::refuse() {
  reply("");
}

GdbAction GdbSession::resume(std::string_view text, bool with_signal, GdbAction action) {
  if (with_signal) {
    if (!take_number(text)) {
      reply(kBadArgument);
      return GdbAction::kStay;
    }
    take_character(text, ';');
  }
  if (!text.empty()) {
    const auto address = take_number(text);
    if (!address || !text.empty()) {
      reply(kBadArgument);
      return GdbAction::kStay;
    }
    target_.write_register(GdbTarget::kPc, *address);
  }
  return action;
}

// "action[:thread];...": with one thread the first action is the one that counts.
GdbAction GdbSession::resume_threads(std::string_view actions) {
  switch (actions.empty() ? '\0' : actions.front()) {
    case 'c':
    case 'C':
      return GdbAction::kContinue;
    case 's':
    case 'S':
      return GdbAction::kStep;
    default:
      reply(kBadArgument);
      return GdbAction::kStay;
  }
}

std::string GdbSession::query(std::string_view packet) {
  if (take_prefix(packet, "qSupported")) {
    return "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;vContSupported+;"
           "swbreak+;hwbreak+";
  }
  if (take_prefix(packet, "QStartNoAckMode")) {
    end_acknowledgements_ = true;
    return std::string(kOk);
  }
  if (take_prefix(packet, "qXfer:features:read:")) return features(packet);
  if (take_prefix(packet, "qRcmd,")) {
    const auto command = from_hex(packet);
    if (!command) return std::string(kBadArgument);
    const std::string text = target_.monitor(*command);
    // All but the last piece of a long one go ahead as output of the console.
    const std::size_t ahead = text.empty() ? 0 : (text.size() - 1) / kMaxTransfer * kMaxTransfer;
    print(std::string_view(text).substr(0, ahead));
    return text.empty() ? std::string(kOk) : to_hex(std::string_view(text).substr(ahead));
  }
  if (packet == "qC") return "QC1";
  if (packet == "qfThreadInfo") return "m1";
  if (packet == "qsThreadInfo") return "l";
  if (packet == "qAttached") return "1";
  if (take_prefix(packet, "qSymbol:")) return std::string(kOk);
  return {};
}

std::string GdbSession::features(std::string_view range) const {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  if (!take_prefix(range, "target.xml:") || !take_range(range, offset, length)) {
    return std::string(kBadArgument);
  }
  if (offset >= description_.size()) return "l";
  const std::string part = description_.substr(offset, std::min<std::size_t>(length, kMaxTransfer));
  return (offset + part.size() < description_.size() ? "m" : "l") + part;
}

std::string GdbSession::read_all_registers() const {
  std::string digits;
  for (unsigned i = 0; i < GdbTarget::kRegisters; ++i) {
    digits += word_to_hex(target_.read_register(i));
  }
  return digits;
}

std::string GdbSession::write_all_registers(std::string_view digits) {
  constexpr std::size_t kWordDigits = 8;
  const auto bytes = from_hex(digits);
  if (!bytes || digits.size() < GdbTarget::kRegisters * kWordDigits) {
    return std::string(kBadArgument);
  }
  for (unsigned i = 0; i < GdbTarget::kRegisters; ++i) {
    target_.write_register(i, *word_from_hex(digits.substr(i * kWordDigits, kWordDigits)));
  }
  return std::string(kOk);
}

// True for x registers, pc and, where there are any, f registers.
bool GdbSession::is_register(std::uint32_t number) const {
  return number < GdbTarget::kRegisters || (number < kGdbFirstCsr && target_.has_float());
}

std::string GdbSession::read_register(std::string_view text) const {
  const auto number = take_number(text);
  if (!number || !text.empty()) return std::string(kBadArgument);
  if (is_register(*number)) return word_to_hex(target_.read_register(*number));
  std::uint32_t value = 0;
  const bool exists = *number >= kGdbFirstCsr && target_.read_csr(*number - kGdbFirstCsr, value);
  return exists ? word_to_hex(value) : std::string(kFault);
}

std::string GdbSession::write_register(std::string_view text) {
  const auto number = take_number(text);
  if (!number || !take_character(text, '=')) return std::string(kBadArgument);
  const auto value = word_from_hex(text);
  if (!value) return std::string(kBadArgument);
  if (is_register(*number)) {
    target_.write_register(*number, *value);
    return std::string(kOk);
  }
  const bool done = *number >= kGdbFirstCsr && target_.write_csr(*number - kGdbFirstCsr, *value);
  return std::string(done ? kOk : kFault);
}

std::string GdbSession::read_memory(std::string_view text) {
  std::uint32_t address = 0;
  std::uint32_t length = 0;
  if (!take_range(text, address, length) || !text.empty()) return std::string(kBadArgument);
  std::string bytes(std::min<std::size_t>(length, kMaxTransfer), '\0');
  bytes.resize(
      target_.read_memory(address, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
  return bytes.empty() && length != 0 ? std::string(kFault) : to_hex(bytes);
}

std::string GdbSession::write_memory(std::string_view text, bool binary) {
  std::uint32_t address = 0;
  std::uint32_t length = 0;
  if (!take_range(text, address, length) || !take_character(text, ':')) {
    return std::string(kBadArgument);
  }
  const auto bytes = binary ? std::optional<std::string>(gdb_unescape(text)) : from_hex(text);
  if (!bytes || bytes->size() != length) return std::string(kBadArgument);
  const std::size_t written = target_.write_memory(
      address, reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
  return std::string(written == bytes->size() ? kOk : kFault);
}

std::string GdbSession::change_point(bool insert, std::string_view text) {
  const auto type = take_number(text);
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  if (!type || !take_character(text, ',') || !take_range(text, address, size) || !text.empty()) {
    return std::string(kBadArgument);
  }
  if (*type > 4) return {};
  if (*type <= 1) {
    std::set<std::uint32_t>& kind = *type == 0 ? software_ : hardware_;
    if (insert && breakpoints_.size() >= kMaxPoints) return std::string(kNoSpace);
    if (insert) {
      kind.insert(address);
    } else {
      kind.erase(address);
    }
    breakpoints_ = software_;
    breakpoints_.insert(hardware_.begin(), hardware_.end());
    return std::string(kOk);
  }
  const GdbWatch watch{address, size, *type != 2, *type != 3};
  const auto found = std::find(watches_.begin(), watches_.end(), watch);
  if (insert && size == 0) return std::string(kBadArgument);
  if (insert && found == watches_.end()) {
    if (watches_.size() >= kMaxPoints) return std::string(kNoSpace);
    watches_.push_back(watch);
  }
  if (!insert && found != watches_.end()) watches_.erase(found);
  return std::string(kOk);
}

}  // namespace aimc::riscv
