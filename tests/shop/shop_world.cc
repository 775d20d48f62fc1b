#include "tests/shop/shop_world.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/uuid.h"
#include "lib/runtime/shop.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/wait_until.h"
#include "services/accounts/module.h"
#include "services/cart/module.h"
#include "services/catalog/module.h"
#include "services/inventory/module.h"
#include "services/marketplace/testing/fake_shop.h"
#include "services/payments/module.h"
#include "services/promotions/module.h"
#include "services/recommendations/module.h"
#include "services/transactions/module.h"

namespace octavo {
namespace {

using namespace std::chrono_literals;
using marketplace::CatalogService;
using marketplace::InventoryService;
using marketplace::PromotionsService;
using marketplace::TransactionsService;
using transactions::v1::Order;

class FakedWorld final : public ShopWorld {
 public:
  marketplace::Channels channels() override { return shop_.channels(); }
  std::string AddBook(const catalog::v1::Book& book) override { return shop_.catalog.Add(book).name(); }
  void SetStock(const std::string& book, std::int64_t copies) override {
    inventory::v1::Stock stock;
    stock.set_available(copies);
    shop_.inventory.Set(book, stock);
  }
  std::string LastLink(const std::string& email) override { return shop_.accounts.LastLink(email); }
  void Advertise(const std::string& banner) override { shop_.promotions.AddBanner(banner); }
  void Advance(const std::string& order, Order::FulfilmentState state) override { shop_.orders.Advance(order, state); }
  void ReceiveReturn(const std::string& order) override {
    shop_.orders.AnswerReturn(order, transactions::v1::Return::STATE_ACCEPTED, "");
    shop_.orders.AnswerReturn(order, transactions::v1::Return::STATE_RECEIVED, "");
  }

 private:
  marketplace::FakeShop shop_;
};

class RealWorld final : public ShopWorld {
 public:
  RealWorld() {
    accounts::Configuration fast;
    fast.hash_memory_bytes = 8192;
    fast.hash_passes = 1;
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<accounts::Module>(std::move(fast)));
    modules.push_back(std::make_unique<cart::Module>());
    modules.push_back(std::make_unique<catalog::Module>());
    modules.push_back(std::make_unique<inventory::Module>());
    modules.push_back(std::make_unique<payments::Module>());
    modules.push_back(std::make_unique<promotions::Module>());
    modules.push_back(std::make_unique<recommendations::Module>());
    modules.push_back(std::make_unique<transactions::Module>());
    shop_ = std::make_unique<runtime::Shop>(runtime::Shop::Options{.listen = ""}, environment_, std::move(modules));
    CHECK(shop_->Start().ok());
  }

  marketplace::Channels channels() override {
    return {.catalog = shop_->To("catalog"),
            .recommendations = shop_->To("recommendations"),
            .inventory = shop_->To("inventory"),
            .cart = shop_->To("cart"),
            .transactions = shop_->To("transactions"),
            .promotions = shop_->To("promotions"),
            .accounts = shop_->To("accounts")};
  }
  std::string AddBook(const catalog::v1::Book& book) override {
    catalog::v1::CreateBookRequest create;
    create.set_request_id(NewUuid(clock_, random_));
    *create.mutable_book() = book;
    return Call<CatalogService>("catalog", &CatalogService::StubInterface::CreateBook, create).name();
  }
  void SetStock(const std::string& book, std::int64_t copies) override {
    inventory::v1::SetPolicyRequest policy;
    policy.set_book(book);
    policy.mutable_policy()->set_backorder(inventory::v1::BACKORDER_REFUSED);
    Call<InventoryService>("inventory", &InventoryService::StubInterface::SetPolicy, policy);
    inventory::v1::CountStockRequest count;
    count.set_request_id(NewUuid(clock_, random_));
    count.set_book(book);
    count.set_on_hand(copies);
    Call<InventoryService>("inventory", &InventoryService::StubInterface::CountStock, count);
  }
  std::string LastLink(const std::string& email) override {
    std::string token;
    (void)WaitUntil([&] { return !(token = UnreadToken(email)).empty(); });
    return token;  // Empty: no message came.
  }
  void Advertise(const std::string& banner) override {
    promotions::v1::CreateCampaignRequest create;
    create.set_request_id(NewUuid(clock_, random_));
    create.mutable_campaign()->set_display_name("A percent off");
    create.mutable_campaign()->set_banner(banner);
    create.mutable_campaign()->set_state(promotions::v1::Campaign::STATE_ACTIVE);
    create.mutable_campaign()->mutable_percent_off()->set_basis_points(100);
    create.mutable_campaign()->add_codes("NOBODY-HAS-IT");
    Call<PromotionsService>("promotions", &PromotionsService::StubInterface::CreateCampaign, create);
  }
  void Advance(const std::string& order, Order::FulfilmentState state) override {
    transactions::v1::AdvanceFulfilmentRequest advance;
    advance.set_name(order);
    advance.set_fulfilment_state(state);
    Call<TransactionsService>("transactions", &TransactionsService::StubInterface::AdvanceFulfilment, advance);
  }
  void ReceiveReturn(const std::string& order) override {
    transactions::v1::AcceptReturnRequest accept;
    accept.set_name(order + "/returns/1");
    Call<TransactionsService>("transactions", &TransactionsService::StubInterface::AcceptReturn, accept);
    transactions::v1::ReceiveReturnRequest receive;
    receive.set_name(order + "/returns/1");
    Call<TransactionsService>("transactions", &TransactionsService::StubInterface::ReceiveReturn, receive);
  }

 private:
  template <class Service, class Request, class Response>
  Response Call(const std::string& peer,
                grpc::Status (Service::StubInterface::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    const auto stub = Service::NewStub(shop_->To(peer));
    auto response = caller_.Invoke(static_cast<typename Service::StubInterface&>(*stub), method, request, {.budget = 30s});
    if (!response.ok()) throw std::runtime_error(ToString(response.error()));
    return *std::move(response);
  }
  // Messages are files in a folder.
  std::string UnreadToken(const std::string& email) {
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "accounts/mail", missing)) {
      if (entry.path().extension() != ".eml" || read_.contains(entry.path())) continue;
      std::ifstream file(entry.path());
      const std::string text(std::istreambuf_iterator<char>(file), {});
      const std::size_t token = text.find("?token=");
      if (text.find(email) == std::string::npos || token == std::string::npos) continue;
      read_.insert(entry.path());
      return text.substr(token + 7, text.find_first_of("\r\n ", token) - token - 7);
    }
    return "";
  }

  TempDir folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  runtime::Environment environment_{folder_.path(), clock_, random_, *log_, metrics_, tracer_, TestPageTokens()};
  rpc::Caller caller_{environment_.telemetry()};
  std::set<std::filesystem::path> read_;
  std::unique_ptr<runtime::Shop> shop_;
};

}  // namespace

std::unique_ptr<ShopWorld> ShopWorld::Faked() { return std::make_unique<FakedWorld>(); }
std::unique_ptr<ShopWorld> ShopWorld::Real() { return std::make_unique<RealWorld>(); }

}  // namespace octavo
