#include "apps/octavo/audit/audit.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include "apps/octavo/audit/story.h"
#include "services/accounts/sql_store_audit.h"
#include "services/cart/audit.h"
#include "services/catalog/sql_store_audit.h"
#include "services/inventory/audit.h"
#include "services/payments/audit.h"
#include "services/promotions/audit.h"
#include "services/recommendations/sql_store_audit.h"
#include "services/transactions/audit.h"

namespace octavo::audit {
namespace {

constexpr int kOrdersPerPage = 500;
// Sorts behind every key: the last code point.
constexpr char kBehindAll[] = "\xf4\x8f\xbf\xbf";

void Pause(std::chrono::milliseconds pause) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, pause, [] { return false; });
}

// Order ids `after` < id <= `until`.
struct Range {
  std::string after;
  std::string until;
};

class Auditor {
 public:
  Auditor(Stores& stores, const Clock& clock, const Options& options)
      : stores_(stores), clock_(clock), options_(options), missing_(options.acknowledged.begin(), options.acknowledged.end()) {}

  Ledger Run();

 private:
  void AuditServices();
  void AuditTables(const std::string& service, db::Database* database, std::span<const db::Equation> equations);
  void AuditStocks();
  void AuditCarts();
  // The books that a service names have been in the catalogue.
  void AuditBooks(const std::string& equation, const std::string& what, const std::vector<std::int64_t>& books);
  void AuditNamesIn(const std::vector<Story>& stories);
  void AuditStoreIsThere(const std::string& service, const db::Database* database, bool is_named);
  void AuditLog();
  void AuditOrders();
  void AuditAcknowledged();
  std::vector<Story> ReadStories(const Range& range, std::vector<transactions::OrderFacts> orders);
  void MarkUncleared(std::map<std::string, Story>& stories);
  std::vector<Violation> Check(const std::vector<Story>& stories, const Positions& positions);
  void Confirm(const Range& range, std::vector<Violation> suspects);
  void Count(const std::vector<Story>& stories);

  Stores& stores_;
  const Clock& clock_;
  const Options& options_;
  bool books_are_named_ = false;                                  // By a stock, a cart or an order.
  bool customers_are_named_ = false;                              // By an order.
  std::set<std::pair<std::string, std::int64_t>> unknown_books_;  // Those that were found, by equation.
  std::set<std::string> missing_;                                 // Of the acknowledged orders, those that were not found so far.
  Ledger ledger_;
};

Ledger Auditor::Run() {
  AuditServices();
  AuditTables("catalog", stores_.catalog.get(), catalog::Equations());
  AuditTables("accounts", stores_.accounts.get(), accounts::Equations());
  AuditTables("recommendations", stores_.recommendations.get(), recommendations::Equations());
  AuditStocks();
  AuditCarts();
  AuditLog();
  AuditOrders();
  AuditStoreIsThere("catalog", stores_.catalog.get(), books_are_named_);
  AuditStoreIsThere("accounts", stores_.accounts.get(), customers_are_named_);
  AuditAcknowledged();
  return std::move(ledger_);
}

