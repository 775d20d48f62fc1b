#include "services/marketplace/testing/fake_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace octavo::marketplace {
namespace {

// Whether a method that takes such requests may change something, as its proto says.
bool MayChange(const google::protobuf::Descriptor& request) {
  const google::protobuf::ServiceDescriptor& service = *request.file()->service(0);
  for (int i = 0; i < service.method_count(); ++i) {
    const auto& method = *service.method(i);
    if (method.input_type() != &request) continue;
    return method.options().idempotency_level() != google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
  }
  return false;
}

// Announces what is planned for the call to the server, and tells the caller not to repeat it: a fake answers the same again.
class Planning final : public grpc::experimental::Interceptor {
 public:
  explicit Planning(FakeServer& server) : server_(server) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      const CallFaults::Fault fault = CallFaults::Next();
      if (fault.condition != Condition::kUp || fault.error) {
        auto& metadata = *methods->GetSendInitialMetadata();
        metadata.erase("traceparent");
        metadata.emplace("traceparent", obs::ToTraceparent(server_.Plan(fault)));
      }
    }
    if (methods->QueryInterceptionHookPoint(Point::POST_RECV_STATUS)) {
      methods->GetRecvTrailingMetadata()->emplace("grpc-retry-pushback-ms", "-1");
    }
    methods->Proceed();
  }

 private:
  FakeServer& server_;
};

class PlanningFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit PlanningFactory(FakeServer& server) : server_(server) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(grpc::experimental::ClientRpcInfo*) override {
    return new Planning(server_);
  }

 private:
  FakeServer& server_;
};

}  // namespace

CallFaults::Fault CallFaults::Next() {
  if (current == nullptr) return {};
  const auto planned = current->by_call_.find(current->call_count_++);
  return planned == current->by_call_.end() ? Fault{} : planned->second;
}

FakeServer::FakeServer() : pipeline_(telemetry(), {}) {}

FakeServer::~FakeServer() { Stop(); }

FakeService::FakeService(const std::string& name, FakeServer& server) : rpc::Service(name, server.pipeline()), server_(server) {
  server.Add(*this);
}

void FakeService::FailNext(Error error) {
  const std::lock_guard lock(mutex_);
  fail_next_ = std::move(error);
}

Status FakeService::Allow(const rpc::Call& call, const google::protobuf::Descriptor& request) {
  const CallFaults::Fault planned = server_.Planned(call);
  if (condition == Condition::kDown || planned.condition == Condition::kDown) {
    return Error{Code::kUnavailable, "UNAVAILABLE", "nobody is there"};
  }
  if (condition == Condition::kHung || planned.condition == Condition::kHung) return server_.Hang(call);
  if (planned.error) return *planned.error;
  if (!MayChange(request)) return Ok();
  const std::lock_guard lock(mutex_);
  const std::optional<Error> failure = std::exchange(fail_next_, std::nullopt);
  return failure ? Status(*failure) : Ok();
}

void FakeServer::Start() {
  server_ = builder_.BuildAndStart();
  pipeline_.Open();
}

void FakeServer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  stopped_.notify_all();
  pipeline_.Close();
  if (server_ != nullptr) server_->Shutdown();
}

std::shared_ptr<grpc::Channel> FakeServer::channel() {
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<PlanningFactory>(*this));
  return server_->experimental().InProcessChannelWithInterceptors({}, std::move(interceptors));
}

obs::TraceContext FakeServer::Plan(const CallFaults::Fault& fault) {
  const obs::TraceContext trace = obs::NewTrace(/*sampled=*/false);
  const std::lock_guard lock(mutex_);
  planned_[TraceIdText(trace)] = fault;
  return trace;
}

CallFaults::Fault FakeServer::Planned(const rpc::Call& call) {
  const std::lock_guard lock(mutex_);
  const auto planned = planned_.extract(TraceIdText(call.trace()));
  return planned.empty() ? CallFaults::Fault{} : planned.mapped();
}

Error FakeServer::Hang(const rpc::Call& call) {
  // A stream has no deadline, and waiting until the end of time overflows.
  const Timestamp end = std::min(call.deadline(), clock_.Now() + std::chrono::hours(1));
  std::unique_lock lock(mutex_);
  stopped_.wait_until(lock, end, [this] { return stopping_; });
  return {Code::kDeadlineExceeded, "TOO_SLOW", "no answer"};
}

}  // namespace octavo::marketplace
