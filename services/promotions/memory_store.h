// MemoryStore: a Store in memory, for tests. It behaves like SqlStore. Thread-safe: one lock around each
// verb.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/promotions/store.h"

namespace octavo::promotions {

class MemoryStore final : public Store {
 public:
  Result<StoredCampaign> Create(const Campaign& campaign, const std::string& request_id, std::int64_t fingerprint,
                                Timestamp now) override;
  Result<StoredCampaign> Update(const Campaign& campaign, std::int64_t version) override;
  std::optional<StoredCampaign> Find(CampaignId id) override;
  std::vector<StoredCampaign> List(CampaignId before, int count_max) override;
  OfferList ReadOffers(std::span<const PersonKey> persons, std::span<const std::string> codes) override;
  Status ClaimRedemptions(const Claim& claim, Timestamp now) override;
  std::optional<ClaimState> FindClaim(const OrderKey& order) override;
  std::int64_t ReleaseRedemptions(const OrderKey& order, Timestamp now) override;
  std::int64_t OrderPosition() override;
  Status ApplyOrders(const std::vector<OrderUpdate>& updates) override;
  void FollowAnew() override;
  std::vector<OrderFacts> ListOrders(const Period& period, const OrderFacts* after, int count_max) override;
  BookId LastBook(BookId most) override;
  std::vector<CampaignFacts> ReadFacts(CampaignId after, int count_max) override;

 private:
  void ApplyLocked(const OrderFacts& facts);

  struct Record {
    StoredCampaign stored;
    std::string request_id;
    std::int64_t fingerprint = 0;
    std::map<std::string, std::int64_t> by_code;
    std::map<PersonKey, std::int64_t> by_person;
  };
  struct ClaimRecord {
    Claim claim;
    std::int64_t fingerprint = 0;
    bool released = false;
  };

  // All need mutex_ to be held.
  Status CheckCodes(const Campaign& campaign) const;
  void SetCodes(Record& record) const;
  Status CheckRedemption(const Claim& claim, const Redemption& redemption, Timestamp now) const;
  void Count(const Claim& claim, const Redemption& redemption, int by);
  std::int64_t ClaimedWith(CampaignId campaign, const std::string& code) const;

  std::mutex mutex_;
  // Guarded by mutex_, as all below.
  std::map<CampaignId, Record> campaigns_;
  std::map<OrderKey, ClaimRecord> claims_;
  std::int64_t position_ = 0;
  std::map<std::string, OrderFacts> orders_;
};

}  // namespace octavo::promotions
