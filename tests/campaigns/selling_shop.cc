#include "tests/campaigns/selling_shop.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "lib/base/check.h"
#include "lib/base/uuid.h"
#include "services/accounts/module.h"
#include "services/cart/module.h"
#include "services/catalog/module.h"
#include "services/inventory/module.h"
#include "services/payments/module.h"
#include "services/promotions/module.h"
#include "services/recommendations/module.h"
#include "services/transactions/module.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;

// Of one call. A machine that tests run on may be busy; nothing waits for it to pass. It waits for a service that is starting
// again: gRPC's connections only come about while a thread of the program waits for something, and buyers are all there is.
const rpc::Limits kPatience{.budget = 60s, .wait_for_ready = true};
// Of calls that are repeated.
constexpr auto kPatienceInAll = 120s;

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", ToString(result.error()).c_str());
    std::abort();
  }
  return *std::move(result);
}

std::vector<std::unique_ptr<runtime::Module>> SellingModules() {
  std::vector<std::unique_ptr<runtime::Module>> modules;
  // A password is hashed in no time here.
  modules.push_back(std::make_unique<accounts::Module>(accounts::Configuration{.hash_memory_bytes = 8 << 10, .hash_passes = 1}));
  modules.push_back(std::make_unique<cart::Module>());
  modules.push_back(std::make_unique<catalog::Module>());
  modules.push_back(std::make_unique<inventory::Module>());
  modules.push_back(std::make_unique<payments::Module>());
  modules.push_back(std::make_unique<promotions::Module>());
  modules.push_back(std::make_unique<recommendations::Module>());
  modules.push_back(std::make_unique<transactions::Module>());
  return modules;
}

}  // namespace

bool AsksAgain(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kAborted: return true;
    default: return false;
  }
}

void Pause(std::chrono::milliseconds pause) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, pause, [] { return false; });
}

template <class Stub, class Interface, class Request, class Response>
Result<Response> Buyer::Insist(Stub& stub, grpc::Status (Interface::*method)(grpc::ClientContext*, const Request&, Response*),
                               const std::type_identity_t<Request>& request) const {
  const SystemClock clock;
  const auto until = clock.MonotonicNow() + kPatienceInAll;
  for (auto pause = 2ms; true; pause = std::min(2 * pause, std::chrono::milliseconds(50))) {
    auto answer = caller_.Invoke(stub, method, request, kPatience);
    if (answer.ok() || !AsksAgain(answer.error()) || clock.MonotonicNow() > until) return answer;
    Pause(pause);
  }
}

std::string Key(std::int64_t number) { return fmt::format("0193583c-5a00-7abc-8def-{:012}", number); }

transactions::v1::PlaceOrderRequest ToRequest(const Purchase& purchase) {
  transactions::v1::PlaceOrderRequest request;
  request.set_idempotency_key(purchase.key);
  auto* item = request.add_items();
  item->set_book(purchase.book);
  item->set_quantity(purchase.quantity);
  request.mutable_buyer()->set_customer(purchase.customer);
  request.mutable_buyer()->set_email(purchase.email);
  request.mutable_buyer()->set_full_name("A Reader");
  if (!purchase.code.empty()) request.add_codes(purchase.code);
  request.set_delivery_method(transactions::v1::DELIVERY_METHOD_COLLECTION);
  request.set_payment_method(purchase.token.empty() ? transactions::v1::PAYMENT_METHOD_ON_COLLECTION
                                                    : transactions::v1::PAYMENT_METHOD_CARD);
  request.set_payment_token(purchase.token);
  request.mutable_expected_total()->set_minor(purchase.expected_minor);
  request.mutable_expected_total()->set_currency_code("EUR");
  request.set_cart(purchase.cart);
  return request;
}

Buyer::Buyer(const runtime::Peers& peers, rpc::Telemetry telemetry)
    : caller_(telemetry),
      cart_(cart::v1::CartService::NewStub(peers.To("cart"))),
      catalog_(catalog::v1::CatalogService::NewStub(peers.To("catalog"))),
      inventory_(inventory::v1::InventoryService::NewStub(peers.To("inventory"))),
      promotions_(promotions::v1::PromotionsService::NewStub(peers.To("promotions"))),
      transactions_(transactions::v1::TransactionsService::NewStub(peers.To("transactions"))) {}

