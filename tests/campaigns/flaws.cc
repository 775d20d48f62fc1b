#include "tests/campaigns/flaws.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

namespace octavo::campaigns {
namespace {

using transactions::Intent;
using transactions::Order;
using transactions::OrderId;

// --- Orders

// A store that does everything as `store` does.
class ForwardingOrders : public transactions::Store {
 public:
  explicit ForwardingOrders(transactions::Store& store) : store_(store) {}

  std::optional<Intent> Begin(const Intent& intent) override { return store_.Begin(intent); }
  std::optional<Intent> FindIntent(const std::string& key) override { return store_.FindIntent(key); }
  std::optional<Intent> TakeLease(const std::string& key, Timestamp now, Timestamp until) override {
    return store_.TakeLease(key, now, until);
  }
  bool MoveLease(const std::string& key, Timestamp held, Timestamp until) override { return store_.MoveLease(key, held, until); }
  bool BeginUndo(const std::string& key, const Error& error) override { return store_.BeginUndo(key, error); }
  void Fail(const std::string& key) override { store_.Fail(key); }
  Result<Order> Place(const std::string& key, const Order& order) override { return store_.Place(key, order); }
  std::vector<Intent> DueIntents(Timestamp now, int limit) override { return store_.DueIntents(now, limit); }
  void DropAllLeases() override { store_.DropAllLeases(); }
  std::int64_t ForgetIntents(Timestamp before, int limit) override { return store_.ForgetIntents(before, limit); }
  std::optional<Order> FindOrder(const OrderId& id) override { return store_.FindOrder(id); }
  void AddAccess(const OrderId& id, const std::string& token_hash, Timestamp now) override {
    store_.AddAccess(id, token_hash, now);
  }
  bool HasAccess(const OrderId& id, const std::string& token_hash) override { return store_.HasAccess(id, token_hash); }
  std::vector<Order> ListOrders(const OrderFilter& filter, int limit) override { return store_.ListOrders(filter, limit); }
  std::int64_t UnpaidCopies(const std::string& customer, const std::string& email) override {
    return store_.UnpaidCopies(customer, email);
  }
  std::vector<OrderId> RunOutOrders(Timestamp now, int limit) override { return store_.RunOutOrders(now, limit); }
  std::int64_t CountOrders(const std::string& customer, const std::string& email) override {
    return store_.CountOrders(customer, email);
  }
  Result<Order> Decided(const OrderId& id, const std::string& key, const std::string& fingerprint, Timestamp now,
                        const Decide& decide) override {
    return store_.Decided(id, key, fingerprint, now, decide);
  }
  std::vector<transactions::PendingEffect> DueEffects(Timestamp now, int limit) override { return store_.DueEffects(now, limit); }
  void FinishEffect(std::int64_t id) override { store_.FinishEffect(id); }
  std::vector<transactions::PendingEffect> LastDoneEffects(int limit) override { return store_.LastDoneEffects(limit); }
  void RetryEffect(std::int64_t id, Attempt attempt, Timestamp next) override { store_.RetryEffect(id, attempt, next); }
  void GiveUpEffect(const transactions::PendingEffect& pending, const std::string& note, Timestamp now) override {
    store_.GiveUpEffect(pending, note, now);
  }
  std::vector<transactions::OrderEvent> Events(std::int64_t position, const std::optional<OrderId>& order, int limit) override {
    return store_.Events(position, order, limit);
  }
  std::int64_t LastPosition() override { return store_.LastPosition(); }
  std::int64_t SkipNumbers(std::int64_t position) override { return store_.SkipNumbers(position); }
  std::vector<std::string> ErasedCustomers(const std::string& after, int limit) override {
    return store_.ErasedCustomers(after, limit);
  }
  std::string LastCustomer() override { return store_.LastCustomer(); }
  BookId LastBook(BookId most) override { return store_.LastBook(most); }
  std::int64_t ClaimGuestOrders(const std::string& customer, const std::string& email, Timestamp now) override {
    return store_.ClaimGuestOrders(customer, email, now);
  }
  Erasure EraseBuyer(const std::string& customer, const std::string& email, Timestamp now) override {
    return store_.EraseBuyer(customer, email, now);
  }

