// Listing: the orders in which books are listed, and where the next page begins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "services/catalog/domain/book.h"
#include "services/catalog/domain/names.h"

namespace octavo::catalog {

inline constexpr int kPageSizeDefault = 24;
inline constexpr int kPageSizeMax = 100;

enum class ListOrder {
  kPopularity = 1,    // By number of ratings, most first.
  kNewest = 2,        // By id: the books that were added last first.
  kTitle = 3,         // See TitleSortKey.
  kPublished = 4,     // Newest first; unknown years last.
  kPrice = 5,         // Lowest first; books without a price last.
  kSeriesNumber = 6,  // See SeriesNumberSortKey.
  kRelevance = 7,     // Only for searches.
};

// What a book is sorted by in each order.
struct SortKeys {
  std::int64_t ratings_count = 0;
  std::string title;
  std::int64_t published = 0;
  std::int64_t price = 0;
  std::int64_t series_number = 0;

  bool operator==(const SortKeys&) const = default;
};

SortKeys SortKeysOf(const BookContent& content);

// A position in a list: after the book with this key and id. Of equal keys the id decides, descending if the keys descend. A page
// begins after its cursor, so that books added or removed elsewhere neither repeat nor hide another book.
struct ListCursor {
  std::int64_t number = 0;  // The key in all orders but kTitle.
  std::string text;         // The key in kTitle.
  BookId id;

  bool operator==(const ListCursor&) const = default;
};

ListCursor CursorAt(ListOrder order, const Book& book);
// Before the first book.
ListCursor CursorAtBegin(ListOrder order);
bool IsDescending(ListOrder order);
// Whether `a` comes before `b`.
bool ComesBefore(ListOrder order, const ListCursor& a, const ListCursor& b);

struct ListQuery {
  Shelf shelf;
  ListOrder order = ListOrder::kPopularity;
  int page_size = kPageSizeDefault;
  ListCursor after;
};

// A cursor as text, for a page token. ParsePlace fails with INVALID_ARGUMENT (BAD_PAGE_TOKEN) on other text.
std::string PlaceOf(const ListCursor& cursor);
Result<ListCursor> ParsePlace(std::string_view place);

}  // namespace octavo::catalog
