#include "platform/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using aimc::report::html_text;
using aimc::report::make_page;
using aimc::report::script_json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Page, EscapesMarkup) {
  EXPECT_EQ(html_text("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

TEST(Page, JsonCannotLeaveItsElementAndReadsBack) {
  const nlohmann::ordered_json data{{"</script><!--", "a & b > c"}, {"bad", "\xff\xfe"}};
  const std::string text = script_json(data);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(nlohmann::ordered_json::parse(text)["</script><!--"], "a & b > c");
}

TEST(Page, WhatIsPutInIsNotExpandedAgain) {
  const std::string page = make_page("{{DATA}} <b>", "report.js", {{"x", "{{TITLE}}"}});
  EXPECT_THAT(page, HasSubstr("<title>{{DATA}} &lt;b&gt;</title>"));
  EXPECT_THAT(page, HasSubstr("{\"x\":\"{{TITLE}}\"}"));
  EXPECT_THAT(page, Not(HasSubstr("{{SCRIPT}}")));
}

}  // namespace
