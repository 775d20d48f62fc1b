// The audit can fail: each kind of corruption, planted into tables without constraints, is found and named. And random
// changes on every store, step by step beside the memory store as the model, across restarts.
#include "services/cart/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "lib/base/random.h"
#include "lib/testing/matchers.h"
#include "services/cart/test_store.h"

namespace octavo::cart {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;

// The tables without what would stop the corruption.
constexpr db::Migration kUnchecked[] = {
    {1, "carts",
     "CREATE TABLE carts (cart_id TEXT PRIMARY KEY, version BIGINT NOT NULL, next_position BIGINT NOT NULL, codes TEXT NOT "
     "NULL, updated BIGINT NOT NULL);"
     "CREATE TABLE cart_lines (cart_id TEXT NOT NULL, book_id BIGINT NOT NULL, position BIGINT NOT NULL, quantity BIGINT NOT "
     "NULL, saved_for_later BIGINT NOT NULL, title TEXT NOT NULL, authors TEXT NOT NULL, price_minor BIGINT, currency TEXT, "
     "added BIGINT NOT NULL, availability BIGINT NOT NULL, PRIMARY KEY (cart_id, book_id));"
     "CREATE TABLE done_changes (cart_id TEXT NOT NULL, change_key TEXT NOT NULL, fingerprint BIGINT NOT NULL, created BIGINT "
     "NOT NULL, PRIMARY KEY (cart_id, change_key));"
     "CREATE TABLE followed (stream TEXT PRIMARY KEY, position BIGINT NOT NULL);"}};

struct Corruption {
  std::string name;
  std::string sql;
  std::string equation;
};

const Corruption kCorruptions[] = {
    {"CartGone", "DELETE FROM carts", "lines_have_carts"},
    {"NoCopies", "UPDATE cart_lines SET quantity = 0 WHERE book_id = 1", "quantities_in_range"},
    {"TooManyCopies", "UPDATE cart_lines SET quantity = 100 WHERE book_id = 1", "quantities_in_range"},
    {"SamePlace", "UPDATE cart_lines SET position = 1", "lines_in_order"},
    {"PlaceNotGivenOut", "UPDATE carts SET next_position = 2", "lines_in_order"},
    {"NeverChanged", "UPDATE carts SET version = 0", "versions_grow"},
};

class CartAuditTest : public testing::TestWithParam<std::tuple<StoreKind, Corruption>> {};

TEST_P(CartAuditTest, FindsThePlantedCorruption) {
  const auto& [kind, corruption] = GetParam();
  TestDatabase database(DatabaseOf(kind), kUnchecked);
  SqlStore store(*database);
  for (int book = 1; book <= 2; ++book) {
    const auto add = [&](Cart& cart) { return Add(cart, BookId{book}, 1, {}, kNoon); };
    ASSERT_THAT(store.Write({.cart = CartId{"v-1"}, .request_id = std::to_string(book)}, add, kNoon), IsOk());
  }
  ASSERT_THAT(Audit(store).violations, IsEmpty());

  database->Write([&](db::Transaction& transaction) { ASSERT_GT(transaction.Execute(corruption.sql), 0); });

  EXPECT_THAT(Audit(store).violations, ElementsAre(Field(&Violation::equation, corruption.equation)));
}

INSTANTIATE_TEST_SUITE_P(Every, CartAuditTest,
                         testing::Combine(testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                                          testing::ValuesIn(kCorruptions)),
                         [](const auto& info) {
                           return testing::PrintToString(std::get<0>(info.param)) + std::get<1>(info.param).name;
                         });

std::uint64_t TestSeed() {
  const char* given = std::getenv("OCTAVO_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : QuickRandom();
}

class RandomCartsTest : public testing::TestWithParam<StoreKind> {
 protected:
  std::int64_t Below(std::int64_t bound) { return static_cast<std::int64_t>(random_.Below(bound)); }
  BookId SomeBook() { return BookId{1 + Below(4)}; }
  CartId SomeCart() { return CartId{Below(2) == 0 ? "v-" + std::to_string(Below(2)) : "c-" + std::to_string(Below(2))}; }
  Ordered SomeOrder() {
    return {SomeCart(), "orders/" + std::to_string(Below(30)), {{SomeBook(), 1 + Below(3)}, {SomeBook(), 1}}};
  }

  template <typename Verb>
  std::string Both(const std::string& what, const Verb& verb) {
    const Result<Cart> expected = verb(model_);
    const Result<Cart> got = verb(*store_);
    EXPECT_EQ(got.ok() ? "ok" : got.error().reason, expected.ok() ? "ok" : expected.error().reason) << what;
    if (got.ok() && expected.ok()) {
      EXPECT_EQ(*got, *expected) << what;
    }
    return what + ": " + (expected.ok() ? "ok" : expected.error().reason);
  }

  std::string Step() {
    const BookId book = SomeBook();
    Change change{.cart = SomeCart(), .request_id = std::to_string(Below(60)), .fingerprint = Below(2)};
    if (Below(2) == 0) change.expected_version = model_.Find(change.cart).version - Below(2);
    const std::int64_t quantity = Below(5);
    const auto write = [&](const std::string& what, const Store::Apply& apply) {
      return Both(what, [&](Store& store) { return store.Write(change, apply, now_); });
    };
    switch (Below(9)) {
      case 0:
      case 1:
      case 2: return write("add", [&](Cart& cart) { return Add(cart, book, 1 + quantity, {}, now_); });
      case 3: return write("set", [&](Cart& cart) { return SetQuantity(cart, book, quantity); });
      case 4: return write("save", [&](Cart& cart) { return SetSavedForLater(cart, book, quantity > 2); });
      case 5: {
        const CartId from{"v-" + std::to_string(Below(2))};
        change.cart = CartId{"c-" + std::to_string(Below(2))};
        return Both("merge", [&](Store& store) { return store.MergeFrom(from, change, now_); });
      }
      case 6: {
        const Ordered ordered = SomeOrder();
        return Both("clear", [&](Store& store) { return Result<Cart>(store.ClearOrdered(ordered, now_)); });
      }
      case 7: {
        const Ordered ordered = SomeOrder();
        const std::int64_t position = model_.FollowedPosition() + Below(3);
        model_.FollowTo(position, {ordered}, now_);
        store_->FollowTo(position, {ordered}, now_);
        return "follow";
      }
      default: store_.Reopen(); return "restart";
    }
  }

  const std::uint64_t seed_ = TestSeed();
  SeededRandom random_{seed_};
  Timestamp now_ = kNoon;
  MemoryStore model_;
  TestStore store_{GetParam()};
};

TEST_P(RandomCartsTest, AgreeWithTheModelAndWithThemselves) {
  std::cout << "seed " << seed_ << "\n";
  std::vector<std::string> steps;
  for (int i = 0; i < 500 && !HasFailure(); ++i) {
    now_ += 1h;  // So that requests are forgotten now and then.
    steps.push_back(Step());
    for (const std::string cart : {"v-0", "v-1", "c-0", "c-1"}) {
      EXPECT_EQ(store_->Find(CartId{cart}), model_.Find(CartId{cart})) << steps.back();
    }
    EXPECT_EQ(store_->FollowedPosition(), model_.FollowedPosition());
    EXPECT_THAT(Audit(*store_).violations, IsEmpty()) << steps.back();
  }
  if (HasFailure()) {
    for (const std::string& step : steps) std::cout << step << "\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Every, RandomCartsTest, testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::cart
