// GrpcPeerServices: asks transactions, cart and recommendations. Thread-safe once connected.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "lib/rpc/client.h"
#include "octavo/cart/v1/cart.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/accounts/peers.h"

namespace octavo::accounts {

class GrpcPeerServices final : public PeerServices {
 public:
  explicit GrpcPeerServices(rpc::Telemetry telemetry) : caller_(telemetry) {}
  // Call this before all else.
  void Connect(const std::shared_ptr<grpc::Channel>& transactions, const std::shared_ptr<grpc::Channel>& cart,
               const std::shared_ptr<grpc::Channel>& recommendations);

  Status ClaimGuestOrders(const CustomerId& customer, const std::string& email) override;
  Status Erase(const CustomerId& customer, const std::string& email) override;
  Result<KnownElsewhere> ReadKnown() override;
  Result<HeldElsewhere> Read(const CustomerId& customer, Timestamp deadline) override;

 private:
  Result<std::string> ReadOrders(const CustomerId& customer, const rpc::Limits& limits) const;
  Result<std::string> ReadCart(const CustomerId& customer, const rpc::Limits& limits) const;
  Result<std::string> ReadEvents(const CustomerId& customer, const rpc::Limits& limits) const;

  const rpc::Caller caller_;
  std::unique_ptr<transactions::v1::TransactionsService::Stub> transactions_;
  std::unique_ptr<cart::v1::CartService::Stub> cart_;
  std::unique_ptr<recommendations::v1::RecommendationsService::Stub> recommendations_;
};

}  // namespace octavo::accounts
