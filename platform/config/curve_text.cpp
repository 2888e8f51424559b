#include "platform/config/curve_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace aimc::platform {
namespace {

using analog::CurvePiece;
using analog::LevelCurve;

constexpr std::array<std::pair<const char*, CurvePiece::Form>, 4> kForms{
    {{"poly", CurvePiece::Form::kPolynomial},
     {"log", CurvePiece::Form::kLog},
     {"power", CurvePiece::Form::kPower},
     {"logratio", CurvePiece::Form::kLogRatio}}};

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

bool number(const std::string& word, double& value) {
  const char* end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, value);
  return result.ec == std::errc() && result.ptr == end && std::isfinite(value);
}

/// The words of a text, taken one after the other.
class Words {
 public:
  explicit Words(const std::string& text) {
    std::istringstream stream(text);
    for (std::string word; stream >> word;) words_.push_back(word);
  }
  bool empty() const { return next_ == words_.size(); }
  bool take(const char* word) {
    if (empty() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  void expect(const char* word) {
    if (!take(word)) refuse(std::string("'") + word + "'");
  }
  bool take_number(double& value) {
    if (empty() || !number(words_[next_], value)) return false;
    ++next_;
    return true;
  }
  double expect_number(const char* what) {
    double value = 0.0;
    if (!take_number(value)) refuse(what);
    return value;
  }
  [[noreturn]] void refuse(const std::string& expected) const {
    const std::string found = empty() ? "it ends" : "'" + words_[next_] + "' stands";
    throw std::invalid_argument("is not understood: " + found + " where " + expected + " belongs");
  }

 private:
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

CurvePiece take_piece(Words& words) {
  CurvePiece piece;
  const auto* form = kForms.begin();
  while (form != kForms.end() && !words.take(form->first)) ++form;
  if (form == kForms.end()) words.refuse("poly, log, power or logratio");
  piece.form = form->second;
  if (piece.form == CurvePiece::Form::kPolynomial) {
    std::size_t count = 0;
    for (double value = 0.0; words.take_number(value);) {
      if (count == CurvePiece::kMost) throw std::invalid_argument("has more than six coefficients");
      piece.c[count++] = value;
    }
    if (count == 0) words.refuse("a coefficient");
    return piece;
  }
  for (std::size_t i = 0; i < 4; ++i) piece.c[i] = words.expect_number("a number");
  if (piece.c[2] > piece.c[3]) throw std::invalid_argument("has its lower limit above its upper");
  return piece;
}

LevelCurve take_curve(Words& words) {
  LevelCurve curve;
  if (words.take("below")) {
    curve.split = words.expect_number("a level");
    if (!(curve.split > 0.0 && curve.split <= 1.0))
      throw std::invalid_argument("splits at a level that is not above 0 and at most 1");
    curve.low = take_piece(words);
    words.expect("else");
  }
  curve.high = take_piece(words);
  return curve;
}

std::string piece_text(const CurvePiece& piece) {
  std::string text;
  for (const auto& [name, form] : kForms) {
    if (form == piece.form) text = name;
  }
  std::size_t count = 4;
  if (piece.form == CurvePiece::Form::kPolynomial) {
    count = CurvePiece::kMost;
    while (count > 1 && piece.c[count - 1] == 0.0) --count;
  }
  for (std::size_t i = 0; i < count; ++i) text += " " + number_text(piece.c[i]);
  return text;
}

}  // namespace

LevelCurve parse_curve(const std::string& text) {
  Words words(text);
  const LevelCurve curve = take_curve(words);
  if (!words.empty()) words.refuse("nothing more");
  return curve;
}

std::string curve_text(const LevelCurve& curve) {
  const std::string high = piece_text(curve.high);
  if (curve.split == 0.0) return high;
  return "below " + number_text(curve.split) + " " + piece_text(curve.low) + " else " + high;
}

std::vector<analog::TimedCurve> parse_relaxation(const std::string& text) {
  Words words(text);
  std::vector<analog::TimedCurve> curves;
  if (words.take("none")) {
    if (!words.empty()) words.refuse("nothing more");
    return curves;
  }
  do {
    words.expect("at");
    analog::TimedCurve curve;
    curve.time_s = words.expect_number("a time in seconds");
    if (curve.time_s <= (curves.empty() ? 0.0 : curves.back().time_s))
      throw std::invalid_argument("has times that do not ascend from above 0");
    words.expect("shift");
    curve.shift_us = take_curve(words);
    words.expect("spread");
    curve.spread_us = take_curve(words);
    curves.push_back(curve);
  } while (!words.empty());
  return curves;
}

std::string relaxation_text(const std::vector<analog::TimedCurve>& curves) {
  if (curves.empty()) return "none";
  std::string text;
  for (const analog::TimedCurve& curve : curves) {
    text += text.empty() ? "at " : " at ";
    text += number_text(curve.time_s) + " shift " + curve_text(curve.shift_us) + " spread " +
            curve_text(curve.spread_us);
  }
  return text;
}

}  // namespace aimc::platform
