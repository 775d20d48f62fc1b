// What the calls to the other services have in common: how long each may take, and how several orders share one call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "lib/base/batcher.h"
#include "lib/base/result.h"
#include "lib/rpc/client.h"
#include "services/transactions/ports.h"

namespace octavo::transactions {

// Each below kStepMax.
inline constexpr std::chrono::milliseconds kReadBudget{800};
inline constexpr std::chrono::milliseconds kWriteBudget{1500};
inline constexpr std::chrono::milliseconds kProviderBudget{2500};
// Orders whose calls go out together. Each may wait for one call before its own: twice a budget is still below the lease. As
// many may wait as there are threads that place orders, many times over.
inline constexpr BatchLimits kTogether{.batch_max = 64, .waiting_max = 1024, .wait_max = std::chrono::seconds(2)};

template <typename Response>
Status Discard(const Result<Response>& result) {
  if (result.ok()) return Ok();
  return result.error();
}

// Nothing, where this is what the other side means; else its error.
inline Result<std::optional<std::int64_t>> NothingWhere(const Error& error, const char* reason) {
  if (error.reason == reason) return std::optional<std::int64_t>();
  return error;
}

// One order's part of a call that several share.
template <class Question, class Answer>
struct Shared {
  const Question& question;
  const rpc::Limits& limits;
  Result<Answer> answer;
};

// What was not reached.
inline Error NoAnswer() { return {Code::kInternal, "INTERNAL", "nobody answered"}; }

// From a service that does not keep its contract: outcomes are as many as the requests, and in their order.
inline Error BadAnswer() { return {Code::kInternal, "INTERNAL", "a service's answer does not fit what it was asked"}; }

// Too many at once; the caller may try again.
inline Error Crowded() { return {Code::kResourceExhausted, "OVERLOADED", "too many orders at once; try again in a moment"}; }

// MayBeOnesFault (lib/base/batcher.h) says whether each order then goes alone.
template <class Call>
Batch AnswerAll(std::span<Call* const> group, const Error& error) {
  for (Call* call : group) call->answer = error;
  return MayBeOnesFault(error) ? Batch::kRefused : Batch::kDone;
}

// Whoever has the most time left decides: the others would get the same error for less.
template <class Call>
rpc::Limits LimitTogether(std::span<Call* const> group, std::chrono::milliseconds budget) {
  rpc::Limits limits = rpc::Within(group.front()->limits, budget);
  for (const Call* call : group) limits.deadline = std::max(limits.deadline, call->limits.deadline);
  return limits;
}

}  // namespace octavo::transactions
