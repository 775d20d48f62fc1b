// The follower against a transactions service that streams what it is told to, breaks off, and repeats itself.
#include "services/promotions/follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "lib/rpc/status.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/promotions/convert.h"
#include "services/promotions/memory_store.h"

namespace octavo::promotions {
namespace {

namespace transactions = octavo::transactions;

transactions::v1::OrderEvent Placed(std::int64_t position, const std::string& order, const std::string& email) {
  transactions::v1::OrderEvent event;
  event.set_position(position);
  event.set_type(transactions::v1::OrderEvent::TYPE_ORDER_PLACED);
  event.mutable_order()->set_name(order);
  event.mutable_order()->mutable_buyer()->set_email(email);
  event.mutable_order()->mutable_place_time()->set_seconds(ToMicros(FakeClock::kNoon) / 1'000'000);
  event.mutable_order()->mutable_totals()->mutable_total()->set_minor(1'900);
  event.mutable_order()->mutable_refunded()->set_minor(400);
  transactions::v1::OrderLine& line = *event.mutable_order()->add_lines();
  line.set_book("books/7");
  line.set_quantity(2);
  line.mutable_unit_price()->set_minor(1'000);
  for (const bool applied : {true, false}) {
    transactions::v1::CampaignNote& note = *event.mutable_order()->add_campaigns();
    note.set_campaign(applied ? "campaigns/3" : "campaigns/4");
    note.set_applied(applied);
    note.mutable_amount()->set_minor(100);
    note.set_free_quantity(1);
  }
  return event;
}

// Sends the events behind the position that is asked for, one stream at most two, in one message with one it has sent
// before.
class FakeTransactions final : public transactions::v1::TransactionsService::Service {
 public:
  std::vector<transactions::v1::OrderEvent> events;
  std::promise<void> all_taken;  // Set when somebody asks from behind the last.

  grpc::Status StreamOrderEventBatches(grpc::ServerContext*, const transactions::v1::StreamOrderEventBatchesRequest* request,
                                       grpc::ServerWriter<transactions::v1::OrderEventBatch>* writer) override {
    const auto next = static_cast<std::size_t>(request->position());
    if (next > events.size()) {
      return rpc::ToGrpcStatus(Error{Code::kOutOfRange, "UNKNOWN_POSITION", "there are only " + std::to_string(events.size())});
    }
    if (next < events.size()) {
      transactions::v1::OrderEventBatch batch;
      for (std::size_t i = next; i < std::min(next + 2, events.size()); ++i) *batch.add_events() = events[i];
      *batch.add_events() = events.front();
      writer->Write(batch);
    } else if (!taken_) {
      taken_ = true;
      all_taken.set_value();
    }
    return {grpc::StatusCode::UNAVAILABLE, "the stream breaks off"};
  }

 private:
  bool taken_ = false;  // Streams come one after the other.
};

// The shop's orders were brought back from a copy that is older than what was followed.
TEST(OrderFollowerTest, ReadsTheOrdersAnewWhereTheyAreFewerThanWasKnown) {
  SystemClock clock;
  const std::unique_ptr<obs::Log> log = obs::Log::Silent(clock);
  obs::Metrics metrics;
  obs::Tracer tracer;
  FakeTransactions transactions;
  transactions.events = {Placed(1, "orders/a", "ann@example.org"), Placed(2, "orders/d", "")};
  grpc::ServerBuilder builder;
  builder.RegisterService(&transactions);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  MemoryStore store;
  const Identity identity(Secret(std::string(Identity::kKeyBytes, 'k')));
  const auto facts = [&](const std::string& order) { return ToOrderFacts(Placed(1, order, ""), identity); };
  ASSERT_THAT(store.ApplyOrders({{1, facts("orders/a")}, {2, facts("orders/b")}, {3, facts("orders/c")}}), IsOk());
  {
    const OrderFollower follower(server->InProcessChannel({}), {*log, metrics, tracer, clock}, store, identity);
    transactions.all_taken.get_future().wait();
  }
  server->Shutdown();

  EXPECT_EQ(store.OrderPosition(), 2);
  EXPECT_EQ(store.ListOrders({}, nullptr, 10).size(), 4U) << "what was known stays, what is new is learned";
}

TEST(OrderFollowerTest, LearnsEveryOrderOnceOverStreamsThatBreakAndRepeat) {
  SystemClock clock;
  const std::unique_ptr<obs::Log> log = obs::Log::Silent(clock);
  obs::Metrics metrics;
  obs::Tracer tracer;
  FakeTransactions transactions;
  transactions.events = {Placed(1, "orders/a", "Ann@example.org"), Placed(2, "orders/b", "ann@example.org"),
                         Placed(3, "orders/c", "")};
  grpc::ServerBuilder builder;
  builder.RegisterService(&transactions);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  MemoryStore store;
  const Identity identity(Secret(std::string(Identity::kKeyBytes, 'k')));
  {
    const OrderFollower follower(server->InProcessChannel({}), {*log, metrics, tracer, clock}, store, identity);
    transactions.all_taken.get_future().wait();
  }
  server->Shutdown();

  EXPECT_EQ(store.OrderPosition(), 3);
  const std::vector<OrderFacts> orders = store.ListOrders({}, nullptr, 10);
  ASSERT_EQ(orders.size(), 3u);
  EXPECT_EQ(orders[0].place_time, FakeClock::kNoon);
  EXPECT_EQ(orders[0].revenue_minor, 1'500);
  EXPECT_THAT(orders[0].lines, testing::ElementsAre(OrderedLine{BookId(7), 2, 1'000}));
  EXPECT_THAT(orders[0].campaigns, testing::ElementsAre(CampaignEffect{CampaignId(3), 100, 1}));
  EXPECT_TRUE(orders[0].first_order);
  EXPECT_EQ(orders[0].person, orders[1].person);
  EXPECT_FALSE(orders[1].first_order);
  EXPECT_FALSE(orders[2].person.has_value());
}

}  // namespace
}  // namespace octavo::promotions
