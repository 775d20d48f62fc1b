// Resource names of shelves: "authors/ursula-k-le-guin", "series/earthsea", "categories/fiction", "imports/<uuid>".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/catalog/domain/book.h"

namespace octavo::catalog {

enum class ShelfKind { kAll, kCategory, kAuthor, kSeries };

// A list of books: all books, or those of a category, an author or a series.
struct Shelf {
  ShelfKind kind = ShelfKind::kAll;
  std::string slug;  // Empty for kAll.

  auto operator<=>(const Shelf&) const = default;
};

// "categories/fiction"; empty for kAll.
std::string ShelfName(const Shelf& shelf);
// The shelf of this name, if kind and slug have the right form; such a shelf need not exist.
std::optional<Shelf> ParseShelfName(ShelfKind kind, std::string_view name);

// All shelves of a book, kAll first.
std::vector<Shelf> ShelvesOf(const BookContent& content);

}  // namespace octavo::catalog
