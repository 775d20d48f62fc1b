// Carts, orders and campaigns in memory, honest in what pages can see: etags that go stale, keys that give
// the same answer again, returns that wait for the shop. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "octavo/catalog/v1/catalog.pb.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "services/marketplace/selling_client.h"
#include "services/marketplace/testing/reply.h"

namespace octavo::marketplace {

class FakeCart final : public CartClient {
 public:
  using FindBook = std::function<const catalog::v1::Book*(const std::string&)>;
  using FindStock = std::function<inventory::v1::Stock(const std::string&)>;

  FakeCart(FindBook find_book, FindStock find_stock) : find_book_(std::move(find_book)), find_stock_(std::move(find_stock)) {}

  std::atomic<Condition> condition = Condition::kUp;

  // As it is; empty where nobody wrote to it.
  cart::v1::Cart Look(const std::string& name) const;
  // What the reader saw before: the cart then says that the price is another.
  void SetSeenPrice(const std::string& name, const std::string& book, std::int64_t minor);
  void SetSeenAvailability(const std::string& name, const std::string& book, cart::v1::Availability availability);
  // Takes an order's books out.
  void Clear(const std::string& name, const std::vector<std::string>& books);
  const catalog::v1::Book* book(const std::string& name) const { return find_book_(name); }
  inventory::v1::Stock stock(const std::string& book) const { return find_stock_(book); }

  Cart GetCart(const cart::v1::GetCartRequest& request, const Budget& budget) override;
  Cart AddItem(const cart::v1::AddItemRequest& request, const Budget& budget) override;
  Cart SetQuantity(const cart::v1::SetQuantityRequest& request, const Budget& budget) override;
  Cart SetSavedForLater(const cart::v1::SetSavedForLaterRequest& request, const Budget& budget) override;
  Cart SetCodes(const cart::v1::SetCodesRequest& request, const Budget& budget) override;
  Cart MergeCarts(const cart::v1::MergeCartsRequest& request, const Budget& budget) override;

 private:
  Result<cart::v1::Cart> Change(const std::string& name, const std::string& etag,
                                const std::function<Status(cart::v1::Cart&)>& change);
  cart::v1::Cart Refreshed(cart::v1::Cart cart) const;

  const FindBook find_book_;
  const FindStock find_stock_;
  mutable std::mutex mutex_;
  std::map<std::string, cart::v1::Cart> carts_;  // Guarded by mutex_.
  std::set<std::string> done_;                   // Request ids. Guarded by mutex_.
  int next_etag_ = 1;                            // Guarded by mutex_.
};

// One price rule: the code TENPERCENT takes a tenth off; every other code is unknown.
class FakeOrders final : public OrdersClient {
 public:
  // `cart` must outlive it.
  explicit FakeOrders(FakeCart& cart) : cart_(cart) {}

  std::atomic<Condition> condition = Condition::kUp;
  // What the next PlaceOrder fails with, once; where `after`, the order is placed all the same (the answer
  // was lost).
  void FailNext(Error error, bool after);
  // While true, orders are placed, but whoever asks hears that they are still being placed.
  void KeepRunning(bool running);
  int order_count() const;
  // What was asked for last with the history of an address; no e-mail: nothing was.
  std::string previewed_email() const;
  // Whose history the last order went to.
  std::string last_reader() const;
  // As the bookseller does it, with the order's last return.
  void AnswerReturn(const std::string& order, transactions::v1::Return::State state, const std::string& answer);
  void EndReturns();
  // As the bookseller does it.
  void Advance(const std::string& order, transactions::v1::Order::FulfilmentState state);

  Pending<transactions::v1::OrderPreview> PreviewOrder(const transactions::v1::PreviewOrderRequest& request,
                                                       const Budget& budget) override;
  Order PlaceOrder(const transactions::v1::PlaceOrderRequest& request, const Budget& budget) override;
  Order GetPlacedOrder(const transactions::v1::GetPlacedOrderRequest& request, const Budget& budget) override;
  Order GetOrder(const transactions::v1::GetOrderRequest& request, const Budget& budget) override;
  Pending<transactions::v1::ListOrdersResponse> ListOrders(const transactions::v1::ListOrdersRequest& request,
                                                           const Budget& budget) override;
  Order CancelOrder(const transactions::v1::CancelOrderRequest& request, const Budget& budget) override;
  Order RequestReturn(const transactions::v1::RequestReturnRequest& request, const Budget& budget) override;
  Pending<transactions::v1::ClaimGuestOrdersResponse> ClaimGuestOrders(const transactions::v1::ClaimGuestOrdersRequest& request,
                                                                       const Budget& budget) override;
  Pending<transactions::v1::EraseCustomerResponse> EraseCustomer(const transactions::v1::EraseCustomerRequest& request,
                                                                 const Budget& budget) override;
  Pending<transactions::v1::ListOrderEventsResponse> ListOrderEvents(const transactions::v1::ListOrderEventsRequest& request,
                                                                     const Budget& budget) override;
  std::shared_ptr<Subscription> StreamOrderEvents(const transactions::v1::StreamOrderEventsRequest& request,
                                                  Listener<transactions::v1::OrderEvent> listener) override;

 private:
  struct Answered {
    std::string fingerprint;
    Result<std::string> order;  // Its name.
  };
  struct Watcher;

  Result<transactions::v1::Order> Place(const transactions::v1::PlaceOrderRequest& request);
  Result<transactions::v1::Order> AnswerTo(const std::string& key);
  Result<transactions::v1::Order*> Find(const std::string& name, const std::string& customer, const std::string& access_token);
  Status CheckItems(const google::protobuf::RepeatedPtrField<transactions::v1::OrderItem>& items) const;
  transactions::v1::OrderPreview Quote(const transactions::v1::PreviewOrderRequest& request) const;
  void Tell(const transactions::v1::Order& order, transactions::v1::OrderEvent::Type type, const std::string& note);

  FakeCart& cart_;
  mutable std::recursive_mutex mutex_;  // Guards all below; listeners hear under it.
  std::vector<std::unique_ptr<transactions::v1::Order>> orders_;
  std::map<std::string, std::string> access_tokens_;  // By order.
  std::map<std::string, Answered> answers_;           // By idempotency key.
  std::set<std::string> returns_;                     // Keys.
  bool return_period_over_ = false;
  std::vector<transactions::v1::OrderEvent> events_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  std::optional<std::pair<Error, bool>> fail_next_;
  bool keep_running_ = false;
  std::string last_reader_;
  std::string previewed_email_;
};

class FakePromotions final : public PromotionsClient {
 public:
  std::atomic<Condition> condition = Condition::kUp;
  // Only for customers who have not used it: those not in `used_by`.
  void AddBanner(const std::string& text, std::set<std::string> used_by = {}, std::int64_t end_unix_seconds = 0);
  void AddBanner(promotions::v1::Banner banner);

  Pending<promotions::v1::ListBannersResponse> ListBanners(const promotions::v1::ListBannersRequest& request,
                                                           const Budget& budget) override;

 private:
  std::mutex mutex_;
  std::vector<std::pair<promotions::v1::Banner, std::set<std::string>>> banners_;  // Guarded by mutex_.
};

}  // namespace octavo::marketplace