 protected:
  transactions::Store& store_;
};

class IntentsInMemory final : public ForwardingOrders {
 public:
  using ForwardingOrders::ForwardingOrders;

  std::optional<Intent> Begin(const Intent& intent) override {
    if (const auto known = FindIntent(intent.key)) return known;
    intents_[intent.key] = intent;
    return std::nullopt;
  }
  std::optional<Intent> FindIntent(const std::string& key) override {
    const auto found = intents_.find(key);
    return found != intents_.end() ? std::optional(found->second) : store_.FindIntent(key);
  }
  bool BeginUndo(const std::string& key, const Error& error) override {
    Store(key);
    return store_.BeginUndo(key, error);
  }
  Result<Order> Place(const std::string& key, const Order& order) override {
    Store(key);
    return store_.Place(key, order);
  }

 private:
  void Store(const std::string& key) {
    const auto found = intents_.find(key);
    if (found == intents_.end()) return;
    (void)store_.Begin(found->second);
    intents_.erase(found);
  }

  std::map<std::string, Intent> intents_;
};

class ForgetfulOfKeys final : public ForwardingOrders {
 public:
  using ForwardingOrders::ForwardingOrders;

  std::optional<Intent> Begin(const Intent& intent) override {
    Intent another = intent;
    another.key = intent.key + "/" + intent.draft.id.value();
    keys_[intent.key] = another.key;
    return store_.Begin(another);
  }
  std::optional<Intent> FindIntent(const std::string&) override { return std::nullopt; }
  bool BeginUndo(const std::string& key, const Error& error) override { return store_.BeginUndo(Real(key), error); }
  void Fail(const std::string& key) override { store_.Fail(Real(key)); }
  Result<Order> Place(const std::string& key, const Order& order) override { return store_.Place(Real(key), order); }
  bool MoveLease(const std::string& key, Timestamp held, Timestamp until) override {
    return store_.MoveLease(Real(key), held, until);
  }

 private:
  std::string Real(const std::string& key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? key : found->second;
  }

  std::map<std::string, std::string> keys_;
};

// --- Ports

// The id under which an order is asked for: its own the first time, and another at each later one. Outlives the process, as
// the time or a random number would tell two attempts apart.
class Attempts {
 public:
  OrderId Next(const OrderId& order) {
    const int attempt = ++attempts_[order];
    last_[order] = attempt == 1 ? order : OrderId(order.value() + "-" + std::to_string(attempt));
    return last_[order];
  }
  OrderId Last(const OrderId& order) const {
    const auto found = last_.find(order);
    return found == last_.end() ? order : found->second;
  }

 private:
  std::map<OrderId, int> attempts_;
  std::map<OrderId, OrderId> last_;
};

// Each Reserve under an id of its own; what follows goes to the last.
class ReservingAnew final : public transactions::Stock {
 public:
  ReservingAnew(transactions::Stock& stock, std::shared_ptr<Attempts> attempts) : stock_(stock), attempts_(std::move(attempts)) {}

  Result<std::map<BookId, transactions::StockLevel>> Levels(const std::vector<BookId>& books,
                                                            const rpc::Limits& limits) override {
    return stock_.Levels(books, limits);
  }
  Result<std::map<BookId, std::int64_t>> Reserve(const Order& order, const rpc::Limits& limits) override {
    Order another = order;
    another.id = attempts_->Next(order.id);
    return stock_.Reserve(another, limits);
  }
  Status Commit(const OrderId& order, const rpc::Limits& limits) override {
    return stock_.Commit(attempts_->Last(order), limits);
  }
  Status Release(const OrderId& order, const rpc::Limits& limits) override {
    return stock_.Release(attempts_->Last(order), limits);
  }
  Status TakeBack(const OrderId& order, const std::string& key, const std::vector<transactions::Item>& items,
                  transactions::Restock restock, const rpc::Limits& limits) override {
    return stock_.TakeBack(attempts_->Last(order), key, items, restock, limits);
  }