void Auditor::AuditServices() {
  const inventory::AuditReport stock = inventory::Audit(stores_.inventory);
  for (const char* equation : {"on_hand_is_ledger", "ledger_is_unbroken", "reserved_is_open", "backordered_is_waiting",
                               "sold_is_committed", "promises_are_kept"}) {
    ledger_.Count(std::string("inventory.") + equation, stock.books);
  }
  ledger_.Note("inventory: books", stock.books);
  ledger_.Note("inventory: movements", stock.movements);
  ledger_.Note("inventory: copies on hand", stock.copies_on_hand);
  ledger_.Note("inventory: copies sold", stock.copies_sold);
  ledger_.AddOf("inventory", stock.violations);

  const payments::AuditReport money = payments::Audit(stores_.payments);
  ledger_.Count("payments.ledger_adds_up", static_cast<std::int64_t>(money.sums.size()));
  ledger_.Note("payments: charges", static_cast<std::int64_t>(money.sums.size()));
  ledger_.AddOf("payments", money.violations);

  const promotions::AuditReport claims = promotions::Audit(stores_.promotions);
  for (const char* equation : {"count", "limit", "spent", "persons", "codes"}) {
    ledger_.Count(std::string("promotions.") + equation, claims.campaigns);
  }
  ledger_.Note("promotions: campaigns", claims.campaigns);
  ledger_.Note("promotions: redemptions", claims.redemptions);
  ledger_.AddOf("promotions", claims.violations);

  const cart::AuditReport carts = cart::Audit(stores_.cart);
  for (const char* equation : {"lines_have_carts", "quantities_in_range", "lines_in_order", "carts_in_bounds", "versions_grow"}) {
    ledger_.Count(std::string("cart.") + equation, carts.carts);
  }
  ledger_.Note("cart: carts", carts.carts);
  ledger_.AddOf("cart", carts.violations);
}

void Auditor::AuditTables(const std::string& service, db::Database* database, std::span<const db::Equation> equations) {
  ledger_.Note(service + ": stores looked at", database != nullptr ? 1 : 0);
  if (database == nullptr) return;
  for (const db::Equation& equation : equations) ledger_.Count(std::string(equation.name));
  std::map<std::string, int> found;
  for (Violation& violation : db::FindViolations(*database, equations)) {
    if (++found[violation.equation] == db::kViolationsMax) ledger_.Bound(violation.equation);
    ledger_.Add(std::move(violation));
  }
}

void Auditor::AuditStocks() {
  for (BookId last;;) {
    const auto page = stores_.inventory.ListStocks(last, kOrdersPerPage);
    if (page.empty()) return;
    last = page.back().book;
    std::vector<std::int64_t> books;
    for (const inventory::Stock& stock : page) books.push_back(stock.book.value());
    AuditBooks("shop.stocks_have_books", "it has a stock", books);
  }
}

void Auditor::AuditCarts() {
  for (BookId last;;) {
    const auto page = stores_.cart.ReadBooks(last, kOrdersPerPage);
    if (page.empty()) return;
    last = page.back();
    std::vector<std::int64_t> books;
    for (const BookId book : page) books.push_back(book.value());
    AuditBooks("shop.carts_have_books", "it lies in a cart", books);
  }
}

// Whoever names a book was read before: a book is in the catalogue before others name it.
void Auditor::AuditBooks(const std::string& equation, const std::string& what, const std::vector<std::int64_t>& books) {
  books_are_named_ = books_are_named_ || !books.empty();
  if (stores_.catalog == nullptr) return;
  ledger_.Count(equation, static_cast<std::int64_t>(books.size()));
  for (const std::int64_t book : catalog::UnknownBooks(*stores_.catalog, books)) {
    if (!unknown_books_.emplace(equation, book).second) continue;
    ledger_.Add({equation, BookName(BookId(book)),
                 what + ", and the catalogue has never had it: was an older copy of the catalogue put back?"});
  }
}

void Auditor::AuditNamesIn(const std::vector<Story>& stories) {
  constexpr std::string_view kCustomers = "customers/";
  std::set<std::int64_t> books;
  std::map<std::string, transactions::OrderId> customers;
  for (const Story& story : stories) {
    if (!story.order.order) continue;
    for (const transactions::OrderLine& line : story.order.order->lines) books.insert(line.book.value());
    const std::string& customer = story.order.order->buyer.customer;
    if (customer.starts_with(kCustomers)) customers.emplace(customer.substr(kCustomers.size()), story.order.id);
  }
  AuditBooks("shop.orders_have_books", "it was ordered", {books.begin(), books.end()});
  customers_are_named_ = customers_are_named_ || !customers.empty();
  if (stores_.accounts == nullptr) return;
  ledger_.Count("shop.orders_have_customers", static_cast<std::int64_t>(customers.size()));
  std::vector<std::string> ids;
  for (const auto& [id, order] : customers) ids.push_back(id);
  for (const std::string& id : accounts::UnknownCustomers(*stores_.accounts, ids)) {
    const transactions::OrderId& order = customers.at(id);
    const auto now = stores_.transactions.FindOrder(order);
    if (!now || now->buyer.customer != names::NameOf(names::kCustomers, id)) continue;  // They were erased meanwhile.
    ledger_.Add({"shop.orders_have_customers", names::NameOf(names::kCustomers, id),
                 transactions::OrderName(order) + " is theirs, and they have no account"});
  }
}

