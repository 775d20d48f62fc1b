// The port Pricing over gRPC: the catalogue gives the prices of books, promotions compute what the order costs and hold its
// claims. Quotes of orders that are placed at the same time go out in one call (peers_client.h). Thread-safe once connected.
// `caller` must outlive it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lib/base/batcher.h"
#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "services/transactions/peers_client.h"
#include "services/transactions/ports.h"

namespace octavo::transactions {

// What promotions are told of the shop with each basket.
struct PriceRules {
  std::int64_t tax_basis_points = 700;  // Of books, in Germany.
  bool tax_inclusive = true;
  std::int64_t delivery_minor = 390;
  std::optional<promotions::v1::FixedPriceLaw> fixed_price_law = {};  // None: no law binds the prices of books.
  std::string currency_code = "EUR";                                  // The shop's one currency.
};

class GrpcPricing final : public Pricing {
 public:
  GrpcPricing(const rpc::Caller& caller, PriceRules rules);
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& promotions);

  Result<Order> Quote(const Basket& basket, std::int64_t previous_order_count, const rpc::Limits& limits) override;
  Status Claim(const Order& order, const rpc::Limits& limits) override;
  Status ReleaseClaim(const OrderId& order, const rpc::Limits& limits) override;
  Result<std::optional<std::int64_t>> Known(const OrderId& order, const rpc::Limits& limits) override;
  Result<std::int64_t> FollowedPosition(const rpc::Limits& limits) override;

 private:
  struct ToQuote {
    const Basket& basket;
    std::int64_t previous_order_count;
  };
  using QuoteCall = Shared<ToQuote, Order>;
  using Books = std::map<BookId, catalog::v1::Book>;

  Batch QuoteTogether(std::span<QuoteCall* const> group);
  Result<Books> GetBooks(std::span<QuoteCall* const> group);
  Result<promotions::v1::QuoteBasketRequest> ToRequest(const ToQuote& question, const Books& books) const;
  Result<Order> ToOrder(const Basket& basket, const promotions::v1::Quote& quote, const Books& books) const;

  std::unique_ptr<catalog::v1::CatalogService::Stub> catalog_;
  std::unique_ptr<promotions::v1::PromotionsService::Stub> promotions_;
  const rpc::Caller& caller_;
  const PriceRules rules_;
  Batcher<QuoteCall> quotes_;
};

}  // namespace octavo::transactions
