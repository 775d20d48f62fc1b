// AtBoundary: the boundary between two services' calls. An exception of a store becomes the answer, as it does for an RPC; but a
// process that has ended gives no answer.
#pragma once

#include "lib/base/failure.h"
#include "lib/base/result.h"
#include "lib/testing/fake_disk.h"

namespace octavo::campaigns {

struct ProcessEnded {};

template <typename Fn>
auto AtBoundary(const FakeDisk& disk, const Fn& fn) -> decltype(fn()) {
  if (disk.halted()) throw ProcessEnded();
  try {
    return fn();
  } catch (const Failure& failure) {
    if (disk.halted()) throw ProcessEnded();
    return failure.error();
  }
}

}  // namespace octavo::campaigns
