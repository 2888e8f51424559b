#include "platform/config/nearest.h"

#include <gtest/gtest.h>

namespace {

using aimc::platform::edit_distance;
using aimc::platform::nearest;
using aimc::platform::suggestion;

TEST(EditDistance, CountsEachKindOfMistakeOnce) {
  EXPECT_EQ(edit_distance("width", "width"), 0U);
  EXPECT_EQ(edit_distance("widt", "width"), 1U);
  EXPECT_EQ(edit_distance("widthh", "width"), 1U);
  EXPECT_EQ(edit_distance("wudth", "width"), 1U);
  EXPECT_EQ(edit_distance("widht", "width"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, FindsTheLikelyOneOrNone) {
  const std::vector<std::string> words{"width", "height", "routing"};
  EXPECT_EQ(nearest("hieght", words), "height");
  EXPECT_EQ(nearest("zzzzzzzz", words), std::nullopt);
  EXPECT_EQ(nearest("width", {}), std::nullopt);
}

TEST(Suggestion, ListsWhatIsKnownWhenNothingIsNear) {
  EXPECT_EQ(suggestion("xy", {"xy", "yx"}), " (did you mean 'xy'?)");
  EXPECT_EQ(suggestion("diagonal", {"xy", "yx"}), " (known: xy, yx)");
}

}  // namespace
