// octavo audit can fail: each kind of corruption, planted into each store, is found and named; a shop that sells passes.
#include "apps/octavo/audit/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "apps/octavo/audit/story.h"
#include "lib/base/check.h"
#include "lib/testing/matchers.h"
#include "services/transactions/audit.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {
namespace {

using testing::IsEmpty;
using testing::IsSupersetOf;

promotions::v1::Campaign TenPercent(std::int64_t total_limit) {
  promotions::v1::Campaign campaign;
  campaign.set_display_name("Ten percent");
  campaign.mutable_percent_off()->set_basis_points(1000);
  campaign.add_codes("TEN");
  campaign.set_total_limit(total_limit);
  return campaign;
}

// Sells a bit of everything. The orders: 1 from a cart with a code, 2 by card, 3 by card and cancelled, 4 by card with one of
// three copies back, 5 with copies to come, 6 declined.
std::vector<std::string> Trade(Buyer& buyer) {
  const std::string book = buyer.AddBook(1000, 20);
  const std::string rare = buyer.AddBook(500, 1);
  buyer.AllowBackorders(rare, 5);
  buyer.AddCampaign(TenPercent(10));
  buyer.AddToCart("carts/v-guest", book, 2);
  std::vector<std::string> orders;
  const auto buy = [&](const Purchase& purchase) {
    const auto order = buyer.Buy(purchase);
    EXPECT_THAT(order, IsOk());
    orders.push_back(order.ok() ? order->name() : "");
  };
  buy({.key = Key(1), .book = book, .quantity = 2, .expected_minor = 1800, .code = "TEN", .cart = "carts/v-guest"});
  buy({.key = Key(2), .book = book, .expected_minor = 1000, .token = "tok_approve"});
  buy({.key = Key(3), .book = book, .expected_minor = 900, .token = "tok_approve", .code = "TEN"});
  buy({.key = Key(4), .book = book, .quantity = 3, .expected_minor = 3000, .token = "tok_approve"});
  buy({.key = Key(5), .book = rare, .quantity = 3, .expected_minor = 1500});
  EXPECT_THAT(buyer.Cancel(orders[2]), IsOk());
  EXPECT_THAT(buyer.Refund(orders[3], book, 1, Key(100)), IsOk());
  EXPECT_THAT(buyer.Buy({.key = Key(6), .book = book, .expected_minor = 1000, .token = "tok_decline"}),
              HasReason("PAYMENT_DECLINED"));
  return orders;
}

std::set<std::string> EquationsOf(const audit::Ledger& ledger) {
  std::set<std::string> equations;
  for (const Violation& violation : ledger.violations()) equations.insert(violation.equation);
  return equations;
}

class EveryStoreTest : public testing::TestWithParam<TestDatabaseKind> {};

INSTANTIATE_TEST_SUITE_P(Every, EveryStoreTest, kEveryDatabase, testing::PrintToStringParamName());

TEST_P(EveryStoreTest, AShopThatHasSoldIsCleanAndTheLedgerSaysWhatWasChecked) {
  SellingShop shop(GetParam());
  const std::vector<std::string> orders = Trade(shop.buyer());
  shop.WaitUntilQuiet();

  const audit::Ledger ledger = shop.Audit(orders);

  EXPECT_TRUE(ledger.clean()) << ledger.Text();
  EXPECT_THAT(ledger.in_flight(), IsEmpty());
  EXPECT_EQ(ledger.noted("transactions: orders"), 5);
  EXPECT_EQ(ledger.noted("payments: charges"), 4);
  EXPECT_EQ(ledger.checked("shop.orders_are_sold"), 6);  // The declined one too.
  EXPECT_EQ(ledger.checked("shop.acknowledged_orders_exist"), 5);
  EXPECT_THAT(ledger.Text(), testing::EndsWith("equations hold\n"));
}

TEST_P(EveryStoreTest, NobodyWaitsForWhatWasRefundedWithoutComingBack) {
  SellingShop shop(GetParam());
  Buyer& buyer = shop.buyer();
  const std::string rare = buyer.AddBook(500, 1);
  buyer.AllowBackorders(rare, 5);
  const auto order = buyer.Buy({.key = Key(1), .book = rare, .quantity = 3, .expected_minor = 1500, .token = "tok_approve"});
  ASSERT_THAT(order, IsOk());

  const auto refunded = buyer.Refund(order->name(), rare, 2, Key(2), Buyer::Restock::kNo);

  ASSERT_THAT(refunded, IsOk());
  shop.WaitUntilQuiet();
  const audit::Ledger ledger = shop.Audit({order->name()});
  EXPECT_TRUE(ledger.clean()) << ledger.Text();
  EXPECT_EQ(ledger.checked("shop.refunds_end_waiting"), 1);
}

TEST_P(EveryStoreTest, PassesWhileTheShopSells) {
  SellingShop shop(GetParam());
  Buyer& buyer = shop.buyer();
  const std::string book = buyer.AddBook(1000, 10'000);
  buyer.AddCampaign(TenPercent(0));
  std::atomic<bool> over = false;
  std::atomic<int> next = 0;
  std::vector<std::thread> buyers;
  for (int i = 0; i < 8; ++i) {
    buyers.emplace_back([&] {
      while (!over) {
        const int n = ++next;
        const bool by_card = n % 2 == 0;
        const auto order = buyer.Buy({.key = Key(n),
                                      .book = book,
                                      .expected_minor = 900,
                                      .email = "r" + std::to_string(n) + "@example.org",
                                      .token = by_card ? "tok_approve" : "",
                                      .code = "TEN"});
        ASSERT_THAT(order, IsOk());
        if (n % 5 == 0) {
          ASSERT_THAT(buyer.Cancel(order->name()), IsOk());
        }
      }
    });
  }
  std::int64_t seen = 0;

  for (int audits = 0; audits < 5 || seen == 0; ++audits) {
    const audit::Ledger ledger = shop.Audit();
    EXPECT_TRUE(ledger.clean()) << ledger.Text();
    seen = ledger.noted("transactions: orders");
  }

  over = true;
  for (std::thread& thread : buyers) thread.join();
  shop.WaitUntilQuiet();
}

TEST(LedgerTest, SaysWhereItCountedNoFurther) {
  audit::Ledger ledger;
  ledger.Add({"catalog.books_are_in_log", "books/1", "lost"});
  EXPECT_THAT(ledger.Text(), testing::EndsWith("1 violations in 0 instances of 1 equations\n"));

  ledger.Bound("catalog.books_are_in_log");

  EXPECT_THAT(ledger.Text(), testing::EndsWith("at least 1 violations in 0 instances of 1 equations\n"));
  EXPECT_THAT(ledger.Text(), testing::ContainsRegex("catalog.books_are_in_log +0 +at least 1\n"));
}

// --- Corruption.

struct Corruption {
  std::string name;
  std::string service;                 // Whose store.
  std::string sql;                     // $1 … $5: ids of Trade's orders.
  std::vector<std::string> equations;  // Among those that are broken.
};

const Corruption kCorruptions[] = {
    // Transactions alone.
    {"OrderLost",
     "transactions",
     "DELETE FROM orders WHERE order_id = $2",
     {"transactions.one_order_per_key", "transactions.numbers_are_dense", "shop.acknowledged_orders_exist",
      "shop.sales_have_orders", "shop.charges_have_orders"}},
    {"OrderLostWithAllItsTraces",
     "transactions",
     "DELETE FROM orders WHERE order_id = $1; DELETE FROM order_lines WHERE order_id = $1; DELETE FROM intents WHERE "
     "order_id = $1; DELETE FROM order_events WHERE order_id = $1",
     {"transactions.outbox_is_dense", "shop.acknowledged_orders_exist", "shop.sales_have_orders", "shop.redemptions_have_orders",
      "shop.order_facts_are_kept"}},
    {"OrderDoubled",
     "transactions",
     "INSERT INTO orders SELECT 'f' || order_id, 99, 'other', customer, email, currency_code, state, payment_state, "
     "payment_method, total_minor, charged_minor, refunded_minor, place_time, replace(document, $1, 'f' || $1), "
     "open_return_count, run_out_time FROM orders WHERE order_id = $1",
     {"transactions.numbers_are_dense", "transactions.events_tell_orders", "shop.orders_are_sold"}},
    {"TwoOrdersOfOneKey",
     "transactions",
     "UPDATE orders SET intent_key = 'guest/other' WHERE order_id = $1",
     {"transactions.one_order_per_key"}},
    {"OrderOfAFailedIntent",
     "transactions",
     "UPDATE intents SET state = 4, error = '{\"code\":9,\"reason\":\"\","
     "\"message\":\"\",\"metadata\":{}}' WHERE order_id = $2",
     {"transactions.one_order_per_key"}},
    {"EventLost",
     "transactions",
     "DELETE FROM order_events WHERE event_position = 2",
     {"transactions.outbox_is_dense", "transactions.events_tell_orders"}},
    {"EventDoubled",
     "transactions",
     "INSERT INTO order_events SELECT 1000, order_id, event_type, event_time, document FROM order_events WHERE "
     "event_position = 1",
     {"transactions.outbox_is_dense", "transactions.events_tell_orders"}},
    {"CounterBehind",
     "transactions",
     "UPDATE counters SET event_position = event_position - 1",
     {"transactions.outbox_is_dense"}},
    {"NumberSkipped", "transactions", "UPDATE counters SET order_number = order_number + 1", {"transactions.numbers_are_dense"}},
    {"StatusWentBack",
     "transactions",
     "UPDATE orders SET state = 1, document = replace(document, '\"state\":3', '\"state\":1') WHERE order_id = $3",
     {"transactions.events_tell_orders"}},
    {"ColumnChanged",
     "transactions",
     "UPDATE orders SET refunded_minor = 1 WHERE order_id = $4",
     {"transactions.columns_repeat_document"}},
    {"LineLost", "transactions", "DELETE FROM order_lines WHERE order_id = $1", {"transactions.columns_repeat_document"}},
    {"PriceOtherThanQuoted",
     "transactions",
     "UPDATE intents SET draft = replace(draft, '\"total_minor\":1000', '\"total_minor\":999') WHERE order_id = $2",
     {"transactions.order_is_as_quoted"}},
    {"SharesDoNotAddUp",
     "transactions",
     "UPDATE orders SET document = replace(document, '[1000,1000,1000]', '[1000,1000,999]') WHERE order_id = $4",
     {"transactions.sums_add_up"}},
    {"RefundedMoreThanCharged",
     "transactions",
     "UPDATE orders SET refunded_minor = 9999, document = replace(document, '\"refunded_minor\":1000', "
     "'\"refunded_minor\":9999') WHERE order_id = $4",
     {"transactions.paid_is_kept_and_refunded"}},
    {"ReturnNotRefunded",
     "transactions",
     "UPDATE orders SET document = replace(document, '\"returns\":[]', '\"returns\":[{\"amount_minor\":900,\"answer\":\"\","
     "\"items\":[[1,1]],\"number\":1,\"reason\":\"\",\"request_time\":0,\"state\":4,\"update_time\":0}]') WHERE order_id = $1",
     {"transactions.returns_are_refunded", "transactions.events_tell_orders"}},
    {"RefundForgotten",
     "transactions",
     "DELETE FROM effects WHERE kind = 2 AND order_id = $4",
     {"transactions.paid_is_kept_and_refunded", "shop.charges_match_orders"}},
    {"ReleaseForgotten",
     "transactions",
     "DELETE FROM effects WHERE kind = 4 AND order_id = $3",
     {"transactions.effects_follow_decisions"}},
    {"EffectOfNoDecision",
     "transactions",
     "UPDATE effects SET effect_id = 9001 WHERE kind = 3 AND order_id = $3",
     {"transactions.effects_follow_decisions"}},
    {"DocumentDamaged", "transactions", "UPDATE orders SET document = '{' WHERE order_id = $5", {"transactions.documents_read"}},
    {"IntentStuck",
     "transactions",
     "INSERT INTO intents SELECT 'guest/stuck', fingerprint, '0193583c', draft, '', 1, NULL, 0, 0 FROM intents WHERE "
     "order_id = $1",
     {"transactions.nothing_is_stuck"}},
    {"EffectStuck",
     "transactions",
     "UPDATE effects SET done = 0, attempts = 9 WHERE kind = 3 AND order_id = $3; UPDATE order_events SET event_time = 0",
     {"transactions.nothing_is_stuck"}},
    // Inventory.
    {"Oversold", "inventory", "UPDATE stocks SET on_hand = on_hand + 1 WHERE on_hand > 0", {"inventory.on_hand_is_ledger"}},
    {"ReservationOfOrderLost",
     "inventory",
     "DELETE FROM reservation_lines WHERE request_id = $1; DELETE FROM reservations WHERE request_id = $1",
     {"inventory.sold_is_committed", "shop.orders_are_sold"}},
    {"SaleNotCommitted",
     "inventory",
     "UPDATE reservations SET state = 1 WHERE request_id = $1",
     {"inventory.sold_is_committed", "shop.orders_are_sold"}},
    {"OtherQuantitySold",
     "inventory",
     "UPDATE reservation_lines SET quantity = quantity + 1 WHERE request_id = $2",
     {"shop.orders_are_sold"}},
    {"SoldToNobody",
     "inventory",
     "UPDATE reservations SET request_id = 'nobody' WHERE request_id = $1; UPDATE "
     "reservation_lines SET request_id = 'nobody' WHERE request_id = $1",
     {"shop.orders_are_sold", "shop.sales_have_orders"}},
    {"ReservationLeaked",
     "inventory",
     "INSERT INTO reservations SELECT 'leaked', 1, fingerprint, created, expires FROM reservations WHERE request_id = $1",
     {"shop.reservations_are_awaited"}},
    {"NotRestocked",
     "inventory",
     "UPDATE reservation_lines SET returned = 0 WHERE request_id = $3",
     {"shop.returns_are_decided"}},
    {"RestockedTwice",
     "inventory",
     "UPDATE reservation_lines SET returned = 2 WHERE request_id = $4",
     {"shop.returns_are_decided"}},
    {"RefundedButWaitedFor",
     "inventory",
     "UPDATE reservation_lines SET quantity = 0, backordered = 3, waiting = 3, returned = 0 WHERE request_id = $4",
     {"shop.refunds_end_waiting"}},
    // Payments.
    {"ChargeLost",
     "payments",
     "DELETE FROM charges WHERE charge_key = $2; DELETE FROM entries WHERE charge_key = $2",
     {"shop.charges_match_orders"}},
    {"ChargedTwice",
     "payments",
     "INSERT INTO entries SELECT charge_key, sequence + 10, kind, amount_minor, refund_key, created FROM entries WHERE "
     "charge_key = $2",
     {"payments.ledger_adds_up", "shop.charges_match_orders"}},
    {"ChargedForNothing",
     "payments",
     "UPDATE charges SET charge_key = 'nothing' WHERE charge_key = $2; UPDATE entries SET charge_key = 'nothing' WHERE "
     "charge_key = $2",
     {"shop.charges_match_orders", "shop.charges_have_orders"}},
    {"MoneyHeldForNobody",
     "payments",
     "INSERT INTO charges SELECT 'nobody', 1, currency_code, amount_minor, 0, 0, 1, 1, created FROM charges WHERE "
     "charge_key = $2; INSERT INTO entries SELECT 'nobody', 1, 1, amount_minor, '', created FROM charges WHERE charge_key = $2",
     {"shop.charges_have_orders"}},
    {"OtherAmountCharged",
     "payments",
     "UPDATE charges SET amount_minor = 999, captured_minor = 999 WHERE charge_key = $2; UPDATE entries SET amount_minor = "
     "999 WHERE charge_key = $2",
     {"shop.charges_match_orders"}},
    {"OtherCurrencyCharged",
     "payments",
     "UPDATE charges SET currency_code = 'USD' WHERE charge_key = $2",
     {"shop.charges_match_orders"}},
    {"RefundNotPaidOut",
     "payments",
     "DELETE FROM entries WHERE kind = 5 AND charge_key = $4; UPDATE charges SET refunded_minor = 0, entry_count = "
     "entry_count - 1 WHERE charge_key = $4",
     {"shop.charges_match_orders"}},
    // Promotions.
    {"AboveTheLimit",
     "promotions",
     "UPDATE campaigns SET total_limit = 0 + 1 WHERE campaign_id = 1; UPDATE claims SET state "
     "= 1, released = NULL",
     {"promotions.count", "promotions.limit", "shop.redemptions_match_orders"}},
    {"RedemptionLost",
     "promotions",
     "DELETE FROM claim_redemptions WHERE order_key = $1",
     {"promotions.count", "shop.redemptions_match_orders"}},
    {"RedemptionOfNobody",
     "promotions",
     "UPDATE claims SET order_key = 'nobody' WHERE order_key = $1; UPDATE claim_redemptions SET order_key = 'nobody' WHERE "
     "order_key = $1",
     {"shop.redemptions_match_orders", "shop.redemptions_have_orders"}},
    {"OtherDiscountClaimed",
     "promotions",
     "UPDATE claim_redemptions SET amount_minor = 1 WHERE order_key = $1",
     {"promotions.spent", "shop.redemptions_match_orders"}},
    {"NotGivenBack",
     "promotions",
     "UPDATE claims SET state = 1, released = NULL WHERE order_key = $3",
     {"promotions.count", "shop.redemptions_match_orders"}},
    {"FactsLost",
     "promotions",
     "DELETE FROM order_lines WHERE order_name = 'orders/' || $1; DELETE FROM order_campaigns WHERE order_name = 'orders/' || "
     "$1; DELETE FROM orders WHERE order_name = 'orders/' || $1",
     {"shop.order_facts_are_kept"}},
    {"CancellationNotApplied", "promotions", "UPDATE orders SET cancelled = 0", {"shop.order_facts_are_kept"}},
    {"PromotionsAhead", "promotions", "UPDATE order_position SET position = 1000", {"shop.consumers_are_within_outbox"}},
    {"PromotionsStopped",
     "promotions",
     "UPDATE order_position SET position = 0; DELETE FROM order_lines; DELETE FROM order_campaigns; DELETE FROM orders",
     {"shop.consumers_keep_up"}},
    // Cart.
    {"CartNotCleared", "cart", "DELETE FROM done_changes WHERE change_key LIKE 'order:%'", {"shop.carts_are_cleared"}},
    {"CartStopped",
     "cart",
     "DELETE FROM done_changes WHERE change_key LIKE 'order:%'; DELETE FROM followed",
     {"shop.consumers_keep_up"}},
    {"CartAhead", "cart", "UPDATE followed SET position = 1000", {"shop.consumers_are_within_outbox"}},
    {"LineWithoutCart",
     "cart",
     "INSERT INTO cart_lines (cart_id, book_id, position, quantity, saved_for_later, title, authors, added) VALUES ('v-x', 1, "
     "0, 1, 0, '', '', 0)",
     {"cart.lines_have_carts"}},
    {"LostBookInACart",
     "cart",
     "INSERT INTO carts (cart_id, version, next_position, codes, updated) VALUES ('v-y', 1, 1, '', 0); INSERT INTO cart_lines "
     "(cart_id, book_id, position, quantity, saved_for_later, title, authors, added) VALUES ('v-y', 77, 0, 1, 0, '', '', 0)",
     {"shop.carts_have_books"}},
    // Catalog, accounts, recommendations.
    {"BookLost",
     "catalog",
     "DELETE FROM books WHERE id = 1; DELETE FROM changes WHERE book_id = 1; DELETE FROM shelved_books WHERE book_id = 1",
     {"shop.stocks_have_books", "shop.orders_have_books", "catalog.shelves_are_counted"}},
    {"OrderOfNobody",
     "transactions",
     "UPDATE orders SET customer = 'customers/nobody', document = replace(document, '\"customer\":\"\"', "
     "'\"customer\":\"customers/nobody\"') WHERE order_id = $1",
     {"shop.orders_have_customers"}},
    {"RecommendationsAhead",
     "recommendations",
     "UPDATE event_log SET order_position = 1000",
     {"shop.consumers_are_within_outbox"}},
};

// Runs SQL that no service would, without the schema's rules.
void Plant(const std::string& file, const Corruption& corruption, const std::vector<std::string>& orders) {
  sqlite3* db = nullptr;
  CHECK(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  std::string sql = corruption.sql;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const std::string parameter = "$" + std::to_string(i + 1);
    const std::string value = "'" + orders[i].substr(std::string("orders/").size()) + "'";
    for (std::size_t at = sql.find(parameter); at != std::string::npos; at = sql.find(parameter, at + value.size())) {
      sql.replace(at, parameter.size(), value);
    }
  }
  char* error = nullptr;
  const int changes_before = sqlite3_total_changes(db);
  sqlite3_exec(db, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON", nullptr, nullptr, nullptr);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << (error == nullptr ? "" : error);
  EXPECT_GT(sqlite3_total_changes(db), changes_before) << "the corruption changed nothing";
  sqlite3_free(error);
  sqlite3_close(db);
}

class CorruptionTest : public testing::Test {
 protected:
  // Sold once for all; each corruption gets a copy.
  static void SetUpTestSuite() {
    shop_ = new SellingShop(TestDatabaseKind::kSqlite);
    orders_ = Trade(shop_->buyer());
    shop_->WaitUntilQuiet();
    shop_->Stop();
  }
  static void TearDownTestSuite() { delete shop_; }

  static audit::Ledger AuditWith(const Corruption& corruption) {
    const TempDir copy;
    std::filesystem::copy(shop_->data_dir(), copy.path(), std::filesystem::copy_options::recursive);
    const audit::StoreUrls urls = audit::UrlsUnder(copy.path());
    Plant(FileOf(corruption.service, urls), corruption, orders_);
    SystemRandom random;
    audit::Stores stores(urls, random);
    return audit::AuditShop(stores, SystemClock(),
                            {.limit = std::chrono::microseconds(0), .pauses = {}, .acknowledged = orders_});
  }
  static std::string FileOf(const std::string& service, const audit::StoreUrls& urls) {
    const std::map<std::string, std::string> files = {{"cart", urls.cart},
                                                      {"catalog", urls.catalog},
                                                      {"inventory", urls.inventory},
                                                      {"payments", urls.payments},
                                                      {"promotions", urls.promotions},
                                                      {"recommendations", urls.recommendations},
                                                      {"transactions", urls.transactions}};
    return files.at(service).substr(std::string("sqlite:").size());
  }

  static SellingShop* shop_;
  static std::vector<std::string> orders_;
};

SellingShop* CorruptionTest::shop_ = nullptr;
std::vector<std::string> CorruptionTest::orders_;

TEST_F(CorruptionTest, EachKindIsFoundByName) {
  std::set<std::string> found;
  for (const Corruption& corruption : kCorruptions) {
    SCOPED_TRACE(corruption.service + ": " + corruption.name);

    const audit::Ledger ledger = AuditWith(corruption);

    EXPECT_THAT(EquationsOf(ledger), IsSupersetOf(corruption.equations)) << ledger.Text();
    found.merge(EquationsOf(ledger));
  }
  // Every equation across services, and of transactions, can fail.
  for (const char* equation : audit::kStoryEquations) EXPECT_THAT(found, testing::Contains(equation));
  for (const char* equation : transactions::kLogEquations) {
    EXPECT_THAT(found, testing::Contains(std::string("transactions.") + equation));
  }
  for (const char* equation : transactions::kOrderEquations) {
    EXPECT_THAT(found, testing::Contains(std::string("transactions.") + equation));
  }
}

// What other stores name is missed; a file that nobody needs is not.
TEST_F(CorruptionTest, AStoreThatIsMissingIsFoundWhereOthersNameWhatWasInIt) {
  const Corruption of_a_customer{"",
                                 "transactions",
                                 "UPDATE orders SET customer = 'customers/ada', document = replace(document, "
                                 "'\"customer\":\"\"', '\"customer\":\"customers/ada\"') WHERE order_id = $1",
                                 {}};
  for (const std::string service : {"catalog", "accounts"}) {
    SCOPED_TRACE(service);
    const TempDir copy;
    std::filesystem::copy(shop_->data_dir(), copy.path(), std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(copy / service);
    SystemRandom random;
    const auto missing = [&] {
      audit::Stores stores(audit::UrlsUnder(copy.path()), random);
      const audit::Ledger ledger = audit::AuditShop(stores, SystemClock(), {});
      return EquationsOf(ledger).contains("shop.stores_are_there");
    };
    EXPECT_EQ(missing(), service == "catalog") << "no order names an account";

    Plant(FileOf("transactions", audit::UrlsUnder(copy.path())), of_a_customer, orders_);

    EXPECT_TRUE(missing());
  }
}

}  // namespace
}  // namespace octavo::campaigns
