#include "services/accounts/sql_store.h"

#include <algorithm>
#include <utility>

#include "lib/db/lines.h"

namespace octavo::accounts {
namespace {

using db::Row;
using db::Transaction;

// With the columns that ReadCustomer expects; `rest` goes on behind them.
std::string SelectCustomers(std::string_view rest) {
  return "SELECT customers.customer_id, customers.email, customers.full_name, customers.role, customers.created" +
         std::string(rest);
}

Customer ReadCustomer(const Row& row) {
  return {.id = CustomerId(row.Text(0)),
          .email = row.Text(1),
          .full_name = row.Text(2),
          .role = row.OneOf(3, Role::kCustomer, Role::kOwner),
          .created = row.Time(4)};
}

// --- Customers

constexpr std::string_view kByEmail = ", password_hash FROM customers WHERE email = $1";
constexpr std::string_view kById = ", password_hash FROM customers WHERE customer_id = $1";
constexpr std::string_view kPage = " FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";
constexpr std::string_view kInsertCustomer =
    "INSERT INTO customers (customer_id, email, full_name, role, password_hash, created) VALUES ($1, $2, $3, "
    "$4, $5, $6) "
    "ON CONFLICT DO NOTHING";
constexpr std::string_view kSetRole = "UPDATE customers SET role = $2 WHERE customer_id = $1";
constexpr std::string_view kCountOwners = "SELECT COUNT(*) FROM customers WHERE role = 4";
constexpr std::string_view kSetPassword = "UPDATE customers SET password_hash = $2 WHERE customer_id = $1";
constexpr std::string_view kReplacePassword =
    "UPDATE customers SET password_hash = $3 WHERE customer_id = $1 AND password_hash = $2";
constexpr std::string_view kDeleteCustomer = "DELETE FROM customers WHERE customer_id = $1";

std::optional<Credentials> Load(Transaction& transaction, std::string_view sql, const std::string& key) {
  const std::optional<Row> row = transaction.QueryOne(sql, key);
  if (!row) return std::nullopt;
  return Credentials{ReadCustomer(*row), PasswordHash(row->Text(5))};
}

bool InsertCustomer(Transaction& transaction, const Customer& customer, const PasswordHash& password_hash) {
  return transaction.Execute(kInsertCustomer, customer.id.value(), customer.email, customer.full_name,
                             static_cast<int>(customer.role), password_hash.value(), customer.created) == 1;
}

bool IsLastOwner(Transaction& transaction, const Customer& customer) {
  return customer.role == Role::kOwner && transaction.QueryTheOne(kCountOwners).Int(0) == 1;
}

// --- Registrations and resets

constexpr std::string_view kInsertRegistration =
    "INSERT INTO registrations (token_hash, request_id, customer_id, email, full_name, password_hash, "
    "created, expires) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
constexpr std::string_view kFindRegistration =
    "SELECT customer_id, email, full_name, password_hash, created FROM registrations WHERE token_hash = $1 "
    "AND expires > $2";
constexpr std::string_view kDeleteRegistrations = "DELETE FROM registrations WHERE email = $1";
constexpr std::string_view kRegistrationExpiries = "SELECT expires FROM registrations WHERE email = $1 ORDER BY expires";
constexpr std::string_view kInsertReset =
    "INSERT INTO resets (token_hash, customer_id, expires) "
    "SELECT $1, customer_id, CAST($3 AS BIGINT) FROM customers WHERE customer_id = $2";
constexpr std::string_view kOfReset =
    " FROM resets JOIN customers ON customers.customer_id = resets.customer_id "
    "WHERE token_hash = $1 AND expires > $2";
constexpr std::string_view kDeleteResets = "DELETE FROM resets WHERE customer_id = $1";
constexpr std::string_view kResetExpiries = "SELECT expires FROM resets WHERE customer_id = $1 ORDER BY expires";

std::vector<Timestamp> ReadTimes(const std::vector<Row>& rows) {
  std::vector<Timestamp> times;
  for (const Row& row : rows) times.push_back(row.Time(0));
  return times;
}

std::optional<Customer> LoadReset(Transaction& transaction, const TokenHash& token, Timestamp now) {
  const std::optional<Row> row = transaction.QueryOne(SelectCustomers(kOfReset), token.value(), now);
  if (!row) return std::nullopt;
  return ReadCustomer(*row);
}

// --- Sessions

constexpr std::string_view kInsertSession =
    "INSERT INTO sessions (token_hash, customer_id, created, last_used, two_steps) "
    "SELECT $1, customer_id, CAST($4 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT) FROM customers "
    "WHERE customer_id = $2 AND password_hash = $3 "
    "AND (CAST($5 AS BIGINT) = 1 OR NOT EXISTS (SELECT 1 FROM two_step WHERE two_step.customer_id = $2))";
constexpr std::string_view kMakeRoom =
    "DELETE FROM sessions WHERE customer_id = $1 AND token_hash NOT IN "
    "(SELECT token_hash FROM sessions WHERE customer_id = $1 ORDER BY last_used DESC, token_hash DESC LIMIT "
    "$2)";
constexpr std::string_view kOfSession =
    ", sessions.created, sessions.last_used, sessions.two_steps FROM sessions "
    "JOIN customers ON customers.customer_id = sessions.customer_id WHERE token_hash = $1";
constexpr std::string_view kListSessions =
    "SELECT token_hash, created, last_used FROM sessions WHERE customer_id = $1 ORDER BY last_used DESC, token_hash";
constexpr std::string_view kNoteUse = "UPDATE sessions SET last_used = $2 WHERE token_hash = $1 AND last_used < $2";
constexpr std::string_view kDeleteSession = "DELETE FROM sessions WHERE token_hash = $1";
constexpr std::string_view kDeleteSessions = "DELETE FROM sessions WHERE customer_id = $1 AND token_hash <> $2";
constexpr std::string_view kSessionTimes =
    "SELECT created, last_used FROM sessions WHERE customer_id = $1 ORDER BY created, token_hash";

std::int64_t DeleteSessions(Transaction& transaction, const CustomerId& id, const TokenHash& keep) {
  return transaction.Execute(kDeleteSessions, id.value(), keep.value());
}
const TokenHash kKeepNone;

// --- Keys of integrations

constexpr std::string_view kCountApiKeys = "SELECT COUNT(*) FROM api_keys WHERE revoked = 0";
constexpr std::string_view kInsertApiKey =
    "INSERT INTO api_keys (key_hash, key_id, display_name, scopes, created, last_used, revoked) "
    "VALUES ($1, $2, $3, $4, $5, 0, 0)";
constexpr std::string_view kSelectApiKeys = "SELECT key_id, display_name, scopes, created, last_used, revoked FROM api_keys";
constexpr std::string_view kNewestApiKeys = " ORDER BY created DESC, key_id DESC LIMIT $1";
constexpr std::string_view kApiKeyById = " WHERE key_id = $1";
constexpr std::string_view kApiKeyInUse = " WHERE key_hash = $1 AND revoked = 0";
constexpr std::string_view kRevokeApiKey = "UPDATE api_keys SET revoked = $2 WHERE key_id = $1 AND revoked = 0";
constexpr std::string_view kNoteApiKeyUse = "UPDATE api_keys SET last_used = $2 WHERE key_hash = $1";

std::string SelectApiKeys(std::string_view rest) { return std::string(kSelectApiKeys) + std::string(rest); }

ApiKey ReadApiKey(const Row& row) {
  const auto time = [&](int column) { return row.Int(column) == 0 ? std::nullopt : std::optional<Timestamp>(row.Time(column)); };
  return {.id = row.Text(0),
          .display_name = row.Text(1),
          .scopes = db::SplitLines(row.Text(2)),
          .created = row.Time(3),
          .last_used = time(4),
          .revoked = time(5)};
}

// --- Two steps

constexpr std::string_view kFindTwoStep =
    "SELECT sealed_secret, last_step, turned_on, (SELECT COUNT(*) FROM recovery_codes WHERE customer_id = $1) "
    "FROM two_step WHERE customer_id = $1";
constexpr std::string_view kInsertTwoStep =
    "INSERT INTO two_step (customer_id, sealed_secret, last_step, turned_on) "
    "SELECT customer_id, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM customers WHERE customer_id = $1 "
    "ON CONFLICT DO NOTHING";
constexpr std::string_view kInsertRecoveryCode = "INSERT INTO recovery_codes (code_hash, customer_id) VALUES ($1, $2)";
constexpr std::string_view kUseStep = "UPDATE two_step SET last_step = $2 WHERE customer_id = $1 AND last_step < $2";
constexpr std::string_view kUseRecoveryCode = "DELETE FROM recovery_codes WHERE customer_id = $1 AND code_hash = $2";
constexpr std::string_view kDeleteRecoveryCodes = "DELETE FROM recovery_codes WHERE customer_id = $1";
constexpr std::string_view kDeleteTwoStep = "DELETE FROM two_step WHERE customer_id = $1";
constexpr std::string_view kNoteTwoSteps = "UPDATE sessions SET two_steps = 1 WHERE token_hash = $2 AND customer_id = $1";
constexpr std::string_view kForgetTwoSteps = "UPDATE sessions SET two_steps = 0 WHERE customer_id = $1";

std::optional<TwoStep> LoadTwoStep(Transaction& transaction, const CustomerId& id) {
  const std::optional<Row> row = transaction.QueryOne(kFindTwoStep, id.value());
  if (!row) return std::nullopt;
  return TwoStep{
      .sealed_secret = row->Text(0), .last_step = row->Int(1), .turned_on = row->Time(2), .recovery_codes_left = row->Int(3)};
}

void InsertRecoveryCodes(Transaction& transaction, const CustomerId& id, std::span<const TokenHash> codes) {
  for (const TokenHash& code : codes) transaction.Execute(kInsertRecoveryCode, code.value(), id.value());
}

std::int64_t DeleteTwoStep(Transaction& transaction, const CustomerId& id) {
  transaction.Execute(kDeleteRecoveryCodes, id.value());
  return transaction.Execute(kDeleteTwoStep, id.value());
}

// --- Tasks for other services

// Due at once.
constexpr std::string_view kAskToClaim =
    "INSERT INTO errands (kind, customer_id, email, asked_count, failed_count, due) "
    "SELECT 1, customer_id, email, 1, 0, 0 FROM customers WHERE customer_id = $1 "
    "ON CONFLICT (kind, customer_id) DO UPDATE SET asked_count = errands.asked_count + 1, failed_count = 0, "
    "due = 0";
constexpr std::string_view kAskToErase =
    "INSERT INTO errands (kind, customer_id, email, asked_count, failed_count, due) "
    "VALUES (2, $1, $2, 1, 0, 0)";
constexpr std::string_view kDeletePeerTasks = "DELETE FROM errands WHERE customer_id = $1";
constexpr std::string_view kDueTasks =
    "SELECT kind, customer_id, email, asked_count, failed_count FROM errands WHERE due <= $1 "
    "ORDER BY due, customer_id, kind LIMIT $2";
constexpr std::string_view kFinishTask = "DELETE FROM errands WHERE kind = $1 AND customer_id = $2 AND asked_count = $3";
constexpr std::string_view kPutOffTask =
    "UPDATE errands SET failed_count = failed_count + 1, due = $4 "
    "WHERE kind = $1 AND customer_id = $2 AND asked_count = $3";

// --- Throttling

constexpr std::string_view kFindAttempts = "SELECT attempt_count, last_time FROM attempts WHERE subject = $1";
constexpr std::string_view kPutAttempts =
    "INSERT INTO attempts (subject, attempt_count, last_time) VALUES ($1, $2, $3) "
    "ON CONFLICT (subject) DO UPDATE SET attempt_count = excluded.attempt_count, last_time = "
    "excluded.last_time";
constexpr std::string_view kDeleteAttempts = "DELETE FROM attempts WHERE subject = $1";
constexpr std::string_view kTakeBack =
    "UPDATE attempts SET attempt_count = attempt_count - 1 WHERE subject = $1 AND attempt_count > 0";

Attempts LoadAttempts(Transaction& transaction, const Subject& subject) {
  const std::optional<Row> row = transaction.QueryOne(kFindAttempts, subject.value());
  if (!row) return {};
  return {.count = row->Int(0), .last = row->Time(1)};
}

// --- Sweeping

constexpr std::string_view kSweepRegistrations =
    "DELETE FROM registrations WHERE token_hash IN (SELECT token_hash FROM registrations WHERE expires <= $1 "
    "LIMIT $2)";
constexpr std::string_view kSweepResets =
    "DELETE FROM resets WHERE token_hash IN (SELECT token_hash FROM resets WHERE expires <= $1 LIMIT $2)";
constexpr std::string_view kSweepSessions =
    "DELETE FROM sessions WHERE token_hash IN "
    "(SELECT token_hash FROM sessions WHERE last_used <= $1 OR created <= $2 LIMIT $3)";
constexpr std::string_view kSweepAttempts =
    "DELETE FROM attempts WHERE subject IN (SELECT subject FROM attempts WHERE last_time <= $1 LIMIT $2)";

constexpr std::string_view kRememberErased =
    "INSERT INTO erased (customer_id, erase_time) VALUES ($1, $2) ON CONFLICT (customer_id) DO NOTHING";
// For those erased before, the address is no longer known. Those whose erasure is still under way keep their task, with its
// address.
constexpr std::string_view kAskToEraseAgain =
    "INSERT INTO errands (kind, customer_id, email, asked_count, failed_count, due) "
    "SELECT 2, customer_id, '', 1, 0, 0 FROM erased WHERE erase_time >= $1 ON CONFLICT (kind, customer_id) DO NOTHING";
constexpr std::string_view kKnows =
    "SELECT 1 FROM customers WHERE customer_id = $1 UNION SELECT 1 FROM erased WHERE customer_id = $1 "
    "UNION SELECT 1 FROM errands WHERE customer_id = $1 AND kind = 2";

Result<Customer> EraseIn(Transaction& transaction, const CustomerId& id, Timestamp now) {
  const std::optional<Credentials> found = Load(transaction, SelectCustomers(kById), id.value());
  if (!found) return UnknownCustomer(id);
  if (IsLastOwner(transaction, found->customer)) return LastOwner();
  DeleteSessions(transaction, id, kKeepNone);
  transaction.Execute(kDeleteResets, id.value());
  transaction.Execute(kDeleteRegistrations, found->customer.email);
  DeleteTwoStep(transaction, id);
  transaction.Execute(kDeleteCustomer, id.value());
  transaction.Execute(kDeletePeerTasks, id.value());
  transaction.Execute(kAskToErase, id.value(), found->customer.email);
  transaction.Execute(kRememberErased, id.value(), now);
  return found->customer;
}

}  // namespace

bool SqlStore::AddRegistration(const Registration& registration) {
  return database_.Write([&](Transaction& transaction) {
    const Customer& customer = registration.customer;
    return transaction.Execute(kInsertRegistration, registration.token.value(), registration.request_id, customer.id.value(),
                               customer.email, customer.full_name, registration.password_hash.value(), customer.created,
                               registration.expires) == 1;
  });
}

Result<PasswordHash> SqlStore::FindRegistration(const TokenHash& token, Timestamp now) {
  return database_.Read([&](Transaction& transaction) -> Result<PasswordHash> {
    const std::optional<Row> row = transaction.QueryOne(kFindRegistration, token.value(), now);
    if (!row) return BadToken();
    return PasswordHash(row->Text(3));
  });
}

Result<Customer> SqlStore::ConfirmRegistration(const TokenHash& token, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Customer> {
    const std::optional<Row> row = transaction.QueryOne(kFindRegistration, token.value(), now);
    if (!row) return BadToken();
    const Customer customer{.id = CustomerId(row->Text(0)),
                            .email = row->Text(1),
                            .full_name = row->Text(2),
                            .role = Role::kCustomer,
                            .created = row->Time(4)};
    if (!InsertCustomer(transaction, customer, PasswordHash(row->Text(3)))) return BadToken();
    transaction.Execute(kDeleteRegistrations, customer.email);
    transaction.Execute(kAskToClaim, customer.id.value());
    return customer;
  });
}

