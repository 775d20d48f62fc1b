// Call: what a handler may know of the call it answers. Valid until the handler returns (a stream's: until it ends).
#pragma once

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/identity/identity.h"
#include "lib/obs/trace.h"

namespace octavo::rpc {

class Call {
 public:
  Call(Timestamp deadline, obs::TraceContext trace) : deadline_(deadline), trace_(trace) {}
  virtual ~Call() = default;

  // When the caller gives up; Timestamp::max() when it said nothing.
  Timestamp deadline() const { return deadline_; }
  const obs::TraceContext& trace() const { return trace_; }
  // Who calls: the service, and the person or integration whose token the call carries. Nobody where the shop's modules run
  // without identities, as tests of one service do; there everybody may call everything.
  const identity::Identity& caller() const;
  // The method lets this caller ask about anybody: a service, staff or an integration that its proto names. Without identities
  // true.
  bool is_privileged() const { return is_privileged_; }
  // The token that the call carries, to be passed on with calls that are made for the same person; null: none.
  const std::shared_ptr<const std::string>& bearer() const { return bearer_; }
  // Whether the caller has gone: long work may stop.
  virtual bool cancelled() const { return false; }

 protected:
  void set_caller(std::shared_ptr<const identity::Identity> caller, bool is_privileged,
                  std::shared_ptr<const std::string> bearer) {
    caller_ = std::move(caller);
    is_privileged_ = is_privileged;
    bearer_ = std::move(bearer);
  }

 private:
  Timestamp deadline_;
  obs::TraceContext trace_;
  std::shared_ptr<const identity::Identity> caller_;  // Null: nobody.
  bool is_privileged_ = true;
  std::shared_ptr<const std::string> bearer_;
};

inline const identity::Identity& Call::caller() const {
  static const identity::Identity nobody;
  return caller_ != nullptr ? *caller_ : nobody;
}

}  // namespace octavo::rpc
