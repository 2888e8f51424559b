#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace aimc::report {

/// A page that stands alone: style, charting library, scripts and data are in it, and it may not
/// load anything. @param script name of the asset that draws it, "report.js" or "compare.js"
std::string make_page(const std::string& title, const std::string& script,
                      const nlohmann::ordered_json& data);

/// Text with what HTML would take for markup escaped, for use in content and in quoted attributes.
std::string html_text(const std::string& text);

/// JSON that may stand inside a script element: nothing in it ends the element or starts a comment.
/// What is not UTF-8 is replaced.
std::string script_json(const nlohmann::ordered_json& data);

}  // namespace aimc::report
