// FakeOrders: orders in memory, honest in what pages can see: keys that give the same answer again, returns that wait for the
// shop. One price rule: the code TENPERCENT takes a tenth off; every other code is unknown. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "octavo/transactions/v1/transactions.pb.h"
#include "services/marketplace/testing/fake_cart.h"

namespace octavo::marketplace {

class FakeOrders final : public FakeService {
 public:
  // All must outlive it.
  FakeOrders(FakeServer& server, const FakeCatalog& catalog, const FakeInventory& inventory, FakeCart& cart);

  // The next PlaceOrder fails so, once, and the order is placed all the same.
  void LoseNextAnswer(Error error);
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

 private:
  struct Answered {
    std::string fingerprint;
    Result<std::string> order;  // Its name.
  };
  class EventSource;
  using Order = transactions::v1::Order;
  using Events = std::unique_ptr<rpc::Source<transactions::v1::OrderEvent>>;

  Result<transactions::v1::OrderPreview> PreviewOrder(const rpc::Call&, const transactions::v1::PreviewOrderRequest& request);
  Result<Order> PlaceOrder(const rpc::Call&, const transactions::v1::PlaceOrderRequest& request);
  Result<Order> GetPlacedOrder(const rpc::Call&, const transactions::v1::GetPlacedOrderRequest& request);
  Result<Order> GetOrder(const rpc::Call&, const transactions::v1::GetOrderRequest& request);
  Result<transactions::v1::ListOrdersResponse> ListOrders(const rpc::Call&, const transactions::v1::ListOrdersRequest& request);
  Result<Order> CancelOrder(const rpc::Call&, const transactions::v1::CancelOrderRequest& request);
  Result<Order> RequestReturn(const rpc::Call&, const transactions::v1::RequestReturnRequest& request);
  Result<transactions::v1::ListOrderEventsResponse> ListOrderEvents(const rpc::Call&,
                                                                    const transactions::v1::ListOrderEventsRequest& request);
  Result<Events> StreamOrderEvents(const rpc::Call&, const transactions::v1::StreamOrderEventsRequest& request);

  Result<Order> Place(const transactions::v1::PlaceOrderRequest& request);
  // `key` with whose it is.
  Result<Order> AnswerTo(const std::string& key);
  // The order, for the bookseller: nullptr where there is none.
  Order* Find(const std::string& name);
  // The order, for whoever asks with `request`, which says whose it must be or that staff ask.
  template <typename Request>
  Result<Order*> FindFor(const Request& request, const std::string& name);
  Status CheckItems(const google::protobuf::RepeatedPtrField<transactions::v1::OrderItem>& items) const;
  transactions::v1::OrderPreview Quote(const transactions::v1::PreviewOrderRequest& request) const;
  void Tell(const Order& order, transactions::v1::OrderEvent::Type type, const std::string& note);

  const FakeCatalog& catalog_;
  const FakeInventory& inventory_;
  FakeCart& cart_;
  mutable std::mutex mutex_;  // Guards all below.
  std::vector<std::unique_ptr<Order>> orders_;
  std::map<std::string, std::string> access_tokens_;  // By order.
  std::map<std::string, Answered> answers_;           // By idempotency key.
  std::set<std::string> returns_;                     // Keys.
  bool return_period_over_ = false;
  std::vector<transactions::v1::OrderEvent> events_;
  std::vector<rpc::Waker> wakers_;
  std::optional<Error> lost_;
  bool keep_running_ = false;
  std::string last_reader_;
  std::string previewed_email_;
};

}  // namespace octavo::marketplace
