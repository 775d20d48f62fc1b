// AtBoundary: where one service's call ends and another's begins. What a store throws becomes the answer, as at the RPC
// boundary; but nobody hears anything from a process that has ended.
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