 private:
  transactions::Stock& stock_;
  const std::shared_ptr<Attempts> attempts_;
};

class ChargingAnew final : public transactions::PaymentProvider {
 public:
  ChargingAnew(transactions::PaymentProvider& card, std::shared_ptr<Attempts> attempts)
      : card_(card), attempts_(std::move(attempts)) {}

  Status Authorize(const Order& order, const std::string& token, const rpc::Limits& limits) override {
    Order another = order;
    another.id = attempts_->Next(order.id);
    return card_.Authorize(another, token, limits);
  }
  Status Capture(const OrderId& order, const rpc::Limits& limits) override {
    return card_.Capture(attempts_->Last(order), limits);
  }
  Status Void(const OrderId& order, const rpc::Limits& limits) override { return card_.Void(attempts_->Last(order), limits); }
  Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string& currency_code,
                const rpc::Limits& limits) override {
    return card_.Refund(attempts_->Last(order), key, amount_minor, currency_code, limits);
  }

 private:
  transactions::PaymentProvider& card_;
  const std::shared_ptr<Attempts> attempts_;
};

// Releases only what it has reserved itself.
class ForgettingReleases final : public transactions::Stock {
 public:
  explicit ForgettingReleases(transactions::Stock& stock) : stock_(stock) {}

  Result<std::map<BookId, transactions::StockLevel>> Levels(const std::vector<BookId>& books,
                                                            const rpc::Limits& limits) override {
    return stock_.Levels(books, limits);
  }
  Result<std::map<BookId, std::int64_t>> Reserve(const Order& order, const rpc::Limits& limits) override {
    seen_.insert(order.id);
    return stock_.Reserve(order, limits);
  }
  Status Commit(const OrderId& order, const rpc::Limits& limits) override { return stock_.Commit(order, limits); }
  Status Release(const OrderId& order, const rpc::Limits& limits) override {
    return seen_.contains(order) ? stock_.Release(order, limits) : Ok();
  }
  Status TakeBack(const OrderId& order, const std::string& key, const std::vector<transactions::Item>& items,
                  transactions::Restock restock, const rpc::Limits& limits) override {
    return stock_.TakeBack(order, key, items, restock, limits);
  }

 private:
  transactions::Stock& stock_;
  std::set<OrderId> seen_;
};

class ForgettingVoids final : public transactions::PaymentProvider {
 public:
  explicit ForgettingVoids(transactions::PaymentProvider& card) : card_(card) {}

  Status Authorize(const Order& order, const std::string& token, const rpc::Limits& limits) override {
    seen_.insert(order.id);
    return card_.Authorize(order, token, limits);
  }
  Status Capture(const OrderId& order, const rpc::Limits& limits) override { return card_.Capture(order, limits); }
  Status Void(const OrderId& order, const rpc::Limits& limits) override {
    return seen_.contains(order) ? card_.Void(order, limits) : Ok();
  }
  Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string& currency_code,
                const rpc::Limits& limits) override {
    return card_.Refund(order, key, amount_minor, currency_code, limits);
  }

 private:
  transactions::PaymentProvider& card_;
  std::set<OrderId> seen_;
};

class ForgettingGivenBack final : public transactions::Pricing {
 public:
  explicit ForgettingGivenBack(transactions::Pricing& pricing) : pricing_(pricing) {}

  Result<Order> Quote(const transactions::Basket& basket, std::int64_t previous, const rpc::Limits& limits) override {
    return pricing_.Quote(basket, previous, limits);
  }
  Status Claim(const Order& order, const rpc::Limits& limits) override {
    seen_.insert(order.id);
    return pricing_.Claim(order, limits);
  }
  Status ReleaseClaim(const OrderId& order, const rpc::Limits& limits) override {
    return seen_.contains(order) ? pricing_.ReleaseClaim(order, limits) : Ok();
  }

 private:
  transactions::Pricing& pricing_;
  std::set<OrderId> seen_;
};

