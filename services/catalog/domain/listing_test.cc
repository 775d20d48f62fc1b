#include "services/catalog/domain/listing.h"

#include "lib/testing/matchers.h"

namespace octavo::catalog {
namespace {

const ListCursor kCursor{.number = -7, .text = "hobbit", .id = BookId{12}};

TEST(PageTokenTest, GivesBackTheCursorToTheSameRequest) {
  EXPECT_THAT(ParsePageToken(42, MakePageToken(42, kCursor)), IsOkAnd(kCursor));
}

TEST(PageTokenTest, RefusesAnotherRequestAndEveryChange) {
  const std::string token = MakePageToken(42, kCursor);
  EXPECT_THAT(ParsePageToken(43, token), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_THAT(ParsePageToken(42, "AAAA"), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_THAT(ParsePageToken(42, "not/base64"), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_THAT(ParsePageToken(42, std::string(5000, 'A')), HasReason("BAD_PAGE_TOKEN"));
  // The last character may carry bits that mean nothing; every other one counts.
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(ParsePageToken(42, changed), HasReason("BAD_PAGE_TOKEN")) << i;
  }
}

TEST(PageSizeTest, HasADefaultAndAMost) {
  EXPECT_THAT(CheckPageSize(0), IsOkAnd(24));
  EXPECT_THAT(CheckPageSize(100), IsOkAnd(100));
  EXPECT_THAT(CheckPageSize(5000), IsOkAnd(100));
  EXPECT_THAT(CheckPageSize(-1), HasReason("INVALID_FIELD"));
}

TEST(ListCursorTest, EveryBookComesBehindTheBeginning) {
  Book book;
  book.id = BookId{1};
  for (int order = 1; order <= 6; ++order) {
    const auto each = static_cast<ListOrder>(order);
    EXPECT_TRUE(ComesBefore(each, CursorAtBegin(each), CursorAt(each, book))) << order;
  }
}

TEST(BookNameTest, HasOneForm) {
  EXPECT_EQ(BookName(BookId{12}), "books/12");
  EXPECT_EQ(ParseBookName("books/12"), BookId{12});
  for (const char* bad : {"books/", "books/0", "books/-1", "books/012", "books/1x", "book/1", "books/2147483648", "12"}) {
    EXPECT_EQ(ParseBookName(bad), std::nullopt) << bad;
  }
}

TEST(ShelfNameTest, HasOneForm) {
  EXPECT_EQ(ShelfName({ShelfKind::kAuthor, "ursula-k-le-guin"}), "authors/ursula-k-le-guin");
  EXPECT_EQ(ParseShelfName(ShelfKind::kAuthor, "authors/a-b"), (Shelf{ShelfKind::kAuthor, "a-b"}));
  EXPECT_EQ(ParseShelfName(ShelfKind::kAuthor, "series/a-b"), std::nullopt);
  EXPECT_EQ(ParseShelfName(ShelfKind::kAuthor, "authors/A B"), std::nullopt);
}

}  // namespace
}  // namespace octavo::catalog
