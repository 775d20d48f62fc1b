#include "services/catalog/domain/names.h"

#include <charconv>

#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

constexpr std::string_view kBooks = "books/";

std::string_view Collection(ShelfKind kind) {
  switch (kind) {
    case ShelfKind::kAll: return "";
    case ShelfKind::kCategory: return "categories/";
    case ShelfKind::kAuthor: return "authors/";
    case ShelfKind::kSeries: return "series/";
  }
  return "";
}

}  // namespace

std::string BookName(BookId id) { return std::string(kBooks) + std::to_string(id.value()); }

std::optional<BookId> ParseBookName(std::string_view name) {
  if (!name.starts_with(kBooks)) return std::nullopt;
  const std::string_view number = name.substr(kBooks.size());
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (problem != std::errc() || end != number.data() + number.size()) return std::nullopt;
  if (value < 1 || value > kBookIdMax || number.front() == '0') return std::nullopt;
  return BookId{value};
}

std::string ShelfName(const Shelf& shelf) { return std::string(Collection(shelf.kind)) + shelf.slug; }

std::optional<Shelf> ParseShelfName(ShelfKind kind, std::string_view name) {
  const std::string_view collection = Collection(kind);
  if (!name.starts_with(collection) || !IsSlug(name.substr(collection.size()))) return std::nullopt;
  return Shelf{kind, std::string(name.substr(collection.size()))};
}

std::vector<Shelf> ShelvesOf(const BookContent& content) {
  std::vector<Shelf> shelves = {{ShelfKind::kAll, ""}};
  for (const std::string& category : content.categories) shelves.push_back({ShelfKind::kCategory, category});
  for (const AuthorCredit& author : content.authors) shelves.push_back({ShelfKind::kAuthor, author.slug});
  if (content.series) shelves.push_back({ShelfKind::kSeries, content.series->slug});
  return shelves;
}

}  // namespace octavo::catalog
