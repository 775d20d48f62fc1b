#include "lib/rpc/channel.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <nlohmann/json.hpp>

#include "lib/base/check.h"

namespace octavo::rpc {
namespace {

using google::protobuf::MethodOptions;

// A basket or a catalogue page is kilobytes; a batch of 1,000 books about 1 MB.
constexpr int kMessageBytesMax = 16 << 20;

}  // namespace

std::string ServiceConfig(const std::vector<std::string>& services) {
  nlohmann::json names = nlohmann::json::array();
  for (const std::string& name : services) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    CHECK(service != nullptr);  // Or it would have no retries, and nobody would notice.
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      if (method->options().idempotency_level() == MethodOptions::IDEMPOTENCY_UNKNOWN) continue;
      if (method->client_streaming() || method->server_streaming()) continue;  // A stream goes on from a position instead.
      names.push_back({{"service", name}, {"method", method->name()}});
    }
  }
  nlohmann::json config = {
      {"loadBalancingConfig", {{{"round_robin", nlohmann::json::object()}}}},
      {"healthCheckConfig", {{"serviceName", ""}}},
      // Retries stop while more than half of the recent calls fail, so that they do not bury a service that is down.
      {"retryThrottling", {{"maxTokens", 100}, {"tokenRatio", 0.1}}},
  };
  if (!names.empty()) {
    config["methodConfig"] = {{{"name", names},
                               {"retryPolicy",
                                {{"maxAttempts", 3},
                                 {"initialBackoff", "0.02s"},
                                 {"maxBackoff", "0.2s"},
                                 {"backoffMultiplier", 2},
                                 {"retryableStatusCodes", {"UNAVAILABLE"}}}}}};
  }
  return config.dump();
}

std::shared_ptr<grpc::Channel> Connect(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig(options.services));
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // A service that restarts is found again within a fifth of a second and not after gRPC's usual minute.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  // A peer that dies without a word (a power cut, a cable) is noticed within 30 s. The peer allows it (server_limits.h).
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  const auto credentials = options.credentials != nullptr ? options.credentials : grpc::InsecureChannelCredentials();
  return grpc::CreateCustomChannel(options.target, credentials, arguments);
}

}  // namespace octavo::rpc