std::optional<Credentials> SqlStore::FindByEmail(const std::string& email) {
  return database_.Read([&](Transaction& transaction) { return Load(transaction, SelectCustomers(kByEmail), email); });
}

std::optional<Credentials> SqlStore::FindCustomer(const CustomerId& id) {
  return database_.Read([&](Transaction& transaction) { return Load(transaction, SelectCustomers(kById), id.value()); });
}

std::vector<Customer> SqlStore::ListCustomers(const CustomerId& after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<Customer> page;
    for (const Row& row : transaction.Query(SelectCustomers(kPage), after.value(), count_max)) {
      page.push_back(ReadCustomer(row));
    }
    return page;
  });
}

Result<Customer> SqlStore::SetRole(const CustomerId& by, const CustomerId& id, Role role) {
  return database_.Write([&](Transaction& transaction) -> Result<Customer> {
    const std::optional<Credentials> owner = Load(transaction, SelectCustomers(kById), by.value());
    if (!owner || owner->customer.role != Role::kOwner) return NotAllowed();
    std::optional<Credentials> found = Load(transaction, SelectCustomers(kById), id.value());
    if (!found) return UnknownCustomer(id);
    if (role != Role::kOwner && IsLastOwner(transaction, found->customer)) return LastOwner();
    transaction.Execute(kSetRole, id.value(), static_cast<int>(role));
    found->customer.role = role;
    return found->customer;
  });
}

