// What a gRPC server takes from strangers before any handler runs: streams, memory, pings, peers that have died.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>

namespace octavo::rpc {

struct ServerLimits {
  int message_bytes_max = 16 << 20;
  // Room for a trace header, a session and what proxies add. gRPC 1.51 reads all headers before it looks at this.
  int metadata_bytes_max = 16 << 10;
  // Calls under way on one connection; a client's others wait at its own side. A busy marketplace has a few hundred.
  int calls_per_connection_max = 1024;
  // For everything that gRPC buffers, all connections together. Beyond, it stops reading, then breaks off calls.
  std::size_t buffer_bytes_max = 256 << 20;
  // A peer that is silent for so long is asked whether it is still there …
  std::chrono::milliseconds keepalive_time{30'000};
  // … and is given up when it has not answered so long after: dead peers are found within 40 s.
  std::chrono::milliseconds keepalive_timeout{10'000};
  // Clients may ask the same as often as this, also with no call under way; Kubernetes and many libraries do so every 20 s,
  // and gRPC's own limit of five minutes would send them away.
  std::chrono::milliseconds ping_interval_min{10'000};
};

void Apply(const ServerLimits& limits, grpc::ServerBuilder& builder);

}  // namespace octavo::rpc
