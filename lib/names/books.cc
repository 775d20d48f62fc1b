#include "lib/names/books.h"

#include "lib/base/quoted.h"
#include "lib/names/numbers.h"

namespace octavo {
namespace {

constexpr std::string_view kBooks = "books/";

}  // namespace

std::string BookName(BookId id) { return std::string(kBooks) + std::to_string(id.value()); }

std::optional<BookId> FindBookId(std::string_view name) {
  if (!name.starts_with(kBooks)) return std::nullopt;
  const auto number = names::FindNumber(name.substr(kBooks.size()), kBookIdMax);
  return number ? std::optional(BookId(*number)) : std::nullopt;
}

Result<BookId> ParseBookName(std::string_view name, std::string_view field) {
  if (const auto id = FindBookId(name)) return *id;
  return InvalidField(std::string(field),
                      Quoted(name) + " is not a book's name: \"books/\" and a number from 1 to " + std::to_string(kBookIdMax));
}

}  // namespace octavo