Customer SqlStore::PutOwner(const Customer& owner, const PasswordHash& password_hash) {
  return database_.Write([&](Transaction& transaction) {
    transaction.Execute(kDeleteRegistrations, owner.email);
    std::optional<Credentials> found = Load(transaction, SelectCustomers(kByEmail), owner.email);
    if (!found) {
      InsertCustomer(transaction, owner, password_hash);
      return owner;
    }
    const CustomerId& id = found->customer.id;
    transaction.Execute(kSetRole, id.value(), static_cast<int>(Role::kOwner));
    transaction.Execute(kSetPassword, id.value(), password_hash.value());
    DeleteSessions(transaction, id, kKeepNone);
    found->customer.role = Role::kOwner;
    return found->customer;
  });
}

Result<Customer> SqlStore::Erase(const CustomerId& id, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return EraseIn(transaction, id, now); });
}

std::int64_t SqlStore::EraseAgain(std::span<const CustomerId> ids, Timestamp now) {
  return database_.Write([&](Transaction& transaction) {
    std::int64_t there = 0;
    for (const CustomerId& id : ids) {
      if (EraseIn(transaction, id, now).ok()) {
        ++there;
      } else {
        transaction.Execute(kRememberErased, id.value(), now);
      }
    }
    return there;
  });
}