void Auditor::AuditStoreIsThere(const std::string& service, const db::Database* database, bool is_named) {
  ledger_.Count("shop.stores_are_there");
  if (database != nullptr || !is_named) return;
  ledger_.Add({"shop.stores_are_there", service, "its store is missing, and other stores name what was in it"});
}

void Auditor::AuditLog() {
  // The consumers first: what they have followed was in the outbox before.
  std::vector<std::pair<const char*, std::int64_t>> consumers = {{"cart", stores_.cart.FollowedPosition()},
                                                                 {"promotions", stores_.promotions.OrderPosition()}};
  if (stores_.recommendations != nullptr) {
    consumers.emplace_back("recommendations", recommendations::OrderPosition(*stores_.recommendations));
  }
  const transactions::LogFacts log = stores_.transactions.ReadLogFacts();
  for (const char* equation : transactions::kLogEquations) ledger_.Count(std::string("transactions.") + equation);
  ledger_.Note("transactions: events", log.event_count);
  ledger_.Note("transactions: numbers passed over", log.skipped_numbers);
  ledger_.AddOf("transactions", transactions::CheckLog(log));
  for (const auto& [consumer, position] : consumers) {
    ledger_.Count("shop.consumers_are_within_outbox");
    if (position <= log.last_position) continue;
    ledger_.Add({"shop.consumers_are_within_outbox", consumer,
                 "it has followed to " + std::to_string(position) + ", the last event is " + std::to_string(log.last_position)});
  }
}

void Auditor::AuditOrders() {
  Range range{.after = "", .until = ""};
  while (range.until != kBehindAll) {
    // Positions before orders, and orders before what other services have of them: less seems wrong that is not.
    const Positions positions{stores_.cart.FollowedPosition(), stores_.promotions.OrderPosition()};
    std::vector<transactions::OrderFacts> orders = stores_.transactions.ReadFacts(range.after, kBehindAll, kOrdersPerPage);
    range.until = orders.size() < kOrdersPerPage ? kBehindAll : orders.back().id.value();
    const std::vector<Story> stories = ReadStories(range, std::move(orders));
    Count(stories);
    AuditNamesIn(stories);
    std::vector<Violation> suspects = Check(stories, positions);
    if (!suspects.empty()) Confirm(range, std::move(suspects));
    range.after = range.until;
  }
}

std::vector<Story> Auditor::ReadStories(const Range& range, std::vector<transactions::OrderFacts> orders) {
  std::map<std::string, Story> stories;
  const auto story_of = [&](const std::string& id) -> Story& {
    Story& story = stories[id];
    if (story.order.id.value().empty()) story.order.id = transactions::OrderId(id);
    return story;
  };
  for (transactions::OrderFacts& facts : orders) {
    const std::string id = facts.id.value();
    story_of(id).order = std::move(facts);
  }
  for (auto& reservation : stores_.inventory.ReadReservations(range.after, range.until)) {
    const std::string id = reservation.id.value();
    story_of(id).reservation = std::move(reservation);
  }
  for (auto& charge : stores_.payments.ReadFactsBetween(range.after, range.until)) {
    const std::string id = charge.key.value();
    story_of(id).charge = std::move(charge);
  }
  for (auto& claim : stores_.promotions.ReadClaims(range.after, range.until)) {
    const std::string id = claim.order_key;
    story_of(id).claim = std::move(claim);
  }
  const auto name_of = [](const std::string& id) { return names::NameOf(names::kOrders, id); };
  for (const auto& [name, cancelled] : stores_.promotions.ReadKnownOrders(name_of(range.after), name_of(range.until))) {
    story_of(name.substr(names::kOrders.size())).known_to_promotions = cancelled;
  }
  MarkUncleared(stories);
  std::vector<Story> list;
  list.reserve(stories.size());
  for (auto& [id, story] : stories) list.push_back(std::move(story));
  return list;
}

