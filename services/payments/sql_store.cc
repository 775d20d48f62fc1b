#include "services/payments/sql_store.h"

#include <string>
#include <utility>

#include "lib/base/check.h"

namespace octavo::payments {
namespace {

using db::Row;
using db::Transaction;

constexpr std::string_view kFind =
    "SELECT charge_key, state, currency_code, amount_minor, captured_minor, refunded_minor, "
    "notices_per_change, "
    "entry_count, created FROM charges WHERE charge_key = $1";
constexpr std::string_view kList =
    "SELECT charge_key, state, currency_code, amount_minor, captured_minor, refunded_minor, "
    "notices_per_change, "
    "entry_count, created FROM charges WHERE charge_key > $1 ORDER BY charge_key LIMIT $2";
constexpr std::string_view kInsertCharge =
    "INSERT INTO charges (charge_key, state, currency_code, amount_minor, captured_minor, refunded_minor, "
    "notices_per_change, entry_count, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kUpdateCharge =
    "UPDATE charges SET state = $2, captured_minor = $3, refunded_minor = $4, entry_count = $5 "
    "WHERE charge_key = $1 AND entry_count = $5 - 1";
constexpr std::string_view kInsertEntry =
    "INSERT INTO entries (charge_key, sequence, kind, amount_minor, refund_key, created) VALUES ($1, $2, $3, "
    "$4, $5, $6)";
constexpr std::string_view kFindRefund =
    "SELECT sequence, amount_minor, created FROM entries WHERE charge_key = $1 AND refund_key = $2 AND kind "
    "= 5";
constexpr std::string_view kStumble = "INSERT INTO stumbles (charge_key, created) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr std::string_view kKeys =
    "SELECT charge_key FROM charges WHERE charge_key > $1 UNION SELECT charge_key FROM entries WHERE "
    "charge_key > $1 "
    "ORDER BY charge_key LIMIT $2";
constexpr std::string_view kKeysBetween =
    "SELECT charge_key FROM charges WHERE charge_key > $1 AND charge_key <= $2 UNION SELECT charge_key FROM entries WHERE "
    "charge_key > $1 AND charge_key <= $2 ORDER BY charge_key";
constexpr std::string_view kSums =
    "SELECT COUNT(*), COALESCE(MAX(sequence), 0), "
    "CAST(COALESCE(SUM(CASE WHEN kind = 1 THEN amount_minor ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN kind = 2 THEN amount_minor ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN kind = 3 THEN amount_minor ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN kind = 5 THEN amount_minor ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN kind <= 2 THEN 1 ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN kind = 3 THEN 1 ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN kind = 4 THEN 1 ELSE 0 END), 0) AS BIGINT) "
    "FROM entries WHERE charge_key = $1";

Charge ReadCharge(const Row& row) {
  const bool adds_up = row.Int(5) >= 0 && row.Int(5) <= row.Int(4) && row.Int(4) <= row.Int(3);
  db::CheckStored(adds_up, "no more of a charge is given back than was taken, and no more taken than was held");
  return {.key = ChargeKey(row.Text(0)),
          .state = row.OneOf(1, State::kAuthorized, State::kDeclined),
          .currency_code = row.Text(2),
          .amount_minor = row.Int(3),
          .captured_minor = row.Int(4),
          .refunded_minor = row.Int(5),
          .notices_per_change = row.Int(6),
          .entry_count = row.Int(7),
          .created = row.Time(8)};
}

std::optional<Charge> Load(Transaction& transaction, const ChargeKey& key) {
  const std::optional<Row> row = transaction.QueryOne(kFind, key.value());
  if (!row) return std::nullopt;
  return ReadCharge(*row);
}

std::optional<Entry> LoadRefund(Transaction& transaction, const Refund& refund) {
  const std::optional<Row> row = transaction.QueryOne(kFindRefund, refund.key.value(), refund.refund_key);
  if (!row) return std::nullopt;
  return Entry{.key = refund.key,
               .sequence = row->Int(0),
               .kind = Entry::Kind::kRefund,
               .amount_minor = row->Int(1),
               .refund_key = refund.refund_key,
               .created = row->Time(2)};
}

Recorded Save(Transaction& transaction, const Outcome& outcome) {
  const Charge& charge = outcome.charge;
  if (!outcome.entry) return {charge, /*changed=*/false};
  const Entry& entry = *outcome.entry;
  if (entry.sequence == 1) {
    transaction.Execute(kInsertCharge, charge.key.value(), static_cast<int>(charge.state), charge.currency_code,
                        charge.amount_minor, charge.captured_minor, charge.refunded_minor, charge.notices_per_change,
                        charge.entry_count, charge.created);
  } else {
    const std::int64_t updated = transaction.Execute(kUpdateCharge, charge.key.value(), static_cast<int>(charge.state),
                                                     charge.captured_minor, charge.refunded_minor, charge.entry_count);
    CHECK(updated == 1);  // The transaction is serializable: nobody has changed what it read.
  }
  transaction.Execute(kInsertEntry, entry.key.value(), entry.sequence, static_cast<int>(entry.kind), entry.amount_minor,
                      entry.refund_key, entry.created);
  return {charge, /*changed=*/true};
}

ChargeFacts LoadFacts(Transaction& transaction, const ChargeKey& key) {
  const Row sums = transaction.QueryTheOne(kSums, key.value());
  return {.key = key,
          .charge = Load(transaction, key),
          .entry_count = sums.Int(0),
          .last_sequence = sums.Int(1),
          .authorized_minor = sums.Int(2),
          .declined_minor = sums.Int(3),
          .captured_minor = sums.Int(4),
          .refunded_minor = sums.Int(5),
          .opening_count = sums.Int(6),
          .capture_count = sums.Int(7),
          .void_count = sums.Int(8)};
}

}  // namespace

Result<Recorded> SqlStore::Authorize(const Authorization& authorization, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Recorded> {
    return Save(transaction, TRY(DecideAuthorize(Load(transaction, authorization.key), authorization, now)));
  });
}

