// MemoryStore: a Store in memory, for tests of code that uses a store. It passes the same contract test as SqlStore; every call
// is one step under one lock.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/catalog/domain/category.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

class MemoryStore final : public Store {
 public:
  std::string CatalogueId(const std::string& candidate) override {
    const std::lock_guard lock(mutex_);
    if (catalogue_id_.empty()) catalogue_id_ = candidate;
    return catalogue_id_;
  }

  std::optional<Book> FindBook(BookId id) override {
    const std::lock_guard lock(mutex_);
    const auto found = books_.find(id);
    return found == books_.end() ? std::nullopt : std::optional(found->second.book);
  }

  std::vector<Book> FindBooks(std::span<const BookId> ids) override {
    const std::lock_guard lock(mutex_);
    std::vector<Book> books;
    for (const BookId id : ids) {
      if (const auto found = books_.find(id); found != books_.end()) books.push_back(found->second.book);
    }
    return books;
  }

  Result<ListPage> ListBooks(const ListQuery& query) override {
    const std::lock_guard lock(mutex_);
    if (query.shelf.kind == ShelfKind::kCategory && FindCategory(query.shelf.slug) == nullptr) {
      return UnknownShelf(query.shelf);
    }
    std::vector<Book> all;
    for (const auto& [id, entry] : books_) {
      if (StandsOn(entry.book, query.shelf)) all.push_back(entry.book);
    }
    if (all.empty() && query.shelf.kind != ShelfKind::kCategory && query.shelf.kind != ShelfKind::kAll) {
      return UnknownShelf(query.shelf);
    }
    std::sort(all.begin(), all.end(), [&](const Book& a, const Book& b) {
      return ComesBefore(query.order, CursorAt(query.order, a), CursorAt(query.order, b));
    });
    ListPage page{.total_size = static_cast<std::int64_t>(all.size())};
    for (Book& book : all) {
      if (!ComesBefore(query.order, query.after, CursorAt(query.order, book))) continue;
      page.more = static_cast<int>(page.books.size()) == query.page_size;
      if (page.more) break;
      page.books.push_back(std::move(book));
    }
    return page;
  }

  Result<AuthorRecord> FindAuthor(const std::string& slug) override {
    const std::lock_guard lock(mutex_);
    AuthorRecord author{.slug = slug};
    for (const auto& [id, entry] : books_) {
      for (const AuthorCredit& credit : entry.book.content.authors) {
        if (credit.slug != slug) continue;
        if (author.book_count++ == 0) author.display_name = credit.display_name;
      }
    }
    if (author.book_count == 0) return UnknownShelf({ShelfKind::kAuthor, slug});
    return author;
  }

