#include "services/catalog/sql_store_audit.h"

namespace octavo::catalog {
namespace {

// A counter that is not there counts as 0, so that whatever it has given is found.
constexpr db::Equation kEquations[] = {
    {"catalog.books_are_in_log",
     "SELECT 'books/' || CAST(books.id AS TEXT) FROM books LEFT JOIN changes ON changes.book_id = books.id "
     "WHERE changes.position IS NULL OR changes.position <> books.position",
     "the log of changes does not have its last change"},
    {"catalog.log_is_within_counter",
     "SELECT 'position ' || CAST(position AS TEXT) FROM changes "
     "WHERE position > COALESCE((SELECT value FROM counters WHERE name = 'position'), 0)",
     "it is behind the last position that was given"},
    {"catalog.numbers_are_within_counter",
     "SELECT 'books/' || CAST(id AS TEXT) FROM books "
     "WHERE id > COALESCE((SELECT value FROM counters WHERE name = 'book'), 0)",
     "its number is above the last one that was given"},
    {"catalog.shelved_books_exist",
     "SELECT 'books/' || CAST(book_id AS TEXT) FROM shelved_books WHERE book_id NOT IN (SELECT id FROM books)",
     "it stands on a shelf and is not there"},
    {"catalog.shelves_are_counted",
     "SELECT 'shelf ' || shelves.name FROM shelves LEFT JOIN (SELECT shelf_id, COUNT(*) AS found FROM shelved_books "
     "GROUP BY shelf_id) AS counted ON counted.shelf_id = shelves.id "
     "WHERE shelves.book_count <> COALESCE(counted.found, 0)",
     "it has another number of books than it says"},
};

}  // namespace

std::span<const db::Equation> Equations() { return kEquations; }

std::int64_t LastBookNumber(db::Database& database) {
  return database.Read([](db::Transaction& transaction) {
    return transaction.QueryTheOne("SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'book'").Int(0);
  });
}

}  // namespace octavo::catalog