std::string Buyer::AddBook(std::int64_t price_minor, std::int64_t copies) {
  catalog::v1::CreateBookRequest create;
  create.set_request_id(NewUuid(SystemClock(), random_));
  create.mutable_book()->set_title("A Book");
  create.mutable_book()->add_authors()->set_display_name("A Writer");
  create.mutable_book()->mutable_price()->set_minor(price_minor);
  create.mutable_book()->mutable_price()->set_currency_code("EUR");
  const std::string name = Must(Insist(*catalog_, &catalog::v1::CatalogService::StubInterface::CreateBook, create)).name();
  constexpr std::int64_t kDeliveryMax = 10'000;
  for (std::int64_t left = copies; left > 0; left -= kDeliveryMax) {
    inventory::v1::ReceiveStockRequest receive;
    receive.set_request_id(NewUuid(SystemClock(), random_));
    auto* line = receive.add_lines();
    line->set_book(name);
    line->set_quantity(std::min(left, kDeliveryMax));
    Must(Insist(*inventory_, &inventory::v1::InventoryService::StubInterface::ReceiveStock, receive));
  }
  return name;
}

void Buyer::AllowBackorders(const std::string& book, std::int64_t most) {
  inventory::v1::SetPolicyRequest request;
  request.set_book(book);
  request.mutable_policy()->set_backorder(inventory::v1::BACKORDER_ALLOWED);
  request.mutable_policy()->set_backorder_max(most);
  Must(Insist(*inventory_, &inventory::v1::InventoryService::StubInterface::SetPolicy, request));
}

std::string Buyer::AddCampaign(const promotions::v1::Campaign& campaign) {
  promotions::v1::CreateCampaignRequest request;
  *request.mutable_campaign() = campaign;
  request.mutable_campaign()->set_state(promotions::v1::Campaign::STATE_ACTIVE);
  request.set_request_id(NewUuid(SystemClock(), random_));
  return Must(Insist(*promotions_, &promotions::v1::PromotionsService::StubInterface::CreateCampaign, request)).name();
}

void Buyer::AddToCart(const std::string& cart, const std::string& book, std::int64_t quantity) {
  cart::v1::AddItemRequest request;
  request.set_name(cart);
  request.set_book(book);
  request.set_quantity(quantity);
  request.set_request_id(NewUuid(SystemClock(), random_));
  Must(Insist(*cart_, &cart::v1::CartService::StubInterface::AddItem, request));
}

Result<transactions::v1::Order> Buyer::Buy(const Purchase& purchase) const {
  return Insist(*transactions_, &transactions::v1::TransactionsService::StubInterface::PlaceOrder, ToRequest(purchase));
}

Result<transactions::v1::Order> Buyer::TryToBuy(const Purchase& purchase) const {
  return caller_.Invoke(*transactions_, &transactions::v1::TransactionsService::StubInterface::PlaceOrder, ToRequest(purchase),
                        kPatience);
}

Result<transactions::v1::Order> Buyer::Cancel(const std::string& order) const {
  transactions::v1::CancelOrderRequest request;
  request.set_name(order);
  request.set_as_staff(true);
  return Insist(*transactions_, &transactions::v1::TransactionsService::StubInterface::CancelOrder, request);
}

Result<transactions::v1::Order> Buyer::Refund(const std::string& order, const std::string& book, std::int64_t quantity,
                                              const std::string& key, Restock restock) const {
  transactions::v1::RefundOrderRequest request;
  request.set_name(order);
  request.set_idempotency_key(key);
  request.set_restock(restock == Restock::kYes);
  auto* item = request.add_items();
  item->set_book(book);
  item->set_quantity(quantity);
  return Insist(*transactions_, &transactions::v1::TransactionsService::StubInterface::RefundOrder, request);
}

std::int64_t Buyer::Available(const std::string& book) const {
  inventory::v1::BatchGetStockRequest request;
  request.add_books(book);
  return Must(Insist(*inventory_, &inventory::v1::InventoryService::StubInterface::BatchGetStock, request)).stocks(0).available();
}

