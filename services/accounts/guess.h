// Guess: an attempt to give a password or a code, and the errors for it. An attempt is counted before its result is known, so
// that many attempts at the same time do not get around the limit.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/client_network.h"
#include "lib/base/result.h"
#include "services/accounts/accounts.h"
#include "services/accounts/store.h"
#include "services/accounts/token.h"

namespace octavo::accounts {

inline Error NoSession() { return {Code::kUnauthenticated, "NO_SESSION", "the session is unknown, ended or expired; sign in"}; }
inline Error BadCredentials() {
  return {Code::kUnauthenticated, "BAD_CREDENTIALS", "the e-mail address and the password do not belong together"};
}
inline Error TryLater(Timestamp allowed, Timestamp now) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(allowed - now).count();
  return {.code = Code::kResourceExhausted,
          .reason = "TRY_LATER",
          .message = "too many attempts; try again in " + std::to_string(seconds) + " s",
          .metadata = {{"retry_seconds", std::to_string(seconds)}}};
}

// One attempt, with all the counters that it belongs to.
class Guess {
 public:
  // Passwords and codes are counted apart.
  enum class At { kPassword, kCode };
  struct By {
    std::string client = {};  // A network address; empty: not counted.
    std::string device = {};  // A device that has signed in to the account before; empty: none.
  };
  // By somebody who is not signed in. Attempts on a device that the account knows have a counter of their own, so that its owner
  // does not wait because strangers guess elsewhere.
  static Guess OfAStranger(Store& store, const Policy& policy, At at, const std::string& email, const By& by) {
    Guess guess(store);
    if (!by.device.empty()) {
      guess.Count(at, "device", email + " " + by.device, policy.guesses_per_email);
      return guess;
    }
    guess.Count(at, "email", email, policy.guesses_per_email);
    if (!by.client.empty()) guess.Count(at, "client", ClientNetwork(by.client), policy.guesses_per_client);
    return guess;
  }
  // By somebody who is signed in already; counted apart for the same reason.
  static Guess SignedIn(Store& store, const Policy& policy, At at, const CustomerId& id) {
    Guess guess(store);
    guess.Count(at, "signed-in", id.value(), policy.guesses_per_email);
    return guess;
  }

  // RESOURCE_EXHAUSTED (TRY_LATER).
  Status Begin(Timestamp now) {
    const std::optional<Timestamp> allowed = store_.Attempt(subjects_, now);
    if (allowed) return TryLater(*allowed, now);
    return Ok();
  }
  // The attempt was right. The client's earlier attempts stay counted: else an attacker could clear the client's counter by
  // signing in to an account of their own.
  void Right() {
    store_.Forget(subjects_[0].subject);
    if (subjects_.size() > 1) store_.TakeBack(subjects_[1].subject);
  }
  // The attempt could not be checked, so it does not count.
  void NotMade() {
    for (const ThrottledSubject& one : subjects_) store_.TakeBack(one.subject);
  }

 private:
  explicit Guess(Store& store) : store_(store) {}

  void Count(At at, const std::string& kind, const std::string& text, const ThrottlePolicy& policy) {
    subjects_.push_back({MakeSubject((at == At::kPassword ? "guess-" : "code-") + kind, text), policy});
  }

  Store& store_;
  std::vector<ThrottledSubject> subjects_;
};

}  // namespace octavo::accounts