  std::map<std::string, std::int64_t> CountByCategory() override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::int64_t> counts;
    for (const auto& [id, entry] : books_) {
      for (const std::string& category : entry.book.content.categories) ++counts[category];
    }
    return counts;
  }

  Result<Book> CreateBook(const BookContent& content, const std::string& request_id, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(requests_, [&](const auto& each) { return each.second.created < now - kRequestIdsKept; });
    if (const auto known = requests_.find(request_id); known != requests_.end()) {
      if (known->second.fingerprint != ContentFingerprint(content)) return RequestIdReused();
      const auto book = books_.find(known->second.book);
      if (book == books_.end()) return UnknownBook(known->second.book);
      return book->second.book;
    }
    if (const auto owner = IsbnOwner(content.isbn13)) return IsbnTaken(content.isbn13, *owner);
    const BookId id = Put(BookId{++last_id_}, content, "", "", 0, now);
    requests_[request_id] = {ContentFingerprint(content), id, now};
    return books_[id].book;
  }

  Result<Book> UpdateBook(BookId id, std::optional<std::int64_t> expected, const ChangeContent& change, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = books_.find(id);
    if (found == books_.end()) return UnknownBook(id);
    const Entry before = found->second;
    if (expected && *expected != before.book.position) return EtagMismatch(id);
    const BookContent content = TRY(change(before.book.content));
    if (content == before.book.content) return before.book;
    const auto owner = IsbnOwner(content.isbn13);
    if (owner && *owner != id) return IsbnTaken(content.isbn13, *owner);
    Put(id, content, before.book.source, before.book.key, before.row_fingerprint, now);
    return books_[id].book;
  }

  Status DeleteBook(BookId id, std::optional<std::int64_t> expected) override {
    const std::lock_guard lock(mutex_);
    const auto found = books_.find(id);
    if (found == books_.end()) return Ok();
    if (expected && *expected != found->second.book.position) return EtagMismatch(id);
    Remove(id);
    return Ok();
  }

  std::int64_t DeleteSource(const std::string& source) override {
    const std::lock_guard lock(mutex_);
    std::vector<BookId> ids;
    for (const auto& [id, entry] : books_) {
      if (!source.empty() && entry.book.source == source) ids.push_back(id);
    }
    for (const BookId id : ids) Remove(id);
    return static_cast<std::int64_t>(ids.size());
  }

  Result<Import> OpenImport(const ImportId& id, const std::string& source, bool dry_run, Timestamp) override {
    const std::lock_guard lock(mutex_);
    Import& import = imports_.try_emplace(id, Import{.id = id, .source = source, .dry_run = dry_run}).first->second;
    if (import.source != source || import.dry_run != dry_run) return ImportDiffers(import);
    return WithoutProblems(import);
  }

  Result<Import> ImportGroup(const Import& import, std::span<const CheckedRow> rows, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    CHECK(rows.size() <= kGroupRowsMax);
    Import& stored = imports_.at(import.id);
    if (stored.last_line != import.last_line || stored.done) return ImportRunning(import.id);
    for (const CheckedRow& row : rows) {
      const std::optional<KnownBook> known = Known(import.source, row.key);
      const RowVerdict verdict = DecideRow(row, known, IsbnOwner(row.book.content.isbn13), stored.counts, stored.problems);
      stored.last_line = row.line;
      if (import.dry_run || verdict == RowVerdict::kUnchanged || verdict == RowVerdict::kRefuse) continue;
      Put(known ? known->id : BookId{++last_id_}, row.book.content, import.source, row.key, row.fingerprint, now);
    }
    return WithoutProblems(stored);
  }

  Result<Import> FinishImport(const Import& import, Timestamp) override {
    const std::lock_guard lock(mutex_);
    Import& stored = imports_.at(import.id);
    if (stored.last_line != import.last_line) return ImportRunning(import.id);
    stored.done = true;
    return WithoutProblems(stored);
  }

  Result<Import> FindImport(const ImportId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = imports_.find(id);
    if (found == imports_.end()) return UnknownImport(id);
    return found->second;
  }

  Result<ChangePage> ReadChanges(std::int64_t position, int count_max) override {
    const std::lock_guard lock(mutex_);
    if (position > last_position_) return UnknownPosition(position, last_position_);
    ChangePage page{.last_position = last_position_};
    for (auto at = changes_.upper_bound(position); at != changes_.end(); ++at) {
      if (static_cast<int>(page.changes.size()) == count_max) break;
      const auto book = books_.find(at->second);
      page.changes.push_back({at->first, at->second, book == books_.end() ? std::nullopt : std::optional(book->second.book)});
    }
    return page;
  }

  std::int64_t LastPosition() override {
    const std::lock_guard lock(mutex_);
    return last_position_;
  }

  std::int64_t LastNumber() override {
    const std::lock_guard lock(mutex_);
    return last_id_;
  }

  void PassOverNumbers(std::int64_t last) override {
    const std::lock_guard lock(mutex_);
    last_id_ = std::max(last_id_, last);
  }

 private:
  struct Entry {
    Book book;
    std::int64_t row_fingerprint = 0;
  };
  struct Request {
    std::int64_t fingerprint = 0;
    BookId book;
    Timestamp created;
  };

  static bool StandsOn(const Book& book, const Shelf& shelf) {
    const std::vector<Shelf> shelves = ShelvesOf(book.content);
    return std::find(shelves.begin(), shelves.end(), shelf) != shelves.end();
  }

  static Import WithoutProblems(Import import) {
    import.problems.clear();
    return import;
  }

  std::optional<BookId> IsbnOwner(const std::string& isbn13) const {
    for (const auto& [id, entry] : books_) {
      if (!isbn13.empty() && entry.book.content.isbn13 == isbn13) return id;
    }
    return std::nullopt;
  }

  std::optional<KnownBook> Known(const std::string& source, const std::string& key) const {
    for (const auto& [id, entry] : books_) {
      if (entry.book.source == source && entry.book.key == key) return KnownBook{id, entry.row_fingerprint};
    }
    return std::nullopt;
  }

  void Log(BookId id) {
    std::erase_if(changes_, [&](const auto& change) { return change.second == id; });
    changes_[++last_position_] = id;
  }

  BookId Put(BookId id, const BookContent& content, const std::string& source, const std::string& key,
             std::int64_t row_fingerprint, Timestamp now) {
    Log(id);
    Entry& entry = books_[id];
    const Timestamp created = entry.book.id == id ? entry.book.created : now;
    entry = {Book{.id = id,
                  .content = content,
                  .source = source,
                  .key = key,
                  .position = last_position_,
                  .created = created,
                  .updated = now},
             row_fingerprint};
    return id;
  }

  void Remove(BookId id) {
    Log(id);
    books_.erase(id);
  }

  // All guarded by mutex_.
  std::mutex mutex_;
  std::string catalogue_id_;
  std::map<BookId, Entry> books_;
  std::map<std::int64_t, BookId> changes_;
  std::map<std::string, Request> requests_;
  std::map<ImportId, Import> imports_;
  std::int64_t last_id_ = 0;
  std::int64_t last_position_ = 0;
};

}  // namespace octavo::catalog
