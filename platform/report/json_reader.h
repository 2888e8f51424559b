#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace aimc::report {

/// Reads values out of a JSON file by the path of their keys; every mistake is a ReportError that
/// names file and key.
class JsonReader {
 public:
  /// Throws ReportError when `text` is no JSON object. @param file its name, for messages
  JsonReader(const std::string& text, std::string file);

  /// A finite number; `path` is "energy.total_j".
  double number(const std::string& path) const;
  /// A whole number from 0 to `most`.
  unsigned whole(const std::string& path, unsigned most) const;
  /// A text.
  std::string text(const std::string& path) const;
  /// A list of texts.
  std::vector<std::string> texts(const std::string& path) const;
  /// The readers of a list's objects.
  std::vector<JsonReader> objects(const std::string& path) const;
  /// Names and values of an object of numbers, in order; null is no number.
  std::vector<std::pair<std::string, std::optional<double>>> numbers(const std::string& path) const;

 private:
  using Json = nlohmann::ordered_json;

  JsonReader(Json json, std::string file, std::string prefix)
      : json_(std::move(json)), file_(std::move(file)), prefix_(std::move(prefix)) {}
  const Json& at(const std::string& path) const;
  [[noreturn]] void fail(const std::string& path, const Json& value,
                         const std::string& expected) const;

  Json json_;
  std::string file_;
  std::string prefix_;  // in front of paths in messages
};

}  // namespace aimc::report
