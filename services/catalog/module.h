// The catalog module: the store, the search index with its indexer, and the gRPC adapter, wired.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/runtime/module.h"
#include "lib/runtime/store.h"

namespace octavo::catalog {

struct Configuration {
  // Handlers wait for the database and read the search index.
  runtime::ServiceOptions service{.threads = 8, .queue_max = 256};
  // A catalogue without a shop: no other service knows its books.
  bool alone = false;
};

class Module final : public runtime::Module {
 public:
  Module();
  ~Module() override;

  std::string name() const override { return "catalog"; }
  std::vector<std::string> peers() const override { return {"cart", "inventory", "promotions", "transactions"}; }
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

}  // namespace octavo::catalog
