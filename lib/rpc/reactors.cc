#include "lib/rpc/reactors.h"

#include <utility>

#include "lib/rpc/credentials.h"

namespace octavo::rpc {
namespace {

constexpr char kTraceparent[] = "traceparent";
constexpr std::string_view kBearer = "Bearer ";

std::optional<std::string> Find(const grpc::CallbackServerContext& context, std::string_view key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(grpc::string_ref(key.data(), key.size()));
  if (found == metadata.end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

obs::TraceContext ParentOf(const grpc::CallbackServerContext& context) {
  const auto header = Find(context, kTraceparent);
  if (!header) return {};
  return obs::ParseTraceparent(*header).value_or(obs::TraceContext{});
}

// gRPC says "no deadline" with a point in time beyond what a Timestamp holds.
Timestamp DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline >= std::chrono::system_clock::time_point::max()) return Timestamp::max();
  return std::chrono::time_point_cast<std::chrono::microseconds>(deadline);
}

}  // namespace

ServerCall::ServerCall(grpc::CallbackServerContext* context, const Pipeline& pipeline)
    : ServerCall(context, pipeline, ParentOf(*context)) {}

ServerCall::ServerCall(grpc::CallbackServerContext* context, const Pipeline& pipeline, const obs::TraceContext& parent)
    : Call(DeadlineOf(*context), obs::ChildOf(parent, pipeline.tracing())),
      context_(context),
      parent_span_(parent.span),
      started_(pipeline.clock().MonotonicNow()) {}

Status ServerCall::Admit(const Pipeline& pipeline, const Method& method) {
  TRY(pipeline.Admit());
  if (pipeline.workload() == nullptr) return Ok();
  Credentials credentials{.service_token = Find(*context_, kServiceTokenKey).value_or("")};
  if (auto authorization = Find(*context_, kAuthorizationKey)) {
    if (!authorization->starts_with(kBearer)) {
      return Error{Code::kUnauthenticated, "BAD_TOKEN", "the metadata \"authorization\" is not \"Bearer <token>\""};
    }
    credentials.bearer = std::make_shared<const std::string>(authorization->substr(kBearer.size()));
  }
  if (!pipeline.workload()->trust_domain.empty())
    credentials.certified = ServicesOf(*context_->auth_context(), *pipeline.workload());
  auto caller = TRY(Identify(*pipeline.workload()->tokens, credentials));
  const bool is_privileged = method.access.AllowsAlways(*caller);
  set_caller(std::move(caller), is_privileged, std::move(credentials.bearer));
  return method.access.Check(this->caller());
}

void StreamState::Begin(std::shared_ptr<StreamState> self, std::function<void()> open) {
  self_ = self;
  method_.in_flight->Increment();
  if (Status admitted = call_.Admit(pipeline_, method_); !admitted.ok()) {
    method_.refused->Increment();
    return End(admitted);
  }
  if (Status entered = pipeline_.Enter(this, call_.peer()); !entered.ok()) {
    method_.refused->Increment();
    return End(entered);
  }
  const bool accepted = pipeline_.pool().Submit([self = std::move(self), open = std::move(open)] { self->Run(open); });
  if (!accepted) {
    method_.refused->Increment();
    End(Pipeline::Overloaded());
  }
}

void StreamState::Then(std::function<void()> step) {
  auto held = [self = shared_from_this(), step = std::move(step)] { self->Run(step); };
  if (!pipeline_.pool().SubmitNextStep(std::move(held))) End(Stopping());
}

void StreamState::Run(const std::function<void()>& step) {
  {
    const MutexLock lock(mutex_);
    if (ended_) return;
    ++running_;
  }
  (void)Try([&] {
    step();
    return Ok();
  });
  std::optional<grpc::Status> last;
  {
    const MutexLock lock(mutex_);
    if (--running_ == 0) last = std::exchange(last_, std::nullopt);
  }
  if (last) FinishReactor(*last);
}

void StreamState::End(const Status& status) {
  const MutexLock lock(mutex_);
  if (ended_) return;
  ended_ = true;
  grpc::Status last = pipeline_.Finish(method_, call_, call_.parent_span(), call_.started(), status);
  if (running_ > 0) {
    last_ = std::move(last);
  } else {
    // Under the lock, so that no operation starts after it. gRPC runs its callbacks elsewhere, never inside this call.
    FinishReactor(last);
  }
}

void StreamState::Done() {
  pipeline_.Leave(this);
  const std::shared_ptr<StreamState> last = std::move(self_);
}

Error StreamState::Stopping() { return Error{Code::kUnavailable, "STOPPING", "the service is stopping; try another one"}; }

}  // namespace octavo::rpc
