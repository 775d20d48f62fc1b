// CHECK: an invariant of ours. When it is false the program is wrong, so it prints the place and ends (abort).
// For what the world may do wrong, return an Error instead.
#pragma once

namespace octavo::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace octavo::internal

#define CHECK(condition)                                                                  \
  do {                                                                                    \
    if (!(condition)) [[unlikely]]                                                        \
      ::octavo::internal::CheckFailed(#condition, __FILE__, __LINE__);                    \
  } while (false)
