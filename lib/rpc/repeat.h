// Repeated: for programs that bring much into a running shop and may take their time. What the shop refuses only for the moment
// is asked for again; only calls that may be repeated (idempotent ones) belong here.
//
//     const auto response = rpc::Repeated([&] { return caller.Invoke(stub, &Stub::ReceiveStock, request, limits); });
#pragma once

#include <algorithm>
#include <chrono>

#include "lib/base/pause.h"
#include "lib/base/result.h"

namespace octavo::rpc {

// The service is away, overloaded or late, or others changed the same rows at the same moment (DATABASE_CONTENTION).
inline bool RefusedForTheMoment(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kAborted: return true;
    default: return false;
  }
}

// About 15 seconds in all, where each call fails at once.
inline constexpr int kRepeatedMax = 12;
inline constexpr std::chrono::milliseconds kRepeatPauseMin{50};
inline constexpr std::chrono::milliseconds kRepeatPauseMax{2000};

// What `call()` gives, a Result, once it is not refused for the moment any more; or its error after kRepeatedMax calls.
template <class Call>
auto Repeated(const Call& call, std::chrono::milliseconds pause = kRepeatPauseMin) -> decltype(call()) {
  for (int attempt = 1;; ++attempt) {
    auto answer = call();
    if (answer.ok() || attempt == kRepeatedMax || !RefusedForTheMoment(answer.error())) return answer;
    Pause(pause);
    pause = std::min(pause * 2, kRepeatPauseMax);
  }
}

}  // namespace octavo::rpc
