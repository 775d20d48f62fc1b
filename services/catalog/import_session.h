// ImportSession: puts one sender's rows into the store, in groups. Not thread-safe.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/change_signal.h"
#include "lib/base/clock.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

class ImportSession {
 public:
  // Begins the import, or continues it after its last committed row. All must outlive the session.
  // INVALID_ARGUMENT (INVALID_FIELD) if the id is not a UUID or the source has the wrong form;
  // FAILED_PRECONDITION (IMPORT_DIFFERS).
  static Result<ImportSession> Open(Store& store, ChangeSignal& signal, const Clock& clock, const std::string& id,
                                    const std::string& source, bool dry_run);

  // Takes a row; every kGroupRowsMax rows a group is committed. Rows that are committed already are skipped. A key that was in an
  // earlier row is refused, because repeating the import would change its book back and forth. INVALID_ARGUMENT (INVALID_FIELD:
  // the line is not above the one before), ABORTED (IMPORT_RUNNING), FAILED_PRECONDITION (IMPORT_DONE: a new row for an import
  // that has ended).
  Status Take(CheckedRow row);

  // Commits the rest and marks the import as done. Gives the import with its problems.
  Result<Import> Finish();

 private:
  ImportSession(Store& store, ChangeSignal& signal, const Clock& clock, Import import)
      : store_(&store), signal_(&signal), clock_(&clock), import_(std::move(import)) {}

  void RefuseRepeats(CheckedRow& row);
  Status CommitGroup();

  Store* store_;
  ChangeSignal* signal_;
  const Clock* clock_;
  Import import_;
  std::int64_t line_ = 0;  // Of the last row taken.
  std::vector<CheckedRow> group_;
  std::unordered_map<std::uint64_t, std::int64_t> lines_by_key_;  // By the key's fingerprint.
  // A dry run stores nothing, so the store cannot tell that an earlier row took the ISBN.
  std::unordered_map<std::string, std::int64_t> lines_by_isbn_;
};

}  // namespace octavo::catalog