// --- Databases

bool ReturnsRows(std::string_view sql) {
  return sql.find("SELECT") == sql.find_first_not_of(" \n") || sql.find("RETURNING") != std::string_view::npos;
}

// Statements that begin in one way are withheld.
class SplitTransaction final : public db::Transaction {
 public:
  struct Withheld {
    std::string sql;
    std::vector<db::Value> parameters;
  };

  SplitTransaction(db::Transaction& transaction, std::string_view beginning, std::vector<Withheld>& withheld)
      : transaction_(transaction), beginning_(beginning), withheld_(withheld) {}

  db::Dialect dialect() const override { return transaction_.dialect(); }

 protected:
  db::Answer RunStatement(std::string_view sql, std::span<const db::Value> parameters) override {
    if (sql.substr(std::min(sql.find_first_not_of(" \n"), sql.size())).starts_with(beginning_)) {
      withheld_.push_back({std::string(sql), {parameters.begin(), parameters.end()}});
      return {.rows = {}, .changed = 1};
    }
    if (ReturnsRows(sql)) return {.rows = transaction_.Query(sql, parameters), .changed = 0};
    return {.rows = {}, .changed = transaction_.Execute(sql, parameters)};
  }
  void RunScript(std::string_view sql) override { transaction_.Script(sql); }

 private:
  db::Transaction& transaction_;
  const std::string_view beginning_;
  std::vector<Withheld>& withheld_;
};

// Runs the withheld statements in a second transaction.
class SplitDatabase final : public db::Database {
 public:
  SplitDatabase(db::Database& database, std::string_view beginning) : database_(database), beginning_(beginning) {}

  db::Dialect dialect() const override { return database_.dialect(); }
  db::Stats stats() const override { return database_.stats(); }

 protected:
  void RunRead(const Body& body) override {
    database_.Read([&](db::Transaction& transaction) { (void)body(transaction); });
  }
  void RunWrite(const Body& body) override {
    std::vector<SplitTransaction::Withheld> withheld;
    const Status done = database_.Write([&](db::Transaction& transaction) -> Status {
      withheld.clear();
      SplitTransaction split(transaction, beginning_, withheld);
      if (body(split)) return Ok();
      return Error{Code::kAborted, "ROLLED_BACK", ""};
    });
    if (!done.ok() || withheld.empty()) return;
    database_.Write([&](db::Transaction& transaction) {
      for (const auto& statement : withheld) transaction.Execute(statement.sql, statement.parameters);
    });
  }

 private:
  db::Database& database_;
  const std::string_view beginning_;
};

// One transaction is held open, in which all others run; it is committed when so many Writes are in it.
class LateDatabase final : public db::Database {
 public:
  explicit LateDatabase(db::Database& database) : database_(database) {}
  ~LateDatabase() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  db::Dialect dialect() const override { return database_.dialect(); }
  db::Stats stats() const override { return database_.stats(); }

 protected:
  void RunRead(const Body& body) override { Hand(body, /*writes=*/false); }
  void RunWrite(const Body& body) override { Hand(body, /*writes=*/true); }

 private:
  static constexpr int kWritesPerCommit = 4;

  void Hand(const Body& body, bool writes) {
    std::unique_lock lock(mutex_);
    if (failed_) throw db::Error("the late commit has failed");
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    body_ = &body;
    writes_ = writes;
    thrown_ = nullptr;
    changed_.notify_all();
    changed_.wait(lock, [this] { return body_ == nullptr || failed_; });
    if (thrown_) std::rethrow_exception(thrown_);
    if (failed_) throw db::Error("the late commit has failed");
  }

  void Run() {
    try {
      while (!closing_) database_.Write([this](db::Transaction& transaction) { Serve(transaction); });
    } catch (const Failure&) {
      const std::lock_guard lock(mutex_);
      failed_ = true;
      changed_.notify_all();
    }
  }

