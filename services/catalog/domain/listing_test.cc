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

Book BookOf(std::int64_t id, const std::string& title) {
  Book book{.id = BookId{id}};
  book.content.title = title;
  return book;
}

TEST(ListCursorTest, EachOrderPutsItsOwnFirst) {
  Book first = BookOf(2, "Alpha"), second = BookOf(1, "The Beta");
  first.content.ratings_count = 2;
  second.content.ratings_count = 1;
  first.content.published_year = 2001;
  second.content.published_year = 2000;
  first.content.price = Money(100, Currency::Eur());
  second.content.price = Money(101, Currency::Eur());
  first.content.series = SeriesMembership{.number = "1"};
  second.content.series = SeriesMembership{.number = "1.5"};
  for (const ListOrder order : {ListOrder::kPopularity, ListOrder::kNewest, ListOrder::kTitle, ListOrder::kPublished,
                                ListOrder::kPrice, ListOrder::kSeriesNumber}) {
    const ListCursor a = CursorAt(order, first), b = CursorAt(order, second);
    EXPECT_TRUE(ComesBefore(order, a, b)) << static_cast<int>(order);
    EXPECT_FALSE(ComesBefore(order, b, a)) << static_cast<int>(order);
    EXPECT_FALSE(ComesBefore(order, a, a)) << static_cast<int>(order);
  }
  EXPECT_THROW((void)CursorAt(ListOrder::kRelevance, first), Bug);
}

TEST(ListCursorTest, WhatIsNotKnownComesLast) {
  Book known = BookOf(1, "Emma");
  known.content.published_year = -3000;
  known.content.price = Money(100'000'000, Currency::Eur());
  known.content.series = SeriesMembership{.number = "1000000"};
  const Book unknown = BookOf(2, "Emma");
  for (const ListOrder order : {ListOrder::kPublished, ListOrder::kPrice, ListOrder::kSeriesNumber}) {
    EXPECT_TRUE(ComesBefore(order, CursorAt(order, known), CursorAt(order, unknown))) << static_cast<int>(order);
  }
  Book free = BookOf(3, "Emma");
  free.content.price = Money(0, Currency::Eur());
  EXPECT_TRUE(ComesBefore(ListOrder::kPrice, CursorAt(ListOrder::kPrice, free), CursorAt(ListOrder::kPrice, known)));
  EXPECT_TRUE(ComesBefore(ListOrder::kPrice, CursorAtBegin(ListOrder::kPrice), CursorAt(ListOrder::kPrice, free)));
}

TEST(ShelvesOfTest, AreAllThatABookStandsOn) {
  BookContent content;
  content.categories = {"fiction", "poetry"};
  content.authors = {{.slug = "a"}, {.slug = "b"}};
  EXPECT_EQ(ShelvesOf(content), (std::vector<Shelf>{{ShelfKind::kAll, ""},
                                                    {ShelfKind::kCategory, "fiction"},
                                                    {ShelfKind::kCategory, "poetry"},
                                                    {ShelfKind::kAuthor, "a"},
                                                    {ShelfKind::kAuthor, "b"}}));
  content.series = SeriesMembership{.slug = "s"};
  EXPECT_EQ(ShelvesOf(content).back(), (Shelf{ShelfKind::kSeries, "s"}));
}

TEST(ShelfNameTest, HasOneForm) {
  EXPECT_EQ(ShelfName({ShelfKind::kAuthor, "ursula-k-le-guin"}), "authors/ursula-k-le-guin");
  EXPECT_EQ(ParseShelfName(ShelfKind::kAuthor, "authors/a-b"), (Shelf{ShelfKind::kAuthor, "a-b"}));
  EXPECT_EQ(ParseShelfName(ShelfKind::kAuthor, "series/a-b"), std::nullopt);
  EXPECT_EQ(ParseShelfName(ShelfKind::kAuthor, "authors/A B"), std::nullopt);
}

}  // namespace
}  // namespace octavo::catalog
