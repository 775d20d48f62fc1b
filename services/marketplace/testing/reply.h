// Reply: how a fake service answers in each condition it may be in.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "services/marketplace/pending.h"

namespace octavo::marketplace {

enum class Condition {
  kUp,
  kDown,  // UNAVAILABLE at once.
  kHung,  // Never answers.
};

// What becomes of single calls of a page, by their order: the first call is 0. While one is in force, calls on the thread that
// made it count; those on other threads go as ever.
class Mishaps {
 public:
  struct Mishap {
    Condition condition = Condition::kUp;
    std::optional<Error> error = {};  // Instead of the answer.
  };

  explicit Mishaps(std::map<int, Mishap> by_call) : by_call_(std::move(by_call)) { current = this; }
  ~Mishaps() { current = nullptr; }
  Mishaps(const Mishaps&) = delete;
  Mishaps& operator=(const Mishaps&) = delete;

  // How many calls were made so far.
  int call_count() const { return call_count_; }
  // That of the call that is being made; none where none is planned.
  static Mishap Next() {
    if (current == nullptr) return {};
    const auto planned = current->by_call_.find(current->call_count_++);
    return planned == current->by_call_.end() ? Mishap{} : planned->second;
  }

 private:
  static inline thread_local Mishaps* current = nullptr;

  const std::map<int, Mishap> by_call_;
  int call_count_ = 0;
};

template <typename Response>
Pending<Response> Reply(Condition condition, const std::function<Result<Response>()>& answer) {
  const Mishaps::Mishap mishap = Mishaps::Next();
  if (mishap.condition != Condition::kUp) condition = mishap.condition;
  if (condition == Condition::kHung) {
    // A future of its own each time; the promises are kept for ever, as a hung service keeps its callers.
    static std::mutex mutex;
    static std::vector<std::promise<Answer<Response>>> kept;
    const std::lock_guard lock(mutex);
    kept.emplace_back();
    return Pending<Response>(kept.back().get_future());
  }
  Answer<Response> shared = Error{Code::kUnavailable, "UNAVAILABLE", "nobody is there"};
  if (condition == Condition::kUp) {
    Result<Response> result = mishap.error ? Result<Response>(*mishap.error) : answer();
    shared = result.ok() ? Answer<Response>(std::make_shared<const Response>(*std::move(result)))
                         : Answer<Response>(std::move(result).error());
  }
  std::promise<Answer<Response>> promise;
  promise.set_value(std::move(shared));
  return Pending<Response>(promise.get_future());
}

}  // namespace octavo::marketplace
