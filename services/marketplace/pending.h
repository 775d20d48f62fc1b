// Pending: answers of other services on their way, and the budget of time that a page has for them.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/obs/trace.h"

namespace octavo::marketplace {

// How long a page, or one part of it, may still take.
class Budget {
 public:
  // `clock` must outlive it.
  Budget(const Clock& clock, std::chrono::milliseconds total, obs::TraceContext trace = {})
      : clock_(&clock), end_(clock.MonotonicNow() + total), trace_(trace) {}

  // A part that may take `part`, but never more than the whole.
  Budget Part(std::chrono::milliseconds part) const {
    Budget lowered = *this;
    lowered.end_ = std::min(end_, clock_->MonotonicNow() + part);
    return lowered;
  }
  std::chrono::microseconds Left() const {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end_ - clock_->MonotonicNow());
    return std::max(left, std::chrono::microseconds(0));
  }
  const obs::TraceContext& trace() const { return trace_; }

 private:
  const Clock* clock_;
  std::chrono::steady_clock::time_point end_;
  obs::TraceContext trace_;
};

// Shared, because a remembered answer goes to many pages at once; never null.
template <typename Response>
using Answer = Result<std::shared_ptr<const Response>>;

// An answer on its way.
template <typename Response>
class Pending {
 public:
  explicit Pending(Answer<Response> ready) : ready_(std::move(ready)) {}
  explicit Pending(std::future<Answer<Response>> future) : future_(std::move(future)) {}

  // Looks at the answer, or at the want of one, before Get() gives it.
  Pending Then(std::function<Answer<Response>(Answer<Response>)> step) && {
    step_ = std::move(step);
    return std::move(*this);
  }

  // Waits for the answer while `budget` lasts; then DEADLINE_EXCEEDED (TOO_SLOW). Call it once.
  Answer<Response> Get(const Budget& budget) {
    Answer<Response> answer = Wait(budget);
    return step_ ? step_(std::move(answer)) : std::move(answer);
  }

 private:
  Answer<Response> Wait(const Budget& budget) {
    if (!future_.valid()) return std::move(ready_);
    if (future_.wait_for(budget.Left()) == std::future_status::ready) return future_.get();
    return Error{Code::kDeadlineExceeded, "TOO_SLOW", "no answer within the page's budget"};
  }

  Answer<Response> ready_ = Error{};
  std::future<Answer<Response>> future_;
  std::function<Answer<Response>(Answer<Response>)> step_;
};

// What hears the messages of a stream, one after the other, on threads of the client's: neither may block.
template <typename Message>
struct Listener {
  std::function<void(const Message&)> message;
  // Once, after the last message: why it ended, which is OK after Cancel().
  std::function<void(Status)> end;
};

// A stream that is being followed. Dropping it does not end it.
class Subscription {
 public:
  virtual ~Subscription() = default;
  // Ends it soon; what is under way may still be heard. Repeating it is harmless. Thread-safe.
  virtual void Cancel() = 0;
};

}  // namespace octavo::marketplace
