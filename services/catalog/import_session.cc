#include "services/catalog/import_session.h"

#include <utility>

#include "lib/base/fingerprint.h"
#include "lib/base/quoted.h"
#include "lib/base/uuid.h"
#include "services/catalog/domain/text.h"

namespace octavo::catalog {

Result<ImportSession> ImportSession::Open(Store& store, ChangeSignal& signal, const Clock& clock, const std::string& id,
                                          const std::string& source, bool dry_run) {
  if (!IsUuid(id)) return InvalidField("header.import", "'imports/" + id + "' does not name a UUID");
  if (!IsSource(source)) {
    return InvalidField("header.source", Quoted(source) + " must be 1 to 40 lower-case letters, digits and hyphens");
  }
  Import import = TRY(store.OpenImport(ImportId{id}, source, dry_run, clock.Now()));
  return ImportSession(store, signal, clock, std::move(import));
}

Status ImportSession::Take(CheckedRow row) {
  if (row.line <= line_) {
    return InvalidField("row.line", std::to_string(row.line) + " is not above " + std::to_string(line_));
  }
  line_ = row.line;
  RefuseRepeats(row);
  if (row.line <= import_.last_line) return Ok();
  if (import_.done) {
    return Error{Code::kFailedPrecondition, "IMPORT_DONE",
                 "imports/" + import_.id.value() + " has ended; a new row needs a new import"};
  }
  group_.push_back(std::move(row));
  return group_.size() == kGroupRowsMax ? CommitGroup() : Ok();
}

Result<Import> ImportSession::Finish() {
  TRY(CommitGroup());
  if (!import_.done) import_ = TRY(store_->FinishImport(import_, clock_->Now()));
  return store_->FindImport(import_.id);
}

void ImportSession::RefuseRepeats(CheckedRow& row) {
  if (row.key.empty()) return;
  const auto [earlier, is_new] = lines_by_key_.emplace(Fingerprint(row.key), row.line);
  if (!is_new && row.refusal.empty()) {
    row.refusal = "key: " + Quoted(row.key) + " stands in line " + std::to_string(earlier->second) + " already";
  }
  const std::string& isbn13 = row.book.content.isbn13;
  if (!import_.dry_run || isbn13.empty() || !row.refusal.empty()) return;
  const auto [owner, is_first] = lines_by_isbn_.emplace(isbn13, row.line);
  if (!is_first) row.refusal = "isbn13: " + isbn13 + " is that of line " + std::to_string(owner->second) + " already";
}

Status ImportSession::CommitGroup() {
  if (group_.empty()) return Ok();
  import_ = TRY(store_->ImportGroup(import_, group_, clock_->Now()));
  group_.clear();
  if (!import_.dry_run) signal_->Notify();
  return Ok();
}

}  // namespace octavo::catalog
