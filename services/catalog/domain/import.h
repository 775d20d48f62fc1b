// Import: what becomes of each row. The rules are here, pure; a store only remembers.
//
// Rows are known by (source, key). A row whose fingerprint is the one remembered from its last import changes nothing,
// so that repeating an import neither touches books nor undoes what people have changed by hand since.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/strong_id.h"
#include "services/catalog/domain/book.h"

namespace octavo::catalog {

// The UUID of "imports/<uuid>".
using ImportId = StrongId<struct ImportIdTag>;

inline constexpr std::size_t kKeyBytesMax = 200;
// Problems of each severity that are kept; the counts go on.
inline constexpr std::int64_t kProblemsMax = 1000;

// Same numbers as octavo.catalog.v1.Severity.
enum class Severity { kWarning = 1, kError = 2 };

struct RowProblem {
  std::int64_t line = 0;
  std::string key;
  Severity severity = Severity::kWarning;
  std::string message;

  bool operator==(const RowProblem&) const = default;
};

struct ImportCounts {
  std::int64_t rows = 0;  // created + updated + unchanged + refused.
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t refused = 0;
  std::int64_t isbn_repaired = 0;
  std::int64_t isbn_refused = 0;
  std::int64_t warnings = 0;
  std::int64_t errors = 0;

  bool operator==(const ImportCounts&) const = default;
};

struct Import {
  ImportId id;
  std::string source;
  bool dry_run = false;
  ImportCounts counts;
  std::int64_t last_line = 0;  // Rows up to here are committed; sent again they are passed over.
  bool done = false;
  std::vector<RowProblem> problems;

  bool operator==(const Import&) const = default;
};

// A row as sent.
struct ImportRow {
  std::int64_t line = 0;
  std::string key;
  BookContent draft;
};

// A row after the checks that need no store.
struct CheckedRow {
  std::int64_t line = 0;
  std::string key;
  CheckedBook book;     // Meaningless when refused.
  std::string refusal;  // Why the row cannot go in; empty: it can, as far as it alone can tell.
  std::int64_t fingerprint = 0;
};

CheckedRow CheckRow(ImportRow row);
// A row of which nothing could be made.
CheckedRow RefusedRow(std::int64_t line, const std::string& key, std::string refusal);

// What the catalogue has already for a row.
struct KnownBook {
  BookId id;
  std::int64_t fingerprint = 0;  // Of the row that last went in.
};

// Stands for a book that an earlier row is about to make and that has no id yet.
inline const BookId kEarlierRow{0};

enum class RowVerdict { kCreate, kUpdate, kUnchanged, kRefuse };

// Decides what becomes of `row`. `known`: the book of its (source, key); `isbn_owner`: the book that has its ISBN now.
// Counts the row in `counts` and adds its problems, as far as they are still kept.
RowVerdict DecideRow(const CheckedRow& row, const std::optional<KnownBook>& known, const std::optional<BookId>& isbn_owner,
                     ImportCounts& counts, std::vector<RowProblem>& problems);

}  // namespace octavo::catalog
