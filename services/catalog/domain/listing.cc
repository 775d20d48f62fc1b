#include "services/catalog/domain/listing.h"

#include <charconv>
#include <limits>
#include <optional>
#include <tuple>

#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

constexpr std::int64_t kUnknownLast = std::numeric_limits<std::int32_t>::max();

// Removes the number at the beginning of `text` and the separator after it, and returns the number.
std::optional<std::int64_t> TakeNumber(std::string_view& text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(stop - text.data());
  if (error != std::errc() || length == text.size() || text[length] != ' ') return std::nullopt;
  text.remove_prefix(length + 1);
  return number;
}

}  // namespace

SortKeys SortKeysOf(const BookContent& content) {
  return {
      .ratings_count = content.ratings_count,
      .title = TitleSortKey(content.title, content.language_code),
      .published = content.published_year == 0 ? -kUnknownLast : content.published_year,
      .price = content.price ? content.price->minor() : kUnknownLast,
      .series_number = SeriesNumberSortKey(content.series ? content.series->number : ""),
  };
}

ListCursor CursorAt(ListOrder order, const Book& book) {
  SortKeys keys = SortKeysOf(book.content);
  switch (order) {
    case ListOrder::kPopularity: return {.number = keys.ratings_count, .id = book.id};
    case ListOrder::kNewest: return {.number = book.id.value(), .id = book.id};
    case ListOrder::kTitle: return {.text = std::move(keys.title), .id = book.id};
    case ListOrder::kPublished: return {.number = keys.published, .id = book.id};
    case ListOrder::kPrice: return {.number = keys.price, .id = book.id};
    case ListOrder::kSeriesNumber: return {.number = keys.series_number, .id = book.id};
    case ListOrder::kRelevance: break;
  }
  CHECK(order != ListOrder::kRelevance);
  return {};
}

ListCursor CursorAtBegin(ListOrder order) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return IsDescending(order) ? ListCursor{.number = kMax, .id = BookId{kMax}} : ListCursor{.number = -1, .id = BookId{0}};
}

bool IsDescending(ListOrder order) {
  return order == ListOrder::kPopularity || order == ListOrder::kNewest || order == ListOrder::kPublished;
}

bool ComesBefore(ListOrder order, const ListCursor& a, const ListCursor& b) {
  const auto left = std::tie(a.number, a.text, a.id);
  const auto right = std::tie(b.number, b.text, b.id);
  return IsDescending(order) ? left > right : left < right;
}

std::string PlaceOf(const ListCursor& cursor) {
  return std::to_string(cursor.number) + " " + std::to_string(cursor.id.value()) + " " + cursor.text;
}

Result<ListCursor> ParsePlace(std::string_view place) {
  const std::optional<std::int64_t> number = TakeNumber(place);
  const std::optional<std::int64_t> id = number ? TakeNumber(place) : std::nullopt;
  if (!id) return Error{Code::kInvalidArgument, "BAD_PAGE_TOKEN", "page_token: names no place in this listing"};
  return ListCursor{.number = *number, .text = std::string(place), .id = BookId{*id}};
}

}  // namespace octavo::catalog
