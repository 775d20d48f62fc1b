#include "services/accounts/peers_client.h"

#include <google/protobuf/util/json_util.h>

#include <chrono>
#include <string_view>

#include "lib/base/uuid.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;

// How long a task waits for one answer; the next attempt waits as long again.
constexpr std::chrono::milliseconds kTaskBudget = 5s;
// A page of a list: a hundred orders are some 500 kB, well below the 4 MB that a message may have.
constexpr int kPageSize = 100;

// The names by which the other services know a customer.
std::string CustomerName(const CustomerId& customer) { return "customers/" + customer.value(); }
std::optional<CustomerId> IdOf(const std::string& name) {
  constexpr std::string_view kPrefix = "customers/";
  if (!name.starts_with(kPrefix) || !IsUuid(name.substr(kPrefix.size()))) return std::nullopt;
  return CustomerId(name.substr(kPrefix.size()));
}
std::string CartName(const CustomerId& customer) { return "carts/c-" + customer.value(); }
std::string ReaderName(const CustomerId& customer) { return "readers/c-" + customer.value(); }

Result<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    return Error{Code::kInternal, "NO_JSON", "a " + message.GetTypeName() + " has no form as JSON"};
  }
  return json;
}

// Elements of a list in JSON.
class JsonList {
 public:
  Status Add(const google::protobuf::Message& message) {
    const std::string json = TRY(ToJson(message));
    text_ += (text_.empty() ? "" : ",") + json;
    return Ok();
  }
  std::string text() const { return "[" + text_ + "]"; }

 private:
  std::string text_;
};

}  // namespace

void GrpcPeerServices::Connect(const std::shared_ptr<grpc::Channel>& transactions, const std::shared_ptr<grpc::Channel>& cart,
                               const std::shared_ptr<grpc::Channel>& recommendations) {
  transactions_ = transactions::v1::TransactionsService::NewStub(transactions);
  cart_ = cart::v1::CartService::NewStub(cart);
  recommendations_ = recommendations::v1::RecommendationsService::NewStub(recommendations);
}

Status GrpcPeerServices::ClaimGuestOrders(const CustomerId& customer, const std::string& email) {
  transactions::v1::ClaimGuestOrdersRequest request;
  request.set_customer(CustomerName(customer));
  request.set_verified_email(email);
  using Stub = transactions::v1::TransactionsService::StubInterface;
  TRY(caller_.Invoke(*transactions_, &Stub::ClaimGuestOrders, request, {.budget = kTaskBudget}));
  return Ok();
}

Status GrpcPeerServices::Erase(const CustomerId& customer, const std::string& email) {
  // Orders come first: their event removes the customer from what other services have learned from it.
  transactions::v1::EraseCustomerRequest orders;
  orders.set_customer(CustomerName(customer));
  orders.set_email(email);
  using Transactions = transactions::v1::TransactionsService::StubInterface;
  const auto erased = TRY(caller_.Invoke(*transactions_, &Transactions::EraseCustomer, orders, {.budget = kTaskBudget}));

  cart::v1::DeleteCartRequest cart;
  cart.set_name(CartName(customer));
  TRY(caller_.Invoke(*cart_, &cart::v1::CartService::StubInterface::DeleteCart, cart, {.budget = kTaskBudget}));

  recommendations::v1::DeleteReaderRequest reader;
  reader.set_reader(ReaderName(customer));
  using Recommendations = recommendations::v1::RecommendationsService::StubInterface;
  TRY(caller_.Invoke(*recommendations_, &Recommendations::DeleteReader, reader, {.budget = kTaskBudget}));
  if (erased.waiting_count() == 0) return Ok();
  return Error{Code::kFailedPrecondition, "ORDERS_NOT_OVER",
               std::to_string(erased.waiting_count()) + " orders are not over yet; they need their buyer's name until then"};
}

Result<KnownElsewhere> GrpcPeerServices::ReadKnown() {
  using Stub = transactions::v1::TransactionsService::StubInterface;
  KnownElsewhere known;
  transactions::v1::ListErasedCustomersRequest request;
  do {
    const auto page = TRY(caller_.Invoke(*transactions_, &Stub::ListErasedCustomers, request, {.budget = kTaskBudget}));
    for (const std::string& name : page.customers()) {
      if (const auto id = IdOf(name)) known.erased.push_back(*id);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  known.last = IdOf(TRY(caller_.Invoke(*transactions_, &Stub::GetKnown, {}, {.budget = kTaskBudget})).customer());
  return known;
}

Result<HeldElsewhere> GrpcPeerServices::Read(const CustomerId& customer, Timestamp deadline) {
  const rpc::Limits limits{.budget = kTaskBudget, .deadline = deadline};
  HeldElsewhere held;
  held.orders = TRY(ReadOrders(customer, limits));
  held.cart = TRY(ReadCart(customer, limits));
  held.reading_events = TRY(ReadEvents(customer, limits));
  return held;
}

Result<std::string> GrpcPeerServices::ReadOrders(const CustomerId& customer, const rpc::Limits& limits) const {
  JsonList orders;
  transactions::v1::ListOrdersRequest request;
  request.set_customer(CustomerName(customer));
  request.set_page_size(kPageSize);
  do {
    const auto page =
        TRY(caller_.Invoke(*transactions_, &transactions::v1::TransactionsService::StubInterface::ListOrders, request, limits));
    for (const transactions::v1::Order& order : page.orders()) TRY(orders.Add(order));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return orders.text();
}

Result<std::string> GrpcPeerServices::ReadCart(const CustomerId& customer, const rpc::Limits& limits) const {
  cart::v1::GetCartRequest request;
  request.set_name(CartName(customer));
  return ToJson(TRY(caller_.Invoke(*cart_, &cart::v1::CartService::StubInterface::GetCart, request, limits)));
}

Result<std::string> GrpcPeerServices::ReadEvents(const CustomerId& customer, const rpc::Limits& limits) const {
  JsonList events;
  recommendations::v1::ListReaderEventsRequest request;
  request.set_reader(ReaderName(customer));
  do {
    const auto page = TRY(caller_.Invoke(
        *recommendations_, &recommendations::v1::RecommendationsService::StubInterface::ListReaderEvents, request, limits));
    for (const recommendations::v1::Event& event : page.events()) TRY(events.Add(event));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return events.text();
}

}  // namespace octavo::accounts
