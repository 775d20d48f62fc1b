#include "lib/base/csv.h"

#include <gtest/gtest.h>

#include <sstream>

namespace octavo {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> ReadAll(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::vector<Row> rows;
  while (true) {
    auto row = reader.Next();
    EXPECT_TRUE(row.ok()) << (row.ok() ? "" : row.error().message);
    if (!row.ok() || !row->has_value()) return rows;
    rows.push_back(**row);
  }
}

TEST(CsvReaderTest, ReadsWhatRfc4180Allows) {
  const struct {
    const char* text;
    std::vector<Row> rows;
  } kCases[] = {
      {"", {}},
      {"a,b\n", {{"a", "b"}}},
      {"a,b", {{"a", "b"}}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"\xEF\xBB\xBF"
       "a,b\n",
       {{"a", "b"}}},
      {"a,,\n", {{"a", "", ""}}},
      {"\"a,b\",c\n", {{"a,b", "c"}}},
      {"\"say \"\"hi\"\"\"\n", {{"say \"hi\""}}},
      {"\"two\nlines\",x\n", {{"two\nlines", "x"}}},
      {"a\n\nb\n", {{"a"}, {"b"}}},
  };

  for (const auto& test : kCases) EXPECT_EQ(ReadAll(test.text), test.rows) << test.text;
}

TEST(CsvReaderTest, NamesTheLineOfABrokenRow) {
  std::istringstream in("a,b\n\"never closed\n");
  CsvReader reader(in);
  ASSERT_TRUE(reader.Next().ok());

  const auto row = reader.Next();

  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().reason, "BAD_CSV");
  EXPECT_EQ(row.error().message, "line 2: a quoted field is never closed");
}

// Gives one letter for ever, as /dev/zero gives NULs.
class EndlessText final : public std::streambuf {
 private:
  int_type underflow() override {
    setg(&letter_, &letter_, &letter_ + 1);
    return traits_type::to_int_type(letter_);
  }
  char letter_ = 'x';
};

TEST(CsvReaderTest, GivesUpOnALineThatNeverEnds) {
  EndlessText endless;
  std::istream in(&endless);
  CsvReader reader(in);

  const auto row = reader.Next();

  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().message, "line 1: the row is longer than 1048576 bytes");
}

TEST(CsvReaderTest, TakesARowUpToTheLimit) {
  const std::string most(CsvReader::kRowBytesMax, 'x');

  EXPECT_EQ(ReadAll(most + "\r\nb\r\n"), (std::vector<Row>{{most}, {"b"}}));
  EXPECT_EQ(ReadAll(most), std::vector<Row>{{most}});

  for (const std::string& text : {most + "x\n", "\"a\n" + most + "\"\n"}) {
    std::istringstream in(text);
    EXPECT_FALSE(CsvReader(in).Next().ok());
  }
}

TEST(CsvRowTest, IsReadBackAsItWas) {
  const Row row = {"plain", "with,comma", "with \"quotes\"", "two\nlines", ""};

  EXPECT_EQ(ReadAll(CsvRow(row)), std::vector<Row>{row});
}

}  // namespace
}  // namespace octavo
