#include "services/catalog/sql_store_audit.h"

#include <algorithm>
#include <set>
#include <string>

#include "lib/db/sql_text.h"

namespace octavo::catalog {
namespace {

// A missing counter counts as 0, so that all that it has given is reported.
constexpr db::Equation kEquations[] = {
    {"catalog.books_are_in_log",
     "SELECT 'books/' || CAST(books.id AS TEXT) FROM books LEFT JOIN changes ON changes.book_id = books.id "
     "WHERE changes.position IS NULL OR changes.position <> books.position",
     "the log of changes does not have its last change"},
    {"catalog.log_is_within_counter",
     "SELECT 'position ' || CAST(position AS TEXT) FROM changes "
     "WHERE position > COALESCE((SELECT value FROM counters WHERE name = 'position'), 0)",
     "it is behind the last position that was given"},
    {"catalog.log_reaches_counter",
     "SELECT 'position ' || CAST(value AS TEXT) FROM counters "
     "WHERE name = 'position' AND value > COALESCE((SELECT MAX(position) FROM changes), 0)",
     "it is the last position that was given, and the log ends before it"},
    {"catalog.numbers_are_within_counter",
     "SELECT 'books/' || CAST(id AS TEXT) FROM books "
     "WHERE id > COALESCE((SELECT value FROM counters WHERE name = 'book'), 0)",
     "its number is above the last one that was given"},
    {"catalog.shelved_books_exist",
     "SELECT 'books/' || CAST(book_id AS TEXT) FROM shelved_books WHERE book_id NOT IN (SELECT id FROM books)",
     "a shelf lists it, but it does not exist"},
    {"catalog.shelves_exist",
     "SELECT 'books/' || CAST(book_id AS TEXT) FROM shelved_books WHERE shelf_id NOT IN (SELECT id FROM shelves)",
     "it is listed on a shelf that does not exist"},
    {"catalog.books_are_shelved",
     "SELECT 'books/' || CAST(id AS TEXT) FROM books WHERE id NOT IN "
     "(SELECT book_id FROM shelved_books WHERE shelf_id IN (SELECT id FROM shelves WHERE name = ''))",
     "the shelf of all books does not list it"},
    {"catalog.shelves_are_counted",
     "SELECT 'shelf ' || shelves.name FROM shelves LEFT JOIN (SELECT shelf_id, COUNT(*) AS found FROM shelved_books "
     "GROUP BY shelf_id) AS counted ON counted.shelf_id = shelves.id "
     "WHERE shelves.book_count <> COALESCE(counted.found, 0)",
     "it has another number of books than it says"},
};

}  // namespace

std::span<const db::Equation> Equations() { return kEquations; }

std::vector<std::int64_t> UnknownBooks(db::Database& database, std::span<const std::int64_t> numbers) {
  std::set<std::int64_t> unknown(numbers.begin(), numbers.end());
  constexpr std::size_t kAtOnce = 500;
  return database.Read([&](db::Transaction& transaction) {
    for (std::size_t first = 0; first < numbers.size(); first += kAtOnce) {
      const auto some = numbers.subspan(first, std::min(kAtOnce, numbers.size() - first));
      const std::vector<db::Value> values(some.begin(), some.end());
      const std::string in = db::Placeholders(static_cast<int>(values.size()));
      for (const db::Row& row : transaction.Query("SELECT book_id FROM changes WHERE book_id IN (" + in + ")", values)) {
        unknown.erase(row.Int(0));
      }
    }
    return std::vector<std::int64_t>(unknown.begin(), unknown.end());
  });
}

}  // namespace octavo::catalog
