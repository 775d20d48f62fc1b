// Shop: modules running behind one gRPC server with health (grpc.health.v1, per service and for the whole as ""),
// reflection, and an in-process channel between them. main.h puts it into a program; tests use it directly.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/result.h"
#include "lib/runtime/module.h"

namespace octavo::runtime {

class Shop final : public Peers {
 public:
  struct Options {
    // Where gRPC listens; port 0 picks a free one. Empty: in-process only.
    std::string listen = "127.0.0.1:50051";
    // Modules that run elsewhere, by name.
    std::map<std::string, std::string> peer_addresses = {};
    // With which both listen and peers speak TLS; null: insecure, for loopback and unix sockets.
    std::shared_ptr<grpc::ServerCredentials> server_credentials = nullptr;
    std::shared_ptr<grpc::ChannelCredentials> channel_credentials = nullptr;
  };

  // Configured modules; `environment` must outlive the shop.
  Shop(Options options, const Environment& environment, std::vector<std::unique_ptr<Module>> modules);
  // As Stop().
  ~Shop() override;

  // Opens, serves, starts. After an error nothing runs.
  Status Start();
  // Health says NOT_SERVING, no call is taken any more, those that run are answered, background work ends, stores close.
  // Repeating it does nothing.
  void Stop();

  int port() const { return port_; }
  std::shared_ptr<grpc::Channel> To(const std::string& service) const override;

 private:
  Status StartServer();
  void SetHealth(bool serving);
  // Carries to health what modules say of themselves (degradable.h), until it is stopped.
  void WatchHealth(const std::stop_token& stop);

  const Options options_;
  const Environment& environment_;
  const std::vector<std::unique_ptr<Module>> modules_;
  std::unique_ptr<grpc::Server> server_;
  std::size_t opened_ = 0;   // How many modules, from the first, are open …
  std::size_t started_ = 0;  // … and started.
  int port_ = 0;
  std::jthread health_;  // Last: it uses the rest.
};

}  // namespace octavo::runtime