  void Serve(db::Transaction& transaction) {
    std::unique_lock lock(mutex_);
    for (int writes = 0; writes < kWritesPerCommit;) {
      changed_.wait(lock, [this] { return closing_ || body_ != nullptr; });
      if (body_ == nullptr) return;
      try {
        (void)(*body_)(transaction);
      } catch (...) {
        thrown_ = std::current_exception();
      }
      writes += writes_ ? 1 : 0;
      body_ = nullptr;
      changed_.notify_all();
    }
  }

  db::Database& database_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const Body* body_ = nullptr;  // Guarded by mutex_, as all below.
  bool writes_ = false;
  std::exception_ptr thrown_;
  std::atomic<bool> closing_ = false;
  bool failed_ = false;
  std::thread thread_;
};

Flaw Split(const std::string& name, const std::string& service, const char* beginning) {
  return {.name = name, .database = [=](const std::string& opened, db::Database& database) -> std::unique_ptr<db::Database> {
            if (opened != service) return nullptr;
            return std::make_unique<SplitDatabase>(database, beginning);
          }};
}

}  // namespace

Flaw ChargesBeforeTheIntentIsStored() {
  return {.name = "charges before the intent is stored",
          .orders = [](transactions::Store& store) { return std::make_unique<IntentsInMemory>(store); }};
}

Flaw SameKeyIsNotUnique() {
  return {.name = "the same key is not unique",
          .orders = [](transactions::Store& store) { return std::make_unique<ForgetfulOfKeys>(store); }};
}

Flaw ReservesAnewEachTime() {
  return {.name = "reserves anew each time", .stock = [attempts = std::make_shared<Attempts>()](transactions::Stock& stock) {
            return std::make_unique<ReservingAnew>(stock, attempts);
          }};
}

Flaw ChargesAnewEachTime() {
  return {.name = "charges anew each time",
          .card = [attempts = std::make_shared<Attempts>()](transactions::PaymentProvider& card) {
            return std::make_unique<ChargingAnew>(card, attempts);
          }};
}

Flaw NeverRecovers() { return {.name = "never recovers", .recovers = false}; }

Flaw AnswersBeforeTheCommit() {
  return {.name = "answers before the commit",
          .database = [](const std::string& service, db::Database& database) -> std::unique_ptr<db::Database> {
            if (service != "orders") return nullptr;
            return std::make_unique<LateDatabase>(database);
          }};
}

Flaw OutboxOutsideTheTransaction() {
  return Split("the outbox is outside the transaction", "orders", "INSERT INTO order_events");
}

Flaw LedgerOutsideTheTransaction() {
  return Split("the ledger is outside the transaction", "inventory", "INSERT INTO movements");
}

Flaw ClaimOutsideTheTransaction() {
  return Split("the claim is outside the transaction of its count", "promotions", "INSERT INTO claim_redemptions");
}

Flaw PositionBeforeItsEffect() { return Split("the position is stored before its effect", "cart", "DELETE FROM cart_lines"); }

std::vector<Flaw> AllFlaws() {
  return {ChargesBeforeTheIntentIsStored(),
          SameKeyIsNotUnique(),
          ReservesAnewEachTime(),
          ChargesAnewEachTime(),
          NeverRecovers(),
          AnswersBeforeTheCommit(),
          OutboxOutsideTheTransaction(),
          LedgerOutsideTheTransaction(),
          ClaimOutsideTheTransaction(),
          PositionBeforeItsEffect()};
}

Flaw ReleasesWithoutTombstone() {
  return {.name = "releases are not remembered",
          .stock = [](transactions::Stock& stock) { return std::make_unique<ForgettingReleases>(stock); }};
}

Flaw VoidsWithoutTombstone() {
  return {.name = "voids are not remembered",
          .card = [](transactions::PaymentProvider& card) { return std::make_unique<ForgettingVoids>(card); }};
}

Flaw GivesBackWithoutTombstone() {
  return {.name = "redemptions given back are not remembered",
          .pricing = [](transactions::Pricing& pricing) { return std::make_unique<ForgettingGivenBack>(pricing); }};
}

}  // namespace octavo::campaigns
