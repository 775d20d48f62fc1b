// The promotions module: the store, the gRPC adapter and the follower of orders, wired.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/secret.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"

namespace octavo::promotions {

struct Configuration {
  // 256 waiting x at most 100 kB of basket = 25 MB.
  runtime::ServiceOptions service{.threads = 8, .queue_max = 256};
  // 64 hexadecimal digits. Empty: the file promotions/identity.key, made at the first start.
  Secret identity_key;
};

class Module final : public runtime::Module {
 public:
  Module();
  ~Module() override;

  std::string name() const override { return "promotions"; }
  std::vector<std::string> peers() const override { return {"catalog", "transactions"}; }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override;
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override;

 private:
  struct Serving;

  Configuration configuration_;
  std::unique_ptr<Serving> serving_;  // From Open to Stop.
};

}  // namespace octavo::promotions
