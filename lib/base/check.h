// CHECK: an invariant of ours. When it is false the program is wrong, and what it is doing ends: CHECK throws a Bug. Inside a
// handler, a page or a turn of background work that is caught at the boundary: the request fails as INTERNAL, the log has the
// place, bugs_total counts it, and the process goes on. Nobody else catches a Bug. Where there is no boundary (at start, in a
// destructor, in a noexcept function), the process ends with the same words.
//
// CHECK_SHARED: an invariant of what many requests share (a queue, a pool, a semaphore). When it is false nobody's answer can
// be trusted any more, so it prints the place and ends the process (abort).
//
// For what the world may do wrong (a request, a row, a file, a peer's answer, a clock), return an Error instead.
// Why it is so: docs/adr/0005-a-bug-ends-the-request.md.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace octavo {

// A broken invariant; what() names the condition and its place.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// How many Bugs this process has thrown. Thread-safe.
std::int64_t BugCount();

namespace internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
[[noreturn]] void SharedCheckFailed(const char* condition, const char* file, int line) noexcept;
}  // namespace internal

}  // namespace octavo

#define CHECK(condition)                                               \
  do {                                                                 \
    if (!(condition)) [[unlikely]]                                     \
      ::octavo::internal::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)

#define CHECK_SHARED(condition)                                              \
  do {                                                                       \
    if (!(condition)) [[unlikely]]                                           \
      ::octavo::internal::SharedCheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)
