#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aimc::report {

/// A CSV file (RFC 4180) with a header line, all of whose lines have as many fields as the header.
class CsvTable {
 public:
  /// Takes the text apart. @param file its name, for messages. Throws ReportError: no header, a
  /// line with too few or too many fields, a quotation mark that is not closed.
  CsvTable(std::string_view text, std::string file);

  /// Lines behind the header.
  std::size_t rows() const { return lines_.size(); }
  /// Names of the columns.
  const std::vector<std::string>& header() const { return header_; }
  /// Whether there is such a column.
  bool has(std::string_view column) const;
  /// Index of a column; throws ReportError when there is none.
  std::size_t column(std::string_view name) const;
  /// A field as text.
  const std::string& text(std::size_t row, std::size_t column) const;
  /// A field as a finite number; throws ReportError with file, line, column and what was there.
  double number(std::size_t row, std::size_t column) const;

 private:
  std::string file_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> lines_;
  std::vector<std::size_t> line_numbers_;
};

}  // namespace aimc::report
