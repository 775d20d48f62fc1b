// FakeMailer: keeps the messages, for tests. It first refuses as many as a test asks it to.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

class FakeMailer final : public Mailer {
 public:
  Status Send(const Message& message) override {
    const std::lock_guard lock(mutex_);
    attempts_ += 1;
    changed_.notify_all();
    if (refusals_ > 0) {
      refusals_ -= 1;
      return refusal_;
    }
    messages_.push_back(message);
    return Ok();
  }

  void Refuse(int count, Error refusal) {
    const std::lock_guard lock(mutex_);
    refusals_ = count;
    refusal_ = std::move(refusal);
  }
  // The messages, once there are so many.
  std::vector<Message> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return messages_.size() >= count; });
    return messages_;
  }
  void WaitForAttempts(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return attempts_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int refusals_ = 0;
  int attempts_ = 0;
  Error refusal_;
  std::vector<Message> messages_;
};

// What stands behind "?token=" in a message; empty where it has none.
inline std::string TokenIn(std::string_view text) {
  constexpr std::string_view kBefore = "?token=";
  const std::size_t at = text.find(kBefore);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = text.substr(at + kBefore.size());
  return std::string(rest.substr(0, rest.find_first_of("\r\n ")));
}

}  // namespace octavo::accounts
