// Guess: an attempt at guessing a password or a code, counted before it is known how it ends, so that many at
// the same time are no way around; and the errors that those who guess are told.
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

// Attempts at guessing one thing, counted before it is known how they end.
class Guess {
 public:
  // What is guessed at: each is counted for itself.
  enum class At { kPassword, kCode };
  struct By {
    std::string client = {};  // A network address; empty: not counted.
    std::string device = {};  // Known to the account; empty: none.
  };
  // By who is not signed in. On a device that is known to the account, strangers who guess at it are not
  // counted.
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
  // By who is signed in already: likewise.
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
  // It was right. The client keeps its other attempts: else an account of one's own would pay for guessing at
  // others'.
  void Right() {
    store_.Forget(subjects_[0].subject);
    if (subjects_.size() > 1) store_.TakeBack(subjects_[1].subject);
  }
  // It could not be told.
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
