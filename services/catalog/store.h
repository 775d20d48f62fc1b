// Store: what the catalogue remembers, in the shop's words. Two implementations pass one contract test (store_contract_test.cc):
// SqlStore over lib/db, and MemoryStore for tests of code that uses a store.
//
// Every change of a book and its entry in the change log are one transaction. The log numbers changes 1, 2, 3 … and keeps only
// the latest change of each book. So a follower that begins at 0 reads each book once, and the log never outgrows the catalogue.
// Readers see a position only after all lower ones.
//
// Thread-safe. All may throw octavo::Failure when the database is gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "services/catalog/domain/book.h"
#include "services/catalog/domain/import.h"
#include "services/catalog/domain/listing.h"
#include "services/catalog/domain/names.h"

namespace octavo::catalog {

struct ListPage {
  std::vector<Book> books;
  bool more = false;  // Whether there are books after the last one here.
  std::int64_t total_size = 0;
};

struct AuthorRecord {
  std::string slug;
  std::string display_name;  // As the first book wrote it.
  std::int64_t book_count = 0;
};

struct ChangeRecord {
  std::int64_t position = 0;
  BookId id;
  std::optional<Book> book;  // nullopt: it was deleted.
};

struct ChangePage {
  std::vector<ChangeRecord> changes;
  std::int64_t last_position = 0;  // Of the whole log.
};

// Rows in one transaction of an import, or of the deletion of a source: 500 rows of 1 kB make a commit of 1 MB, some 20 ms of
// work, during which other writers wait.
inline constexpr std::size_t kGroupRowsMax = 500;

// Longer than any caller goes on trying.
inline constexpr std::chrono::hours kRequestIdsKept{24 * 30};

class Store {
 public:
  virtual ~Store() = default;

  // The id of this catalogue; the first call stores `candidate` as the id. Followers and the index compare it to see whether
  // their copy is of this catalogue.
  virtual std::string CatalogueId(const std::string& candidate) = 0;

  virtual std::optional<Book> FindBook(BookId id) = 0;
  // The books that exist, in the order of `ids`. At most 1,000 ids.
  virtual std::vector<Book> FindBooks(std::span<const BookId> ids) = 0;
  // One page. NOT_FOUND (UNKNOWN_CATEGORY, UNKNOWN_AUTHOR, UNKNOWN_SERIES); an author or a series without books is
  // unknown.
  virtual Result<ListPage> ListBooks(const ListQuery& query) = 0;
  // NOT_FOUND (UNKNOWN_AUTHOR).
  virtual Result<AuthorRecord> FindAuthor(const std::string& slug) = 0;
  // Books by category slug; categories without books may be missing.
  virtual std::map<std::string, std::int64_t> CountByCategory() = 0;

  // Adds a book entered by hand; `content` has passed CheckBook. The same request_id again gives the book that it made.
  // ALREADY_EXISTS (ISBN_TAKEN), FAILED_PRECONDITION (REQUEST_ID_REUSED), NOT_FOUND (UNKNOWN_BOOK: deleted since),
  // RESOURCE_EXHAUSTED (CATALOGUE_FULL: no number is left that fits an int32).
  virtual Result<Book> CreateBook(const BookContent& content, const std::string& request_id, Timestamp now) = 0;
  // Changes a book to what `change` returns; may call it more than once, and returns its error. `expected`: the position that the
  // caller has read. Equal content is not a change. NOT_FOUND (UNKNOWN_BOOK), ABORTED (ETAG_MISMATCH), ALREADY_EXISTS
  // (ISBN_TAKEN).
  using ChangeContent = std::function<Result<BookContent>(const BookContent&)>;
  virtual Result<Book> UpdateBook(BookId id, std::optional<std::int64_t> expected, const ChangeContent& change,
                                  Timestamp now) = 0;
  // Deleting a missing book is no error. ABORTED (ETAG_MISMATCH).
  virtual Status DeleteBook(BookId id, std::optional<std::int64_t> expected) = 0;
  // In groups, each of them a transaction. Gives how many were deleted.
  virtual std::int64_t DeleteSource(const std::string& source) = 0;

  // Begins an import, or finds it where it stopped: counts and last_line are those of its last committed group.
  // FAILED_PRECONDITION (IMPORT_DIFFERS: it was begun with another source or dry_run).
  virtual Result<Import> OpenImport(const ImportId& id, const std::string& source, bool dry_run, Timestamp now) = 0;
  // Commits up to kGroupRowsMax rows, with ascending lines above last_line, together with the import's progress; in a dry run
  // only the progress. `import` is what the last call for it returned. The returned import has no problems. ABORTED
  // (IMPORT_RUNNING: another caller has continued it meanwhile).
  virtual Result<Import> ImportGroup(const Import& import, std::span<const CheckedRow> rows, Timestamp now) = 0;
  // Marks it done. ABORTED (IMPORT_RUNNING).
  virtual Result<Import> FinishImport(const Import& import, Timestamp now) = 0;
  // With its problems. NOT_FOUND (UNKNOWN_IMPORT).
  virtual Result<Import> FindImport(const ImportId& id) = 0;

  // Up to `count_max` changes after `position`, in order. OUT_OF_RANGE (UNKNOWN_POSITION).
  virtual Result<ChangePage> ReadChanges(std::int64_t position, int count_max) = 0;
  virtual std::int64_t LastPosition() = 0;

  // The last number given to a book; 0: none.
  virtual std::int64_t LastNumber() = 0;
  // Books made from now on have higher numbers than this.
  virtual void PassOverNumbers(std::int64_t last) = 0;
};

// The errors of the contract.
Error UnknownBook(BookId id);
Error UnknownShelf(const Shelf& shelf);
Error UnknownImport(const ImportId& id);
Error IsbnTaken(const std::string& isbn13, BookId owner);
Error EtagMismatch(BookId id);
Error RequestIdReused();
Error ImportRunning(const ImportId& id);
Error ImportDiffers(const Import& import);
Error UnknownPosition(std::int64_t position, std::int64_t last);
Error CatalogueFull();

}  // namespace octavo::catalog
