#include "services/catalog/sql_store.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include "lib/db/lines.h"
#include "lib/db/sql_text.h"
#include "services/catalog/domain/category.h"

namespace octavo::catalog {
namespace {

using db::JoinLines;
using db::Row;
using db::SplitLines;
using db::Transaction;
using db::Value;

// A book with the fingerprint of the import row that last made it.
struct StoredBook {
  Book book;
  std::int64_t row_fingerprint = 0;
};

// One step of the change log: a book is added, changed or deleted.
struct BookChange {
  std::optional<StoredBook> before;
  std::optional<StoredBook> after;
};

// --- Rows ------------------------------------------------------------------------------------------------------------

const std::string kBookColumns =
    "id, title, subtitle, authors, series_slug, series_title, series_number, isbn13, language_code, published_year, "
    "publisher, page_count, formats, price_minor, currency, description, subjects, categories, cover_uri, "
    "rating_hundredths, ratings_count, source, source_key, row_fingerprint, position, created, updated";
constexpr int kBookColumnCount = 27;

std::string JoinAuthors(const std::vector<AuthorCredit>& authors) {
  std::vector<std::string> lines;
  for (const AuthorCredit& author : authors) lines.push_back(author.slug + '\t' + author.display_name);
  return JoinLines(lines);
}

std::vector<AuthorCredit> SplitAuthors(std::string_view text) {
  std::vector<AuthorCredit> authors;
  for (const std::string& line : SplitLines(text)) {
    const std::size_t tab = line.find('\t');
    db::CheckStored(tab != std::string::npos, "an author of a book is a short name, a tab and a name");
    authors.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return authors;
}

std::int64_t FormatBits(const std::vector<Format>& formats) {
  std::int64_t bits = 0;
  for (const Format format : formats) bits |= std::int64_t{1} << static_cast<int>(format);
  return bits;
}

std::vector<Format> FormatsOf(std::int64_t bits) {
  std::vector<Format> formats;
  for (int i = 1; i <= kFormatMax; ++i) {
    if ((bits >> i & 1) != 0) formats.push_back(static_cast<Format>(i));
  }
  return formats;
}

// Reads kBookColumns, which begin at `column`.
StoredBook ReadBook(const Row& row, std::size_t column = 0) {
  const auto at = [&column] { return column++; };
  StoredBook stored;
  Book& book = stored.book;
  BookContent& content = book.content;
  book.id = BookId{row.Int(at())};
  content.title = row.Text(at());
  content.subtitle = row.Text(at());
  content.authors = SplitAuthors(row.Text(at()));
  const std::size_t series = column;
  column += 3;
  if (!row.IsNull(series)) content.series = {row.Text(series), row.Text(series + 1), row.Text(series + 2)};
  content.isbn13 = row.OptionalText(at()).value_or("");
  content.language_code = row.Text(at());
  content.published_year = static_cast<int>(row.Int(at()));
  content.publisher = row.Text(at());
  content.page_count = static_cast<int>(row.Int(at()));
  content.formats = FormatsOf(row.Int(at()));
  const std::size_t price = column;
  column += 2;
  if (!row.IsNull(price)) content.price = row.MoneyAt(price, price + 1);
  content.description = row.Text(at());
  content.subjects = SplitLines(row.Text(at()));
  content.categories = SplitLines(row.Text(at()));
  content.cover_uri = row.Text(at());
  content.rating_hundredths = static_cast<int>(row.Int(at()));
  content.ratings_count = row.Int(at());
  book.source = row.OptionalText(at()).value_or("");
  book.key = row.OptionalText(at()).value_or("");
  stored.row_fingerprint = row.Int(at());
  book.position = row.Int(at());
  book.created = row.Time(at());
  book.updated = row.Time(at());
  return stored;
}

std::optional<std::string> NullIfEmpty(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

// In the order of kBookColumns.
std::vector<Value> BookValues(const StoredBook& stored) {
  const Book& book = stored.book;
  const BookContent& content = book.content;
  const auto series = [&](std::string SeriesMembership::*member) {
    return content.series ? std::optional((*content.series).*member) : std::nullopt;
  };
  return {book.id.value(),
          content.title,
          content.subtitle,
          JoinAuthors(content.authors),
          series(&SeriesMembership::slug),
          series(&SeriesMembership::title),
          series(&SeriesMembership::number),
          NullIfEmpty(content.isbn13),
          content.language_code,
          content.published_year,
          content.publisher,
          content.page_count,
          FormatBits(content.formats),
          content.price ? std::optional(content.price->minor()) : std::nullopt,
          content.price ? std::optional(std::string(content.price->currency().code())) : std::nullopt,
          content.description,
          JoinLines(content.subjects),
          JoinLines(content.categories),
          content.cover_uri,
          content.rating_hundredths,
          content.ratings_count,
          NullIfEmpty(book.source),
          NullIfEmpty(book.key),
          stored.row_fingerprint,
          book.position,
          book.created,
          book.updated};
}

// --- Statements over many rows ---------------------------------------------------------------------------------------

// `head` + "($1, …), (…)" + `tail` for all `values`, `columns` a row, in statements of 50 rows and a rest of single ones:
// two texts to prepare, and few round trips.
void ExecuteRows(Transaction& transaction, const std::string& head, int columns, const std::string& tail,
                 std::span<const Value> values) {
  constexpr std::size_t kBatchRows = 50;
  const auto width = static_cast<std::size_t>(columns);
  CHECK(values.size() % width == 0);
  while (!values.empty()) {
    const std::size_t rows = values.size() >= kBatchRows * width ? kBatchRows : 1;
    transaction.Execute(head + db::Tuples(static_cast<int>(rows), columns) + tail, values.first(rows * width));
    values = values.subspan(rows * width);
  }
}

// `head` + "($n, …)" + `tail`, with the list padded by its last value to one of a few sizes. `fixed` come first.
std::vector<Row> QueryIn(Transaction& transaction, const std::string& head, const std::string& tail, std::vector<Value> fixed,
                         const std::vector<Value>& list) {
  if (list.empty()) return {};
  constexpr std::array<std::size_t, 4> kSizes = {1, 24, 128, 1024};
  const auto* size = std::find_if(kSizes.begin(), kSizes.end(), [&](std::size_t each) { return each >= list.size(); });
  CHECK(size != kSizes.end());
  const int first = static_cast<int>(fixed.size()) + 1;
  std::vector<Value> values = std::move(fixed);
  values.insert(values.end(), list.begin(), list.end());
  values.resize(values.size() + *size - list.size(), list.back());
  return transaction.Query(head + "(" + db::Placeholders(static_cast<int>(*size), first) + ")" + tail, values);
}

constexpr std::string_view kReadCounter = "SELECT value FROM counters WHERE name = $1";

// Takes `count` numbers; the first of them.
std::int64_t TakeNumbers(Transaction& transaction, const char* counter, std::size_t count) {
  constexpr std::string_view kTake = "UPDATE counters SET value = value + $2 WHERE name = $1 RETURNING value";
  const auto taken = static_cast<std::int64_t>(count);
  return transaction.QueryTheOne(kTake, counter, taken).Int(0) - taken + 1;
}

// --- Reading ---------------------------------------------------------------------------------------------------------

std::optional<StoredBook> Find(Transaction& transaction, BookId id) {
  const std::string kFind = "SELECT " + kBookColumns + " FROM books WHERE id = $1";
  const std::optional<Row> row = transaction.QueryOne(kFind, id.value());
  return row ? std::optional(ReadBook(*row)) : std::nullopt;
}

std::optional<BookId> IsbnOwner(Transaction& transaction, const std::string& isbn13) {
  if (isbn13.empty()) return std::nullopt;
  constexpr std::string_view kFind = "SELECT id FROM books WHERE isbn13 = $1";
  const std::optional<Row> row = transaction.QueryOne(kFind, isbn13);
  return row ? std::optional(BookId{row->Int(0)}) : std::nullopt;
}

const char* KeyColumn(ListOrder order) {
  switch (order) {
    case ListOrder::kPopularity: return "ratings_count";
    case ListOrder::kNewest: return "book_id";
    case ListOrder::kTitle: return "title_key";
    case ListOrder::kPublished: return "published_key";
    case ListOrder::kPrice: return "price_key";
    case ListOrder::kSeriesNumber: return "series_key";
    case ListOrder::kRelevance: break;
  }
  CHECK(order != ListOrder::kRelevance);
  return "";
}

// All books and those of a category; they have the indexes.
bool IsMain(const Shelf& shelf) { return shelf.kind == ShelfKind::kAll || shelf.kind == ShelfKind::kCategory; }

// The books of a shelf $1 after key $2 and id $3, $4 of them. There is one text per order and kind of shelf: only a statement
// that names the main shelves can use their indexes. The page is cut before books are joined.
std::string ListStatement(ListOrder order, bool main) {
  const std::string key = KeyColumn(order);
  const std::string way = IsDescending(order) ? " DESC" : "";
  const std::string behind = IsDescending(order) ? " < " : " > ";
  return "SELECT " + kBookColumns + " FROM (SELECT book_id, " + key + " AS sort_key FROM shelved_books" + " WHERE shelf_id = $1" +
         (main ? " AND shelf_id < 1000" : "") + " AND (" + key + ", book_id)" + behind + "($2, $3) ORDER BY " + key + way +
         ", book_id" + way + " LIMIT $4) AS page JOIN books ON books.id = page.book_id ORDER BY page.sort_key" + way +
         ", page.book_id" + way;
}

struct ShelfRow {
  std::int64_t id = 0;
  std::string display_name;
  std::int64_t book_count = 0;
};

std::optional<ShelfRow> FindShelf(Transaction& transaction, const Shelf& shelf) {
  constexpr std::string_view kFind = "SELECT id, display_name, book_count FROM shelves WHERE name = $1";
  const std::optional<Row> row = transaction.QueryOne(kFind, ShelfName(shelf));
  if (!row) return std::nullopt;
  return ShelfRow{row->Int(0), row->Text(1), row->Int(2)};
}

// --- Writing ---------------------------------------------------------------------------------------------------------

// Applies changes of books, in their order, to all tables. Gives the new books their positions.
class ChangeWriter {
 public:
  explicit ChangeWriter(Transaction& transaction) : transaction_(transaction) {}

  void Apply(std::vector<BookChange>& changes) {
    if (changes.empty()) return;
    std::int64_t position = TakeNumbers(transaction_, "position", changes.size());
    for (BookChange& change : changes) {
      if (change.after) change.after->book.position = position;
      log_.insert(log_.end(), {position, (change.after ? change.after : change.before)->book.id.value()});
      ++position;
    }
    CountShelves(changes);
    TakeFromShelves(changes);
    WriteBooks(changes);
    PutOnShelves(changes);
    ExecuteRows(transaction_, "INSERT INTO changes (position, book_id) VALUES ", 2,
                " ON CONFLICT (book_id) DO UPDATE SET position = excluded.position", log_);
  }

 private:
  static std::string DisplayName(const Shelf& shelf, const BookContent& content) {
    if (shelf.kind == ShelfKind::kSeries) return content.series->title;
    for (const AuthorCredit& author : content.authors) {
      if (shelf.kind == ShelfKind::kAuthor && author.slug == shelf.slug) return author.display_name;
    }
    return shelf.slug;
  }

  // Makes missing shelves, and updates the counts of all shelves that gain or lose books.
  void CountShelves(const std::vector<BookChange>& changes) {
    std::map<Shelf, std::int64_t> differences;
    std::map<Shelf, std::string> names;
    for (const BookChange& change : changes) {
      if (change.before) {
        for (const Shelf& shelf : ShelvesOf(change.before->book.content)) --differences[shelf];
      }
      if (!change.after) continue;
      for (const Shelf& shelf : ShelvesOf(change.after->book.content)) {
        ++differences[shelf];
        names.try_emplace(shelf, DisplayName(shelf, change.after->book.content));
      }
    }
    ReadShelfIds(differences);
    MakeShelves(differences, names);
    for (const auto& [shelf, difference] : differences) {
      if (difference == 0) continue;
      constexpr std::string_view kCount = "UPDATE shelves SET book_count = book_count + $2 WHERE id = $1";
      transaction_.Execute(kCount, shelf_ids_.at(shelf), difference);
    }
  }

  void ReadShelfIds(const std::map<Shelf, std::int64_t>& shelves) {
    std::unordered_map<std::string, const Shelf*> by_name;
    std::vector<Value> names;
    const auto read = [&] {
      for (const Row& row : QueryIn(transaction_, "SELECT id, name FROM shelves WHERE name IN ", "", {}, names)) {
        shelf_ids_[*by_name.at(row.Text(1))] = row.Int(0);
      }
      names.clear();
    };
    for (const auto& [shelf, difference] : shelves) {
      std::string name = ShelfName(shelf);
      names.emplace_back(name);
      by_name[std::move(name)] = &shelf;
      if (names.size() == 1000) read();
    }
    read();
  }

  void MakeShelves(const std::map<Shelf, std::int64_t>& shelves, const std::map<Shelf, std::string>& display_names) {
    std::vector<const Shelf*> missing_main;
    std::vector<const Shelf*> missing_small;
    for (const auto& [shelf, difference] : shelves) {
      if (!shelf_ids_.contains(shelf)) (IsMain(shelf) ? missing_main : missing_small).push_back(&shelf);
    }
    MakeShelves("main shelf", missing_main, display_names);
    MakeShelves("small shelf", missing_small, display_names);
  }

  void MakeShelves(const char* counter, const std::vector<const Shelf*>& missing,
                   const std::map<Shelf, std::string>& display_names) {
    if (missing.empty()) return;
    std::int64_t id = TakeNumbers(transaction_, counter, missing.size());
    std::vector<Value> values;
    for (const Shelf* shelf : missing) {
      values.insert(values.end(), {id, ShelfName(*shelf), display_names.at(*shelf), 0});
      shelf_ids_[*shelf] = id++;
    }
    ExecuteRows(transaction_, "INSERT INTO shelves (id, name, display_name, book_count) VALUES ", 4, "", values);
  }

  void TakeFromShelves(const std::vector<BookChange>& changes) {
    for (const BookChange& change : changes) {
      if (!change.before) continue;
      for (const Shelf& shelf : ShelvesOf(change.before->book.content)) {
        constexpr std::string_view kTakeOff = "DELETE FROM shelved_books WHERE shelf_id = $1 AND book_id = $2";
        transaction_.Execute(kTakeOff, shelf_ids_.at(shelf), change.before->book.id.value());
      }
    }
  }

  void WriteBooks(const std::vector<BookChange>& changes) {
    std::vector<Value> values;
    for (const BookChange& change : changes) {
      if (change.after) {
        std::vector<Value> row = BookValues(*change.after);
        values.insert(values.end(), std::make_move_iterator(row.begin()), std::make_move_iterator(row.end()));
      } else {
        constexpr std::string_view kDelete = "DELETE FROM books WHERE id = $1";
        transaction_.Execute(kDelete, change.before->book.id.value());
      }
    }
    ExecuteRows(transaction_, "INSERT INTO books (" + kBookColumns + ") VALUES ", kBookColumnCount,
                " ON CONFLICT (id) DO UPDATE SET title = excluded.title, subtitle = excluded.subtitle,"
                " authors = excluded.authors, series_slug = excluded.series_slug,"
                " series_title = excluded.series_title, series_number = excluded.series_number,"
                " isbn13 = excluded.isbn13, language_code = excluded.language_code,"
                " published_year = excluded.published_year, publisher = excluded.publisher,"
                " page_count = excluded.page_count, formats = excluded.formats, price_minor = excluded.price_minor,"
                " currency = excluded.currency, description = excluded.description, subjects = excluded.subjects,"
                " categories = excluded.categories, cover_uri = excluded.cover_uri,"
                " rating_hundredths = excluded.rating_hundredths, ratings_count = excluded.ratings_count,"
                " source = excluded.source, source_key = excluded.source_key,"
                " row_fingerprint = excluded.row_fingerprint, position = excluded.position,"
                " updated = excluded.updated",
                values);
  }

  void PutOnShelves(const std::vector<BookChange>& changes) {
    std::vector<Value> values;
    for (const BookChange& change : changes) {
      if (!change.after) continue;
      const BookContent& content = change.after->book.content;
      const SortKeys keys = SortKeysOf(content);
      for (const Shelf& shelf : ShelvesOf(content)) {
        values.insert(values.end(), {shelf_ids_.at(shelf), change.after->book.id.value(), keys.ratings_count, keys.title,
                                     keys.published, keys.price, keys.series_number});
      }
    }
    ExecuteRows(transaction_,
                "INSERT INTO shelved_books (shelf_id, book_id, ratings_count, title_key, published_key, price_key, "
                "series_key) VALUES ",
                7, "", values);
  }

  Transaction& transaction_;
  std::map<Shelf, std::int64_t> shelf_ids_;
  std::vector<Value> log_;
};

// Applies one change; returns the book after it.
Book ApplyOne(Transaction& transaction, BookChange change) {
  std::vector<BookChange> changes;
  changes.push_back(std::move(change));
  ChangeWriter(transaction).Apply(changes);
  return changes[0].after ? std::move(changes[0].after->book) : Book{};
}

// --- Imports ---------------------------------------------------------------------------------------------------------

const std::string kImportColumns =
    "id, source, dry_run, row_count, created_count, updated_count, unchanged_count, refused_count, "
    "isbn_repaired_count, isbn_refused_count, warning_count, error_count, last_line, done";

Import ReadImport(const Row& row) {
  return Import{.id = ImportId{row.Text(0)},
                .source = row.Text(1),
                .dry_run = row.Bool(2),
                .counts = {.rows = row.Int(3),
                           .created = row.Int(4),
                           .updated = row.Int(5),
                           .unchanged = row.Int(6),
                           .refused = row.Int(7),
                           .isbn_repaired = row.Int(8),
                           .isbn_refused = row.Int(9),
                           .warnings = row.Int(10),
                           .errors = row.Int(11)},
                .last_line = row.Int(12),
                .done = row.Bool(13)};
}

std::optional<Import> FindImportRow(Transaction& transaction, const ImportId& id) {
  const std::string kFind = "SELECT " + kImportColumns + " FROM imports WHERE id = $1";
  const std::optional<Row> row = transaction.QueryOne(kFind, id.value());
  return row ? std::optional(ReadImport(*row)) : std::nullopt;
}

// Writes the progress, unless someone else has taken the import beyond `expected_line`.
Status WriteProgress(Transaction& transaction, const Import& import, std::int64_t expected_line, Timestamp now) {
  constexpr std::string_view kWrite =
      "UPDATE imports SET row_count = $3, created_count = $4, updated_count = $5, unchanged_count = $6,"
      " refused_count = $7, isbn_repaired_count = $8, isbn_refused_count = $9, warning_count = $10, error_count = $11,"
      " last_line = $12, done = $13, updated = $14 WHERE id = $1 AND last_line = $2 AND (done = 0 OR $13 = 1)";
  const ImportCounts& counts = import.counts;
  const std::int64_t written = transaction.Execute(
      kWrite, import.id.value(), expected_line, counts.rows, counts.created, counts.updated, counts.unchanged, counts.refused,
      counts.isbn_repaired, counts.isbn_refused, counts.warnings, counts.errors, import.last_line, import.done, now);
  if (written == 0) return ImportRunning(import.id);
  return Ok();
}

// Turns the rows of one group into changes of books.
class GroupImporter {
 public:
  GroupImporter(Transaction& transaction, Import& import, Timestamp now)
      : transaction_(transaction), import_(import), now_(now) {}

  void Run(std::span<const CheckedRow> rows) {
    ReadKnown(rows);
    ReadIsbnOwners(rows);
    for (const CheckedRow& row : rows) Decide(row);
    if (!import_.dry_run) {
      NumberNewBooks();
      ChangeWriter(transaction_).Apply(changes_);
    }
    WriteProblems();
  }

 private:
  void ReadKnown(std::span<const CheckedRow> rows) {
    std::vector<Value> keys;
    for (const CheckedRow& row : rows) {
      if (row.refusal.empty()) keys.emplace_back(row.key);
    }
    for (const Row& row : QueryIn(transaction_, "SELECT " + kBookColumns + " FROM books WHERE source = $1 AND source_key IN ", "",
                                  {import_.source}, keys)) {
      StoredBook stored = ReadBook(row);
      std::string key = stored.book.key;
      known_.emplace(std::move(key), std::move(stored));
    }
  }

  void ReadIsbnOwners(std::span<const CheckedRow> rows) {
    std::vector<Value> isbns;
    for (const CheckedRow& row : rows) {
      if (!row.book.content.isbn13.empty()) isbns.emplace_back(row.book.content.isbn13);
    }
    for (const Row& row : QueryIn(transaction_, "SELECT isbn13, id FROM books WHERE isbn13 IN ", "", {}, isbns)) {
      isbn_owners_[row.Text(0)] = BookId{row.Int(1)};
    }
  }

  void Decide(const CheckedRow& row) {
    import_.last_line = row.line;
    const auto stored = known_.find(row.key);
    const auto known =
        stored == known_.end() ? std::nullopt : std::optional(KnownBook{stored->second.book.id, stored->second.row_fingerprint});
    const auto owner = isbn_owners_.find(row.book.content.isbn13);
    const RowVerdict verdict = DecideRow(row, known, owner == isbn_owners_.end() ? std::nullopt : std::optional(owner->second),
                                         import_.counts, problems_);
    if (verdict != RowVerdict::kCreate && verdict != RowVerdict::kUpdate) return;

    BookChange change;
    StoredBook after{.row_fingerprint = row.fingerprint};
    after.book = {.content = row.book.content, .source = import_.source, .key = row.key, .created = now_, .updated = now_};
    if (verdict == RowVerdict::kUpdate) {
      change.before = stored->second;
      after.book.id = stored->second.book.id;
      isbn_owners_.erase(stored->second.book.content.isbn13);
      stored->second = after;
    }
    if (!row.book.content.isbn13.empty()) {
      isbn_owners_[row.book.content.isbn13] = stored == known_.end() ? kEarlierRow : after.book.id;
    }
    change.after = std::move(after);
    changes_.push_back(std::move(change));
  }

  void NumberNewBooks() {
    const auto is_new = [](const BookChange& change) { return !change.before; };
    const auto count = static_cast<std::size_t>(std::count_if(changes_.begin(), changes_.end(), is_new));
    if (count == 0) return;
    std::int64_t id = TakeNumbers(transaction_, "book", count);
    for (BookChange& change : changes_) {
      if (is_new(change)) change.after->book.id = BookId{id++};
    }
  }

  void WriteProblems() {
    std::vector<Value> values;
    std::int64_t number = 0;
    for (const RowProblem& problem : problems_) {
      values.insert(values.end(), {import_.id.value(), problem.line, number++, problem.key, static_cast<int>(problem.severity),
                                   problem.message});
    }
    ExecuteRows(transaction_, "INSERT INTO import_problems (import_id, line, number, source_key, severity, message) VALUES ", 6,
                "", values);
  }

  Transaction& transaction_;
  Import& import_;
  const Timestamp now_;
  std::unordered_map<std::string, StoredBook> known_;  // By key.
  std::unordered_map<std::string, BookId> isbn_owners_;
  std::vector<BookChange> changes_;
  std::vector<RowProblem> problems_;
};

}  // namespace

// --- The store -------------------------------------------------------------------------------------------------------

std::string SqlStore::CatalogueId(const std::string& candidate) {
  return database_.Write([&](Transaction& transaction) {
    constexpr std::string_view kKeep = "INSERT INTO facts (name, text) VALUES ('catalogue', $1) ON CONFLICT (name) DO NOTHING";
    transaction.Execute(kKeep, candidate);
    constexpr std::string_view kRead = "SELECT text FROM facts WHERE name = 'catalogue'";
    return transaction.QueryTheOne(kRead).Text(0);
  });
}

std::optional<Book> SqlStore::FindBook(BookId id) {
  return database_.Read([&](Transaction& transaction) -> std::optional<Book> {
    std::optional<StoredBook> stored = Find(transaction, id);
    return stored ? std::optional(std::move(stored->book)) : std::nullopt;
  });
}

std::vector<Book> SqlStore::FindBooks(std::span<const BookId> ids) {
  std::vector<Value> values;
  for (const BookId id : ids) values.emplace_back(id.value());
  std::unordered_map<std::int64_t, Book> found;
  for (const Row& row : database_.Read([&](Transaction& transaction) {
         return QueryIn(transaction, "SELECT " + kBookColumns + " FROM books WHERE id IN ", "", {}, values);
       })) {
    Book book = ReadBook(row).book;
    const std::int64_t id = book.id.value();
    found.emplace(id, std::move(book));
  }
  std::vector<Book> books;
  for (const BookId id : ids) {
    if (const auto book = found.find(id.value()); book != found.end()) books.push_back(book->second);
  }
  return books;
}

Result<ListPage> SqlStore::ListBooks(const ListQuery& query) {
  return database_.Read([&](Transaction& transaction) -> Result<ListPage> {
    const std::optional<ShelfRow> shelf = FindShelf(transaction, query.shelf);
    const bool always_there = query.shelf.kind == ShelfKind::kAll ||
                              (query.shelf.kind == ShelfKind::kCategory && FindCategory(query.shelf.slug) != nullptr);
    if (!shelf || shelf->book_count == 0) return always_there ? Result<ListPage>(ListPage{}) : UnknownShelf(query.shelf);
    const Value key = query.order == ListOrder::kTitle ? Value(query.after.text) : Value(query.after.number);
    const std::string statement = ListStatement(query.order, IsMain(query.shelf));
    ListPage page{.total_size = shelf->book_count};
    for (const Row& row : transaction.Query(statement, shelf->id, key, query.after.id.value(), query.page_size + 1)) {
      page.books.push_back(ReadBook(row).book);
    }
    page.more = static_cast<int>(page.books.size()) > query.page_size;
    if (page.more) page.books.pop_back();
    return page;
  });
}

Result<AuthorRecord> SqlStore::FindAuthor(const std::string& slug) {
  return database_.Read([&](Transaction& transaction) -> Result<AuthorRecord> {
    const Shelf shelf{ShelfKind::kAuthor, slug};
    const std::optional<ShelfRow> row = FindShelf(transaction, shelf);
    if (!row || row->book_count == 0) return UnknownShelf(shelf);
    return AuthorRecord{slug, row->display_name, row->book_count};
  });
}

std::map<std::string, std::int64_t> SqlStore::CountByCategory() {
  std::vector<Value> names;
  for (const Category& category : kCategories) {
    names.emplace_back(ShelfName({ShelfKind::kCategory, std::string(category.slug)}));
  }
  std::map<std::string, std::int64_t> counts;
  for (const Row& row : database_.Read([&](Transaction& transaction) {
         return QueryIn(transaction, "SELECT name, book_count FROM shelves WHERE name IN ", "", {}, names);
       })) {
    counts[ParseShelfName(ShelfKind::kCategory, row.Text(0))->slug] = row.Int(1);
  }
  return counts;
}

Result<Book> SqlStore::CreateBook(const BookContent& content, const std::string& request_id, Timestamp now) {
  const std::int64_t fingerprint = ContentFingerprint(content);
  return database_.Write([&](Transaction& transaction) -> Result<Book> {
    constexpr std::string_view kForget = "DELETE FROM requests WHERE created < $1";
    transaction.Execute(kForget, Timestamp(now - kRequestIdsKept));
    constexpr std::string_view kFind = "SELECT fingerprint, book_id FROM requests WHERE request_id = $1";
    const std::optional<Row> known = transaction.QueryOne(kFind, request_id);
    if (known) {
      if (known->Int(0) != fingerprint) return RequestIdReused();
      std::optional<StoredBook> made = Find(transaction, BookId{known->Int(1)});
      return made ? Result<Book>(std::move(made->book)) : UnknownBook(BookId{known->Int(1)});
    }
    if (const auto owner = IsbnOwner(transaction, content.isbn13)) return IsbnTaken(content.isbn13, *owner);
    const std::int64_t id = TakeNumbers(transaction, "book", 1);
    if (id > kBookIdMax) return CatalogueFull();
    constexpr std::string_view kKeep = "INSERT INTO requests (request_id, fingerprint, book_id, created) VALUES ($1, $2, $3, $4)";
    transaction.Execute(kKeep, request_id, fingerprint, id, now);
    BookChange change;
    change.after.emplace();
    change.after->book = {.id = BookId{id}, .content = content, .created = now, .updated = now};
    return ApplyOne(transaction, std::move(change));
  });
}

Result<Book> SqlStore::UpdateBook(BookId id, std::optional<std::int64_t> expected, const ChangeContent& change_content,
                                  Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Book> {
    BookChange change{.before = Find(transaction, id)};
    if (!change.before) return UnknownBook(id);
    const Book& before = change.before->book;
    if (expected && *expected != before.position) return EtagMismatch(id);
    BookContent content = TRY(change_content(before.content));
    if (content == before.content) return before;
    const std::optional<BookId> owner = IsbnOwner(transaction, content.isbn13);
    if (owner && *owner != id) return IsbnTaken(content.isbn13, *owner);
    change.after = change.before;
    change.after->book.content = std::move(content);
    change.after->book.updated = now;
    return ApplyOne(transaction, std::move(change));
  });
}

Status SqlStore::DeleteBook(BookId id, std::optional<std::int64_t> expected) {
  return database_.Write([&](Transaction& transaction) -> Status {
    BookChange change{.before = Find(transaction, id)};
    if (!change.before) return Ok();
    if (expected && *expected != change.before->book.position) return EtagMismatch(id);
    ApplyOne(transaction, std::move(change));
    return Ok();
  });
}

std::int64_t SqlStore::DeleteSource(const std::string& source) {
  const std::string kSome = "SELECT " + kBookColumns + " FROM books WHERE source = $1 LIMIT $2";
  std::int64_t deleted = 0;
  while (true) {
    const std::size_t count = database_.Write([&](Transaction& transaction) {
      std::vector<BookChange> changes;
      for (const Row& row : transaction.Query(kSome, source, static_cast<std::int64_t>(kGroupRowsMax))) {
        changes.push_back({.before = ReadBook(row)});
      }
      ChangeWriter(transaction).Apply(changes);
      return changes.size();
    });
    deleted += static_cast<std::int64_t>(count);
    if (count < kGroupRowsMax) return deleted;
  }
}

Result<Import> SqlStore::OpenImport(const ImportId& id, const std::string& source, bool dry_run, Timestamp now) {
  const std::string kOpen =
      "INSERT INTO imports (" + kImportColumns +
      ", started, updated) VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $4, $4) ON CONFLICT (id) DO NOTHING";
  return database_.Write([&](Transaction& transaction) -> Result<Import> {
    transaction.Execute(kOpen, id.value(), source, dry_run, now);
    Import import = FindImportRow(transaction, id).value();
    if (import.source != source || import.dry_run != dry_run) return ImportDiffers(import);
    return import;
  });
}

Result<Import> SqlStore::ImportGroup(const Import& import, std::span<const CheckedRow> rows, Timestamp now) {
  CHECK(rows.size() <= kGroupRowsMax);
  return database_.Write([&](Transaction& transaction) -> Result<Import> {
    Import after = import;
    GroupImporter(transaction, after, now).Run(rows);
    TRY(WriteProgress(transaction, after, import.last_line, now));
    return after;
  });
}

Result<Import> SqlStore::FinishImport(const Import& import, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Import> {
    Import after = import;
    after.done = true;
    TRY(WriteProgress(transaction, after, import.last_line, now));
    return after;
  });
}

Result<Import> SqlStore::FindImport(const ImportId& id) {
  constexpr std::string_view kProblems =
      "SELECT line, source_key, severity, message FROM import_problems WHERE import_id = $1 ORDER BY line, number";
  return database_.Read([&](Transaction& transaction) -> Result<Import> {
    std::optional<Import> import = FindImportRow(transaction, id);
    if (!import) return UnknownImport(id);
    for (const Row& row : transaction.Query(kProblems, id.value())) {
      import->problems.push_back({.line = row.Int(0),
                                  .key = row.Text(1),
                                  .severity = row.OneOf(2, Severity::kWarning, Severity::kError),
                                  .message = row.Text(3)});
    }
    return *std::move(import);
  });
}

Result<ChangePage> SqlStore::ReadChanges(std::int64_t position, int count_max) {
  const std::string kRead = "SELECT change_position, book_id, " + kBookColumns +
                            " FROM (SELECT position AS change_position, book_id FROM changes WHERE position > $1"
                            " ORDER BY position LIMIT $2) AS page LEFT JOIN books ON books.id = page.book_id"
                            " ORDER BY change_position";
  return database_.Read([&](Transaction& transaction) -> Result<ChangePage> {
    ChangePage page{.last_position = transaction.QueryTheOne(kReadCounter, "position").Int(0)};
    if (position > page.last_position) return UnknownPosition(position, page.last_position);
    for (const Row& row : transaction.Query(kRead, position, count_max)) {
      ChangeRecord change{.position = row.Int(0), .id = BookId{row.Int(1)}};
      if (!row.IsNull(2)) change.book = ReadBook(row, 2).book;
      page.changes.push_back(std::move(change));
    }
    return page;
  });
}

std::int64_t SqlStore::LastPosition() {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryTheOne(kReadCounter, "position").Int(0); });
}

std::int64_t SqlStore::LastNumber() {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryTheOne(kReadCounter, "book").Int(0); });
}

void SqlStore::PassOverNumbers(std::int64_t last) {
  database_.Write([&](Transaction& transaction) {
    constexpr std::string_view kPassOver = "UPDATE counters SET value = $1 WHERE name = 'book' AND value < $1";
    transaction.Execute(kPassOver, last);
  });
}

}  // namespace octavo::catalog
