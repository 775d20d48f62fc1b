#include "lib/runtime/shop.h"

#include <absl/synchronization/mutex.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <chrono>

#include "grpc/health/v1/health.grpc.pb.h"
#include "lib/obs/older_copy.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/server_limits.h"
#include "lib/runtime/degradable.h"
#include "lib/runtime/store_checks.h"

namespace octavo::runtime {
namespace {

// For answers on their way, once no handler runs any more. Who watches health or reflects never goes by themselves; every
// channel of a peer watches.
constexpr std::chrono::milliseconds kLastWords{500};
constexpr std::chrono::milliseconds kHealthInterval{500};
// A name in health beside those of the services: the shop sells, but something that an older copy of a store has lost is missing.
constexpr char kNoOlderCopy[] = "octavo.no_older_copy";
// Likewise: the shop sells, but some background work fails; which, is in the metrics.
constexpr char kBackgroundWork[] = "octavo.background_work";

// "octavo.catalog.v1.CatalogService" for "catalog".
std::string ProtoService(const std::string& module) {
  if (module == "payments") return "octavo.payments.v1.SandboxService";  // One of several providers some day.
  std::string pascal = module;
  pascal[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(pascal[0])));
  return "octavo." + module + ".v1." + pascal + "Service";
}

}  // namespace

Shop::Shop(Options options, const Environment& environment, std::vector<std::unique_ptr<Module>> modules)
    : options_(std::move(options)), environment_(environment), modules_(std::move(modules)) {
  static const bool once = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // gRPC's own health service does not bring its description, without which clients of reflection stop at its name.
    (void)grpc::health::v1::HealthCheckRequest::descriptor();
    // Debian builds Abseil with its search for deadlocks, which every lock that gRPC takes pays for.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    // It would write to standard error about every request that is none; the caller is told (lib/rpc/request.h).
    google::protobuf::SetLogHandler(nullptr);
    return true;
  }();
  (void)once;
}

Shop::~Shop() { Stop(); }

Status Shop::Start() {
  const Status started = [&]() -> Status {
    for (const auto& module : modules_) {
      ++opened_;
      TRY(module->Open(EnvironmentOf(*module)));
    }
    TRY(StartServer());
    SetHealth(/*serving=*/false);
    for (const auto& module : modules_) {
      ++started_;
      TRY(module->Start(*this));
    }
    SetHealth(/*serving=*/true);
    health_.emplace(background::Repeater::Options{.name = "health", .interval = kHealthInterval}, environment_.log,
                    environment_.metrics, [this](const std::stop_token&) { SetHealth(/*serving=*/true); });
    return Ok();
  }();
  if (!started.ok()) Stop();
  return started;
}

const Environment& Shop::EnvironmentOf(const Module& module) {
  Environment& own = environments_.emplace_back(environment_);
  if (own.tokens != nullptr) {
    own.workload = &workloads_.emplace_back(
        identity::Workload{.tokens = own.tokens, .service = module.name(), .trust_domain = options_.trust_domain});
  }
  return own;
}

Status Shop::StartServer() {
  grpc::ServerBuilder builder;
  const rpc::ServerLimits limits;
  rpc::Apply(limits, builder);
  // Two shops on one port would share its calls between them by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  if (!options_.listen.empty()) {
    const auto& credentials = options_.server_credentials;
    builder.AddListeningPort(options_.listen, credentials != nullptr ? credentials : grpc::InsecureServerCredentials(), &port_);
  }
  for (const auto& module : modules_) {
    for (rpc::Service* service : module->services()) {
      service->CheckComplete();
      builder.RegisterService(service);
    }
  }
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return Error{Code::kUnavailable, "CANNOT_LISTEN",
                 "cannot listen on " + options_.listen + "; is another shop running there? Try --listen with another port"};
  }
  return Ok();
}

void Shop::SetHealthOf(const std::string& service, bool serving) {
  const MutexLock lock(mutex_);
  const auto [told, is_new] = told_.try_emplace(service, serving);
  if (!is_new && told->second == serving) return;  // gRPC would tell everybody who watches the same again.
  told->second = serving;
  server_->GetHealthCheckService()->SetServingStatus(service, serving);
}

bool Shop::Answers(std::chrono::milliseconds most) const {
  const auto stub = grpc::health::v1::Health::NewStub(server_->InProcessChannel({}));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(environment_.clock.Now() + most));
  grpc::health::v1::HealthCheckResponse response;
  return stub->Check(&context, {}, &response).ok();
}

std::map<std::string, bool> Shop::health() const {
  const MutexLock lock(mutex_);
  return told_;
}

void Shop::SetHealth(bool serving) {
  for (const auto& module : modules_) {
    const auto* degradable = dynamic_cast<const Degradable*>(module.get());
    const bool sound = environment_.store_checks == nullptr || environment_.store_checks->IsSound(module->name());
    const bool works = serving && sound && (degradable == nullptr || degradable->can_work());
    for (const rpc::Service* service : module->services()) SetHealthOf(service->name(), works);
  }
  SetHealthOf("", serving);
  SetHealthOf(kBackgroundWork, serving && !background::AnyWorkerFailing(environment_.metrics));
  SetHealthOf(kNoOlderCopy, serving && !obs::AnyOlderCopy(environment_.metrics));
}

void Shop::Stop() {
  health_.reset();
  if (server_ != nullptr) server_->GetHealthCheckService()->Shutdown();
  for (; started_ > 0; --started_) modules_[started_ - 1]->Close();
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now() + kLastWords);  // gRPC takes this clock.
    server_.reset();
    const MutexLock lock(mutex_);
    told_.clear();
  }
  for (; opened_ > 0; --opened_) modules_[opened_ - 1]->Stop();
}

std::shared_ptr<grpc::Channel> Shop::To(const std::string& name) const {
  for (const auto& module : modules_) {
    if (module->name() == name && server_ != nullptr) {
      grpc::ChannelArguments arguments;
      arguments.SetMaxReceiveMessageSize(rpc::ServerLimits().message_bytes_max);
      return server_->InProcessChannel(arguments);
    }
  }
  const auto address = options_.peer_addresses.find(name);
  const std::string target = address != options_.peer_addresses.end() ? address->second : "127.0.0.1:1";
  return rpc::Connect({.target = target, .services = {ProtoService(name)}, .credentials = options_.channel_credentials});
}

}  // namespace octavo::runtime
