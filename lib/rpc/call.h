// Call: what a handler may know of the call it answers. Valid until the handler returns (a stream's: until it ends).
#pragma once

#include "lib/base/clock.h"
#include "lib/obs/trace.h"

namespace octavo::rpc {

class Call {
 public:
  Call(Timestamp deadline, obs::TraceContext trace) : deadline_(deadline), trace_(trace) {}
  virtual ~Call() = default;

  // When the caller gives up; Timestamp::max() when it said nothing.
  Timestamp deadline() const { return deadline_; }
  const obs::TraceContext& trace() const { return trace_; }
  // Whether the caller has gone: long work may stop.
  virtual bool cancelled() const { return false; }

 private:
  Timestamp deadline_;
  obs::TraceContext trace_;
};

}  // namespace octavo::rpc
