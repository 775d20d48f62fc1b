// octavo.cart.v1 through a real in-process server, with a catalogue and an inventory that say what they are told to.
#include "services/cart/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "octavo/cart/v1/cart.grpc.pb.h"
#include "services/cart/fake_shop.h"
#include "services/cart/follower.h"
#include "services/cart/memory_store.h"

namespace octavo::cart {
namespace {

using testing::ElementsAre;

class CartServiceTest : public testing::Test {
 protected:
  CartServiceTest() {
    grpc::ServerBuilder builder;
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&service_, &catalog_, &inventory_, &transactions_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
    shop_.Connect(channel_, channel_);
    pipeline_.Open();
    stub_ = v1::CartService::NewStub(channel_);
    catalog_.Put("books/1", "Dune", 1290);
    catalog_.Put("books/2", "Emma", 900);
    inventory_.Put("books/1", 5);
  }
  ~CartServiceTest() override {
    pipeline_.Close();
    server_->Shutdown();
  }

  // The answer; what went wrong is in error_.
  template <typename Request>
  v1::Cart Call(grpc::Status (v1::CartService::Stub::*method)(grpc::ClientContext*, const Request&, v1::Cart*),
                const Request& request) {
    grpc::ClientContext context;
    v1::Cart response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    error_ = status.ok() ? Error{} : rpc::ToError(status);
    return response;
  }
  v1::Cart Get(const std::string& name = "carts/v-1") {
    v1::GetCartRequest request;
    request.set_name(name);
    return Call(&v1::CartService::Stub::GetCart, request);
  }
  v1::Cart Add(const std::string& book, std::int64_t quantity, const std::string& request_id,
               const std::string& name = "carts/v-1") {
    v1::AddItemRequest request;
    request.set_name(name);
    request.set_book(book);
    request.set_quantity(quantity);
    request.set_request_id(request_id);
    return Call(&v1::CartService::Stub::AddItem, request);
  }
  v1::Cart SetQuantity(const std::string& book, std::int64_t quantity, const std::string& etag, const std::string& request_id) {
    v1::SetQuantityRequest request;
    request.set_name("carts/v-1");
    request.set_book(book);
    request.set_quantity(quantity);
    request.set_etag(etag);
    request.set_request_id(request_id);
    return Call(&v1::CartService::Stub::SetQuantity, request);
  }

