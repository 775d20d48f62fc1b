// RunningTransaction: marks the thread while a transaction's function runs on it. A Read or Write inside it would wait for a
// resource that it holds itself (SQLite's writer, the last connection of the pool), so it is a bug.
#pragma once

#include "lib/base/check.h"

namespace octavo::db {

class RunningTransaction {
 public:
  RunningTransaction() {
    CheckNone();
    running_ = true;
  }
  ~RunningTransaction() { running_ = false; }
  RunningTransaction(const RunningTransaction&) = delete;
  RunningTransaction& operator=(const RunningTransaction&) = delete;

  static void CheckNone() {
    const bool called_within_a_transaction = running_;
    CHECK(!called_within_a_transaction);
  }

 private:
  static inline thread_local bool running_ = false;
};

}  // namespace octavo::db
