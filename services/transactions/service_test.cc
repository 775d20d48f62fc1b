// octavo.transactions.v1 through a real in-process server: what callers send and see, beyond what the checkout decides.
#include "services/transactions/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <mutex>
#include <thread>
#include <vector>

#include "lib/background/log_watch.h"
#include "lib/base/change_signal.h"
#include "lib/rpc/status.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/transactions/memory_store.h"
#include "services/transactions/testing/fake_world.h"

namespace octavo::transactions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Stub = v1::TransactionsService::Stub;

const std::string kNoticeKey = "between us and the provider";

std::string Key(int number) { return "0193583c-5a00-7abc-8def-" + std::to_string(100'000'000'000 + number); }

// What was logged that concerns security. Thread-safe.
class SecurityLines {
 public:
  class Sink final : public obs::LogSink {
   public:
    explicit Sink(SecurityLines& lines) : lines_(lines) {}
    void Write(obs::Level, const std::string& line) override {
      const std::lock_guard lock(lines_.mutex_);
      lines_.all_.push_back(line);
    }

   private:
    SecurityLines& lines_;
  };

  std::vector<std::string> All() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> all_;  // Guarded by mutex_.
};

class TransactionsServiceTest : public testing::Test {
 protected:
  TransactionsServiceTest() {
    world_.shelf[BookId(1)] = 100;
    pipeline_.Open();
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::TransactionsService::NewStub(server_->InProcessChannel({}));
  }
  ~TransactionsServiceTest() override {
    pipeline_.Close();
    server_->Shutdown();
  }

  template <typename Response, typename Request>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::ToError(status);
    return response;
  }

  // Of two copies, by card, to be collected.
  static v1::PlaceOrderRequest Purchase(int key, const std::string& customer = "") {
    v1::PlaceOrderRequest request;
    request.set_idempotency_key(Key(key));
    auto* item = request.add_items();
    item->set_book("books/1");
    item->set_quantity(2);
    request.mutable_buyer()->set_customer(customer);
    request.mutable_buyer()->set_email("reader@example.org");
    request.mutable_buyer()->set_full_name("A Reader");
    request.set_delivery_method(v1::DELIVERY_METHOD_COLLECTION);
    request.set_payment_method(v1::PAYMENT_METHOD_CARD);
    request.set_payment_token("tok_approve");
    request.mutable_expected_total()->set_minor(2000);
    request.mutable_expected_total()->set_currency_code("EUR");
    return request;
  }
  v1::Order Place(int key, const std::string& customer = "") {
    auto order = Call(&Stub::PlaceOrder, Purchase(key, customer));
    EXPECT_THAT(order, IsOk());
    return order.ok() ? *order : v1::Order();
  }
  Result<v1::Order> Get(const std::string& name, const std::string& customer, const std::string& token) {
    v1::GetOrderRequest request;
    request.set_name(name);
    request.set_customer(customer);
    request.set_access_token(token);
    return Call(&Stub::GetOrder, request);
  }
  Result<v1::Order> GetAsStaff(const std::string& name) {
    v1::GetOrderRequest request;
    request.set_name(name);
    request.set_as_staff(true);
    return Call(&Stub::GetOrder, request);
  }
  v1::Order Deliver(const v1::Order& order) {
    v1::AdvanceFulfilmentRequest advance;
    advance.set_name(order.name());
    advance.set_fulfilment_state(v1::Order::FULFILMENT_STATE_DELIVERED);
    return Call(&Stub::AdvanceFulfilment, advance).value();
  }
  // Of one copy, by whoever holds the order's token.
  static v1::RequestReturnRequest Return(const v1::Order& order, int key) {
    v1::RequestReturnRequest request;
    request.set_name(order.name());
    request.set_access_token(order.access_token());
    request.set_idempotency_key(Key(key));
    auto* item = request.add_items();
    item->set_book("books/1");
    item->set_quantity(1);
    request.set_reason("too thick");
    return request;
  }
  static v1::RefundOrderRequest Refund(const std::string& name, int key, std::int64_t quantity) {
    v1::RefundOrderRequest request;
    request.set_name(name);
    request.set_idempotency_key(Key(key));
    auto* item = request.add_items();
    item->set_book("books/1");
    item->set_quantity(quantity);
    return request;
  }

  FakeClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  rpc::Pipeline pipeline_{{*log_, metrics_, tracer_, clock_}, {.threads = 2}};
  MemoryStore store_;
  FakeWorld world_;
  Checkout checkout_{{store_, world_, world_, world_, clock_, random_, *log_, metrics_}, {}};
  ChangeSignal events_;
  ChangeSignal unfinished_;
  SecurityLines lines_;
  obs::Log security_lines_{clock_, obs::Level::kError, obs::LogFormat::kLogfmt, std::make_unique<SecurityLines::Sink>(lines_)};
  const names::SecurityLog security_{security_lines_, TestPageTokens()};
  TransactionsService service_{
      {store_, checkout_, events_, unfinished_, *log_, clock_, TestPageTokens(), security_, Secret(kNoticeKey)}, pipeline_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(TransactionsServiceTest, AnOrderSaysWhatWasBoughtAndWhatEachCopyCost) {
  const v1::Order order = Place(1);

  EXPECT_THAT(order.name(), testing::StartsWith("orders/"));
  EXPECT_EQ(order.number(), "B-1001");
  EXPECT_EQ(order.state(), v1::Order::STATE_PLACED);
  EXPECT_EQ(order.payment_state(), v1::Order::PAYMENT_STATE_PAID);
  EXPECT_EQ(order.fulfilment_state(), v1::Order::FULFILMENT_STATE_OPEN);
  EXPECT_EQ(order.charged().minor(), 2000);
  EXPECT_EQ(order.totals().total().minor(), 2000);
  EXPECT_THAT(order.lines(0).unit_total_minor(), ElementsAre(1000, 1000));
  EXPECT_EQ(order.lines(0).promise(), v1::PROMISE_ON_SHELF);
  EXPECT_EQ(order.campaigns(0).campaign(), "campaigns/1");
  EXPECT_FALSE(order.access_token().empty());
}

TEST_F(TransactionsServiceTest, TheSameKeyIsTheSameOrderAndAnotherRequestUnderItIsRefused) {
  const v1::Order order = Place(1);
  v1::PlaceOrderRequest other = Purchase(1);
  other.mutable_items(0)->set_quantity(3);
  other.mutable_expected_total()->set_minor(3000);

  EXPECT_EQ(Place(1).name(), order.name());
  EXPECT_THAT(Call(&Stub::PlaceOrder, other), HasReason("IDEMPOTENCY_KEY_REUSED"));
  EXPECT_EQ(store_.ListOrders({}, 10).size(), 1U);
}

TEST_F(TransactionsServiceTest, ARefusalSaysWhatIsThere) {
  world_.price_minor = 1100;

  const auto refused = Call(&Stub::PlaceOrder, Purchase(1));

  ASSERT_THAT(refused, HasReason("TOTAL_CHANGED"));
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(refused.error().metadata.at("total_minor"), "2200");
  EXPECT_THAT(refused.error().message, HasSubstr("not 2000"));
}

// Each wrong field is named, with what was sent and the rule.
TEST_F(TransactionsServiceTest, NamesTheFieldThatIsWrong) {
  using Request = v1::PlaceOrderRequest;
  const std::string name_of_many(10'000, 'x');
  const struct {
    const char* field;
    const char* says;
    std::function<void(Request&)> spoil;
  } kCases[] = {
      {"idempotency_key", "is missing", [](Request& r) { r.clear_idempotency_key(); }},
      {"idempotency_key", "\"mine\" is not a UUID", [](Request& r) { r.set_idempotency_key("mine"); }},
      {"items.quantity", "-1 is not within 1 to 99", [](Request& r) { r.mutable_items(0)->set_quantity(-1); }},
      {"items.quantity", "100 is not within 1 to 99", [](Request& r) { r.mutable_items(0)->set_quantity(100); }},
      {"items.quantity", "9223372036854775807 is not", [](Request& r) { r.mutable_items(0)->set_quantity(INT64_MAX); }},
      {"items.book", "\"book/1\" is not a book's name", [](Request& r) { r.mutable_items(0)->set_book("book/1"); }},
      {"items.book", "\"books/0\" is not a book's name", [](Request& r) { r.mutable_items(0)->set_book("books/0"); }},
      {"items.book", "books/1 stands there twice", [](Request& r) { *r.add_items() = r.items(0); }},
      {"buyer.email", "is missing", [](Request& r) { r.mutable_buyer()->clear_email(); }},
      {"buyer.email", "\"reader\" is not an e-mail address", [](Request& r) { r.mutable_buyer()->set_email("reader"); }},
      {"buyer.full_name", "is longer than 200 bytes", [&](Request& r) { r.mutable_buyer()->set_full_name(name_of_many); }},
      {"buyer.full_name", "holds a control character", [](Request& r) { r.mutable_buyer()->set_full_name("a\nb"); }},
      {"codes", "6 codes are more than 5",
       [](Request& r) {
         for (int i = 0; i < 6; ++i) r.add_codes("A");
       }},
      {"delivery_method", "is missing", [](Request& r) { r.clear_delivery_method(); }},
      {"payment_method", "is missing", [](Request& r) { r.clear_payment_method(); }},
      {"payment_method", "needs collection",
       [](Request& r) {
         r.set_delivery_method(v1::DELIVERY_METHOD_SHIPPING);
         r.set_payment_method(v1::PAYMENT_METHOD_ON_COLLECTION);
       }},
      {"payment_token", "is missing", [](Request& r) { r.clear_payment_token(); }},
      {"address.recipient", "is missing", [](Request& r) { r.set_delivery_method(v1::DELIVERY_METHOD_SHIPPING); }},
      {"address.postal_code", "\"1011 AB\" is no postal code of DE, where one looks like 10115",
       [](Request& r) {
         r.set_delivery_method(v1::DELIVERY_METHOD_SHIPPING);
         v1::Address& address = *r.mutable_address();
         address.set_recipient("Emma Woodhouse");
         address.add_lines("1 Highbury Lane");
         address.set_postal_code("1011 AB");
         address.set_city("Hartfield");
         address.set_country_code("DE");
       }},
      {"expected_total", "is missing", [](Request& r) { r.clear_expected_total(); }},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(std::string(test.field) + " " + test.says);
    Request request = Purchase(1);
    test.spoil(request);

    const auto refused = Call(&Stub::PlaceOrder, request);

    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    ASSERT_EQ(refused.error().violations.size(), 1U);
    EXPECT_EQ(refused.error().violations[0].field, test.field);
    EXPECT_THAT(refused.error().violations[0].description, HasSubstr(test.says));
    EXPECT_LT(refused.error().message.size(), 500U);
  }
  EXPECT_TRUE(store_.ListOrders({}, 10).empty());
}

TEST_F(TransactionsServiceTest, AnOrderTakesAsManyBooksAsACartMayHoldAfterASignIn) {
  v1::PlaceOrderRequest request = Purchase(1);
  request.clear_items();
  for (int book = 1; book <= 200; ++book) {
    world_.shelf[BookId(book)] = 1;
    auto* item = request.add_items();
    item->set_book("books/" + std::to_string(book));
    item->set_quantity(1);
  }
  request.mutable_expected_total()->set_minor(200'000);

  EXPECT_THAT(Call(&Stub::PlaceOrder, request), IsOk());

  request.set_idempotency_key(Key(2));
  auto* one_more = request.add_items();
  one_more->set_book("books/201");
  one_more->set_quantity(1);
  EXPECT_THAT(Call(&Stub::PlaceOrder, request), HasReason("INVALID_FIELD"));
}

TEST_F(TransactionsServiceTest, AnEmptyOrderIsNone) {
  v1::PlaceOrderRequest request = Purchase(1);
  request.clear_items();

  EXPECT_THAT(Call(&Stub::PlaceOrder, request), HasReason("EMPTY_ORDER"));
}

TEST_F(TransactionsServiceTest, OnlyItsCustomerOrWhoeverHoldsItsTokenSeesAnOrder) {
  const v1::Order guests = Place(1);
  const v1::Order adas = Place(2, "customers/ada");

  EXPECT_THAT(Get(guests.name(), "", guests.access_token()), IsOk());
  EXPECT_THAT(Get(adas.name(), "customers/ada", ""), IsOk());
  EXPECT_THAT(Get(guests.name(), "customers/ada", ""), HasReason("UNKNOWN_ORDER"));
  EXPECT_THAT(Get(adas.name(), "customers/eve", ""), HasReason("UNKNOWN_ORDER"));
  EXPECT_THAT(Get(adas.name(), "", guests.access_token()), HasReason("UNKNOWN_ORDER"));
  EXPECT_TRUE(Get(guests.name(), "", guests.access_token())->access_token().empty()) << "told once only";
  EXPECT_THAT(Get("orders/1", "", ""), HasReason("INVALID_FIELD"));

  const v1::Order again = Place(1);
  EXPECT_EQ(again.name(), guests.name());
  EXPECT_THAT(Get(guests.name(), "", again.access_token()), IsOk()) << "a repeated answer has a token of its own";
  EXPECT_THAT(Get(guests.name(), "", guests.access_token()), IsOk()) << "and the first stays";
  EXPECT_THAT(Get(guests.name(), "", std::string(32, '0')), HasReason("UNKNOWN_ORDER"));

  v1::CancelOrderRequest cancel;
  cancel.set_name(adas.name());
  cancel.set_customer("customers/eve");
  EXPECT_THAT(Call(&Stub::CancelOrder, cancel), HasReason("UNKNOWN_ORDER"));
  v1::ListOrderEventsRequest events;
  events.set_order(adas.name());
  events.set_customer("customers/eve");
  EXPECT_THAT(Call(&Stub::ListOrderEvents, events), HasReason("UNKNOWN_ORDER"));
}

TEST_F(TransactionsServiceTest, OrdersAreListedPageByPageToWhomTheyBelong) {
  for (int key = 1; key <= 5; ++key) Place(key, key == 3 ? "customers/eve" : "customers/ada");
  v1::ListOrdersRequest request;
  request.set_customer("customers/ada");
  request.set_page_size(3);

  const auto first = Call(&Stub::ListOrders, request);
  ASSERT_THAT(first, IsOk());
  request.set_page_token(first->next_page_token());
  const auto second = Call(&Stub::ListOrders, request);

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->orders_size(), 3);
  EXPECT_EQ(first->orders(0).number(), "B-1005");
  EXPECT_EQ(second->orders_size(), 1);
  EXPECT_EQ(second->orders(0).number(), "B-1001");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_page_token("mine");
  EXPECT_THAT(Call(&Stub::ListOrders, request), HasReason("BAD_PAGE_TOKEN"));
}

TEST_F(TransactionsServiceTest, AnOrderIsCancelledOnceAndNotOnceItIsOnItsWay) {
  const v1::Order order = Place(1);
  v1::CancelOrderRequest cancel;
  cancel.set_name(order.name());
  cancel.set_access_token(order.access_token());

  const auto cancelled = Call(&Stub::CancelOrder, cancel);
  const auto again = Call(&Stub::CancelOrder, cancel);

  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->payment_state(), v1::Order::PAYMENT_STATE_REFUNDED);
  EXPECT_THAT(again, IsOk());
  EXPECT_EQ(store_.LastPosition(), 2);
  const v1::Order handed_over = Place(2);
  v1::AdvanceFulfilmentRequest advance;
  advance.set_name(handed_over.name());
  advance.set_fulfilment_state(v1::Order::FULFILMENT_STATE_DELIVERED);
  ASSERT_THAT(Call(&Stub::AdvanceFulfilment, advance), IsOk());
  cancel.set_name(handed_over.name());
  cancel.set_access_token(handed_over.access_token());
  EXPECT_THAT(Call(&Stub::CancelOrder, cancel), HasReason("ALREADY_FULFILLED"));
  advance.set_fulfilment_state(v1::Order::FULFILMENT_STATE_PACKED);
  EXPECT_THAT(Call(&Stub::AdvanceFulfilment, advance), HasReason("BAD_STATE"));
}

TEST_F(TransactionsServiceTest, ARefundHappensOncePerKeyAndNeverBeyondWhatIsLeft) {
  const v1::Order order = Place(1);

  const auto refunded = Call(&Stub::RefundOrder, Refund(order.name(), 10, 1));
  const auto again = Call(&Stub::RefundOrder, Refund(order.name(), 10, 1));

  ASSERT_THAT(refunded, IsOk());
  EXPECT_EQ(refunded->refunded().minor(), 1000);
  EXPECT_EQ(refunded->payment_state(), v1::Order::PAYMENT_STATE_PARTLY_REFUNDED);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->refunded().minor(), 1000);
  const std::vector<std::string> lines = lines_.All();
  ASSERT_EQ(lines.size(), 1u) << "one line for each refund, however often it is asked for";
  EXPECT_THAT(lines[0], testing::HasSubstr("event=security_refund subject=" + security_.Pseudonym("reader@example.org")));
  EXPECT_THAT(lines[0], testing::HasSubstr(order.name() + " 1000 EUR"));
  EXPECT_THAT(Call(&Stub::RefundOrder, Refund(order.name(), 10, 2)), HasReason("IDEMPOTENCY_KEY_REUSED"));
  const auto beyond = Call(&Stub::RefundOrder, Refund(order.name(), 11, 2));
  ASSERT_THAT(beyond, HasReason("NOTHING_TO_REFUND"));
  EXPECT_THAT(beyond.error().message, HasSubstr("2 to refund, 1 left"));
  EXPECT_THAT(Call(&Stub::RefundOrder, Refund(order.name(), 12, -1)), HasReason("INVALID_FIELD"));
  v1::RefundOrderRequest without_key = Refund(order.name(), 13, 1);
  without_key.clear_idempotency_key();
  EXPECT_THAT(Call(&Stub::RefundOrder, without_key), HasReason("MISSING_KEY"));
}

TEST_F(TransactionsServiceTest, WhoAsksForNobodySaysThatTheyAreStaff) {
  const v1::Order order = Place(1, "customers/ada");
  v1::CancelOrderRequest cancel;
  cancel.set_name(order.name());
  v1::ListOrderEventsRequest events;
  events.set_order(order.name());
  v1::RequestReturnRequest give_back;
  give_back.set_name(order.name());

  EXPECT_THAT(Get(order.name(), "", ""), HasReason("WHO_ASKS"));
  EXPECT_THAT(Call(&Stub::CancelOrder, cancel), HasReason("WHO_ASKS"));
  EXPECT_THAT(Call(&Stub::ListOrderEvents, events), HasReason("WHO_ASKS"));
  EXPECT_THAT(Call(&Stub::RequestReturn, give_back), HasReason("WHO_ASKS"));
  EXPECT_THAT(Call(&Stub::ListOrders, {}), HasReason("WHO_ASKS"));

  v1::ListOrdersRequest all;
  all.set_as_staff(true);
  EXPECT_EQ(Call(&Stub::ListOrders, all)->orders_size(), 1);
  EXPECT_THAT(GetAsStaff(order.name()), IsOk());
}

TEST_F(TransactionsServiceTest, AReturnIsAskedForAcceptedReceivedAndThenRefunded) {
  const v1::Order order = Place(1);
  EXPECT_THAT(Call(&Stub::RequestReturn, Return(order, 10)), HasReason("NOT_SENT"));
  EXPECT_EQ(Deliver(order).return_end_time().seconds(), ToMicros(FakeClock::kNoon) / 1'000'000 + (14 * 24 + 12) * 3600);

  const auto asked = Call(&Stub::RequestReturn, Return(order, 11));
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Call(&Stub::RequestReturn, Return(order, 11)), IsOk()) << "repeated";
  EXPECT_EQ(GetAsStaff(order.name())->returns_size(), 1);
  const std::string name = asked->returns(0).name();
  EXPECT_EQ(name, order.name() + "/returns/1");
  EXPECT_EQ(asked->refunded().minor(), 0);
  v1::ListOrdersRequest open;
  open.set_as_staff(true);
  open.set_with_open_returns(true);
  EXPECT_EQ(Call(&Stub::ListOrders, open)->orders_size(), 1);

  v1::AcceptReturnRequest accept;
  accept.set_name(name);
  EXPECT_EQ(Call(&Stub::AcceptReturn, accept)->returns(0).state(), v1::Return::STATE_ACCEPTED);
  v1::ReceiveReturnRequest receive;
  receive.set_name(name);
  receive.set_restock(true);
  const auto received = Call(&Stub::ReceiveReturn, receive);
  ASSERT_THAT(received, IsOk());
  EXPECT_THAT(Call(&Stub::ReceiveReturn, receive), IsOk()) << "repeated";

  EXPECT_EQ(received->refunded().minor(), 1000);
  EXPECT_EQ(received->returns(0).amount().minor(), 1000);
  EXPECT_EQ(Call(&Stub::ListOrders, open)->orders_size(), 0);
  EXPECT_EQ(store_.DueEffects(clock_.Now(), 10).size(), 2U) << "money and stock, once";
  EXPECT_EQ(store_.Events(0, std::nullopt, 10).back().type, EventType::kRefunded);
}

TEST_F(TransactionsServiceTest, AReturnIsRejectedWithAWordAndLateOnesAreForStaff) {
  const v1::Order order = Place(1);
  Deliver(order);
  const std::string name = Call(&Stub::RequestReturn, Return(order, 10))->returns(0).name();
  v1::RejectReturnRequest reject;
  reject.set_name(name);
  EXPECT_THAT(Call(&Stub::RejectReturn, reject), HasReason("INVALID_FIELD"));
  reject.set_answer("It is torn");
  EXPECT_EQ(Call(&Stub::RejectReturn, reject)->returns(0).answer(), "It is torn");
  for (const char* wrong : {"", "orders/1/returns/1", "returns/1"}) {
    reject.set_name(wrong);
    EXPECT_THAT(Call(&Stub::RejectReturn, reject), HasReason("INVALID_FIELD")) << wrong;
  }
  reject.set_name(order.name() + "/returns/2");
  EXPECT_THAT(Call(&Stub::RejectReturn, reject), HasReason("UNKNOWN_RETURN"));

  clock_.Advance(std::chrono::hours(15 * 24));
  v1::RequestReturnRequest late = Return(order, 11);
  EXPECT_THAT(Call(&Stub::RequestReturn, late), HasReason("RETURN_PERIOD_OVER"));
  late.set_as_staff(true);
  EXPECT_THAT(Call(&Stub::RequestReturn, late), IsOk());
}

TEST_F(TransactionsServiceTest, AnInvoiceIsPaidLaterAndOnce) {
  v1::PlaceOrderRequest purchase = Purchase(1);
  purchase.set_payment_method(v1::PAYMENT_METHOD_INVOICE);
  purchase.clear_payment_token();
  const auto order = Call(&Stub::PlaceOrder, purchase);
  ASSERT_THAT(order, IsOk());
  EXPECT_EQ(order->payment_state(), v1::Order::PAYMENT_STATE_DUE);
  EXPECT_EQ(order->charged().minor(), 0);
  v1::RecordPaymentRequest payment;
  payment.set_name(order->name());

  const auto paid = Call(&Stub::RecordPayment, payment);

  ASSERT_THAT(paid, IsOk());
  EXPECT_EQ(paid->charged().minor(), 2000);
  EXPECT_THAT(Call(&Stub::RecordPayment, payment), IsOk());
  EXPECT_EQ(store_.LastPosition(), 2);
  EXPECT_TRUE(world_.charges.empty());
}

TEST_F(TransactionsServiceTest, EventsAreStreamedFromAnyPositionInOrderAsTheyHappen) {
  const v1::Order order = Place(1);
  Place(2);
  v1::StreamOrderEventsRequest request;
  request.set_position(1);
  grpc::ClientContext context;
  const auto stream = stub_->StreamOrderEvents(&context, request);
  v1::OrderEvent event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.position(), 2);

  v1::CancelOrderRequest cancel;
  cancel.set_name(order.name());
  cancel.set_as_staff(true);
  ASSERT_THAT(Call(&Stub::CancelOrder, cancel), IsOk());

  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.position(), 3);
  EXPECT_EQ(event.type(), v1::OrderEvent::TYPE_CANCELLED);
  EXPECT_EQ(event.order().name(), order.name());
  EXPECT_EQ(event.items(0).quantity(), 2);
  context.TryCancel();
  while (stream->Read(&event)) {
  }
  (void)stream->Finish();
}

