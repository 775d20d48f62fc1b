// Channels to a service at an address. Retries, balancing and health checks come from a service configuration that is made
// from the service's own proto: a method is retried exactly when its `idempotency_level` says that repeating is safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

namespace octavo::rpc {

struct ChannelOptions {
  // "127.0.0.1:50051", "unix:/run/octavo.sock", or several behind a name: "dns:///inventory.internal:50051".
  std::string target;
  // Full names of the protos' services that are called through it: "octavo.catalog.v1.CatalogService". Their
  // descriptors are linked in; a name that none has is a bug (CHECK).
  std::vector<std::string> services;
  // Empty: insecure, for loopback and unix sockets.
  std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr;
};

// A channel that balances over all addresses of the target (round_robin) and leaves out those whose grpc.health.v1 says
// NOT_SERVING. It connects in the background and again after every loss. Thread-safe.
std::shared_ptr<grpc::Channel> Connect(const ChannelOptions& options);

// The service configuration (https://github.com/grpc/grpc/blob/master/doc/service_config.md) as JSON.
std::string ServiceConfig(const std::vector<std::string>& services);

}  // namespace octavo::rpc
