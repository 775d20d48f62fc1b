// MemoryStore: a Store in memory, for tests of code that uses a store. It passes the same contract test as SqlStore; every verb
// is one step under one lock.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "services/payments/store.h"

namespace octavo::payments {

class MemoryStore final : public Store {
 public:
  Result<Recorded> Authorize(const Authorization& authorization, Timestamp now) override {
    return Apply(authorization.key,
                 [&](const std::optional<Charge>& before) { return DecideAuthorize(before, authorization, now); });
  }
  Result<Recorded> Capture(const ChargeKey& key, Timestamp now) override {
    return Apply(key, [&](const std::optional<Charge>& before) { return DecideCapture(before, key, now); });
  }
  Result<Recorded> Void(const ChargeKey& key, Timestamp now) override {
    return Apply(key, [&](const std::optional<Charge>& before) { return DecideVoid(before, key, now); });
  }
  Result<Recorded> GiveBack(const Refund& refund, Timestamp now) override {
    return Apply(refund.key, [&](const std::optional<Charge>& before) {
      std::optional<Entry> same_key;
      for (const Entry& entry : entries_[refund.key]) {
        if (entry.kind == Entry::Kind::kRefund && entry.refund_key == refund.refund_key) same_key = entry;
      }
      return DecideRefund(before, same_key, refund, now);
    });
  }

  std::optional<Charge> Find(const ChargeKey& key) override {
    const std::lock_guard lock(mutex_);
    return At(key);
  }

  std::vector<Charge> List(const ChargeKey& after, int count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<Charge> page;
    for (auto next = charges_.upper_bound(after); next != charges_.end(); ++next) {
      if (static_cast<int>(page.size()) == count_max) break;
      page.push_back(next->second);
    }
    return page;
  }

  bool Stumble(const ChargeKey& key, Timestamp) override {
    const std::lock_guard lock(mutex_);
    return stumbled_.insert(key).second;
  }

  std::vector<ChargeFacts> ReadFacts(const ChargeKey& after, int count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<ChargeFacts> page;
    for (auto next = charges_.upper_bound(after); next != charges_.end(); ++next) {
      if (static_cast<int>(page.size()) == count_max) break;
      ChargeFacts facts{.key = next->first, .charge = next->second};
      for (const Entry& entry : entries_.at(next->first)) Add(facts, entry);
      page.push_back(std::move(facts));
    }
    return page;
  }

 private:
  static void Add(ChargeFacts& facts, const Entry& entry) {
    facts.entry_count += 1;
    facts.last_sequence = entry.sequence;
    switch (entry.kind) {
      case Entry::Kind::kAuthorize:
        facts.authorized_minor += entry.amount_minor;
        facts.opening_count += 1;
        break;
      case Entry::Kind::kDecline:
        facts.declined_minor += entry.amount_minor;
        facts.opening_count += 1;
        break;
      case Entry::Kind::kCapture:
        facts.captured_minor += entry.amount_minor;
        facts.capture_count += 1;
        break;
      case Entry::Kind::kVoid: facts.void_count += 1; break;
      case Entry::Kind::kRefund: facts.refunded_minor += entry.amount_minor; break;
    }
  }

  std::optional<Charge> At(const ChargeKey& key) const {
    const auto found = charges_.find(key);
    return found == charges_.end() ? std::nullopt : std::optional(found->second);
  }

  template <typename Decide>
  Result<Recorded> Apply(const ChargeKey& key, const Decide& decide) {
    const std::lock_guard lock(mutex_);
    const Outcome outcome = TRY(decide(At(key)));
    if (outcome.entry) {
      charges_.insert_or_assign(key, outcome.charge);
      entries_[key].push_back(*outcome.entry);
    }
    return Recorded{outcome.charge, outcome.entry.has_value()};
  }

  std::mutex mutex_;
  std::map<ChargeKey, Charge> charges_;  // Guarded by mutex_, as all below.
  std::map<ChargeKey, std::vector<Entry>> entries_;
  std::set<ChargeKey> stumbled_;
};

}  // namespace octavo::payments
