#include "platform/report/csv_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "platform/report/report_error.h"

namespace aimc::report {
namespace {

/// Reads records one after the other.
class Records {
 public:
  Records(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool at_end() const { return at_ >= text_.size(); }
  std::size_t line() const { return line_; }

  std::vector<std::string> next() {
    std::vector<std::string> fields(1);
    const std::size_t first_line = line_;
    bool quoted = false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (quoted) {
        if (c == '\n') ++line_;
        if (c != '"') {
          fields.back() += c;
        } else if (at_ < text_.size() && text_[at_] == '"') {
          fields.back() += text_[at_++];
        } else {
          quoted = false;
        }
      } else if (c == '"' && fields.back().empty()) {
        quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        ++line_;
        return fields;
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    if (quoted) {
      throw ReportError("file '" + file_ + "', line " + std::to_string(first_line) +
                        ": a quotation mark is not closed; is the file cut short?");
    }
    return fields;
  }

 private:
  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

CsvTable::CsvTable(std::string_view text, std::string file) : file_(std::move(file)) {
  Records records(text, file_);
  if (records.at_end()) {
    throw ReportError("file '" + file_ + "' is empty; expected a line with the columns' names");
  }
  header_ = records.next();
  while (!records.at_end()) {
    const std::size_t line = records.line();
    std::vector<std::string> fields = records.next();
    if (fields.size() != header_.size()) {
      throw ReportError("file '" + file_ + "', line " + std::to_string(line) + ": " +
                        std::to_string(fields.size()) + " fields; expected " +
                        std::to_string(header_.size()) + " as in the first line");
    }
    lines_.push_back(std::move(fields));
    line_numbers_.push_back(line);
  }
}

bool CsvTable::has(std::string_view column) const {
  return std::find(header_.begin(), header_.end(), column) != header_.end();
}

std::size_t CsvTable::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) {
    throw ReportError("file '" + file_ + "', line 1: there is no column '" + std::string(name) +
                      "'");
  }
  return static_cast<std::size_t>(found - header_.begin());
}

const std::string& CsvTable::text(std::size_t row, std::size_t column) const {
  return lines_.at(row).at(column);
}

double CsvTable::number(std::size_t row, std::size_t column) const {
  const std::string& field = text(row, column);
  double value = 0.0;
  const char* const end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    throw ReportError("file '" + file_ + "', line " + std::to_string(line_numbers_.at(row)) +
                      ", column '" + header_.at(column) + "': value '" + field +
                      "'; expected a number");
  }
  return value;
}

}  // namespace aimc::report
