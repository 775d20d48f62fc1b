#include "lib/db/errors.h"

#include <utility>

namespace octavo::db {

Error::Error(const std::string& detail) : Error(Code::kInternal, "DATABASE_ERROR", "the database failed", detail) {}

Error::Error(Code code, const char* reason, const char* message, const std::string& detail)
    : Failure(octavo::Error{.code = code, .reason = reason, .message = message}, detail) {}

ConstraintViolation::ConstraintViolation(Kind kind, std::string constraint, const std::string& detail)
    : Error(Code::kInternal, "DATABASE_ERROR", "the database refused the data", detail),
      kind_(kind),
      constraint_(std::move(constraint)) {}

Damaged::Damaged(const std::string& detail)
    : Error(Code::kDataLoss, "DATA_LOSS", "what is stored is damaged; the service's log has more", detail) {}

void CheckStored(bool keeps_the_rule, const char* rule) {
  if (!keeps_the_rule) throw Damaged(std::string("a stored row breaks the rule: ") + rule);
}

Overloaded::Overloaded(const std::string& detail)
    : Error(Code::kResourceExhausted, "DATABASE_BUSY", "the database has too much to do", detail) {}

Timeout::Timeout(const std::string& detail)
    : Error(Code::kDeadlineExceeded, "DATABASE_SLOW", "the database took too long", detail) {}

Unavailable::Unavailable(const std::string& detail)
    : Error(Code::kUnavailable, "DATABASE_UNAVAILABLE", "the database cannot be reached", detail) {}

Contention::Contention(const std::string& detail)
    : Error(Code::kAborted, "DATABASE_CONTENTION", "too many changes of the same data at once", detail) {}

StorageFull::StorageFull(const std::string& detail)
    : Error(Code::kResourceExhausted, "DATABASE_FULL", "the database has no space left", detail) {}

UnknownOutcome::UnknownOutcome(const std::string& detail)
    : Error(Code::kUnavailable, "UNKNOWN_OUTCOME", "nobody knows whether the change was stored", detail) {}

}  // namespace octavo::db
