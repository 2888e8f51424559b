#include "platform/config/device_table.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "platform/config/input_file.h"
#include "platform/config/platform_file.h"

namespace aimc::platform {
namespace {

constexpr std::size_t kColumns = 4;
constexpr const char* kHeader = "level,time_s,mean_us,std_us";
constexpr std::array<const char*, kColumns> kNames{"level", "time_s", "mean_us", "std_us"};
constexpr double kMostUs = 1e4;
constexpr double kMostS = 1e12;

using Row = std::array<double, kColumns>;

/// The table being read; knows where it is for messages.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void line(const std::string& text) {
    ++line_;
    if (text.empty() || text[0] == '#') return;
    if (!header_) {
      if (text != kHeader) refuse("header '" + text + "'; expected '" + std::string(kHeader) + "'");
      header_ = true;
      return;
    }
    add(split(text));
  }

  analog::DeviceTable take() {
    if (table_.times_s.empty()) throw ConfigError(file_ + ": no rows; expected '" + kHeader + "'");
    finish_time();
    if (table_.levels.size() < 2) refuse("fewer than two levels; expected at least 0 and 1");
    return std::move(table_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw ConfigError(file_ + ":" + std::to_string(line_) + ": " + what);
  }
  [[noreturn]] void refuse(std::size_t column, const std::string& value,
                           const std::string& expected) const {
    refuse("column '" + std::string(kNames[column]) + "': value '" + value + "'; expected " +
           expected);
  }

  Row split(const std::string& text) {
    Row row{};
    std::istringstream stream(text);
    std::size_t column = 0;
    for (std::string field; std::getline(stream, field, ','); ++column) {
      if (column == kColumns) refuse("more than four columns; expected " + std::string(kHeader));
      const char* end = field.data() + field.size();
      const auto result = std::from_chars(field.data(), end, row[column]);
      if (result.ec != std::errc() || result.ptr != end || !std::isfinite(row[column]))
        refuse(column, field, "a number");
      fields_[column] = field;
    }
    if (column < kColumns) {
      refuse("only " + std::to_string(column) + " columns; expected " + kHeader);
    }
    return row;
  }

  void add(const Row& row) {
    const auto [level, time, mean, spread] = row;
    if (!(time > 0.0 && time <= kMostS)) refuse(1, fields_[1], "above 0 and at most 1e12");
    if (!(mean >= 0.0 && mean <= kMostUs)) refuse(2, fields_[2], "0 .. 10000");
    if (!(spread >= 0.0 && spread <= kMostUs)) refuse(3, fields_[3], "0 .. 10000");
    if (table_.times_s.empty() || time != table_.times_s.back()) {
      if (!table_.times_s.empty()) {
        if (time < table_.times_s.back())
          refuse(1, fields_[1], "a time not before that of the line above");
        finish_time();
      }
      table_.times_s.push_back(time);
      at_ = 0;
    }
    if (table_.times_s.size() == 1) {
      if (at_ == 0 && level != 0.0) refuse(0, fields_[0], "0, the first level of a time");
      if (at_ > 0 && level <= table_.levels.back())
        refuse(0, fields_[0], "a level above that of the line before");
      if (level > 1.0) refuse(0, fields_[0], "0 .. 1");
      table_.levels.push_back(level);
    } else if (at_ == table_.levels.size() || level != table_.levels[at_]) {
      refuse(0, fields_[0], "the levels of the first time in their order");
    }
    ++at_;
    table_.mean_us.push_back(mean);
    table_.std_us.push_back(spread);
  }

  void finish_time() const {
    if (at_ < table_.levels.size() || table_.levels.back() != 1.0)
      refuse("the time before ends at a level below 1; expected levels 0 .. 1");
  }

  std::string file_;
  unsigned line_ = 0;
  bool header_ = false;
  std::size_t at_ = 0;
  std::array<std::string, kColumns> fields_;
  analog::DeviceTable table_;
};

}  // namespace

analog::DeviceTable parse_device_table(const std::string& text, const std::string& file) {
  Reader reader(file);
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    reader.line(line);
  }
  return reader.take();
}

analog::DeviceTable load_device_table(const std::string& file) {
  if (const auto why = why_no_file(file)) {
    throw ConfigError("key 'tile.device.table': file '" + file + "' " + *why);
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw ConfigError("key 'tile.device.table': file '" + file + "' cannot be read");
  return parse_device_table(text.str(), file);
}

}  // namespace aimc::platform