void SqlStore::AskToEraseAgain(Timestamp since) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kAskToEraseAgain, since); });
}

bool SqlStore::Knows(const CustomerId& id) {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryOne(kKnows, id.value()).has_value(); });
}

std::optional<CustomerData> SqlStore::ReadCustomerData(const CustomerId& id) {
  return database_.Read([&](Transaction& transaction) -> std::optional<CustomerData> {
    const std::optional<Credentials> found = Load(transaction, SelectCustomers(kById), id.value());
    if (!found) return std::nullopt;
    CustomerData data{.customer = found->customer};
    for (const Row& row : transaction.Query(kSessionTimes, id.value())) {
      data.sessions.push_back({.created = row.Time(0), .last_used = row.Time(1)});
    }
    data.reset_expiries = ReadTimes(transaction.Query(kResetExpiries, id.value()));
    data.registration_expiries = ReadTimes(transaction.Query(kRegistrationExpiries, found->customer.email));
    data.two_step = LoadTwoStep(transaction, id);
    return data;
  });
}

bool SqlStore::ChangePassword(const CustomerId& id, const PasswordHash& before, const PasswordHash& after,
                              const TokenHash& keep) {
  return database_.Write([&](Transaction& transaction) {
    if (transaction.Execute(kReplacePassword, id.value(), before.value(), after.value()) == 0) return false;
    transaction.Execute(kDeleteResets, id.value());
    DeleteSessions(transaction, id, keep);
    return true;
  });
}

