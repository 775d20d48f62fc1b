// ShopClient: what the catalogue and the inventory say about books now. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "services/cart/domain/availability.h"
#include "services/cart/domain/cart.h"

namespace octavo::cart {

struct ShopFacts {
  // The books that exist; nullopt if the catalogue could not be asked.
  std::optional<std::map<BookId, Seen>> books;
  // nullopt if the inventory could not be asked.
  std::optional<std::map<BookId, StockLevel>> stocks;
};

struct FoundBook {
  Seen seen;                        // With a price, but without availability, which depends on the quantity.
  std::optional<StockLevel> stock;  // Missing if the inventory could not be asked.
};

class ShopClient {
 public:
  // Each call waits at most `budget` for its answer; both services are asked at the same time. A price in another currency than
  // the shop's `currency` counts as no price.
  ShopClient(rpc::Telemetry telemetry, std::chrono::milliseconds budget, Currency currency)
      : budget_(budget), currency_(currency), caller_(telemetry) {}
  // Call this before all else.
  void Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& inventory);

  // Never fails: answers that do not come in time are missing.
  ShopFacts Ask(const rpc::Call& call, const std::vector<BookId>& books) const;
  // NOT_FOUND (UNKNOWN_BOOK), FAILED_PRECONDITION (NOT_FOR_SALE), or why the catalogue could not be asked.
  Result<FoundBook> FindBook(const rpc::Call& call, BookId book) const;

 private:
  const std::chrono::milliseconds budget_;
  const Currency currency_;
  std::unique_ptr<catalog::v1::CatalogService::Stub> catalog_;
  std::unique_ptr<inventory::v1::InventoryService::Stub> inventory_;
  const rpc::Caller caller_;  // Last: it waits for calls that use the stubs.
};

}  // namespace octavo::cart
