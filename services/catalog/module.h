// The catalog module: the store, the search index with its indexer, and the gRPC adapter, wired.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/processors.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"

namespace octavo::catalog {

struct Configuration {
  // Handlers hardly wait: they read the search index and what the database has in memory. More of them at once answer no faster,
  // and in a crowd they take the processors from gRPC's own threads, so that calls lie unread until their deadlines instead of
  // being refused. Measured by bench/overload with three times the peak, on one processor: 8 threads with 256 waiting give a
  // fifth of the peak and take 0.5 GB; as here, nine tenths, and no more memory than before.
  runtime::ServiceOptions service{.threads = 3 * ProcessorCount(), .queue_max = 128};
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
