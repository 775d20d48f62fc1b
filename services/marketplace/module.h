// The marketplace module: the web pages, over HTTP. It owns no data but the key that signs visitors' cookies
// (`<data_dir>/marketplace/visitor.key`), and serves no gRPC.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/http/server.h"
#include "lib/runtime/module.h"
#include "services/marketplace/shop.h"
#include "services/marketplace/shop_address.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

struct Configuration {
  std::string listen = "127.0.0.1:8080";
  bool https = false;
  bool https_subdomains = false;
  std::string shop_uri = "";
  std::string template_dir = "";
  std::int64_t patience_ms = 260;
  std::int64_t threads = 16;
  std::int64_t queue_max = 256;
  std::int64_t checkout_threads = 16;
  std::int64_t checkout_queue_max = 64;
  std::int64_t connections_max = 4096;
  std::int64_t unpaid_copies_per_hour = 100;
};

class Module final : public runtime::Module {
 public:
  explicit Module(Configuration configuration = {}) : configuration_(std::move(configuration)) {}

  std::string name() const override { return "marketplace"; }
  std::vector<std::string> peers() const override {
    return {"catalog", "recommendations", "inventory", "cart", "transactions", "promotions", "accounts"};
  }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override;

  // Where it listens, after Start.
  std::uint16_t port() const { return serving_->server->port(); }

 private:
  // In the order of dependence: what stands below uses what stands above.
  struct Serving {
    Serving(const runtime::Environment& environment, const Channels& channels, const Visitors& visitors, const Signer& signer,
            Transport transport, const Templates& templates, const ShopAddress& address, const Configuration& configuration);

    Assets assets;
    Shop shop;
    EventQueue events;
    OrderThrottle order_throttle;
    const names::SecurityLog security;
    Site site;
    std::unique_ptr<http::Server> server;
  };

  Result<ShopAddress> CheckAddress() const;
  Transport transport() const { return configuration_.https ? Transport::kHttps : Transport::kPlain; }

  Configuration configuration_;
  const runtime::Environment* environment_ = nullptr;  // From Open on.
  std::unique_ptr<Visitors> visitors_;                 // From Open on.
  std::unique_ptr<Signer> signer_;                     // From Open on.
  std::unique_ptr<Templates> templates_;               // From Open on.
  ShopAddress address_;                                // From Open on.
  std::unique_ptr<Serving> serving_;                   // From Start to Stop.
};

}  // namespace octavo::marketplace
