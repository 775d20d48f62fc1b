// Exceptions with which the database ends a request. All derive from octavo::Failure: the RPC boundary answers error(), whose
// message is safe to show, and logs what(), which has the database's own words. Stores do not catch them, except
// ConstraintViolation, which they may turn into an Error of their own.
#pragma once

#include <string>

#include "lib/base/failure.h"

namespace octavo::db {

// The statement is wrong, the connection is lost, or the database refuses: INTERNAL DATABASE_ERROR, unless a class below is more
// exact. The transaction has been rolled back.
class Error : public Failure {
 public:
  explicit Error(const std::string& detail);

 protected:
  Error(Code code, const char* reason, const char* message, const std::string& detail);
};

// A UNIQUE, CHECK, FOREIGN KEY or NOT NULL of the schema was broken. INTERNAL, because no store should let it
// pass.
class ConstraintViolation : public Error {
 public:
  enum class Kind { kUnique, kCheck, kForeignKey, kNotNull };

  ConstraintViolation(Kind kind, std::string constraint, const std::string& detail);

  Kind kind() const { return kind_; }
  // The schema's name of a CHECK or a unique index; "<table>_pkey" for a primary key; the same on both databases. Empty if the
  // database does not tell: for a NOT NULL, and for SQLite's foreign keys.
  const std::string& constraint() const { return constraint_; }

 private:
  Kind kind_;
  std::string constraint_;
};

// Stored data breaks the rules of its table: the file or a row is damaged. DATA_LOSS DATA_LOSS. A person has to decide whether to
// restore a copy.
class Damaged : public Error {
 public:
  explicit Damaged(const std::string& detail);
};

// Checks a rule of a row that its types do not express; throws Damaged, naming the rule, if it is broken.
void CheckStored(bool keeps_the_rule, const char* rule);

// Too many calls wait already, or this one has waited for Options::wait_max. Its function was not run.
// RESOURCE_EXHAUSTED DATABASE_BUSY.
class Overloaded : public Error {
 public:
  explicit Overloaded(const std::string& detail);
};

// A statement ran for longer than Options::statement_timeout. DEADLINE_EXCEEDED DATABASE_SLOW.
class Timeout : public Error {
 public:
  explicit Timeout(const std::string& detail);
};

// The database cannot be reached, or is shutting down; nothing was stored. UNAVAILABLE DATABASE_UNAVAILABLE.
class Unavailable : public Error {
 public:
  explicit Unavailable(const std::string& detail);
};

// Another transaction won, Options::attempts_max times in a row. ABORTED DATABASE_CONTENTION.
class Contention : public Error {
 public:
  explicit Contention(const std::string& detail);
};

// No space is left for the database's files; nothing was stored, reading goes on.
// RESOURCE_EXHAUSTED DATABASE_FULL.
class StorageFull : public Error {
 public:
  explicit StorageFull(const std::string& detail);
};

// The connection was lost during the commit: the transaction is stored wholly or not at all, and nobody knows which. Look the
// idempotency key up to find out; never guess. UNAVAILABLE UNKNOWN_OUTCOME.
class UnknownOutcome : public Error {
 public:
  explicit UnknownOutcome(const std::string& detail);
};

}  // namespace octavo::db
