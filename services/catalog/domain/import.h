// Import: decides what happens to each row. The rules here are pure; a store only remembers.
//
// Rows are known by (source, key). If a row's fingerprint is the one from its last import, the row changes nothing. So repeating
// an import neither rewrites books nor undoes what people have changed by hand since.
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
// How many problems of each severity are kept; the counts include all.
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
  std::int64_t last_line = 0;  // Rows up to here are committed; if sent again they are skipped.
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
  std::string refusal;  // Why the row is refused; empty: nothing in the row alone is wrong.
  std::int64_t fingerprint = 0;
};

CheckedRow CheckRow(ImportRow row);
// A row from which no book could be made.
CheckedRow RefusedRow(std::int64_t line, const std::string& key, std::string refusal);

// What the catalogue already has for a row.
struct KnownBook {
  BookId id;
  std::int64_t fingerprint = 0;  // Of the row imported last.
};

// Stands for a book that an earlier row of the same group makes and that has no id yet.
inline const BookId kEarlierRow{0};

enum class RowVerdict { kCreate, kUpdate, kUnchanged, kRefuse };

// Decides what happens to `row`. `known`: the book of its (source, key); `isbn_owner`: the book that has its ISBN now. Counts the
// row in `counts` and adds its problems, as long as there is room for them.
RowVerdict DecideRow(const CheckedRow& row, const std::optional<KnownBook>& known, const std::optional<BookId>& isbn_owner,
                     ImportCounts& counts, std::vector<RowProblem>& problems);

}  // namespace octavo::catalog
