// SqlStore: the Store over lib/db, on SQLite or PostgreSQL alike. The tables are in migrations/; run
// db::Migrate(database, Migrations()) before.
//
// Writers take their change positions from one row of `counters`, which orders them on PostgreSQL as the single writer
// does on SQLite: nobody sees position n + 1 before n.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/db/database.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

class SqlStore final : public Store {
 public:
  // `database` must outlive the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

  std::string CatalogueId(const std::string& candidate) override;
  std::optional<Book> FindBook(BookId id) override;
  std::vector<Book> FindBooks(std::span<const BookId> ids) override;
  Result<ListPage> ListBooks(const ListQuery& query) override;
  Result<AuthorRecord> FindAuthor(const std::string& slug) override;
  std::map<std::string, std::int64_t> CountByCategory() override;
  Result<Book> CreateBook(const BookContent& content, const std::string& request_id, Timestamp now) override;
  Result<Book> UpdateBook(BookId id, std::optional<std::int64_t> expected, const ChangeContent& change, Timestamp now) override;
  Status DeleteBook(BookId id, std::optional<std::int64_t> expected) override;
  std::int64_t DeleteSource(const std::string& source) override;
  Result<Import> OpenImport(const ImportId& id, const std::string& source, bool dry_run, Timestamp now) override;
  Result<Import> ImportGroup(const Import& import, std::span<const CheckedRow> rows, Timestamp now) override;
  Result<Import> FinishImport(const Import& import, Timestamp now) override;
  Result<Import> FindImport(const ImportId& id) override;
  Result<ChangePage> ReadChanges(std::int64_t position, int count_max) override;
  std::int64_t LastPosition() override;
  std::int64_t LastNumber() override;
  void PassOverNumbers(std::int64_t last) override;

 private:
  db::Database& database_;
};

}  // namespace octavo::catalog