bool SqlStore::Rehash(const CustomerId& id, const PasswordHash& before, const PasswordHash& after) {
  return database_.Write([&](Transaction& transaction) {
    return transaction.Execute(kReplacePassword, id.value(), before.value(), after.value()) == 1;
  });
}

void SqlStore::AddReset(const TokenHash& token, const CustomerId& id, Timestamp expires) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kInsertReset, token.value(), id.value(), expires); });
}

std::optional<Customer> SqlStore::FindReset(const TokenHash& token, Timestamp now) {
  return database_.Read([&](Transaction& transaction) { return LoadReset(transaction, token, now); });
}

Result<Customer> SqlStore::ResetPassword(const TokenHash& token, const PasswordHash& after, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Customer> {
    const std::optional<Customer> customer = LoadReset(transaction, token, now);
    if (!customer) return BadToken();
    transaction.Execute(kSetPassword, customer->id.value(), after.value());
    transaction.Execute(kDeleteResets, customer->id.value());
    DeleteSessions(transaction, customer->id, kKeepNone);
    return *customer;
  });
}

bool SqlStore::AddSession(const TokenHash& token, const CustomerId& id, const PasswordHash& verified, Steps steps,
                          Timestamp now) {
  return database_.Write([&](Transaction& transaction) {
    const std::int64_t added =
        transaction.Execute(kInsertSession, token.value(), id.value(), verified.value(), now, steps == Steps::kTwo ? 1 : 0);
    if (added == 0) return false;
    transaction.Execute(kMakeRoom, id.value(), kSessionsMax);
    transaction.Execute(kAskToClaim, id.value());
    return true;
  });
}

