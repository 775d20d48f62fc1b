// CHECK: an invariant of our own code. If it is false, the program is wrong, and the current work ends: CHECK throws a Bug. In a
// handler, a page or a turn of background work, the boundary catches it: the request fails as INTERNAL, the log has the place,
// bugs_total counts it, and the process goes on. Nothing else catches a Bug. Where there is no boundary (at start, in a
// destructor, in a noexcept function) the process ends with the same message.
//
// CHECK_SHARED: an invariant of something that many requests share (a queue, a pool, a semaphore). If it is false, no answer can
// be trusted any more, so it prints the place and ends the process (abort).
//
// For what others can do wrong (a request, a row, a file, another service's answer, a clock), return an Error instead. The
// reasons are in docs/adr/0005-a-bug-ends-the-request.md.
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
