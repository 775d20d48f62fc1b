// What orders do to readers' histories, over streams that end, come again and begin anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "lib/rpc/status.h"
#include "lib/testing/fake_clock.h"
#include "services/recommendations/follower.h"
#include "services/recommendations/memory_store.h"

namespace octavo::recommendations {
namespace {

namespace transactions = octavo::transactions;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using transactions::v1::OrderEvent;

constexpr const char* kOrder = "orders/0198f0a2-0000-7000-8000-000000000001";

// Each stream gives the events behind the position that is asked for and ends.
class FakeTransactions final : public transactions::v1::TransactionsService::Service {
 public:
  OrderEvent& Add(OrderEvent::Type type, const std::string& order, const std::vector<int>& books) {
    const std::lock_guard lock(mutex_);
    OrderEvent& event = events_.emplace_back();
    event.set_position(static_cast<std::int64_t>(events_.size()));
    event.set_type(type);
    event.mutable_event_time()->set_seconds(ToMicros(FakeClock::kNoon) / 1'000'000);
    event.mutable_order()->set_name(order);
    for (const int book : books) event.mutable_order()->add_lines()->set_book("books/" + std::to_string(book));
    return event;
  }
  // The shop's orders were brought back from a copy that is older than what was followed.
  void Keep(std::size_t count) {
    const std::lock_guard lock(mutex_);
    events_.resize(count);
  }
  // Waits until a stream has begun behind the last event, or `position`.
  void AwaitStreamFrom(std::int64_t position) {
    std::unique_lock lock(mutex_);
    asked_.wait(lock, [&] { return last_asked_ == position; });
  }

  grpc::Status StreamOrderEventBatches(grpc::ServerContext*, const transactions::v1::StreamOrderEventBatchesRequest* request,
                                       grpc::ServerWriter<transactions::v1::OrderEventBatch>* writer) override {
    const std::lock_guard lock(mutex_);
    last_asked_ = request->position();
    asked_.notify_all();
    const auto known = static_cast<std::int64_t>(events_.size());
    if (last_asked_ > known) {
      return rpc::ToGrpcStatus(Error{Code::kOutOfRange, "UNKNOWN_POSITION", "there are only " + std::to_string(known)});
    }
    transactions::v1::OrderEventBatch batch;
    for (auto next = static_cast<std::size_t>(last_asked_); next < events_.size(); ++next) *batch.add_events() = events_[next];
    if (!batch.events().empty()) writer->Write(batch);
    return grpc::Status::OK;
  }

 private:
  std::mutex mutex_;
  std::condition_variable asked_;
  std::vector<OrderEvent> events_;  // Guarded by mutex_, as the next.
  std::int64_t last_asked_ = -1;
};

class OrderFollowerTest : public testing::Test {
 protected:
  OrderFollowerTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&orders_);
    server_ = builder.BuildAndStart();
  }
  ~OrderFollowerTest() override { server_->Shutdown(); }

  // Follows until `position` was applied: a stream is asked for from behind it.
  void FollowTo(std::int64_t position) {
    Histories histories;
    Recorder recorder(store_, histories, [this](std::int64_t count) { told_ += count; });
    recorder.Replay(0);
    recorder.Start();
    OrderFollower follower(server_->InProcessChannel({}), {*log_, metrics_, tracer_, clock_}, recorder);
    follower.Start();
    orders_.AwaitStreamFrom(position);
    follower.Stop();
    recorder.Stop();
    owned_ = [&] {
      std::map<std::string, std::vector<std::int32_t>> owned;
      for (const char* reader : {"v-1", "c-7", "o-0198f0a2-0000-7000-8000-000000000001"}) {
        History history;
        histories.Copy(reader, history);
        owned[reader] = history.never_again();
      }
      return owned;
    }();
  }
  const std::vector<std::int32_t>& Owned(const std::string& reader) { return owned_.at(reader); }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  FakeTransactions orders_;
  std::unique_ptr<grpc::Server> server_;
  MemoryStore store_;
  std::map<std::string, std::vector<std::int32_t>> owned_;
  std::int64_t told_ = 0;  // New events that the learner was told of.
};

