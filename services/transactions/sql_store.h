// SqlStore: the Store on SQLite or PostgreSQL. `database` must be migrated (migrations.h) and outlive it.
#pragma once

#include <string>
#include <vector>

#include "lib/db/database.h"
#include "services/transactions/store.h"
#include "services/transactions/store_facts.h"

namespace octavo::transactions {

class SqlStore : public Store, public FactsSource {
 public:
  explicit SqlStore(db::Database& database) : database_(database) {}

  std::optional<Intent> Begin(const Intent& intent) override;
  std::optional<Intent> FindIntent(const std::string& key) override;
  std::optional<Intent> TakeLease(const std::string& key, Timestamp now, Timestamp until) override;
  bool MoveLease(const std::string& key, Timestamp held, Timestamp until) override;
  bool BeginUndo(const std::string& key, const Error& error) override;
  void Fail(const std::string& key) override;
  Result<Order> Place(const std::string& key, const Order& order) override;
  std::vector<Intent> DueIntents(Timestamp now, int limit) override;
  void DropAllLeases() override;
  std::int64_t ForgetIntents(Timestamp before, int limit) override;
  std::optional<Order> FindOrder(const OrderId& id) override;
  void AddAccess(const OrderId& id, const std::string& token_hash, Timestamp now) override;
  bool HasAccess(const OrderId& id, const std::string& token_hash) override;
  std::vector<Order> ListOrders(const OrderFilter& filter, int limit) override;
  std::int64_t UnpaidCopies(const std::string& customer, const std::string& email) override;
  std::vector<OrderId> RunOutOrders(Timestamp now, int limit) override;
  std::int64_t CountOrders(const std::string& customer, const std::string& email) override;
  Result<Order> Decided(const OrderId& id, const std::string& key, const std::string& fingerprint, Timestamp now,
                        const Decide& decide) override;
  std::vector<PendingEffect> DueEffects(Timestamp now, int limit) override;
  void FinishEffect(std::int64_t id) override;
  std::vector<PendingEffect> LastDoneEffects(int limit) override;
  void RetryEffect(std::int64_t id, Attempt attempt, Timestamp next) override;
  void GiveUpEffect(const PendingEffect& pending, const std::string& note, Timestamp now) override;
  std::vector<OrderEvent> Events(std::int64_t position, const std::optional<OrderId>& order, int limit) override;
  std::int64_t LastPosition() override;
  std::int64_t SkipNumbers(std::int64_t position) override;
  BookId LastBook(BookId most) override;
  std::int64_t ClaimGuestOrders(const std::string& customer, const std::string& email, Timestamp now) override;
  Erasure EraseBuyer(const std::string& customer, const std::string& email, Timestamp now) override;
  std::vector<std::string> ErasedCustomers(const std::string& after, int limit) override;
  std::string LastCustomer() override;
  std::vector<OrderFacts> ReadFacts(const std::string& after, const std::string& until, int limit) override;
  LogFacts ReadLogFacts() override;

 private:
  db::Database& database_;
};

}  // namespace octavo::transactions