Result<Recorded> SqlStore::Capture(const ChargeKey& key, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Recorded> {
    return Save(transaction, TRY(DecideCapture(Load(transaction, key), key, now)));
  });
}

Result<Recorded> SqlStore::Void(const ChargeKey& key, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Recorded> {
    return Save(transaction, TRY(DecideVoid(Load(transaction, key), key, now)));
  });
}

Result<Recorded> SqlStore::GiveBack(const Refund& refund, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Recorded> {
    const std::optional<Entry> same_key = LoadRefund(transaction, refund);
    return Save(transaction, TRY(DecideRefund(Load(transaction, refund.key), same_key, refund, now)));
  });
}

std::optional<Charge> SqlStore::Find(const ChargeKey& key) {
  return database_.Read([&](Transaction& transaction) { return Load(transaction, key); });
}

std::vector<Charge> SqlStore::List(const ChargeKey& after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<Charge> charges;
    for (const Row& row : transaction.Query(kList, after.value(), count_max)) {
      charges.push_back(ReadCharge(row));
    }
    return charges;
  });
}

bool SqlStore::Stumble(const ChargeKey& key, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return transaction.Execute(kStumble, key.value(), now) == 1; });
}

std::vector<ChargeFacts> SqlStore::ReadFacts(const ChargeKey& after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<ChargeFacts> page;
    for (const Row& row : transaction.Query(kKeys, after.value(), count_max)) {
      page.push_back(LoadFacts(transaction, ChargeKey(row.Text(0))));
    }
    return page;
  });
}

std::vector<ChargeFacts> SqlStore::ReadFactsBetween(const std::string& after, const std::string& until) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<ChargeFacts> page;
    for (const Row& row : transaction.Query(kKeysBetween, after, until)) {
      page.push_back(LoadFacts(transaction, ChargeKey(row.Text(0))));
    }
    return page;
  });
}

}  // namespace octavo::payments
