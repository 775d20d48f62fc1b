#include "lib/base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace octavo {
namespace {

std::atomic<std::int64_t> bug_count = 0;

}  // namespace

std::int64_t BugCount() { return bug_count; }

namespace internal {

void CheckFailed(const char* condition, const char* file, int line) {
  ++bug_count;
  throw Bug(std::string("CHECK failed: ") + condition + " at " + file + ":" + std::to_string(line));
}

void SharedCheckFailed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "CHECK_SHARED failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace internal
}  // namespace octavo