// Another process on the same database writes to the store and tells nobody here.
TEST_F(TransactionsServiceTest, AStreamWakesForWhatAnotherProcessWrote) {
  const v1::Order order = Place(2);
  const background::Repeater watch({.name = "event_watch", .interval = std::chrono::milliseconds(1)}, *log_, metrics_,
                                   background::NotifyOfNew([this] { return store_.LastPosition(); }, events_));
  v1::StreamOrderEventsRequest request;
  grpc::ClientContext context;
  const auto stream = stub_->StreamOrderEvents(&context, request);
  v1::OrderEvent event;
  ASSERT_TRUE(stream->Read(&event));

  ASSERT_THAT(store_.Decided(OrderId(order.name().substr(sizeof "orders/" - 1)), "", "", clock_.Now(),
                             [](const Order& now) { return Cancel(now, ""); }),
              IsOk());

  ASSERT_TRUE(stream->Read(&event)) << "the stream sleeps on";
  EXPECT_EQ(event.type(), v1::OrderEvent::TYPE_CANCELLED);
  context.TryCancel();
  while (stream->Read(&event)) {
  }
  (void)stream->Finish();
}

TEST_F(TransactionsServiceTest, AStreamBeginsWithinTheLog) {
  Place(1);
  const auto status_of = [&](std::int64_t position, const std::string& order) {
    v1::StreamOrderEventsRequest request;
    request.set_position(position);
    request.set_order(order);
    grpc::ClientContext context;
    const auto stream = stub_->StreamOrderEvents(&context, request);
    v1::OrderEvent event;
    while (stream->Read(&event)) {
    }
    return Status(rpc::ToError(stream->Finish()));
  };

  const Status beyond = status_of(2, "");

  ASSERT_THAT(beyond, HasReason("UNKNOWN_POSITION"));
  EXPECT_THAT(beyond.error().message, HasSubstr("position 2 is not within 0 to 1"));
  EXPECT_THAT(status_of(-1, ""), HasReason("UNKNOWN_POSITION"));
  EXPECT_THAT(status_of(0, "orders/" + Key(9)), HasReason("UNKNOWN_ORDER"));
}

