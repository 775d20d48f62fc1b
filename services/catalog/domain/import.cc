#include "services/catalog/domain/import.h"

#include <utility>

#include "services/catalog/domain/names.h"
#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

std::string KeyRefusal(const std::string& key) {
  if (key.empty()) return "key: is missing";
  if (!IsUtf8(key)) return "key: is not UTF-8";
  if (key.size() > kKeyBytesMax) {
    return "key: is " + std::to_string(key.size()) + " bytes long, at most " + std::to_string(kKeyBytesMax) + " are allowed";
  }
  for (const unsigned char c : key) {
    if (c < 0x20 || c == 0x7F) return "key: holds a control character";
  }
  return {};
}

void AddProblem(const CheckedRow& row, Severity severity, std::string message, ImportCounts& counts,
                std::vector<RowProblem>& problems) {
  std::int64_t& count = severity == Severity::kError ? counts.errors : counts.warnings;
  if (++count > kProblemsMax) return;
  problems.push_back({.line = row.line, .key = row.key, .severity = severity, .message = std::move(message)});
}

}  // namespace

CheckedRow CheckRow(ImportRow row) {
  CheckedRow checked{.line = row.line, .key = CleanLine(row.key)};
  checked.refusal = KeyRefusal(IsUtf8(row.key) ? checked.key : row.key);
  Result<CheckedBook> book = CheckBook(std::move(row.draft), WrongIsbn::kLeaveOut);
  if (!book.ok()) {
    checked.refusal += (checked.refusal.empty() ? "" : "; ") + book.error().message;
    return checked;
  }
  checked.book = *std::move(book);
  checked.fingerprint = ContentFingerprint(checked.book.content);
  return checked;
}

CheckedRow RefusedRow(std::int64_t line, const std::string& key, std::string refusal) {
  return {.line = line, .key = IsUtf8(key) ? CleanLine(key) : "", .refusal = std::move(refusal)};
}

RowVerdict DecideRow(const CheckedRow& row, const std::optional<KnownBook>& known, const std::optional<BookId>& isbn_owner,
                     ImportCounts& counts, std::vector<RowProblem>& problems) {
  ++counts.rows;
  if (row.book.isbn_repaired) ++counts.isbn_repaired;
  if (row.book.isbn_refused) ++counts.isbn_refused;
  const auto refuse = [&](std::string message) {
    ++counts.refused;
    AddProblem(row, Severity::kError, std::move(message), counts, problems);
    return RowVerdict::kRefuse;
  };
  if (!row.refusal.empty()) return refuse(row.refusal);
  if (isbn_owner && (!known || *isbn_owner != known->id)) {
    const std::string owner = *isbn_owner == kEarlierRow ? "an earlier row" : BookName(*isbn_owner);
    return refuse("isbn13: " + row.book.content.isbn13 + " is that of " + owner + " already");
  }
  for (const std::string& warning : row.book.warnings) AddProblem(row, Severity::kWarning, warning, counts, problems);
  if (!known) {
    ++counts.created;
    return RowVerdict::kCreate;
  }
  if (known->fingerprint == row.fingerprint) {
    ++counts.unchanged;
    return RowVerdict::kUnchanged;
  }
  ++counts.updated;
  return RowVerdict::kUpdate;
}

}  // namespace octavo::catalog
