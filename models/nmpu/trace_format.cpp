#include "models/nmpu/trace_format.h"

#include <istream>
#include <ostream>
#include <string_view>

#include "models/nmpu/checks.h"

namespace aimc::nmpu {
namespace {

constexpr std::string_view kMagic = "AIMCNMP1";
constexpr char kParams = 'P';
constexpr char kVector = 'V';
constexpr char kEnd = 'E';

/// FNV-1a over all sizes: two programs agree on the formats if they agree on this.
std::uint64_t hash_of(const Format& f) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const unsigned value :
       {static_cast<unsigned>(f.configuration), f.count_bits, f.scale_int_bits, f.scale_frac_bits,
        f.offset_int_bits, f.offset_frac_bits, f.bias_bits, f.psum_bits, f.acc_bits, f.out_bits,
        f.cut_bits, f.lanes, f.max_beats, f.stages}) {
    hash = (hash ^ value) * 0x100000001B3U;
  }
  return hash;
}

void put(std::vector<char>& buffer, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) buffer.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint16_t bits(std::int16_t value) {
  return static_cast<std::uint16_t>(value);
}

}  // namespace

Vector TraceVector::view() const {
  return {first_column, static_cast<unsigned>(cp.size()),     cp.data(),
          cn.data(),    psum.empty() ? nullptr : psum.data(), config};
}

TraceWriter::TraceWriter(std::ostream& out, const TraceHeader& header) : out_(out) {
  buffer_.assign(kMagic.begin(), kMagic.end());
  put(buffer_, static_cast<std::uint64_t>(header.format.configuration), 1);
  put(buffer_, header.format.stages, 1);
  put(buffer_, header.format.lanes, 2);
  put(buffer_, hash_of(header.format), 8);
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
}

void TraceWriter::write(const TraceParams& record) {
  buffer_.assign(1, kParams);
  put(buffer_, record.tile, 2);
  put(buffer_, record.column, 2);
  put(buffer_, record.params.scale_p, 2);
  put(buffer_, record.params.scale_n, 2);
  put(buffer_, bits(record.params.offset), 2);
  put(buffer_, bits(record.params.bias), 2);
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  ++records_;
}

void TraceWriter::write(const TraceVector& record) {
  const VectorConfig& c = record.config;
  buffer_.assign(1, kVector);
  put(buffer_, record.tile, 2);
  put(buffer_, record.first_column, 2);
  put(buffer_, record.cp.size(), 2);
  put(buffer_,
      (c.psum_out ? 1U : 0U) | (c.relu ? 2U : 0U) | static_cast<unsigned>(c.addend) << 2U |
          static_cast<unsigned>(c.rounding) << 4U,
      1);
  put(buffer_, unsigned{c.cut_pre} | unsigned{c.cut_post} << 4U, 1);
  put(buffer_, static_cast<std::uint8_t>(c.zero_point), 1);
  put(buffer_, record.time_ps, 8);
  put(buffer_, record.cycles, 4);
  put(buffer_, record.saturated, 4);
  for (std::size_t i = 0; i < record.cp.size(); ++i) {
    put(buffer_, std::uint64_t{record.cp[i]} | std::uint64_t{record.cn[i]} << format::kInW, 3);
  }
  if (c.addend == Addend::kPsum) {
    for (const std::int16_t value : record.psum) put(buffer_, bits(value), 2);
  }
  for (const std::int16_t value : record.out) put(buffer_, bits(value), c.psum_out ? 2 : 1);
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  ++records_;
}

void TraceWriter::finish() {
  buffer_.assign(1, kEnd);
  put(buffer_, records_, 8);
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  out_.flush();
  if (!out_) throw TraceError("an NMPU trace cannot be written completely");
}

TraceReader::TraceReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  static_assert(format::kInW == 12, "two counts are packed into three bytes");
  std::string magic(kMagic.size(), '\0');
  in_.read(magic.data(), static_cast<std::streamsize>(magic.size()));
  if (!in_ || magic != kMagic) {
    throw TraceError(name_ + ": not an NMPU trace; expected it to begin with " +
                     std::string(kMagic));
  }
  offset_ = magic.size();
  const auto configuration = number(1);
  if (configuration > static_cast<std::uint64_t>(Configuration::kWide)) {
    fail("configuration " + std::to_string(configuration) + ", expected 0 (paper) or 1 (wide)");
  }
  header_.format = make_format(static_cast<Configuration>(configuration));
  header_.format.stages = static_cast<unsigned>(number(1));
  header_.format.lanes = static_cast<unsigned>(number(2));
  const std::uint64_t hash = number(8);
  if (hash != hash_of(header_.format)) {
    fail("its number formats are not those of this program's configuration '" +
         std::string(name_of(header_.format.configuration)) + "'; expected a trace of the same");
  }
  try {
    check_format(header_.format);
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
}