// An older copy of the store was put back: a follower asks from behind events that are not there any more.
TEST_F(TransactionsServiceTest, AnOlderCopyGivesNoOrderNumberAgain) {
  const v1::Order known = Place(1);
  const auto follow_from = [&](std::int64_t position) {
    v1::StreamOrderEventBatchesRequest request;
    request.set_position(position);
    grpc::ClientContext context;
    const auto stream = stub_->StreamOrderEventBatches(&context, request);
    v1::OrderEventBatch batch;
    while (stream->Read(&batch)) {
    }
    return Status(rpc::ToError(stream->Finish()));
  };

  EXPECT_THAT(follow_from(4), HasReason("UNKNOWN_POSITION"));
  EXPECT_THAT(follow_from(4), HasReason("UNKNOWN_POSITION"));
  EXPECT_THAT(follow_from(3), HasReason("UNKNOWN_POSITION"));
  EXPECT_THAT(follow_from(INT64_MAX), HasReason("UNKNOWN_POSITION")) << "a mistake, which costs no numbers";

  EXPECT_EQ(known.number(), "B-1001");
  EXPECT_EQ(Place(2).number(), "B-1005") << "the three between may have been given";
}

TEST_F(TransactionsServiceTest, ANoticeIsTakenOnlyWithTheProvidersSignature) {
  v1::NotifyPaymentRequest notice;
  notice.set_body("{\"id\":\"n-1\"}");
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(kNoticeKey.data()), kNoticeKey.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(notice.body().data()), notice.body().size());
  crypto_auth_hmacsha256_final(&state, mac);
  char hex[2 * sizeof mac + 1];
  notice.set_signature(sodium_bin2hex(hex, sizeof hex, mac, sizeof mac));

  EXPECT_THAT(Call(&Stub::NotifyPayment, notice), IsOk());
  EXPECT_THAT(Call(&Stub::NotifyPayment, notice), IsOk()) << "repeated";
  notice.set_body("{\"id\":\"n-2\"}");
  EXPECT_THAT(Call(&Stub::NotifyPayment, notice), HasReason("BAD_SIGNATURE"));
  notice.clear_signature();
  EXPECT_THAT(Call(&Stub::NotifyPayment, notice), HasReason("BAD_SIGNATURE"));
}

