// The payments module: the sandbox card provider, its ledger, and the notices it sends to transactions.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/secret.h"
#include "lib/db/database.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/payments/notifier.h"
#include "services/payments/sandbox.h"
#include "services/payments/service.h"
#include "services/payments/sql_store.h"

namespace octavo::payments {

struct Configuration {
  // As many threads as one commit may hold changes.
  runtime::ServiceOptions service{.threads = 64, .queue_max = 1024};
  // Signs the notices, and transactions checks it with the same. Empty: no notices are sent.
  Secret notice_key;
  std::chrono::milliseconds late_after{3000};
};

class Module final : public runtime::Module {
 public:
  explicit Module(Configuration configuration = {}) : configuration_(std::move(configuration)) {}

  std::string name() const override { return "payments"; }
  std::vector<std::string> peers() const override { return {"transactions"}; }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override { return {&serving_->service}; }
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override { serving_.reset(); }

 private:
  struct Serving {
    Serving(const runtime::Environment& environment, const Configuration& configuration, std::unique_ptr<db::Database> opened);

    Status Deliver(const Notice& notice);

    const runtime::Environment& environment;
    const std::unique_ptr<db::Database> database;
    SqlStore store{*database};
    const rpc::Caller caller;
    std::unique_ptr<transactions::v1::TransactionsService::StubInterface> transactions;  // Between Start and Stop.
    std::optional<Notifier> notifier;  // Between Start and Close, where a key is configured.
    Sandbox sandbox;
    rpc::Pipeline pipeline;
    SandboxService service;
  };

  Configuration configuration_;
  std::unique_ptr<Serving> serving_;  // From Open to Stop.
};

}  // namespace octavo::payments