std::optional<Session> SqlStore::FindSession(const TokenHash& token) {
  return database_.Read([&](Transaction& transaction) -> std::optional<Session> {
    const std::optional<Row> row = transaction.QueryOne(SelectCustomers(kOfSession), token.value());
    if (!row) return std::nullopt;
    return Session{token, ReadCustomer(*row), {.created = row->Time(5), .last_used = row->Time(6)}, row->Int(7) == 1};
  });
}

std::vector<HeldSession> SqlStore::ListSessions(const CustomerId& id) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<HeldSession> sessions;
    for (const Row& row : transaction.Query(kListSessions, id.value())) {
      sessions.push_back({TokenHash(row.Text(0)), {.created = row.Time(1), .last_used = row.Time(2)}});
    }
    return sessions;
  });
}

void SqlStore::NoteUse(const TokenHash& token, Timestamp now) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kNoteUse, token.value(), now); });
}

void SqlStore::EndSession(const TokenHash& token) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kDeleteSession, token.value()); });
}

std::int64_t SqlStore::EndSessions(const CustomerId& id, const std::optional<TokenHash>& keep) {
  return database_.Write([&](Transaction& transaction) { return DeleteSessions(transaction, id, keep.value_or(kKeepNone)); });
}

std::optional<TwoStep> SqlStore::FindTwoStep(const CustomerId& id) {
  return database_.Read([&](Transaction& transaction) { return LoadTwoStep(transaction, id); });
}

bool SqlStore::TurnOnTwoStep(const CustomerId& id, const TwoStep& two_step, std::span<const TokenHash> recovery_codes,
                             const TokenHash& session) {
  return database_.Write([&](Transaction& transaction) {
    const std::int64_t added =
        transaction.Execute(kInsertTwoStep, id.value(), two_step.sealed_secret, two_step.last_step, two_step.turned_on);
    if (added == 0) return false;
    InsertRecoveryCodes(transaction, id, recovery_codes);
    transaction.Execute(kNoteTwoSteps, id.value(), session.value());
    return true;
  });
}

bool SqlStore::UseStep(const CustomerId& id, std::int64_t step) {
  return database_.Write([&](Transaction& transaction) { return transaction.Execute(kUseStep, id.value(), step) == 1; });
}

bool SqlStore::UseRecoveryCode(const CustomerId& id, const TokenHash& code) {
  return database_.Write(
      [&](Transaction& transaction) { return transaction.Execute(kUseRecoveryCode, id.value(), code.value()) == 1; });
}

bool SqlStore::ReplaceRecoveryCodes(const CustomerId& id, std::span<const TokenHash> recovery_codes) {
  return database_.Write([&](Transaction& transaction) {
    if (!LoadTwoStep(transaction, id)) return false;
    transaction.Execute(kDeleteRecoveryCodes, id.value());
    InsertRecoveryCodes(transaction, id, recovery_codes);
    return true;
  });
}

bool SqlStore::TurnOffTwoStep(const CustomerId& id) {
  return database_.Write([&](Transaction& transaction) {
    transaction.Execute(kForgetTwoSteps, id.value());
    return DeleteTwoStep(transaction, id) == 1;
  });
}