void Auditor::MarkUncleared(std::map<std::string, Story>& stories) {
  std::vector<std::pair<cart::CartId, std::string>> ordered;
  std::map<std::string, Story*> by_name;
  for (auto& [id, story] : stories) {
    if (!story.order.order) continue;
    const auto cart = cart::ParseCartName(story.order.order->cart, "cart");
    if (!cart.ok()) continue;  // None, or not one of ours.
    const std::string name = transactions::OrderName(story.order.id);
    ordered.emplace_back(*cart, name);
    by_name[name] = &story;
  }
  for (const std::string& name : stores_.cart.ReadUncleared(ordered)) by_name.at(name)->cart_is_uncleared = true;
}

std::vector<Violation> Auditor::Check(const std::vector<Story>& stories, const Positions& positions) {
  const Timestamp now = clock_.Now();
  std::vector<Violation> violations;
  for (const Story& story : stories) {
    std::vector<Violation> of_order = transactions::CheckFacts(story.order);
    for (const auto& unfinished : transactions::ListUnfinished(story.order, now)) {
      if (unfinished.age > options_.limit) of_order.push_back(transactions::Stuck(unfinished));
    }
    for (Violation& violation : of_order) {
      violation.equation.insert(0, "transactions.");
      violations.push_back(std::move(violation));
    }
    for (Violation& violation : CheckStory(story, positions, now, options_.limit)) violations.push_back(std::move(violation));
  }
  return violations;
}

void Auditor::Confirm(const Range& range, std::vector<Violation> suspects) {
  for (const auto pause : options_.pauses) {
    Pause(pause);
    const Positions positions{stores_.cart.FollowedPosition(), stores_.promotions.OrderPosition()};
    const auto again = Check(ReadStories(range, stores_.transactions.ReadFacts(range.after, range.until, INT32_MAX)), positions);
    std::set<std::pair<std::string, std::string>> still;
    for (const Violation& violation : again) still.emplace(violation.equation, violation.subject);
    std::erase_if(suspects, [&](const Violation& suspect) { return !still.contains({suspect.equation, suspect.subject}); });
    if (suspects.empty()) return;
  }
  for (Violation& violation : suspects) ledger_.Add(std::move(violation));
}

void Auditor::Count(const std::vector<Story>& stories) {
  const auto count = static_cast<std::int64_t>(stories.size());
  for (const char* equation : transactions::kOrderEquations) ledger_.Count(std::string("transactions.") + equation, count);
  for (const char* equation : kStoryEquations) ledger_.Count(equation, count);
  const Timestamp now = clock_.Now();
  for (const Story& story : stories) {
    const bool there = story.order.columns && story.order.columns->number > 0;
    ledger_.Note("transactions: orders", there ? 1 : 0);
    if (there) missing_.erase(transactions::OrderName(story.order.id));
    for (const auto& unfinished : transactions::ListUnfinished(story.order, now)) {
      ledger_.Add(InFlight{unfinished.order, unfinished.what, unfinished.age});
    }
  }
}

void Auditor::AuditAcknowledged() {
  ledger_.Count("shop.acknowledged_orders_exist", static_cast<std::int64_t>(options_.acknowledged.size()));
  for (const std::string& name : missing_) {
    ledger_.Add({"shop.acknowledged_orders_exist", name, "a buyer was told of it, but it is not there"});
  }
}

}  // namespace

Ledger AuditShop(Stores& stores, const Clock& clock, const Options& options) { return Auditor(stores, clock, options).Run(); }

}  // namespace octavo::audit
