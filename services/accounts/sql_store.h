// SqlStore: the Store over lib/db, the same for SQLite and PostgreSQL. The tables are in migrations/; run db::Migrate(database,
// Migrations()) first.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/db/database.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

class SqlStore final : public Store {
 public:
  // `database` must outlive the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

  bool AddRegistration(const Registration& registration) override;
  Result<PasswordHash> FindRegistration(const TokenHash& token, Timestamp now) override;
  Result<Customer> ConfirmRegistration(const TokenHash& token, Timestamp now) override;
  std::optional<Credentials> FindByEmail(const std::string& email) override;
  std::optional<Credentials> FindCustomer(const CustomerId& id) override;
  std::vector<Customer> ListCustomers(const CustomerId& after, int count_max) override;
  Result<Customer> SetRole(const CustomerId& by, const CustomerId& id, Role role) override;
  Customer PutOwner(const Customer& owner, const PasswordHash& password_hash) override;
  Result<Customer> Erase(const CustomerId& id, Timestamp now) override;
  std::int64_t EraseAgain(std::span<const CustomerId> ids, Timestamp now) override;
  void AskToEraseAgain(Timestamp since) override;
  bool Knows(const CustomerId& id) override;
  std::optional<CustomerData> ReadCustomerData(const CustomerId& id) override;
  bool ChangePassword(const CustomerId& id, const PasswordHash& before, const PasswordHash& after,
                      const TokenHash& keep) override;
  bool Rehash(const CustomerId& id, const PasswordHash& before, const PasswordHash& after) override;
  void AddReset(const TokenHash& token, const CustomerId& id, Timestamp expires) override;
  std::optional<Customer> FindReset(const TokenHash& token, Timestamp now) override;
  Result<Customer> ResetPassword(const TokenHash& token, const PasswordHash& after, Timestamp now) override;
  bool AddSession(const TokenHash& token, const CustomerId& id, const PasswordHash& verified, Steps steps,
                  Timestamp now) override;
  std::optional<Session> FindSession(const TokenHash& token) override;
  std::vector<HeldSession> ListSessions(const CustomerId& id) override;
  void NoteUse(const TokenHash& token, Timestamp now) override;
  void EndSession(const TokenHash& token) override;
  std::int64_t EndSessions(const CustomerId& id, const std::optional<TokenHash>& keep) override;
  std::optional<TwoStep> FindTwoStep(const CustomerId& id) override;
  bool TurnOnTwoStep(const CustomerId& id, const TwoStep& two_step, std::span<const TokenHash> recovery_codes,
                     const TokenHash& session) override;
  bool UseStep(const CustomerId& id, std::int64_t step) override;
  bool UseRecoveryCode(const CustomerId& id, const TokenHash& code) override;
  bool ReplaceRecoveryCodes(const CustomerId& id, std::span<const TokenHash> recovery_codes) override;
  bool TurnOffTwoStep(const CustomerId& id) override;
  std::vector<PeerTask> DueTasks(Timestamp now, int count_max) override;
  void FinishTask(const PeerTask& task) override;
  void PutOffTask(const PeerTask& task, Timestamp due) override;
  bool AddApiKey(const TokenHash& hash, const ApiKey& key, int in_use_max) override;
  std::vector<ApiKey> ListApiKeys(int count_max) override;
  std::optional<ApiKey> RevokeApiKey(const std::string& id, Timestamp now) override;
  std::optional<ApiKey> UseApiKey(const TokenHash& hash, Timestamp now) override;
  std::optional<Timestamp> Attempt(std::span<const ThrottledSubject> subjects, Timestamp now) override;
  void Forget(const Subject& subject) override;
  void TakeBack(const Subject& subject) override;
  std::int64_t Sweep(const ExpiryRules& expiry_rules, Timestamp now, int count_max) override;

 private:
  db::Database& database_;
};

}  // namespace octavo::accounts
