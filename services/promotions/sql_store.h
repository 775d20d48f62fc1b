// SqlStore: Store over lib/db, the same on SQLite and PostgreSQL. Thread-safe.
//
// A limit is a condition of the statement that counts: the row is raised only where it is still below, so that two claims
// at once cannot both take the last redemption, whatever they read before.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/db/database.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

// What an order has claimed.
struct ClaimFacts {
  std::string order_key;
  bool held = false;                                // False: given back.
  std::map<CampaignId, std::int64_t> amount_minor;  // Of each redemption.
};

class SqlStore final : public Store {
 public:
  // `database` is migrated (migrations/) and outlives the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

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

  // For the audit of the whole shop: claims with `after` < order key <= `until`, by key, as of one moment.
  std::vector<ClaimFacts> ReadClaims(const std::string& after, const std::string& until);
  // Likewise the names ("orders/…") of the orders whose facts are kept; true: cancelled.
  std::map<std::string, bool> ReadKnownOrders(const std::string& after, const std::string& until);

 private:
  // The campaigns to try, as of a revision.
  struct Snapshot {
    std::int64_t revision = 0;
    std::shared_ptr<const std::vector<Campaign>> campaigns;
  };

  Snapshot cached() const;
  void Keep(const Snapshot& snapshot);

  db::Database& database_;
  mutable std::mutex mutex_;
  Snapshot cached_;  // Guarded by mutex_. Never ahead of the database; checked against its revision at each use.
};

}  // namespace octavo::promotions
