// The port PaymentProvider over gRPC: the sandbox of the payments service takes cards by their tokens. Thread-safe once
// connected. `caller` must outlive it.
#pragma once

#include <memory>
#include <string>

#include "lib/rpc/client.h"
#include "octavo/payments/v1/sandbox.grpc.pb.h"
#include "services/transactions/ports.h"

namespace octavo::transactions {

class SandboxCard final : public PaymentProvider {
 public:
  explicit SandboxCard(const rpc::Caller& caller) : caller_(caller) {}
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& payments);

  Status Authorize(const Order& order, const std::string& token, const rpc::Limits& limits) override;
  Result<std::optional<std::int64_t>> Known(const OrderId& order, const rpc::Limits& limits) override;
  Status Capture(const OrderId& order, const rpc::Limits& limits) override;
  Status Void(const OrderId& order, const rpc::Limits& limits) override;
  Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string& currency_code,
                const rpc::Limits& limits) override;

 private:
  std::unique_ptr<payments::v1::SandboxService::Stub> sandbox_;
  const rpc::Caller& caller_;
};

}  // namespace octavo::transactions