  FakeClock clock_;         // Of the carts.
  SystemClock wall_clock_;  // Of the calls, whose deadlines gRPC watches.
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(wall_clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  rpc::Telemetry telemetry_{*log_, metrics_, tracer_, wall_clock_};
  rpc::Pipeline pipeline_{telemetry_, {.threads = 4}};
  MemoryStore store_;
  ShopClient shop_{telemetry_, std::chrono::seconds(20), Currency::Eur()};
  FakeCatalog catalog_;
  FakeInventory inventory_;
  FakeTransactions transactions_;
  CartService service_{store_, shop_, clock_, pipeline_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::CartService::Stub> stub_;
  Error error_;
};

TEST_F(CartServiceTest, ACartThatNobodyWroteToIsEmpty) {
  const v1::Cart cart = Get();

  EXPECT_EQ(cart.name(), "carts/v-1");
  EXPECT_EQ(cart.etag(), "0");
  EXPECT_EQ(cart.lines_size(), 0);
  EXPECT_FALSE(cart.stale());
}

TEST_F(CartServiceTest, ABookWithoutAPriceOfThisShopIsRefusedByName) {
  catalog_.PutUnpriced("books/1", "Dune");
  Add("books/1", 1, "a");
  EXPECT_EQ(error_.reason, "NOT_FOR_SALE");
  EXPECT_EQ(error_.metadata.at("book"), "books/1");
  EXPECT_THAT(error_.message, testing::HasSubstr("Dune"));

  catalog_.Put("books/1", "Dune", 1290, "USD");
  Add("books/1", 1, "b");
  EXPECT_EQ(error_.reason, "NOT_FOR_SALE");

  catalog_.Put("books/1", "Dune", 0);
  EXPECT_EQ(Add("books/1", 1, "c").lines_size(), 1);
}

TEST_F(CartServiceTest, ALineWhosePriceWasTakenAwayOrIsForeignSaysSo) {
  Add("books/1", 1, "a");
  Add("books/2", 1, "b");

  catalog_.PutUnpriced("books/1", "Dune");
  catalog_.Put("books/2", "Emma", 900, "USD");
  const v1::Cart cart = Get();

  for (const v1::CartLine& line : cart.lines()) {
    EXPECT_EQ(line.availability(), v1::AVAILABILITY_NOT_FOR_SALE) << line.book();
    EXPECT_FALSE(line.has_unit_price()) << line.book();
  }
  EXPECT_FALSE(cart.stale());
}

TEST_F(CartServiceTest, ShowsTheLinesAsTheShopSeesThem) {
  Add("books/1", 2, "a");
  const v1::Cart cart = Add("books/2", 1, "b");

  EXPECT_EQ(cart.etag(), "2");
  EXPECT_EQ(cart.item_count(), 3);
  ASSERT_EQ(cart.lines_size(), 2);
  EXPECT_EQ(cart.lines(0).title(), "Dune");
  EXPECT_EQ(cart.lines(0).authors(), "An Author");
  EXPECT_EQ(cart.lines(0).unit_price().minor(), 1290);
  EXPECT_FALSE(cart.lines(0).has_previous_unit_price());
  EXPECT_EQ(cart.lines(0).availability(), v1::AVAILABILITY_ON_SHELF);
  EXPECT_EQ(cart.lines(0).available_quantity(), 5);
  EXPECT_EQ(cart.lines(1).availability(), v1::AVAILABILITY_SOLD_OUT);
  inventory_.Put("books/2", 0, 3);
  EXPECT_EQ(Get().lines(1).availability(), v1::AVAILABILITY_TO_ORDER);
}

TEST_F(CartServiceTest, TellsAPriceThatChangedUntilTheReaderHasDealtWithTheCart) {
  Add("books/1", 1, "a");
  catalog_.Put("books/1", "Dune", 1490);

  const v1::Cart changed = Get();
  EXPECT_EQ(changed.lines(0).unit_price().minor(), 1490);
  EXPECT_EQ(changed.lines(0).previous_unit_price().minor(), 1290);
  EXPECT_TRUE(Add("books/2", 1, "b").lines(0).has_previous_unit_price());  // From a book's page: the cart was not in view.

  const v1::Cart dealt_with = SetQuantity("books/1", 2, Get().etag(), "c");
  EXPECT_TRUE(dealt_with.lines(0).has_previous_unit_price());
  EXPECT_FALSE(Get().lines(0).has_previous_unit_price());
}

TEST_F(CartServiceTest, TellsAnAvailabilityThatChangedUntilTheReaderHasDealtWithTheCart) {
  Add("books/1", 2, "a");
  EXPECT_EQ(Get().lines(0).previous_availability(), v1::AVAILABILITY_UNSPECIFIED);
  inventory_.Put("books/1", 1);

  const v1::Cart changed = Get();
  EXPECT_EQ(changed.lines(0).availability(), v1::AVAILABILITY_PARTLY);
  EXPECT_EQ(changed.lines(0).previous_availability(), v1::AVAILABILITY_ON_SHELF);
  inventory_.SetDown(true);
  EXPECT_EQ(Get().lines(0).previous_availability(), v1::AVAILABILITY_UNSPECIFIED) << "nobody knows whether it changed";
  inventory_.SetDown(false);

  const v1::Cart dealt_with = SetQuantity("books/1", 1, changed.etag(), "b");
  EXPECT_EQ(dealt_with.lines(0).availability(), v1::AVAILABILITY_ON_SHELF);
  inventory_.Put("books/1", 0, 5);
  EXPECT_EQ(Get().lines(0).previous_availability(), v1::AVAILABILITY_ON_SHELF);
  SetQuantity("books/1", 2, Get().etag(), "c");
  EXPECT_EQ(Get().lines(0).availability(), v1::AVAILABILITY_TO_ORDER);
  EXPECT_EQ(Get().lines(0).previous_availability(), v1::AVAILABILITY_UNSPECIFIED);
}

TEST_F(CartServiceTest, ComesAsLastSeenWhenTheShopIsAway) {
  Add("books/1", 1, "a");
  catalog_.SetDown(true);

  v1::Cart cart = Get();
  EXPECT_TRUE(cart.stale());
  EXPECT_EQ(cart.lines(0).title(), "Dune");
  EXPECT_EQ(cart.lines(0).unit_price().minor(), 1290);
  EXPECT_EQ(cart.lines(0).availability(), v1::AVAILABILITY_ON_SHELF);

  inventory_.SetDown(true);
  cart = SetQuantity("books/1", 3, cart.etag(), "b");
  EXPECT_TRUE(cart.stale());
  EXPECT_EQ(cart.lines(0).quantity(), 3);
  EXPECT_EQ(cart.lines(0).availability(), v1::AVAILABILITY_UNKNOWN);
  Add("books/2", 1, "c");
  EXPECT_EQ(error_.code, Code::kUnavailable);
}

TEST_F(CartServiceTest, KnowsBooksThatAreGoneAndThatNeverWere) {
  Add("books/1", 1, "a");
  catalog_.Remove("books/1");

  EXPECT_EQ(Get().lines(0).availability(), v1::AVAILABILITY_GONE);
  EXPECT_EQ(Get().lines(0).title(), "Dune");
  EXPECT_EQ(Add("books/1", 1, "a").lines(0).quantity(), 1);  // The first answer, again.
  Add("books/9", 1, "b");
  EXPECT_EQ(error_.reason, "UNKNOWN_BOOK");
}

TEST_F(CartServiceTest, RefusesAStaleEtagAndRepeatsAnOldRequest) {
  const std::string first = Add("books/1", 1, "a").etag();
  SetQuantity("books/1", 4, first, "b");
  EXPECT_EQ(error_.reason, "");

  SetQuantity("books/1", 9, first, "c");
  EXPECT_EQ(error_.reason, "ETAG_MISMATCH");
  EXPECT_EQ(error_.code, Code::kAborted);
  EXPECT_EQ(SetQuantity("books/1", 4, first, "b").lines(0).quantity(), 4);
  SetQuantity("books/1", 5, first, "b");
  EXPECT_EQ(error_.reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(SetQuantity("books/1", 0, Get().etag(), "d").lines_size(), 0);
}

TEST_F(CartServiceTest, SavesForLaterSetsCodesAndMerges) {
  Add("books/1", 2, "a");
  v1::SetSavedForLaterRequest save;
  save.set_name("carts/v-1");
  save.set_book("books/1");
  save.set_saved_for_later(true);
  save.set_etag("1");
  save.set_request_id("b");
  const v1::Cart saved = Call(&v1::CartService::Stub::SetSavedForLater, save);
  EXPECT_TRUE(saved.lines(0).saved_for_later());
  EXPECT_EQ(saved.item_count(), 0);

  v1::SetCodesRequest codes;
  codes.set_name("carts/v-1");
  codes.add_codes(" spring ");
  codes.set_etag(saved.etag());
  codes.set_request_id("c");
  EXPECT_THAT(Call(&v1::CartService::Stub::SetCodes, codes).codes(), ElementsAre("spring"));

  Add("books/2", 1, "a", "carts/c-7");
  v1::MergeCartsRequest merge;
  merge.set_from("carts/v-1");
  merge.set_to("carts/c-7");
  merge.set_request_id("m");
  const v1::Cart merged = Call(&v1::CartService::Stub::MergeCarts, merge);
  EXPECT_EQ(merged.lines_size(), 2);
  EXPECT_THAT(merged.codes(), ElementsAre("spring"));
  EXPECT_EQ(Get().lines_size(), 0);
  EXPECT_EQ(Call(&v1::CartService::Stub::MergeCarts, merge).lines_size(), 2);
}

TEST_F(CartServiceTest, NamesTheFieldThatIsWrong) {
  const auto field = [&] { return error_.violations.empty() ? error_.reason : error_.violations[0].field; };

  Get("carts/1");
  EXPECT_EQ(field(), "name");
  Add("books/x", 1, "a");
  EXPECT_EQ(field(), "book");
  Add("books/1", 0, "a");
  EXPECT_EQ(field(), "quantity");
  Add("books/1", 100, "a");
  EXPECT_EQ(field(), "quantity");
  Add("books/1", 1, "");
  EXPECT_EQ(field(), "request_id");
  SetQuantity("books/1", 1, "", "a");
  EXPECT_EQ(field(), "etag");
  v1::MergeCartsRequest merge;
  merge.set_from("carts/c-1");
  merge.set_to("carts/c-2");
  merge.set_request_id("m");
  Call(&v1::CartService::Stub::MergeCarts, merge);
  EXPECT_EQ(field(), "from");
}

TEST_F(CartServiceTest, ClearsWhatWasOrdered) {
  Add("books/1", 3, "a");
  v1::ClearOrderedRequest clear;
  clear.set_name("carts/v-1");
  clear.set_order("orders/1");
  clear.add_lines()->set_book("books/1");
  clear.mutable_lines(0)->set_quantity(2);

  EXPECT_EQ(Call(&v1::CartService::Stub::ClearOrdered, clear).lines(0).quantity(), 1);
  EXPECT_EQ(Call(&v1::CartService::Stub::ClearOrdered, clear).lines(0).quantity(), 1);
}

TEST_F(CartServiceTest, ForgetsACartThatIsDeleted) {
  Add("books/1", 3, "a");
  v1::DeleteCartRequest request;
  request.set_name("carts/v-1");
  grpc::ClientContext context;
  v1::DeleteCartResponse response;

  EXPECT_TRUE(stub_->DeleteCart(&context, request, &response).ok());

  EXPECT_EQ(Get().lines_size(), 0);
  EXPECT_EQ(Get().etag(), "0");
}

transactions::v1::OrderEvent Placed(const std::string& order, const std::string& cart, const std::string& book) {
  transactions::v1::OrderEvent event;
  event.set_type(transactions::v1::OrderEvent::TYPE_ORDER_PLACED);
  event.set_cart(cart);
  event.mutable_order()->set_name(order);
  event.mutable_order()->add_lines()->set_book(book);
  event.mutable_order()->mutable_lines(0)->set_quantity(1);
  return event;
}

TEST_F(CartServiceTest, FollowsTheOrdersAndClearsEachOnce) {
  Add("books/1", 3, "a");
  Add("books/2", 2, "a", "carts/c-7");
  transactions_.Add(Placed("orders/1", "carts/v-1", "books/1"));
  transactions::v1::OrderEvent paid;
  paid.set_type(transactions::v1::OrderEvent::TYPE_PAYMENT_CHANGED);
  transactions_.Add(paid);
  transactions_.Add(Placed("orders/2", "", "books/2"));  // From nobody's cart.
  transactions_.Add(Placed("orders/3", "carts/c-7", "books/2"));

  Follower follower(channel_, store_, telemetry_);
  transactions_.AwaitStreamFrom(4);
  transactions_.Add(Placed("orders/4", "carts/v-1", "books/1"));
  transactions_.AwaitStreamFrom(5);
  follower.Stop();

  EXPECT_EQ(Get("carts/v-1").lines(0).quantity(), 1);
  EXPECT_EQ(Get("carts/c-7").lines(0).quantity(), 1);
}

TEST_F(CartServiceTest, FollowsAnewWhereTheOrdersAreFewerThanWereSeen) {
  Add("books/1", 3, "a");
  store_.FollowTo(7, {{.cart = CartId{"v-1"}, .order = "orders/1", .copies = {{BookId{1}, 1}}}}, clock_.Now());
  transactions_.Add(Placed("orders/1", "carts/v-1", "books/1"));
  transactions_.Add(Placed("orders/2", "carts/v-1", "books/1"));

  Follower follower(channel_, store_, telemetry_);
  transactions_.AwaitStreamFrom(2);
  follower.Stop();

  EXPECT_EQ(Get().lines(0).quantity(), 1);
}

}  // namespace
}  // namespace octavo::cart
