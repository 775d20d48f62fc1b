#include "services/payments/audit.h"

namespace octavo::payments {
namespace {

constexpr int kPageSize = 500;

// The equations of one charge are all one to whoever reads the audit.
constexpr char kName[] = "ledger_adds_up";

void Equal(EquationChecker& check, const char* what, std::int64_t in_charge, std::int64_t in_ledger) {
  check.Hold(
      kName, in_charge == in_ledger,
      std::string(what) + " is " + std::to_string(in_charge) + " in the charge, " + std::to_string(in_ledger) + " in the ledger");
}

void CheckState(EquationChecker& check, const Charge& charge, const ChargeFacts& facts) {
  const bool tombstone = charge.state == State::kVoided && charge.amount_minor == 0;
  Equal(check, "the number of beginnings", tombstone ? 0 : 1, facts.opening_count);
  Equal(check, "the amount", charge.amount_minor, facts.authorized_minor + facts.declined_minor);
  Equal(check, "the number of captures", charge.state == State::kCaptured ? 1 : 0, facts.capture_count);
  Equal(check, "the number of voids", charge.state == State::kVoided ? 1 : 0, facts.void_count);
  check.Hold(kName, (charge.state == State::kDeclined) == (facts.declined_minor > 0),
             "the ledger and the state disagree on whether it was declined");
  check.Hold(kName, charge.captured_minor == (charge.state == State::kCaptured ? charge.amount_minor : 0),
             "captured " + std::to_string(charge.captured_minor) + " of " + std::to_string(charge.amount_minor) + " in state " +
                 std::string(StateName(charge.state)));
}

}  // namespace

std::vector<Violation> CheckFacts(const ChargeFacts& facts) {
  EquationChecker check("charges/" + facts.key.value());
  if (!facts.charge) {
    check.Hold(kName, false, "has entries in the ledger but no charge");
    return check.Take();
  }
  const Charge& charge = *facts.charge;
  Equal(check, "the number of entries", charge.entry_count, facts.entry_count);
  Equal(check, "the last entry's number", charge.entry_count, facts.last_sequence);
  Equal(check, "captured", charge.captured_minor, facts.captured_minor);
  Equal(check, "refunded", charge.refunded_minor, facts.refunded_minor);
  check.Hold(kName,
             0 <= charge.refunded_minor && charge.refunded_minor <= charge.captured_minor &&
                 charge.captured_minor <= charge.amount_minor,
             "amount " + std::to_string(charge.amount_minor) + ", captured " + std::to_string(charge.captured_minor) +
                 " and refunded " + std::to_string(charge.refunded_minor) + " are out of order");
  CheckState(check, charge, facts);
  return check.Take();
}

AuditReport Audit(Store& store) {
  AuditReport report;
  ChargeKey after;
  while (true) {
    const std::vector<ChargeFacts> page = store.ReadFacts(after, kPageSize);
    if (page.empty()) return report;
    after = page.back().key;
    for (const ChargeFacts& facts : page) {
      for (Violation& violation : CheckFacts(facts)) report.violations.push_back(std::move(violation));
      report.entry_count += facts.entry_count;
      KeySum sum{.key = facts.key, .captured_minor = facts.captured_minor, .refunded_minor = facts.refunded_minor};
      if (facts.charge) {
        sum.state = facts.charge->state;
        sum.currency_code = facts.charge->currency_code;
      }
      report.sums.push_back(std::move(sum));
    }
  }
}

}  // namespace octavo::payments
