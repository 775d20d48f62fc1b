// Error: what a caller can act on. A code for machines, a stable reason for programs, a message for people.
// Plain value; safe to copy between threads.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace octavo {

// The canonical codes of google.rpc.Code that Octavo uses, with the same numbers, so that lib/rpc maps one to one.
// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
enum class Code {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "INVALID_ARGUMENT" for kInvalidArgument, and so on.
std::string_view CodeName(Code code);

// One field of a request that broke a rule: the path of the field and the rule, naming the value.
struct FieldViolation {
  std::string field;
  std::string description;

  bool operator==(const FieldViolation&) const = default;
};

struct Error {
  Code code = Code::kUnknown;
  std::string reason;   // UPPER_SNAKE_CASE, stable, documented in the proto: "OUT_OF_STOCK".
  std::string message;  // For people; names the value that was wrong.
  std::vector<FieldViolation> violations = {};
  std::map<std::string, std::string> metadata = {};  // Facts for programs: {"book", "books/12"}.

  bool operator==(const Error&) const = default;
};

// An INVALID_ARGUMENT about one field; reason INVALID_FIELD.
inline Error InvalidField(std::string field, std::string description) {
  std::string message = field + ": " + description;
  return Error{.code = Code::kInvalidArgument,
               .reason = "INVALID_FIELD",
               .message = std::move(message),
               .violations = {{std::move(field), std::move(description)}}};
}

// "NOT_FOUND OUT_OF_PRINT: the message", for logs and tests.
std::string ToString(const Error& error);

}  // namespace octavo
