// octavo-broken: transactions with a fault planted on purpose, alone or with all else that sells, for campaigns to catch. Never
// part of a shop.
//
//     octavo-broken VARIANT transactions [options of octavo-transactions]
//     octavo-broken VARIANT shop [options of octavo]
//
// VARIANT, and what is wrong with it:
//   answers-before-commit   orders and intents are written a moment after they were acknowledged
//   charges-before-intent   the intent alone is written a moment later, while stock is reserved and the card charged
//   forgets-keys            the same key again is another order
//   never-recovers          nobody looks for intents that a crash left unfinished
//   done-before-doing       effects are noted as done before they are
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lib/runtime/main.h"
#include "services/cart/module.h"
#include "services/catalog/module.h"
#include "services/inventory/module.h"
#include "services/payments/module.h"
#include "services/promotions/module.h"
#include "services/transactions/module.h"
#include "services/transactions/sql_store.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;

// Does things in order, a moment after they were asked for.
class Later {
 public:
  ~Later() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void Do(std::function<void()> thing) {
    const std::lock_guard lock(mutex_);
    things_.push_back(std::move(thing));
    ++asked_;
    changed_.notify_all();
  }
  // Until everything is done that was asked for so far.
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, asked = asked_] { return done_ >= asked; });
  }

 private:
  static constexpr auto kMoment = 30ms;

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !things_.empty(); });
      if (things_.empty()) return;
      changed_.wait_for(lock, kMoment, [this] { return stopping_; });
      std::deque<std::function<void()>> things;
      things.swap(things_);
      lock.unlock();
      for (const auto& thing : things) thing();
      lock.lock();
      done_ += static_cast<std::int64_t>(things.size());
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> things_;  // Guarded by mutex_, as the next three.
  std::int64_t asked_ = 0;
  std::int64_t done_ = 0;
  bool stopping_ = false;
  std::thread thread_{[this] { Run(); }};  // Last: it uses the rest.
};

// Nobody notices, but for those who were answered in the last moment before a crash.
class AnswersBeforeCommit final : public SqlStore {
 public:
  using SqlStore::SqlStore;
  std::optional<Order> FindOrder(const OrderId& id) override {
    later_.Wait();
    return SqlStore::FindOrder(id);
  }
  std::optional<Intent> FindIntent(const std::string& key) override {
    later_.Wait();
    return SqlStore::FindIntent(key);
  }
  std::optional<Intent> Begin(const Intent& intent) override {
    if (auto known = SqlStore::FindIntent(intent.key)) return known;
    later_.Do([this, intent] { (void)SqlStore::Begin(intent); });
    return std::nullopt;
  }
  Result<Order> Place(const std::string& key, const Order& order) override {
    later_.Do([this, key, order] { (void)SqlStore::Place(key, order); });
    return order;
  }

 private:
  Later later_;
};

class ChargesBeforeIntent final : public SqlStore {
 public:
  using SqlStore::SqlStore;
  std::optional<Intent> Begin(const Intent& intent) override {
    if (auto known = FindIntent(intent.key)) return known;
    const std::lock_guard lock(mutex_);
    waiting_[intent.key] = intent;
    return std::nullopt;
  }
  Result<Order> Place(const std::string& key, const Order& order) override {
    Write(key);
    return SqlStore::Place(key, order);
  }
  bool BeginUndo(const std::string& key, const Error& error) override {
    Write(key);
    return SqlStore::BeginUndo(key, error);
  }
  bool MoveLease(const std::string& key, Timestamp held, Timestamp until) override {
    Write(key);
    return SqlStore::MoveLease(key, held, until);
  }

 private:
  void Write(const std::string& key) {
    std::optional<Intent> intent;
    {
      const std::lock_guard lock(mutex_);
      const auto found = waiting_.find(key);
      if (found == waiting_.end()) return;
      intent = found->second;
      waiting_.erase(found);
    }
    (void)SqlStore::Begin(*intent);
  }

  std::mutex mutex_;
  std::map<std::string, Intent> waiting_;  // Guarded by mutex_.
};

class ForgetsKeys final : public SqlStore {
 public:
  using SqlStore::SqlStore;
  std::optional<Intent> FindIntent(const std::string& key) override {
    const auto found = SqlStore::FindIntent(key);
    // Those that this process drives are its own; others come from a call before.
    return found && found->state == Intent::State::kPlaced ? std::nullopt : found;
  }
  std::optional<Intent> Begin(const Intent& intent) override {
    const auto known = SqlStore::FindIntent(intent.key);
    if (!known || known->state != Intent::State::kPlaced) return SqlStore::Begin(intent);
    Intent other = intent;
    other.key += "/" + intent.draft.id.value();
    return SqlStore::Begin(other);
  }
  Result<Order> Place(const std::string& key, const Order& order) override {
    const auto known = SqlStore::FindIntent(key);
    const bool first = known && known->draft.id == order.id;
    return SqlStore::Place(first ? key : key + "/" + order.id.value(), order);
  }
};

class NeverRecovers final : public SqlStore {
 public:
  using SqlStore::SqlStore;
  std::vector<Intent> DueIntents(Timestamp, int) override { return {}; }
};

class DoneBeforeDoing final : public SqlStore {
 public:
  using SqlStore::SqlStore;
  std::vector<PendingEffect> DueEffects(Timestamp now, int limit) override {
    auto due = SqlStore::DueEffects(now, limit);
    for (const PendingEffect& effect : due) SqlStore::FinishEffect(effect.id);
    return due;
  }
  void RetryEffect(std::int64_t, Attempt, Timestamp) override {}
};

template <typename Broken>
std::unique_ptr<Store> Make(db::Database& database) {
  return std::make_unique<Broken>(database);
}

Module::MakeStore Variant(const std::string& name) {
  if (name == "answers-before-commit") return Make<AnswersBeforeCommit>;
  if (name == "charges-before-intent") return Make<ChargesBeforeIntent>;
  if (name == "forgets-keys") return Make<ForgetsKeys>;
  if (name == "never-recovers") return Make<NeverRecovers>;
  if (name == "done-before-doing") return Make<DoneBeforeDoing>;
  return nullptr;
}

}  // namespace
}  // namespace octavo::transactions

namespace {

using octavo::runtime::Module;

std::vector<std::unique_ptr<Module>> Modules(const std::string& what, octavo::transactions::Module::MakeStore make_store) {
  std::vector<std::unique_ptr<Module>> modules;
  if (what == "shop") {
    modules.push_back(std::make_unique<octavo::cart::Module>());
    modules.push_back(std::make_unique<octavo::catalog::Module>());
    modules.push_back(std::make_unique<octavo::inventory::Module>());
    modules.push_back(std::make_unique<octavo::payments::Module>());
    modules.push_back(std::make_unique<octavo::promotions::Module>());
  }
  modules.push_back(std::make_unique<octavo::transactions::Module>(std::move(make_store)));
  return modules;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[2] : "";
  auto make_store = octavo::transactions::Variant(argc > 1 ? argv[1] : "");
  if (!make_store || (what != "shop" && what != "transactions")) {
    std::fputs("octavo-broken: name a variant, then \"shop\" or \"transactions\"\n", stderr);
    return 2;
  }
  return octavo::runtime::Main({.name = "octavo-broken",
                                .about = "Transactions with a fault planted on purpose.",
                                .listen = octavo::runtime::DefaultAddress("transactions")},
                               {argv + 3, argv + argc}, Modules(what, std::move(make_store)));
}
