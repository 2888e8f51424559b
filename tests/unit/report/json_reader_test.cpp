#include "platform/report/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "platform/report/report_error.h"

namespace {

using aimc::report::JsonReader;
using aimc::report::ReportError;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const std::string& text, const std::function<void(const JsonReader&)>& read) {
  try {
    read(JsonReader(text, "some.json"));
  } catch (const ReportError& error) {
    return error.what();
  }
  return "";
}

TEST(JsonReader, FollowsPaths) {
  const JsonReader json(
      R"({"a": {"b": 2.5, "c": ["x", "y"]}, "list": [{"n": 3}], "r": {"z": 1, "a": null}})",
      "some.json");
  EXPECT_EQ(json.number("a.b"), 2.5);
  EXPECT_THAT(json.texts("a.c"), ElementsAre("x", "y"));
  EXPECT_EQ(json.objects("list").at(0).whole("n", 3), 3U);
  const auto numbers = json.numbers("r");
  ASSERT_EQ(numbers.size(), 2U);
  EXPECT_EQ(numbers[0].first, "z");
  EXPECT_FALSE(numbers[1].second.has_value());
}

TEST(JsonReader, NamesTheKeyOfWhatIsWrong) {
  const std::string text = R"({"a": {"b": "text"}, "list": [{"n": -1}, 2], "big": 5})";
  EXPECT_THAT(refusal(text, [](const JsonReader& j) { j.number("a.b"); }),
              AllOf(HasSubstr("some.json"), HasSubstr("'a.b'"), HasSubstr("\"text\"")));
  EXPECT_THAT(refusal(text, [](const JsonReader& j) { j.number("a.c.d"); }),
              HasSubstr("'a.c' is missing"));
  EXPECT_THAT(refusal(text, [](const JsonReader& j) { j.whole("big", 4); }),
              HasSubstr("from 0 to 4"));
  EXPECT_THAT(refusal(text, [](const JsonReader& j) { j.objects("list"); }),
              HasSubstr("expected an object"));
  EXPECT_THAT(refusal(R"({"list": [{"n": -1}]})",
                      [](const JsonReader& j) { j.objects("list").at(0).whole("n", 9); }),
              HasSubstr("'list[0].n'"));
  EXPECT_THAT(refusal(text.substr(0, 20), [](const JsonReader&) {}), HasSubstr("cut short"));
  EXPECT_THAT(refusal("[1]", [](const JsonReader&) {}), HasSubstr("expected a JSON object"));
  EXPECT_THAT(refusal(R"({"a": 1e999})", [](const JsonReader&) {}), HasSubstr("too large"));
}

}  // namespace