void TraceReader::fail(const std::string& what) const {
  throw TraceError(name_ + ": byte " + std::to_string(offset_) + ", record " +
                   std::to_string(records_) + ": " + what);
}

std::uint64_t TraceReader::number(unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const int byte = in_.get();
    if (byte == std::istream::traits_type::eof()) {
      fail("the trace ends here; expected more, up to an end record");
    }
    value |= static_cast<std::uint64_t>(byte) << (8 * i);
    ++offset_;
  }
  return value;
}

bool TraceReader::next(TraceRecord& record) {
  if (ended_) return false;
  const auto kind = static_cast<char>(number(1));
  switch (kind) {
    case kParams:
      if (!std::holds_alternative<TraceParams>(record)) record = TraceParams{};
      read_params(std::get<TraceParams>(record));
      break;
    case kVector:
      if (!std::holds_alternative<TraceVector>(record)) record = TraceVector{};
      read_vector(std::get<TraceVector>(record));
      break;
    case kEnd:
      read_end();
      return false;
    default:
      fail("record of kind " + std::to_string(static_cast<unsigned char>(kind)) +
           ", expected 'P' (parameters), 'V' (vector) or 'E' (end)");
  }
  ++records_;
  return true;
}

void TraceReader::read_params(TraceParams& record) {
  record.tile = static_cast<unsigned>(number(2));
  record.column = static_cast<unsigned>(number(2));
  record.params.scale_p = static_cast<std::uint16_t>(number(2));
  record.params.scale_n = static_cast<std::uint16_t>(number(2));
  record.params.offset = static_cast<std::int16_t>(number(2));
  record.params.bias = static_cast<std::int16_t>(number(2));
  try {
    check_params(record.column, record.params, header_.format);
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
}

void TraceReader::read_vector(TraceVector& record) {
  record.tile = static_cast<unsigned>(number(2));
  record.first_column = static_cast<unsigned>(number(2));
  const auto columns = static_cast<unsigned>(number(2));
  const auto flags = static_cast<unsigned>(number(1));
  const auto cuts = static_cast<unsigned>(number(1));
  if (flags >> 6U != 0) fail("flags " + std::to_string(flags) + ", expected at most 63");
  VectorConfig& c = record.config;
  c.psum_out = (flags & 1U) != 0;
  c.relu = (flags & 2U) != 0;
  c.addend = static_cast<Addend>(flags >> 2U & 3U);
  c.rounding = static_cast<Rounding>(flags >> 4U & 3U);
  c.cut_pre = static_cast<std::uint8_t>(cuts & 15U);
  c.cut_post = static_cast<std::uint8_t>(cuts >> 4U);
  c.zero_point = static_cast<std::int8_t>(number(1));
  record.time_ps = number(8);
  record.cycles = static_cast<unsigned>(number(4));
  record.saturated = static_cast<std::uint32_t>(number(4));
  record.cp.resize(columns);
  record.cn.resize(columns);
  record.out.resize(columns);
  record.psum.resize(c.addend == Addend::kPsum ? columns : 0);
  for (unsigned i = 0; i < columns; ++i) {
    const std::uint64_t both = number(3);
    record.cp[i] = static_cast<std::uint16_t>(both & ((1U << format::kInW) - 1));
    record.cn[i] = static_cast<std::uint16_t>(both >> format::kInW);
  }
  for (std::int16_t& value : record.psum) value = static_cast<std::int16_t>(number(2));
  for (std::int16_t& value : record.out) {
    value = c.psum_out ? static_cast<std::int16_t>(number(2))
                       : std::int16_t{static_cast<std::int8_t>(number(1))};
  }
  try {
    check_vector(record.view(), record.out.data(), header_.format.lanes);
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
}

void TraceReader::read_end() {
  const std::uint64_t records = number(8);
  if (records != records_) {
    fail("the end record says " + std::to_string(records) + " records, there are " +
         std::to_string(records_));
  }
  if (in_.get() != std::istream::traits_type::eof()) fail("something follows the end record");
  ended_ = true;
}

void write_recording(std::ostream& out, const Recording& recording) {
  TraceWriter writer(out, recording.header);
  for (const TraceRecord& record : recording.records) {
    std::visit([&writer](const auto& r) { writer.write(r); }, record);
  }
  writer.finish();
}

}  // namespace aimc::nmpu
