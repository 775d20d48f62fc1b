// PasswordHasher: argon2id (RFC 9106) by libsodium, a limited number at once. A hash takes tens of megabytes and tenths of a
// second on purpose. So few run at once, on the threads of their callers; a few more wait; all others are refused. Passwords are
// normalised first (domain/password.h). Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

class PasswordHasher {
 public:
  struct Options {
    // libsodium's "interactive": 64 MiB and 2 passes, some 0.1 s of a core.
    std::int64_t memory_bytes = 64 << 20;
    std::int64_t passes = 2;
    // x memory_bytes = 128 MiB at the most.
    std::int64_t at_once_max = 2;
    // How many more may wait. The last of them waits about waiting_max / at_once_max x 0.1 s.
    std::int64_t waiting_max = 16;
  };
  struct Verdict {
    bool matches = false;
    // The hash was made with other parameters, or of a password that was not normalised. Hash the password again now, while it is
    // here.
    bool outdated = false;
  };

  // FAILED_PRECONDITION (BAD_OPTION) when libsodium does not take the parameters or there is not that much
  // memory.
  static Result<std::unique_ptr<PasswordHasher>> Make(Options options);

  // Both wait until they may run. Errors: RESOURCE_EXHAUSTED (OVERLOADED).
  Result<PasswordHash> Hash(const Secret& password);
  Result<Verdict> Verify(const PasswordHash& hash, const Secret& password);
  // For an account that does not exist: takes as long as Verify and never matches.
  Status VerifyNothing(const Secret& password);

  // How many passwords were hashed so far, by Hash or Verify.
  std::int64_t count() const { return count_.load(); }

 private:
  // Permission to hash now, one of at_once_max; its destructor gives it back.
  class Turn;

  explicit PasswordHasher(Options options) : options_(options) {}

  Result<PasswordHash> HashNow(const Secret& password) const;

  const Options options_;
  PasswordHash of_nobody_;  // Of a password that nobody knows.
  std::mutex mutex_;
  std::condition_variable turn_over_;
  std::atomic<std::int64_t> count_ = 0;
  std::int64_t running_ = 0;  // Guarded by mutex_, as the next.
  std::int64_t waiting_ = 0;
};

}  // namespace octavo::accounts
