// Audit: whether the sandbox's ledger adds up, and what it holds for each key. For every key these must be
// true:
// - charge and entries agree: as many entries, numbered without a gap; captured and refunded are their sums;
// - one charge per key: exactly one entry begins it with its amount, or there is a single void and nothing else;
// - 0 ≤ refunded ≤ captured ≤ amount; captured at most once, and wholly; nothing voided or declined was captured.
// Each page of keys is read as of one moment, so the audit may run while the shop sells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/violation.h"
#include "services/payments/store.h"

namespace octavo::payments {

// What the ledger's entries say about one key; the auditor compares it with the orders.
struct KeySum {
  ChargeKey key;
  State state = State::kAuthorized;
  std::string currency_code;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
};

struct AuditReport {
  std::vector<KeySum> sums;  // By key.
  std::int64_t entry_count = 0;
  std::vector<Violation> violations;  // All of "ledger_adds_up".
};

AuditReport Audit(Store& store);

// The violations of one key.
std::vector<Violation> CheckFacts(const ChargeFacts& facts);

}  // namespace octavo::payments
