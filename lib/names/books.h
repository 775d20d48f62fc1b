// BookId: how all services name a book, and its resource name, "books/12".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/strong_id.h"

namespace octavo {

// From 1 to kBookIdMax: the published contract numbers books with an int32.
using BookId = StrongId<struct BookIdTag, std::int64_t>;
inline constexpr std::int64_t kBookIdMax = INT32_MAX;

std::string BookName(BookId id);

// nullopt unless `name` is exactly what BookName gives for a book.
std::optional<BookId> FindBookId(std::string_view name);
// As FindBookId, but with INVALID_ARGUMENT (INVALID_FIELD) about `field`.
Result<BookId> ParseBookName(std::string_view name, std::string_view field);

}  // namespace octavo
