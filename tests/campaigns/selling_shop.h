// SellingShop: all services except the pages, in one process. Those that sell use SQLite files or
// PostgreSQL, the others files. Buyer buys there by gRPC. For tests of what whole orders do to all
// stores.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/octavo/audit/audit.h"
#include "lib/base/random.h"
#include "lib/identity/tool.h"
#include "lib/obs/log.h"
#include "lib/rpc/client.h"
#include "lib/runtime/shop.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/test_database.h"
#include "octavo/cart/v1/cart.grpc.pb.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"

namespace octavo::campaigns {

// Whether to send the same call again: its outcome is unknown, or it did nothing.
bool AsksAgain(const Error& error);

// Waits for this long.
void Pause(std::chrono::milliseconds pause);

// What a buyer orders. The same `key` is the same order.
struct Purchase {
  std::string key;
  std::string book;
  std::int64_t quantity = 1;
  std::int64_t expected_minor = 0;
  std::string customer = "";  // "customers/<id>"; empty: a guest.
  std::string email = "reader@example.org";
  std::string token = "";  // Of the card provider; empty: paid on collection.
  std::string code = "";
  std::string cart = "";
};

transactions::v1::PlaceOrderRequest ToRequest(const Purchase& purchase);
// A UUID made of the number.
std::string Key(std::int64_t number);

// Calls the shop's services over `peers`. Thread-safe.
class Buyer {
 public:
  Buyer(const runtime::Peers& peers, rpc::Telemetry telemetry);

  // These four set up the shop; if one fails, the test ends (CHECK).
  // Adds a book with this many copies in stock; gives "books/12".
  std::string AddBook(std::int64_t price_minor, std::int64_t copies);
  void AllowBackorders(const std::string& book, std::int64_t most);
  // Gives "campaigns/1".
  std::string AddCampaign(const promotions::v1::Campaign& campaign);
  void AddToCart(const std::string& cart, const std::string& book, std::int64_t quantity);

  // Repeats the call with the same key until the answer is final, for two minutes at most.
  Result<transactions::v1::Order> Buy(const Purchase& purchase) const;
  // Calls once.
  Result<transactions::v1::Order> TryToBuy(const Purchase& purchase) const;
  // The others repeat as Buy does.
  Result<transactions::v1::Order> Cancel(const std::string& order) const;
  enum class Restock { kYes, kNo };
  Result<transactions::v1::Order> Refund(const std::string& order, const std::string& book, std::int64_t quantity,
                                         const std::string& key, Restock restock = Restock::kYes) const;
  std::int64_t Available(const std::string& book) const;

 private:
  // Repeats the call until the answer is final.
  template <class Stub, class Interface, class Request, class Response>
  Result<Response> Insist(Stub& stub, grpc::Status (Interface::*method)(grpc::ClientContext*, const Request&, Response*),
                          const std::type_identity_t<Request>& request) const;

  const rpc::Caller caller_;
  const std::unique_ptr<cart::v1::CartService::StubInterface> cart_;
  const std::unique_ptr<catalog::v1::CatalogService::StubInterface> catalog_;
  const std::unique_ptr<inventory::v1::InventoryService::StubInterface> inventory_;
  const std::unique_ptr<promotions::v1::PromotionsService::StubInterface> promotions_;
  const std::unique_ptr<transactions::v1::TransactionsService::StubInterface> transactions_;
  SystemRandom random_;
};

// Whoever has the keys in the shop's data directory, which are made there if need be.
identity::Workload OwnerOf(const std::filesystem::path& data_dir, const Clock& clock);

class SellingShop {
 public:
  explicit SellingShop(TestDatabaseKind kind);
  ~SellingShop();

  // It runs from construction on.
  void Stop();
  void Start();
  Buyer& buyer() { return *buyer_; }

  audit::StoreUrls urls() const;
  obs::Metrics& metrics() { return metrics_; }
  // With the rights of the shop's owner.
  rpc::Telemetry telemetry() { return {*log_, metrics_, tracer_, clock_, &owner_}; }
  const runtime::Peers& peers() const { return *shop_; }
  const std::filesystem::path& data_dir() const { return folder_.path(); }
  // Audits now; the shop may run.
  audit::Ledger Audit(std::vector<std::string> acknowledged = {});
  // Waits until cart and promotions have followed every event and no effect is left to do.
  void WaitUntilQuiet();

 private:
  static std::unique_ptr<identity::Tokens> TokensOf(const std::filesystem::path& data_dir, const Clock& clock);

  // The services that sell.
  static constexpr std::array kServices = {"cart", "inventory", "payments", "promotions", "transactions"};

  std::string UrlOf(std::size_t service) const;

  const TempDir folder_;
  std::vector<std::unique_ptr<TestDatabase>> databases_;  // By service, on PostgreSQL; closed: only their places matter.
  SystemClock clock_;
  SystemRandom random_;
  const std::unique_ptr<obs::Log> log_;
  obs::Metrics metrics_;
  const obs::Tracer tracer_;
  const identity::Workload owner_ = OwnerOf(folder_.path(), clock_);
  const std::unique_ptr<identity::Tokens> tokens_ = TokensOf(folder_.path(), clock_);
  const runtime::Environment environment_;
  std::unique_ptr<runtime::Shop> shop_;
  std::optional<Buyer> buyer_;
};

}  // namespace octavo::campaigns
