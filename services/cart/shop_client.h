// ShopClient: what the catalogue and the inventory say of books right now. Thread-safe.
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
  // Books that are there; nullopt when the catalogue could not be asked.
  std::optional<std::map<BookId, Seen>> books;
  // nullopt when the inventory could not be asked.
  std::optional<std::map<BookId, StockLevel>> stocks;
};

struct FoundBook {
  Seen seen;                        // With a price. But for its availability, which hangs on how many are wanted.
  std::optional<StockLevel> stock;  // Missing when the inventory could not be asked.
};

class ShopClient {
 public:
  // Each question waits for its answer at most for `budget`; both services are asked at once. A price that is not in
  // `currency`, the shop's, is none.
  ShopClient(rpc::Telemetry telemetry, std::chrono::milliseconds budget, Currency currency)
      : budget_(budget), currency_(currency), caller_(telemetry) {}
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& catalog, const std::shared_ptr<grpc::Channel>& inventory);

  // Never fails: what cannot be had in time is missing.
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