TEST_F(OrderFollowerTest, APurchaseBelongsToTheReaderOfTheOrderOrElseToItsCustomerOrElseToNobody) {
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, kOrder, {1, 2}).set_reader("readers/v-1");
  auto& of_customer = orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/b", {3});
  of_customer.mutable_order()->mutable_buyer()->set_customer("customers/7");
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, kOrder, {4});

  FollowTo(3);

  EXPECT_THAT(Owned("v-1"), ElementsAre(1, 2));
  EXPECT_THAT(Owned("c-7"), ElementsAre(3));
  EXPECT_THAT(Owned("o-0198f0a2-0000-7000-8000-000000000001"), ElementsAre(4));
  EXPECT_EQ(told_, 4);
  EXPECT_EQ(store_.EventsAfter(0, 1, Impressions::kWith)[0].event, (Event{.id = std::string(kOrder) + "/1",
                                                                          .reader = ReaderId("v-1"),
                                                                          .book = BookId(1),
                                                                          .type = EventType::kPurchase,
                                                                          .time = FakeClock::kNoon,
                                                                          .source = "transactions"}));
}

TEST_F(OrderFollowerTest, ACancelledOrderWasNeverThereAndARefundedOneWas) {
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/a", {1, 2}).set_reader("readers/v-1");
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/b", {3}).set_reader("readers/v-1");
  orders_.Add(OrderEvent::TYPE_REFUNDED, "orders/b", {3});
  orders_.Add(OrderEvent::TYPE_CANCELLED, "orders/a", {1, 2});

  FollowTo(4);

  EXPECT_THAT(Owned("v-1"), ElementsAre(3));
}

TEST_F(OrderFollowerTest, AnErasedBuyerLeavesNoPurchase) {
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/a", {1}).set_reader("readers/v-1");
  orders_.Add(OrderEvent::TYPE_ERASED, "orders/a", {1});

  FollowTo(2);

  EXPECT_THAT(Owned("v-1"), IsEmpty());
  EXPECT_THAT(store_.EventsAfter(0, 10, Impressions::kWith), IsEmpty());
}

TEST_F(OrderFollowerTest, GoesOnBehindWhatItAppliedWhenItStartsAgain) {
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/a", {1}).set_reader("readers/v-1");
  FollowTo(1);
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/b", {2}).set_reader("readers/v-1");
  FollowTo(2);

  EXPECT_THAT(Owned("v-1"), ElementsAre(1, 2));
  EXPECT_EQ(store_.LastPosition(), 2);
  EXPECT_EQ(told_, 2);
}

TEST_F(OrderFollowerTest, FollowsAnewWhereTheOrdersAreFewerThanWereSeen) {
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/a", {1}).set_reader("readers/v-1");
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/b", {2}).set_reader("readers/v-1");
  FollowTo(2);
  orders_.Keep(1);
  FollowTo(1);

  EXPECT_EQ(store_.OrderPosition(), 1);
  EXPECT_EQ(store_.LastPosition(), 2) << "what was known is not counted again";
}

TEST_F(OrderFollowerTest, APurchaseIsTheShelfsThatTheReaderCameFrom) {
  const auto view = [](const char* shelf, int book, Timestamp time) {
    return Event{.reader = ReaderId("v-1"),
                 .book = BookId(book),
                 .type = EventType::kView,
                 .time = time,
                 .shelf = shelf,
                 .model = std::string("models/") + shelf};
  };
  const std::vector<Event> views = {view("home", 1, FakeClock::kNoon - 2h), view("similar", 1, FakeClock::kNoon - 1h),
                                    view("late", 1, FakeClock::kNoon + 1h), view("old", 2, FakeClock::kNoon - 31 * 24h),
                                    view("other-book", 3, FakeClock::kNoon - 1h)};
  store_.Append(views);
  orders_.Add(OrderEvent::TYPE_ORDER_PLACED, "orders/a", {1, 2}).set_reader("readers/v-1");

  FollowTo(1);

  const std::vector<StoredEvent> purchases = store_.EventsAfter(5, 10, Impressions::kWith);
  ASSERT_EQ(purchases.size(), 2u);
  EXPECT_EQ(purchases[0].event.shelf, "similar");
  EXPECT_EQ(purchases[0].event.model, "models/similar");
  EXPECT_EQ(purchases[1].event.shelf, "") << "more than a month ago";
}

}  // namespace
}  // namespace octavo::recommendations
