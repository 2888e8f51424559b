#include "platform/report/page.h"

#include <stdexcept>

#include "platform/report/embedded_assets.h"

namespace aimc::report {
namespace {

const std::string& asset(const std::string& name) {
  static const auto assets = embedded_assets();
  const auto found = assets.find(name);
  if (found == assets.end()) throw std::logic_error("asset '" + name + "' is not embedded");
  return found->second;
}

/// Replaces {{NAME}} in the template. What is put in is not looked at again.
std::string fill(const std::string& text, const std::map<std::string, std::string>& values) {
  std::string page;
  std::size_t at = 0;
  for (auto open = text.find("{{"); open != std::string::npos; open = text.find("{{", at)) {
    const std::size_t close = text.find("}}", open);
    page.append(text, at, open - at);
    page += values.at(text.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  return page.append(text, at, std::string::npos);
}

}  // namespace

std::string html_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string script_json(const nlohmann::ordered_json& data) {
  const std::string text =
      data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  // These occur in strings only, where the escape means the same character.
  for (const char c : text) {
    switch (c) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string make_page(const std::string& title, const std::string& script,
                      const nlohmann::ordered_json& data) {
  return fill(asset("page.html"), {{"TITLE", html_text(title)},
                                   {"STYLE", asset("style.css")},
                                   {"DATA", script_json(data)},
                                   {"LIBRARY_LICENCE", asset("library_licence.txt")},
                                   {"LIBRARY", asset("library.js")},
                                   {"COMMON", asset("common.js")},
                                   {"CHARTS", asset("charts.js")},
                                   {"SCRIPT", asset(script)}});
}

}  // namespace aimc::report
