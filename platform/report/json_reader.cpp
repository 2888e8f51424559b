#include "platform/report/json_reader.h"

#include <cmath>

#include "platform/report/report_error.h"

namespace aimc::report {
namespace {

/// A value as a message shows it: short, on one line.
std::string shown(const nlohmann::ordered_json& value) {
  constexpr std::size_t kMost = 40;
  std::string text = value.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

}  // namespace

JsonReader::JsonReader(const std::string& text, std::string file) : file_(std::move(file)) {
  try {
    json_ = Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw ReportError("file '" + file_ + "' is no valid JSON at byte " +
                      std::to_string(error.byte) + " of " + std::to_string(text.size()) +
                      "; is it cut short?");
  } catch (const Json::out_of_range&) {
    throw ReportError("file '" + file_ + "': a number in it is too large; expected finite numbers");
  }
  if (!json_.is_object()) throw ReportError("file '" + file_ + "': expected a JSON object");
}

const JsonReader::Json& JsonReader::at(const std::string& path) const {
  const Json* json = &json_;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string key = path.substr(begin, end - begin);
    if (!json->is_object() || !json->contains(key)) {
      throw ReportError("file '" + file_ + "': key '" + prefix_ + path.substr(0, end) +
                        "' is missing");
    }
    json = &(*json)[key];
    begin = end + 1;
  }
  return *json;
}

void JsonReader::fail(const std::string& path, const Json& value,
                      const std::string& expected) const {
  throw ReportError("file '" + file_ + "', key '" + prefix_ + path + "': value " + shown(value) +
                    "; expected " + expected);
}

double JsonReader::number(const std::string& path) const {
  const Json& value = at(path);
  if (!value.is_number() || !std::isfinite(value.get<double>())) fail(path, value, "a number");
  return value.get<double>();
}

unsigned JsonReader::whole(const std::string& path, unsigned most) const {
  const Json& value = at(path);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
    fail(path, value, "a whole number from 0 to " + std::to_string(most));
  }
  return value.get<unsigned>();
}

std::string JsonReader::text(const std::string& path) const {
  const Json& value = at(path);
  if (!value.is_string()) fail(path, value, "a text");
  return value.get<std::string>();
}

std::vector<std::string> JsonReader::texts(const std::string& path) const {
  const Json& value = at(path);
  if (!value.is_array()) fail(path, value, "a list of texts");
  std::vector<std::string> result;
  for (const Json& element : value) {
    if (!element.is_string()) fail(path, element, "a text");
    result.push_back(element.get<std::string>());
  }
  return result;
}

std::vector<JsonReader> JsonReader::objects(const std::string& path) const {
  const Json& value = at(path);
  if (!value.is_array()) fail(path, value, "a list of objects");
  std::vector<JsonReader> result;
  for (const Json& element : value) {
    if (!element.is_object()) fail(path, element, "an object");
    const std::string prefix = prefix_ + path + "[" + std::to_string(result.size()) + "].";
    result.push_back(JsonReader(element, file_, prefix));
  }
  return result;
}

std::vector<std::pair<std::string, std::optional<double>>> JsonReader::numbers(
    const std::string& path) const {
  const Json& value = at(path);
  if (!value.is_object()) fail(path, value, "an object of numbers");
  std::vector<std::pair<std::string, std::optional<double>>> result;
  for (const auto& [name, element] : value.items()) {
    if (element.is_null()) {
      result.emplace_back(name, std::nullopt);
    } else if (element.is_number()) {
      result.emplace_back(name, element.get<double>());
    } else {
      fail(path, element, "a number");
    }
  }
  return result;
}

}  // namespace aimc::report