identity::Workload OwnerOf(const std::filesystem::path& data_dir, const Clock& clock) {
  SystemRandom random;
  CHECK(names::LoadOrMakeKeys(data_dir / "shop.keys", random).ok());
  return identity::WorkloadOfTool({.data_dir = data_dir}, clock);
}

std::unique_ptr<identity::Tokens> SellingShop::TokensOf(const std::filesystem::path& data_dir, const Clock& clock) {
  SystemRandom random;
  auto tokens = identity::Tokens::Signing(*names::LoadKeys(data_dir / "shop.keys"), data_dir, clock, random);
  CHECK(tokens.ok());
  return *std::move(tokens);
}

SellingShop::SellingShop(TestDatabaseKind kind)
    : log_(obs::Log::ToStandardError(clock_, obs::Level::kError, obs::LogFormat::kLogfmt)),
      environment_{.data_dir = folder_.path(),
                   .clock = clock_,
                   .random = random_,
                   .log = *log_,
                   .metrics = metrics_,
                   .tracer = tracer_,
                   .page_tokens = TestPageTokens(),
                   .tokens = tokens_.get()} {
  if (kind == TestDatabaseKind::kPostgres) {
    for (std::size_t i = 0; i < kServices.size(); ++i) {
      databases_.push_back(std::make_unique<TestDatabase>(kind));
      databases_.back()->Close();
    }
  }
  Start();
}

SellingShop::~SellingShop() {
  Stop();
  // Every call that the services make of each other is one that the contracts give them.
  CHECK(metrics_.Text().find("rpc_grpc_status_code=\"7\"") == std::string::npos);
}

void SellingShop::Start() {
  auto modules = SellingModules();
  runtime::Options options;
  for (const auto& module : modules) module->Configure(options.Prefixed(module->name()));
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < databases_.size(); ++i) {
    arguments.push_back(fmt::format("--{}.database_url={}", kServices[i], databases_[i]->url()));
  }
  const char* const no_environment[] = {nullptr};
  CHECK(options.Parse(arguments, no_environment).ok());
  shop_ = std::make_unique<runtime::Shop>(runtime::Shop::Options{.listen = ""}, environment_, std::move(modules));
  const Status started = shop_->Start();
  if (!started.ok()) std::fprintf(stderr, "%s\n", ToString(started.error()).c_str());
  CHECK(started.ok());
  buyer_.emplace(*shop_, telemetry());
}

void SellingShop::Stop() {
  buyer_.reset();
  shop_.reset();
}

std::string SellingShop::UrlOf(std::size_t service) const {
  if (!databases_.empty()) return databases_[service]->url();
  const std::string name = kServices[service];
  return "sqlite:" + (folder_.path() / name / (name + ".db")).string();
}

audit::StoreUrls SellingShop::urls() const {
  audit::StoreUrls urls = audit::UrlsUnder(folder_.path());
  urls.cart = UrlOf(0);
  urls.inventory = UrlOf(1);
  urls.payments = UrlOf(2);
  urls.promotions = UrlOf(3);
  urls.transactions = UrlOf(4);
  return urls;
}

audit::Ledger SellingShop::Audit(std::vector<std::string> acknowledged) {
  audit::Stores stores(urls(), random_);
  // A busy machine is no violation: what is stuck is a question of its own.
  return audit::AuditShop(stores, clock_, {.limit = 60s, .acknowledged = std::move(acknowledged)});
}

void SellingShop::WaitUntilQuiet() {
  audit::Stores stores(urls(), random_);
  while (true) {
    const std::int64_t last = stores.transactions.LastPosition();
    const bool idle = stores.transactions.DueIntents(Timestamp::max(), 1).empty() &&
                      stores.transactions.DueEffects(Timestamp::max(), 1).empty();
    // Carts note their position only where there is something to clear, and then at once.
    if (idle && stores.promotions.OrderPosition() == last && audit::AuditShop(stores, clock_, {}).clean()) return;
    Pause(10ms);
  }
}

}  // namespace octavo::campaigns
