#include "lib/names/books.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"
#include "lib/testing/matchers.h"

namespace octavo {
namespace {

TEST(BooksTest, ANameAndItsNumberBelongTogether) {
  for (const std::int64_t number : {std::int64_t{1}, std::int64_t{12}, kBookIdMax}) {
    EXPECT_EQ(FindBookId(BookName(BookId(number))), BookId(number));
  }
  EXPECT_EQ(BookName(BookId(12)), "books/12");
}

TEST(BooksTest, NothingElseIsAName) {
  for (const std::string_view name : {"", "books", "books/", "book/12", "Books/12", "books/0", "books/-1", "books/+1",
                                      "books/012", "books/12 ", " books/12", "books/ 12", "books/12/", "books/1e3", "books/0x1",
                                      "books/2147483648", "books/99999999999999999999", "12", "books/12x"}) {
    EXPECT_EQ(FindBookId(name), std::nullopt) << name;
    EXPECT_THAT(ParseBookName(name, "book"), HasReason("INVALID_FIELD")) << name;
  }
}

TEST(BooksTest, TheErrorNamesTheFieldAndTheValue) {
  const Error error = ParseBookName("books/none", "lines[3].book").error();
  EXPECT_NE(error.message.find("lines[3].book"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("books/none"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace octavo
