// Reply: how a fake service answers in each condition it may be in.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "services/marketplace/pending.h"

namespace octavo::marketplace {

enum class Condition {
  kUp,
  kDown,  // UNAVAILABLE at once.
  kHung,  // Never answers.
};

template <typename Response>
Pending<Response> Reply(Condition condition, const std::function<Result<Response>()>& answer) {
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
    Result<Response> result = answer();
    shared = result.ok() ? Answer<Response>(std::make_shared<const Response>(*std::move(result)))
                         : Answer<Response>(std::move(result).error());
  }
  std::promise<Answer<Response>> promise;
  promise.set_value(std::move(shared));
  return Pending<Response>(promise.get_future());
}

}  // namespace octavo::marketplace
