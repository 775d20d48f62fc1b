#include "services/payments/audit.h"

namespace octavo::payments {
namespace {

constexpr int kPageSize = 500;

class Findings {
 public:
  explicit Findings(const ChargeKey& key) : key_(key) {}

  void Equal(const char* what, std::int64_t in_charge, std::int64_t in_ledger) {
    Hold(in_charge == in_ledger, std::string(what) + " is " + std::to_string(in_charge) + " in the charge, " +
                                     std::to_string(in_ledger) + " in the ledger");
  }
  void Hold(bool holds, const std::string& otherwise) {
    if (!holds) sentences_.push_back("charge " + key_.value() + ": " + otherwise);
  }
  std::vector<std::string> Take() { return std::move(sentences_); }

 private:
  const ChargeKey& key_;
  std::vector<std::string> sentences_;
};

void CheckState(Findings& findings, const Charge& charge, const ChargeFacts& facts) {
  const bool tombstone = charge.state == State::kVoided && charge.amount_minor == 0;
  findings.Equal("the number of beginnings", tombstone ? 0 : 1, facts.opening_count);
  findings.Equal("the amount", charge.amount_minor, facts.authorized_minor + facts.declined_minor);
  findings.Equal("the number of captures", charge.state == State::kCaptured ? 1 : 0, facts.capture_count);
  findings.Equal("the number of voids", charge.state == State::kVoided ? 1 : 0, facts.void_count);
  findings.Hold((charge.state == State::kDeclined) == (facts.declined_minor > 0),
                "the ledger and the state disagree on whether it was declined");
  findings.Hold(charge.captured_minor == (charge.state == State::kCaptured ? charge.amount_minor : 0),
                "captured " + std::to_string(charge.captured_minor) + " of " + std::to_string(charge.amount_minor) +
                    " in state " + std::string(StateName(charge.state)));
}

}  // namespace

std::vector<std::string> CheckFacts(const ChargeFacts& facts) {
  Findings findings(facts.key);
  if (!facts.charge) {
    findings.Hold(false, "has entries in the ledger but no charge");
    return findings.Take();
  }
  const Charge& charge = *facts.charge;
  findings.Equal("the number of entries", charge.entry_count, facts.entry_count);
  findings.Equal("the last entry's number", charge.entry_count, facts.last_sequence);
  findings.Equal("captured", charge.captured_minor, facts.captured_minor);
  findings.Equal("refunded", charge.refunded_minor, facts.refunded_minor);
  findings.Hold(0 <= charge.refunded_minor && charge.refunded_minor <= charge.captured_minor &&
                    charge.captured_minor <= charge.amount_minor,
                "amount " + std::to_string(charge.amount_minor) + ", captured " + std::to_string(charge.captured_minor) +
                    " and refunded " + std::to_string(charge.refunded_minor) + " are out of order");
  CheckState(findings, charge, facts);
  return findings.Take();
}

AuditReport Audit(Store& store) {
  AuditReport report;
  ChargeKey after;
  while (true) {
    const std::vector<ChargeFacts> page = store.ReadFacts(after, kPageSize);
    if (page.empty()) return report;
    after = page.back().key;
    for (const ChargeFacts& facts : page) {
      for (std::string& violation : CheckFacts(facts)) report.violations.push_back(std::move(violation));
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
