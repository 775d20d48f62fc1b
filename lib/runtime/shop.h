// Shop: modules running behind one gRPC server with health (grpc.health.v1, per service and for the whole as ""),
// reflection, and an in-process channel between them. main.h puts it into a program; tests use it directly.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/background/repeater.h"
#include "lib/base/mutex.h"
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
    // Whose SPIFFE ids in certificates name the shop's services; empty without TLS.
    std::string trust_domain = {};
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
  // Whether gRPC's server answers within `most`, asked for its health as any client would. Between Start and Stop.
  bool Answers(std::chrono::milliseconds most) const;
  // Whether each service serves, as health says: by its name, "" for the whole. Thread-safe.
  std::map<std::string, bool> health() const;
  std::shared_ptr<grpc::Channel> To(const std::string& service) const override;

 private:
  // For a module that opens.
  const Environment& EnvironmentOf(const Module& module);
  Status StartServer();
  void SetHealthOf(const std::string& service, bool serving);
  // Tells health what the modules say of themselves (degradable.h), their stores and their background work.
  void SetHealth(bool serving);

  const Options options_;
  const Environment& environment_;
  std::deque<identity::Workload> workloads_;  // As whom each module calls …
  std::deque<Environment> environments_;      // … and the world as it sees it.
  const std::vector<std::unique_ptr<Module>> modules_;
  std::unique_ptr<grpc::Server> server_;
  std::size_t opened_ = 0;   // How many modules, from the first, are open …
  std::size_t started_ = 0;  // … and started.
  int port_ = 0;
  mutable Mutex mutex_;
  std::map<std::string, bool> told_ OCTAVO_GUARDED_BY(mutex_);  // What health says, by the service's name.
  std::optional<background::Repeater> health_;                  // From Start to Stop. Last: it uses the rest.
};

}  // namespace octavo::runtime
