#include "services/catalog/store.h"

namespace octavo::catalog {

Error UnknownBook(BookId id) { return Error{Code::kNotFound, "UNKNOWN_BOOK", "there is no book " + BookName(id)}; }

Error UnknownShelf(const Shelf& shelf) {
  const char* reason = shelf.kind == ShelfKind::kCategory ? "UNKNOWN_CATEGORY"
                       : shelf.kind == ShelfKind::kAuthor ? "UNKNOWN_AUTHOR"
                                                          : "UNKNOWN_SERIES";
  return Error{Code::kNotFound, reason, "there is no " + ShelfName(shelf)};
}

Error UnknownImport(const ImportId& id) {
  return Error{Code::kNotFound, "UNKNOWN_IMPORT", "there is no import imports/" + id.value()};
}

Error IsbnTaken(const std::string& isbn13, BookId owner) {
  return Error{.code = Code::kAlreadyExists,
               .reason = "ISBN_TAKEN",
               .message = "isbn13: " + isbn13 + " is that of " + BookName(owner) + " already",
               .metadata = {{"book", BookName(owner)}}};
}

Error EtagMismatch(BookId id) {
  return Error{Code::kAborted, "ETAG_MISMATCH", BookName(id) + " has been changed since it was read"};
}

Error RequestIdReused() {
  return Error{Code::kFailedPrecondition, "REQUEST_ID_REUSED", "request_id: was used with another book before"};
}

Error ImportRunning(const ImportId& id) {
  return Error{Code::kAborted, "IMPORT_RUNNING", "imports/" + id.value() + " is being sent by someone else"};
}

Error ImportDiffers(const Import& import) {
  return Error{Code::kFailedPrecondition, "IMPORT_DIFFERS",
               "imports/" + import.id.value() + " was begun with source '" + import.source + "'" +
                   (import.dry_run ? " as a dry run" : "")};
}

Error UnknownPosition(std::int64_t position, std::int64_t last) {
  return Error{Code::kOutOfRange, "UNKNOWN_POSITION",
               "position " + std::to_string(position) + " lies behind the newest change, " + std::to_string(last)};
}

Error CatalogueFull() { return Error{Code::kResourceExhausted, "CATALOGUE_FULL", "no book number is left"}; }

}  // namespace octavo::catalog
