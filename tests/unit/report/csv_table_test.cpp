#include "platform/report/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platform/report/report_error.h"

namespace {

using aimc::report::CsvTable;
using aimc::report::ReportError;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    const CsvTable table(text, "some.csv");
    for (std::size_t row = 0; row < table.rows(); ++row) table.number(row, table.column("value"));
  } catch (const ReportError& error) {
    return error.what();
  }
  return "";
}

TEST(CsvTable, ReadsQuotedFieldsAndAllLineEnds) {
  const CsvTable table("name,value\r\n\"a,\"\"b\"\"\nc\",1.5e-3\nplain,-2", "some.csv");
  ASSERT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.text(0, table.column("name")), "a,\"b\"\nc");
  EXPECT_EQ(table.number(0, 1), 1.5e-3);
  EXPECT_EQ(table.number(1, 1), -2.0);
  EXPECT_TRUE(table.has("value"));
  EXPECT_FALSE(table.has("values"));
}

TEST(CsvTable, NamesLineColumnAndValueOfWhatIsWrong) {
  EXPECT_THAT(refusal("name,value\na,1\nb,many\n"),
              AllOf(HasSubstr("some.csv"), HasSubstr("line 3"), HasSubstr("'value'"),
                    HasSubstr("'many'"), HasSubstr("expected a number")));
  EXPECT_THAT(refusal("name,value\n\"a\nb\",1\nc\n"),
              AllOf(HasSubstr("line 4"), HasSubstr("1 fields; expected 2")));
  EXPECT_THAT(refusal("name,value\na,\"1\n"), HasSubstr("not closed"));
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal("name\na\n"), HasSubstr("no column 'value'"));
  for (const char* value : {"nan", "inf", "", "1x", "1 "}) {
    EXPECT_THAT(refusal(std::string("value\n") + value + "\n"), HasSubstr("expected a number"))
        << value;
  }
}

}  // namespace
