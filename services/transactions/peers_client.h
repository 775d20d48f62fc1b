// The ports of a checkout over gRPC: catalog and promotions give prices, inventory holds copies, the sandbox holds money.
// Quotes, reservations and commits of orders that are placed at the same time travel together (lib/base/gathering.h).
// Thread-safe once connected. `caller` must outlive them.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/gathering.h"
#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/payments/v1/sandbox.grpc.pb.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "services/transactions/ports.h"

namespace octavo::transactions {

struct PriceRules {
  std::int64_t tax_basis_points = 700;  // Of books, in Germany.
  bool tax_inclusive = true;
  std::int64_t delivery_minor = 390;
  // Under a fixed-price law: the discount that it allows at most; below 0: no such law.
  std::int64_t fixed_price_discount_max_basis_points = -1;
  // "categories/remainders": of used copies and remainders, which no such law binds.
  std::vector<std::string> unbound_categories = {};
  std::string currency_code = "EUR";  // The shop's one currency.
};

// One order's part of a call that several share.
template <class Question, class Answer>
struct Shared {
  const Question& question;
  const Context& context;
  Result<Answer> answer;
};

class GrpcPricing final : public Pricing {
 public:
  GrpcPricing(const rpc::Caller& caller, PriceRules rules);
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& promotions);

  Result<Order> Quote(const Basket& basket, std::int64_t previous_order_count, const Context& context) override;
  Status Claim(const Order& order, const Context& context) override;
  Status ReleaseClaim(const OrderId& order, const Context& context) override;
  Result<std::optional<std::int64_t>> Known(const OrderId& order, const Context& context) override;
  Result<std::int64_t> FollowedPosition(const Context& context) override;

 private:
  struct ToQuote {
    const Basket& basket;
    std::int64_t previous_order_count;
  };
  using QuoteCall = Shared<ToQuote, Order>;
  using Books = std::map<BookId, catalog::v1::Book>;

  Journey QuoteTogether(std::span<QuoteCall* const> group);
  Result<Books> GetBooks(std::span<QuoteCall* const> group);
  Result<promotions::v1::QuoteBasketRequest> ToRequest(const ToQuote& question, const Books& books) const;
  Result<Order> ToOrder(const Basket& basket, const promotions::v1::Quote& quote, const Books& books) const;

  std::unique_ptr<catalog::v1::CatalogService::Stub> catalog_;
  std::unique_ptr<promotions::v1::PromotionsService::Stub> promotions_;
  const rpc::Caller& caller_;
  const PriceRules rules_;
  Gathering<QuoteCall> quotes_;
};

class GrpcStock final : public Stock {
 public:
  explicit GrpcStock(const rpc::Caller& caller);
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& inventory);

  Result<std::map<BookId, StockLevel>> Levels(const std::vector<BookId>& books, const Context& context) override;
  Result<std::map<BookId, std::int64_t>> Reserve(const Order& order, const Context& context) override;
  Status Commit(const OrderId& order, const Context& context) override;
  Result<std::optional<std::int64_t>> Known(const OrderId& order, const Context& context) override;
  Status Release(const OrderId& order, const Context& context) override;
  Status TakeBack(const OrderId& order, const std::string& key, const std::vector<Item>& items, Restock restock,
                  const Context& context) override;

 private:
  using ReserveCall = Shared<inventory::v1::ReserveStockRequest, inventory::v1::Reservation>;
  using CommitCall = Shared<inventory::v1::CommitReservationRequest, inventory::v1::Reservation>;

  template <class Requests, class Call, class Method>
  Journey CallTogether(std::span<Call* const> group, Method method);

  std::unique_ptr<inventory::v1::InventoryService::Stub> inventory_;
  const rpc::Caller& caller_;
  Gathering<ReserveCall> reservations_;
  Gathering<CommitCall> commits_;
};

class SandboxCard final : public PaymentProvider {
 public:
  explicit SandboxCard(const rpc::Caller& caller) : caller_(caller) {}
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& payments);

  Status Authorize(const Order& order, const std::string& token, const Context& context) override;
  Result<std::optional<std::int64_t>> Known(const OrderId& order, const Context& context) override;
  Status Capture(const OrderId& order, const Context& context) override;
  Status Void(const OrderId& order, const Context& context) override;
  Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string& currency_code,
                const Context& context) override;

 private:
  std::unique_ptr<payments::v1::SandboxService::Stub> sandbox_;
  const rpc::Caller& caller_;
};

}  // namespace octavo::transactions
