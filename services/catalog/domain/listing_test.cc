#include "services/catalog/domain/listing.h"

#include "lib/testing/matchers.h"

namespace octavo::catalog {
namespace {

const ListCursor kCursor{.number = -7, .text = "hobbit", .id = BookId{12}};

TEST(PlaceTest, GivesBackItsCursor) {
  const ListCursor odd{.number = INT64_MIN, .text = " 1 2 ", .id = BookId{INT64_MAX}};
  for (const ListCursor& cursor : {kCursor, ListCursor{.number = -1, .id = BookId{0}}, odd}) {
    EXPECT_THAT(ParsePlace(PlaceOf(cursor)), IsOkAnd(cursor));
  }
}

TEST(PlaceTest, RefusesWhatIsNone) {
  for (const char* place : {"", "1", "1 ", "1 2", "x 2 ", "1 x ", " 1 2 ", "99999999999999999999 1 "}) {
    EXPECT_THAT(ParsePlace(place), HasReason("BAD_PAGE_TOKEN")) << place;
  }
}

TEST(ListCursorTest, EveryBookComesBehindTheBeginning) {
  Book book;
  book.id = BookId{1};
  for (int order = 1; order <= 6; ++order) {
    const auto each = static_cast<ListOrder>(order);
    EXPECT_TRUE(ComesBefore(each, CursorAtBegin(each), CursorAt(each, book))) << order;
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
