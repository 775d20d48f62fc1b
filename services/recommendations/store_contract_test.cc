// What every Store does: MemoryStore, SqlStore on SQLite, SqlStore on PostgreSQL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "lib/testing/fake_clock.h"
#include "lib/testing/test_store.h"
#include "services/recommendations/memory_store.h"
#include "services/recommendations/migrations.h"
#include "services/recommendations/sql_store.h"

namespace octavo::recommendations {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  std::vector<std::int64_t> Append(std::vector<Event> events) { return store_->Append(events); }
  std::vector<int> BooksOf(const std::vector<StoredEvent>& events) {
    std::vector<int> books;
    for (const StoredEvent& stored : events) books.push_back(stored.event.book.value());
    return books;
  }

  TestStore store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

Event View(const char* reader, int book, const char* id = "") {
  return {.id = id, .reader = ReaderId(reader), .book = BookId(book), .type = EventType::kView, .time = kNoon};
}

TEST_P(StoreContractTest, BeginsEmpty) {
  EXPECT_EQ(store_->LastPosition(), 0);
  EXPECT_THAT(store_->EventsAfter(0, 10, Impressions::kWith), IsEmpty());
  EXPECT_EQ(store_->LatestModel(Arm::kLive), std::nullopt);
  EXPECT_THAT(store_->CountShelves(Timestamp{}, Timestamp::max()), IsEmpty());
}

TEST_P(StoreContractTest, GivesBackWhatWasAppendedInOrder) {
  const Event full{.id = "e1",
                   .reader = ReaderId("7"),
                   .book = BookId(2147483647),
                   .type = EventType::kRating,
                   .rating = 5,
                   .time = kNoon + 1us,
                   .shelf = "home.for-you",
                   .source = "demo",
                   .model = "m1"};

  EXPECT_THAT(Append({full, View("8", 2)}), ElementsAre(1, 2));
  EXPECT_THAT(Append({View("9", 3)}), ElementsAre(3));

  EXPECT_THAT(store_->EventsAfter(0, 10, Impressions::kWith),
              ElementsAre(StoredEvent{1, full}, StoredEvent{2, View("8", 2)}, StoredEvent{3, View("9", 3)}));
  EXPECT_THAT(BooksOf(store_->EventsAfter(1, 1, Impressions::kWith)), ElementsAre(2));
  EXPECT_EQ(store_->LastPosition(), 3);
}

TEST_P(StoreContractTest, AnEventIdCountsOnceWithinACallAndAcrossCalls) {
  EXPECT_THAT(Append({View("7", 1, "a"), View("7", 2, "a"), View("7", 3, "b")}), ElementsAre(1, 0, 2));
  EXPECT_THAT(Append({View("7", 4, "b"), View("7", 5), View("7", 6)}), ElementsAre(0, 3, 4));
  EXPECT_THAT(Append({View("7", 7, "a")}), ElementsAre(0));

  EXPECT_THAT(BooksOf(store_->EventsAfter(0, 10, Impressions::kWith)), ElementsAre(1, 3, 5, 6));
}

TEST_P(StoreContractTest, ALargeBatchIsWholeAndDense) {
  std::vector<Event> events;
  for (int i = 1; i <= 157; ++i) events.push_back(View("7", i, ("id" + std::to_string(i)).c_str()));

  const std::vector<std::int64_t> positions = Append(events);

  for (std::size_t i = 0; i < positions.size(); ++i) EXPECT_EQ(positions[i], static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(store_->EventsAfter(0, 1000, Impressions::kWith).size(), 157U);
  EXPECT_THAT(Append(events), testing::Each(0));
}

TEST_P(StoreContractTest, ImpressionsMayBeLeftOut) {
  Event impression = View("7", 1);
  impression.type = EventType::kImpression;
  Append({impression, View("7", 2)});

  EXPECT_THAT(BooksOf(store_->EventsAfter(0, 10, Impressions::kWith)), ElementsAre(1, 2));
  EXPECT_THAT(BooksOf(store_->EventsAfter(0, 10, Impressions::kWithout)), ElementsAre(2));
  EXPECT_THAT(BooksOf(store_->EventsOf(ReaderId("7"), 0, 10)), ElementsAre(2));
}

TEST_P(StoreContractTest, AMergedReadersEventsAreTheOthers) {
  Append({View("visitor", 1), View("customer", 2)});

  store_->Merge(ReaderId("visitor"), ReaderId("customer"));
  store_->Merge(ReaderId("visitor"), ReaderId("customer"));

  EXPECT_THAT(BooksOf(store_->EventsOf(ReaderId("customer"), 0, 10)), ElementsAre(1, 2));
  EXPECT_THAT(BooksOf(store_->EventsOf(ReaderId("customer"), 1, 10)), ElementsAre(2));
  EXPECT_THAT(store_->EventsOf(ReaderId("visitor"), 0, 10), IsEmpty());
}

TEST_P(StoreContractTest, AForgottenReaderLeavesNothingAndPositionsAreNotGivenAgain) {
  Append({View("7", 1, "a"), View("8", 2)});

  store_->DeleteReader(ReaderId("7"));
  store_->DeleteReader(ReaderId("7"));

  EXPECT_THAT(BooksOf(store_->EventsAfter(0, 10, Impressions::kWith)), ElementsAre(2));
  EXPECT_THAT(Append({View("7", 3, "a")}), ElementsAre(3));
}

TEST_P(StoreContractTest, ASourceIsForgottenPieceByPiece) {
  Event demo = View("7", 1);
  demo.source = "demo";
  Append({demo, demo, demo, View("7", 2)});

  EXPECT_EQ(store_->DeleteSource("demo", 2).size(), 2U);
  EXPECT_THAT(store_->DeleteSource("demo", 2), ElementsAre(ReaderId("7")));
  EXPECT_THAT(store_->DeleteSource("demo", 2), IsEmpty());

  EXPECT_THAT(BooksOf(store_->EventsAfter(0, 10, Impressions::kWith)), ElementsAre(2));
}

TEST_P(StoreContractTest, CountsEventsByShelfAndModelWithinTheTime) {
  const auto event = [](EventType type, const char* shelf, const char* model, Timestamp time) {
    Event made = View("7", 1);
    made.type = type;
    made.shelf = shelf;
    made.model = model;
    made.time = time;
    return made;
  };
  Append({event(EventType::kImpression, "home", "m1", kNoon), event(EventType::kImpression, "home", "m1", kNoon + 1s),
          event(EventType::kView, "home", "m1", kNoon + 2s), event(EventType::kPurchase, "home", "m1", kNoon + 3s),
          event(EventType::kImpression, "home", "m2", kNoon), event(EventType::kImpression, "similar", "", kNoon),
          event(EventType::kView, "home", "m1", kNoon + 1h), event(EventType::kView, "home", "m1", kNoon - 1s), View("7", 1)});

  EXPECT_THAT(store_->CountShelves(kNoon, kNoon + 1h),
              testing::UnorderedElementsAre(ShelfCounts{"home", "m1", 2, 1, 1}, ShelfCounts{"home", "m2", 1, 0, 0},
                                            ShelfCounts{"similar", "", 1, 0, 0}));
}

TEST_P(StoreContractTest, CountsTheDifferentReadersOfAShelfByTheArmOfTheirModel) {
  store_->PutModel({.name = "a1", .arm = Arm::kLive, .train_time = kNoon});
  store_->PutModel({.name = "a2", .arm = Arm::kLive, .train_time = kNoon});
  store_->PutModel({.name = "b", .arm = Arm::kChallenger, .train_time = kNoon});
  store_->RetireModel("a1");
  const auto event = [](EventType type, const char* reader, const char* shelf, const char* model, Timestamp time = kNoon) {
    return Event{.reader = ReaderId(reader), .book = BookId(1), .type = type, .time = time, .shelf = shelf, .model = model};
  };
  Append({event(EventType::kImpression, "1", "home", "models/a1"), event(EventType::kImpression, "1", "home", "models/a2"),
          event(EventType::kImpression, "2", "home", "models/a2"), event(EventType::kView, "1", "home", "models/a1"),
          event(EventType::kView, "1", "home", "models/a2"), event(EventType::kPurchase, "1", "home", "models/a2"),
          event(EventType::kImpression, "3", "home", "models/b"), event(EventType::kImpression, "4", "similar", "models/b"),
          event(EventType::kImpression, "5", "home", "models/unknown"), event(EventType::kImpression, "6", "home", ""),
          event(EventType::kImpression, "7", "home", "models/b", kNoon - 1s)});

  EXPECT_THAT(store_->CountShelfReaders(kNoon, kNoon + 1s),
              ElementsAre(ShelfReaders{"home", Arm::kLive, 2, 1, 1}, ShelfReaders{"home", Arm::kChallenger, 1, 0, 0},
                          ShelfReaders{"similar", Arm::kChallenger, 1, 0, 0}));
}

Event Purchase(const char* reader, int book, const char* id) {
  return {.id = id, .reader = ReaderId(reader), .book = BookId(book), .type = EventType::kPurchase, .time = kNoon};
}

TEST_P(StoreContractTest, AnOrdersPurchasesAreStoredOnceWithItsPosition) {
  EXPECT_EQ(store_->OrderPosition(), 0);

  const AppliedOrder applied =
      store_->ApplyOrder({.position = 3, .purchases = {Purchase("7", 1, "o/1"), Purchase("7", 2, "o/2")}});
  EXPECT_THAT(applied.purchases, ElementsAre(Purchase("7", 1, "o/1"), Purchase("7", 2, "o/2")));
  EXPECT_EQ(store_->OrderPosition(), 3);
  EXPECT_THAT(store_->ApplyOrder({.position = 3, .purchases = {Purchase("7", 3, "o/3")}}).purchases, IsEmpty());
  EXPECT_THAT(store_->ApplyOrder({.position = 4, .purchases = {Purchase("7", 1, "o/1"), Purchase("7", 4, "o/4")}}).purchases,
              ElementsAre(Purchase("7", 4, "o/4")));

  EXPECT_THAT(BooksOf(store_->EventsOf(ReaderId("7"), 0, 10)), ElementsAre(1, 2, 4));
  store_->FollowOrdersAnew();
  EXPECT_EQ(store_->OrderPosition(), 0);
}

TEST_P(StoreContractTest, WhatAnOrderTakesBackIsGoneAndItsReadersAreNamed) {
  store_->ApplyOrder({.position = 1, .purchases = {Purchase("7", 1, "o/1"), Purchase("7", 2, "o/2")}});
  store_->Merge(ReaderId("7"), ReaderId("customer"));

  const AppliedOrder applied = store_->ApplyOrder({.position = 2, .taken_back = {"o/1", "o/2", "o/unknown"}});

  EXPECT_THAT(applied.robbed, ElementsAre(ReaderId("customer"), ReaderId("customer")));
  EXPECT_THAT(store_->EventsAfter(0, 10, Impressions::kWith), IsEmpty());
}

TEST_P(StoreContractTest, APurchaseIsBookedToTheShelfThatTheReaderCameFrom) {
  const auto lead = [](EventType type, const char* reader, int book, const char* shelf, Timestamp time) {
    return Event{.reader = ReaderId(reader),
                 .book = BookId(book),
                 .type = type,
                 .time = time,
                 .shelf = shelf,
                 .model = std::string("m-") + shelf};
  };
  Append({lead(EventType::kView, "7", 1, "first", kNoon - 2h), lead(EventType::kBasket, "7", 1, "last", kNoon - 1h),
          lead(EventType::kImpression, "7", 1, "shown", kNoon), lead(EventType::kView, "7", 1, "later", kNoon + 1us),
          lead(EventType::kView, "8", 1, "other", kNoon), lead(EventType::kView, "7", 2, "old", kNoon - kLeadMax - 1us),
          View("7", 1)});

  const AppliedOrder applied =
      store_->ApplyOrder({.position = 1, .purchases = {Purchase("7", 1, "o/1"), Purchase("7", 2, "o/2")}});

  ASSERT_EQ(applied.purchases.size(), 2u);
  EXPECT_EQ(applied.purchases[0].shelf, "last");
  EXPECT_EQ(applied.purchases[0].model, "m-last");
  EXPECT_EQ(applied.purchases[1].shelf, "");
  EXPECT_EQ(store_->EventsOf(ReaderId("7"), 6, 1)[0].event, View("7", 1));
  EXPECT_EQ(store_->EventsOf(ReaderId("7"), 7, 1)[0].event, applied.purchases[0]);
}

TEST_P(StoreContractTest, KeepsTheLatestModelOfEachArm) {
  const ModelRecord first{.name = "m1",
                          .train_time = kNoon,
                          .last_position = 5,
                          .readers = 1,
                          .books = 2,
                          .interactions = 3,
                          .train_seconds = 0.25,
                          .bytes = 4,
                          .quality = {{"recall@20", 1.0 / 3}, {"popular.recall@20", 0}},
                          .settings = "{}"};
  ModelRecord second = first;
  second.name = "m2";
  second.train_time = kNoon + 1s;
  ModelRecord challenger = first;
  challenger.name = "m3";
  challenger.arm = Arm::kChallenger;

  store_->PutModel(second);
  store_->PutModel(first);
  store_->PutModel(challenger);
  store_->PutModel(challenger);

  EXPECT_EQ(store_->LatestModel(Arm::kLive), second);
  EXPECT_EQ(store_->LatestModel(Arm::kChallenger), challenger);
  store_->RetireModel("m2");
  store_->RetireModel("m2");
  EXPECT_EQ(store_->LatestModel(Arm::kLive), first);
  store_->RetireModel("m1");
  EXPECT_EQ(store_->LatestModel(Arm::kLive), std::nullopt);
  EXPECT_EQ(store_->FirstTrained(Arm::kLive), kNoon);
}

}  // namespace
}  // namespace octavo::recommendations