TEST_F(TransactionsServiceTest, GuestOrdersBecomeTheCustomersWhoVerifiedTheAddress) {
  const v1::Order order = Place(1);
  v1::ClaimGuestOrdersRequest claim;
  claim.set_customer("customers/ada");
  claim.set_verified_email("Reader@Example.org");

  EXPECT_EQ(Call(&Stub::ClaimGuestOrders, claim)->claimed_count(), 1);
  EXPECT_EQ(Call(&Stub::ClaimGuestOrders, claim)->claimed_count(), 0);
  EXPECT_THAT(Get(order.name(), "customers/ada", ""), IsOk());
  claim.set_customer("ada");
  EXPECT_THAT(Call(&Stub::ClaimGuestOrders, claim), HasReason("INVALID_FIELD"));
}

TEST_F(TransactionsServiceTest, ErasedCustomersAreRememberedPageByPage) {
  for (const char* const customer : {"customers/ada", "customers/bob", "customers/eve"}) {
    v1::EraseCustomerRequest erase;
    erase.set_customer(customer);
    ASSERT_THAT(Call(&Stub::EraseCustomer, erase), IsOk());
    ASSERT_THAT(Call(&Stub::EraseCustomer, erase), IsOk()) << "repeated";
  }
  v1::ListErasedCustomersRequest request;
  request.set_page_size(2);

  const auto first = Call(&Stub::ListErasedCustomers, request);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->customers(), testing::ElementsAre("customers/ada", "customers/bob"));
  request.set_page_token(first->next_page_token());
  EXPECT_THAT(Call(&Stub::ListErasedCustomers, request)->customers(), testing::ElementsAre("customers/eve"));
  request.set_page_token("made up");
  EXPECT_THAT(Call(&Stub::ListErasedCustomers, request), HasReason("BAD_PAGE_TOKEN"));
}

