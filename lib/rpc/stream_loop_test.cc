#include "lib/rpc/stream_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "lib/background/worker_state.h"
#include "lib/testing/wait_until.h"

namespace octavo::rpc {
namespace {

TEST(StreamLoopTest, AStreamThatIsOpenAgainIsWellThoughNothingComes) {
  const SystemClock clock;
  const auto log = obs::Log::Silent(clock);
  obs::Metrics metrics;
  const obs::Tracer tracer;
  std::atomic<int> attempts = 0;
  std::latch open{1};
  std::latch stopped{1};
  StreamLoop loop("orders", {*log, metrics, tracer, clock}, [&](grpc::ClientContext&) -> Status {
    if (++attempts <= StreamLoop::kFailuresToTell) return Error{Code::kUnavailable, "AWAY", "nobody is there"};
    open.count_down();
    stopped.wait();
    return Ok();
  });

  loop.Start();

  EXPECT_TRUE(WaitUntil([&] { return background::AnyWorkerFailing(metrics); }));
  open.wait();
  EXPECT_FALSE(background::AnyWorkerFailing(metrics));
  stopped.count_down();
  loop.Stop();
}

}  // namespace
}  // namespace octavo::rpc
