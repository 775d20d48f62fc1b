#include "services/catalog/domain/names.h"

#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

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