TEST_F(TransactionsServiceTest, TellsWhatItKnowsOfOthers) {
  const v1::Order order = Place(1, "customers/ada");
  v1::GetKnownRequest request;
  EXPECT_EQ(Call(&Stub::GetKnown, request)->book_number(), 0);
  request.set_book_number_max(1'000'000);

  const auto known = Call(&Stub::GetKnown, request);

  ASSERT_THAT(known, IsOk());
  EXPECT_EQ("books/" + std::to_string(known->book_number()), order.lines(0).book());
  EXPECT_EQ(known->customer(), "customers/ada");
}

TEST_F(TransactionsServiceTest, ErasingLeavesTheAmounts) {
  const v1::Order order = Place(1, "customers/ada");
  v1::EraseCustomerRequest erase;
  EXPECT_THAT(Call(&Stub::EraseCustomer, erase), HasReason("INVALID_FIELD"));
  erase.set_customer("customers/ada");

  EXPECT_EQ(Call(&Stub::EraseCustomer, erase)->waiting_count(), 1) << "it could not be sent without a name";
  EXPECT_EQ(GetAsStaff(order.name())->buyer().full_name(), "A Reader");
  Deliver(order);
  EXPECT_EQ(Call(&Stub::EraseCustomer, erase)->order_count(), 1);

  const auto left = GetAsStaff(order.name());
  ASSERT_THAT(left, IsOk());
  EXPECT_EQ(left->buyer().email(), "");
  EXPECT_EQ(left->buyer().full_name(), "");
  EXPECT_EQ(left->charged().minor(), 2000);
  EXPECT_THAT(Get(order.name(), "customers/ada", ""), HasReason("UNKNOWN_ORDER"));
}

}  // namespace
}  // namespace octavo::transactions
