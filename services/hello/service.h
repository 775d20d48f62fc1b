// The published contracts unary, bidirectional, server_streaming and client_streaming (proto/classic/README.md):
// the smallest examples of the four kinds of RPC. They store nothing. `pipeline` must outlive each of them.
// Thread-safe.
#pragma once

#include <memory>

#include "bidirectional.pb.h"
#include "client_streaming.pb.h"
#include "lib/rpc/service.h"
#include "server_streaming.pb.h"
#include "unary.pb.h"

namespace octavo::hello {

class UnaryService final : public rpc::Service {
 public:
  explicit UnaryService(rpc::Pipeline& pipeline);

 private:
  Result<unary::MessageResponse> GetServerResponse(const rpc::Call& call, const unary::Message& request);
};

class BidirectionalService final : public rpc::Service {
 public:
  explicit BidirectionalService(rpc::Pipeline& pipeline);

 private:
  using Exchange = rpc::Exchange<bidirectional::Message, bidirectional::Message>;
  Result<std::unique_ptr<Exchange>> GetServerResponse(const rpc::Call& call);
};

class ServerStreamingService final : public rpc::Service {
 public:
  explicit ServerStreamingService(rpc::Pipeline& pipeline);

 private:
  using Source = rpc::Source<server_streaming::Message>;
  Result<std::unique_ptr<Source>> GetServerResponse(const rpc::Call& call, const server_streaming::Message& request);
};

class ClientStreamingService final : public rpc::Service {
 public:
  explicit ClientStreamingService(rpc::Pipeline& pipeline);

 private:
  using Sink = rpc::Sink<client_streaming::Message, client_streaming::MessageCount>;
  Result<std::unique_ptr<Sink>> GetServerResponse(const rpc::Call& call);
};

}  // namespace octavo::hello
