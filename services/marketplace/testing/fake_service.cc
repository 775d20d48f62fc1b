#include "services/marketplace/testing/fake_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "lib/rpc/status.h"

namespace octavo::marketplace {
namespace {

// How the mishap of a call travels: as a google.rpc.Status, or as this word.
constexpr char kMishap[] = "octavo-mishap-bin";
constexpr char kHangs[] = "hung";

bool MayChange(const rpc::Method& method) {
  std::string name = method.full_name;
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* described = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  return described->options().idempotency_level() != google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
}

Error NobodyThere() { return {Code::kUnavailable, "UNAVAILABLE", "nobody is there"}; }

std::string TextOf(const Mishaps::Mishap& mishap) {
  if (mishap.condition == Condition::kHung) return kHangs;
  if (mishap.condition == Condition::kDown) return rpc::ToStatusProto(NobodyThere()).SerializeAsString();
  return mishap.error ? rpc::ToStatusProto(*mishap.error).SerializeAsString() : "";
}

// Tells the server what is planned for the call, and the caller not to repeat it: a fake answers the same again.
class Planning final : public grpc::experimental::Interceptor {
 public:
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      const std::string mishap = TextOf(Mishaps::Next());
      if (!mishap.empty()) methods->GetSendInitialMetadata()->emplace(kMishap, mishap);
    }
    if (methods->QueryInterceptionHookPoint(Point::POST_RECV_STATUS)) {
      methods->GetRecvTrailingMetadata()->emplace("grpc-retry-pushback-ms", "-1");
    }
    methods->Proceed();
  }
};

class PlanningFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateClientInterceptor(grpc::experimental::ClientRpcInfo*) override { return new Planning(); }
};

}  // namespace

Mishaps::Mishap Mishaps::Next() {
  if (current == nullptr) return {};
  const auto planned = current->by_call_.find(current->call_count_++);
  return planned == current->by_call_.end() ? Mishap{} : planned->second;
}

FakeServer::FakeServer()
    : pipeline_(telemetry(), {}, [this](const rpc::Call& call, const rpc::Method& method) { return Guard(call, method); }) {}

FakeServer::~FakeServer() { Stop(); }

FakeService::FakeService(const std::string& name, FakeServer& server) : rpc::Service(name, server.pipeline()) {
  server.Add(*this);
}

void FakeService::FailNext(Error error) {
  const std::lock_guard lock(mutex_);
  fail_next_ = std::move(error);
}

std::optional<Error> FakeService::TakeFailure(const rpc::Method& method) {
  if (!MayChange(method)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return std::exchange(fail_next_, std::nullopt);
}

void FakeServer::Add(FakeService& service) {
  services_[service.name()] = &service;
  builder_.RegisterService(&service);
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
  interceptors.push_back(std::make_unique<PlanningFactory>());
  return server_->experimental().InProcessChannelWithInterceptors({}, std::move(interceptors));
}

Status FakeServer::Guard(const rpc::Call& call, const rpc::Method& method) {
  FakeService& service = *services_.at(method.full_name.substr(0, method.full_name.find('/')));
  const Condition condition = service.condition;
  if (condition == Condition::kDown) return NobodyThere();
  const std::string mishap = call.Header(kMishap).value_or("");
  if (condition == Condition::kHung || mishap == kHangs) return Hang(call);
  if (mishap.empty()) {
    const std::optional<Error> failure = service.TakeFailure(method);
    return failure ? Status(*failure) : Ok();
  }
  google::rpc::Status status;
  status.ParseFromString(mishap);
  return rpc::ToError(status);
}

Error FakeServer::Hang(const rpc::Call& call) {
  // A stream has no deadline, and waiting until the end of time overflows.
  const Timestamp end = std::min(call.deadline(), clock_.Now() + std::chrono::hours(1));
  std::unique_lock lock(mutex_);
  stopped_.wait_until(lock, end, [this] { return stopping_; });
  return {Code::kDeadlineExceeded, "TOO_SLOW", "no answer"};
}

}  // namespace octavo::marketplace