bool SqlStore::AddApiKey(const TokenHash& hash, const ApiKey& key, int in_use_max) {
  return database_.Write([&](Transaction& transaction) {
    if (transaction.QueryTheOne(kCountApiKeys).Int(0) >= in_use_max) return false;
    transaction.Execute(kInsertApiKey, hash.value(), key.id, key.display_name, db::JoinLines(key.scopes), key.created);
    return true;
  });
}

std::vector<ApiKey> SqlStore::ListApiKeys(int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<ApiKey> keys;
    for (const Row& row : transaction.Query(SelectApiKeys(kNewestApiKeys), count_max)) keys.push_back(ReadApiKey(row));
    return keys;
  });
}

std::optional<ApiKey> SqlStore::RevokeApiKey(const std::string& id, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> std::optional<ApiKey> {
    transaction.Execute(kRevokeApiKey, id, now);
    const std::optional<Row> row = transaction.QueryOne(SelectApiKeys(kApiKeyById), id);
    return row ? std::optional(ReadApiKey(*row)) : std::nullopt;
  });
}

std::optional<ApiKey> SqlStore::UseApiKey(const TokenHash& hash, Timestamp now) {
  const auto find = [&](Transaction& transaction) -> std::optional<ApiKey> {
    const std::optional<Row> row = transaction.QueryOne(SelectApiKeys(kApiKeyInUse), hash.value());
    return row ? std::optional(ReadApiKey(*row)) : std::nullopt;
  };
  std::optional<ApiKey> key = database_.Read(find);
  if (!key || (key->last_used && now - *key->last_used < kApiKeyUseNoted)) return key;
  return database_.Write([&](Transaction& transaction) {
    transaction.Execute(kNoteApiKeyUse, hash.value(), now);
    return find(transaction);
  });
}

std::vector<PeerTask> SqlStore::DueTasks(Timestamp now, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<PeerTask> tasks;
    for (const Row& row : transaction.Query(kDueTasks, now, count_max)) {
      tasks.push_back({.kind = row.OneOf(0, PeerTask::Kind::kClaimGuestOrders, PeerTask::Kind::kErase),
                       .customer = CustomerId(row.Text(1)),
                       .email = row.Text(2),
                       .asked_count = row.Int(3),
                       .failed_count = row.Int(4)});
    }
    return tasks;
  });
}

void SqlStore::FinishTask(const PeerTask& task) {
  database_.Write([&](Transaction& transaction) {
    transaction.Execute(kFinishTask, static_cast<int>(task.kind), task.customer.value(), task.asked_count);
  });
}

void SqlStore::PutOffTask(const PeerTask& task, Timestamp due) {
  database_.Write([&](Transaction& transaction) {
    transaction.Execute(kPutOffTask, static_cast<int>(task.kind), task.customer.value(), task.asked_count, due);
  });
}

std::optional<Timestamp> SqlStore::Attempt(std::span<const ThrottledSubject> subjects, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> std::optional<Timestamp> {
    std::vector<Attempts> before;
    Timestamp allowed = Timestamp::min();
    for (const ThrottledSubject& one : subjects) {
      before.push_back(LoadAttempts(transaction, one.subject));
      allowed = std::max(allowed, NextAllowed(before.back(), one.policy));
    }
    if (allowed > now) return allowed;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const Attempts after = AfterAttempt(before[i], subjects[i].policy, now);
      transaction.Execute(kPutAttempts, subjects[i].subject.value(), after.count, after.last);
    }
    return std::nullopt;
  });
}

void SqlStore::Forget(const Subject& subject) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kDeleteAttempts, subject.value()); });
}

void SqlStore::TakeBack(const Subject& subject) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kTakeBack, subject.value()); });
}

std::int64_t SqlStore::Sweep(const ExpiryRules& expiry_rules, Timestamp now, int count_max) {
  return database_.Write([&](Transaction& transaction) {
    return transaction.Execute(kSweepRegistrations, now, count_max) + transaction.Execute(kSweepResets, now, count_max) +
           transaction.Execute(kSweepSessions, now - expiry_rules.sessions.idle_max, now - expiry_rules.sessions.age_max,
                               count_max) +
           transaction.Execute(kSweepAttempts, now - expiry_rules.attempts_forgotten_after, count_max);
  });
}

}  // namespace octavo::accounts
