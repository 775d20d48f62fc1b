// The ports of a checkout, connected directly to the stores of the other services: the same errors and names as over gRPC, but no
// network.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/testing/fake_disk.h"
#include "services/inventory/store.h"
#include "services/payments/sandbox.h"
#include "services/promotions/store.h"
#include "services/transactions/ports.h"

namespace octavo::campaigns {

// A constant price list and the real quote over the real campaigns.
class StorePricing final : public transactions::Pricing {
 public:
  StorePricing(promotions::Store& store, const Clock& clock, const FakeDisk& disk, std::int64_t price_minor)
      : store_(store), clock_(clock), disk_(disk), price_minor_(price_minor) {}

  Result<transactions::Order> Quote(const transactions::Basket& basket, std::int64_t previous_order_count,
                                    const rpc::Limits& limits) override;
  Status Claim(const transactions::Order& order, const rpc::Limits& limits) override;
  Status ReleaseClaim(const transactions::OrderId& order, const rpc::Limits& limits) override;

 private:
  promotions::Store& store_;
  const Clock& clock_;
  const FakeDisk& disk_;
  const std::int64_t price_minor_;
};

class StoreStock final : public transactions::Stock {
 public:
  StoreStock(inventory::Store& store, const Clock& clock, const FakeDisk& disk) : store_(store), clock_(clock), disk_(disk) {}

  Result<std::map<BookId, transactions::StockLevel>> Levels(const std::vector<BookId>& books, const rpc::Limits& limits) override;
  Result<std::map<BookId, std::int64_t>> Reserve(const transactions::Order& order, const rpc::Limits& limits) override;
  Status Commit(const transactions::OrderId& order, const rpc::Limits& limits) override;
  Status Release(const transactions::OrderId& order, const rpc::Limits& limits) override;
  Status TakeBack(const transactions::OrderId& order, const std::string& key, const std::vector<transactions::Item>& items,
                  transactions::Restock restock, const rpc::Limits& limits) override;

 private:
  inventory::Store& store_;
  const Clock& clock_;
  const FakeDisk& disk_;
};

class SandboxCard final : public transactions::PaymentProvider {
 public:
  SandboxCard(payments::Sandbox& sandbox, const FakeDisk& disk) : sandbox_(sandbox), disk_(disk) {}

  Status Authorize(const transactions::Order& order, const std::string& token, const rpc::Limits& limits) override;
  Status Capture(const transactions::OrderId& order, const rpc::Limits& limits) override;
  Status Void(const transactions::OrderId& order, const rpc::Limits& limits) override;
  Status Refund(const transactions::OrderId& order, const std::string& key, std::int64_t amount_minor,
                const std::string& currency_code, const rpc::Limits& limits) override;

 private:
  payments::Sandbox& sandbox_;
  const FakeDisk& disk_;
};

}  // namespace octavo::campaigns
