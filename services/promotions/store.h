// Store: what promotions remembers, in the shop's words: campaigns, who redeemed what, and the facts of past orders. Two
// implementations pass one contract test (store_contract_test.cc): SqlStore over lib/db, and MemoryStore for tests of code that
// uses a store.
//
// Every verb is one transaction; one that fails has changed nothing. Thread-safe. All may throw octavo::Failure when the database
// is gone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/promotions/domain/basket.h"
#include "services/promotions/domain/campaign.h"
#include "services/promotions/domain/claim.h"
#include "services/promotions/domain/order_facts.h"

namespace octavo::promotions {

struct StoredCampaign {
  Campaign campaign;
  std::int64_t version = 0;  // Grows with each change of the campaign, not with redemptions. The etag.
  Timestamp create_time{};
  std::int64_t redemption_count = 0;
  std::int64_t spent_minor = 0;
};

// The campaigns that a quote considers, and the use of each.
struct OfferList {
  std::shared_ptr<const std::vector<Campaign>> campaigns;  // Shared with later lists, as long as no campaign changes.
  std::vector<CampaignUse> uses;                           // One per campaign.
};

// What the tables say about one campaign at one moment; they have to agree (audit.h).
struct CampaignFacts {
  CampaignId campaign;
  std::int64_t total_limit = 0;
  std::int64_t budget_minor = 0;
  std::int64_t redemption_count = 0;  // As counted …
  std::int64_t claim_count = 0;       // … and as claimed and not given back.
  std::int64_t spent_minor = 0;
  std::int64_t claimed_minor = 0;
  std::int64_t persons_over_limit = 0;
  std::int64_t codes_over_limit = 0;
  std::int64_t persons_miscounted = 0;  // Persons whose count is not the number of their claims.
  std::int64_t codes_miscounted = 0;
};

// The facts of an order after the event at `position`.
struct OrderUpdate {
  std::int64_t position = 0;
  std::optional<OrderFacts> facts;
};

class Store {
 public:
  virtual ~Store() = default;

  // Adds a campaign under the next id; `campaign.id` is ignored. The same request id again gives the campaign as it is
  // now. Errors: ALREADY_EXISTS (CODE_TAKEN), FAILED_PRECONDITION (REQUEST_ID_REUSED: the id came with another
  // fingerprint).
  virtual Result<StoredCampaign> Create(const Campaign& campaign, const std::string& request_id, std::int64_t fingerprint,
                                        Timestamp now) = 0;
  // Replaces a campaign whose version is `version`. Storing an equal campaign is no change, whatever its version. Errors:
  // NOT_FOUND (UNKNOWN_CAMPAIGN), ABORTED (ETAG_MISMATCH), ALREADY_EXISTS (CODE_TAKEN), INVALID_ARGUMENT (INVALID_FIELD: a limit
  // or the budget is below what is used already).
  virtual Result<StoredCampaign> Update(const Campaign& campaign, std::int64_t version) = 0;
  virtual std::optional<StoredCampaign> Find(CampaignId id) = 0;
  // The `count_max` campaigns before `before` (INT64_MAX: the newest), newest first.
  virtual std::vector<StoredCampaign> List(CampaignId before, int count_max) = 0;
  // All campaigns except drafts and those archived without codes. `persons` and `codes` say whose use and which codes are needed.
  virtual OfferList ReadOffers(std::span<const PersonKey> persons, std::span<const std::string> codes) = 0;

  // Takes all redemptions of an order or none, never above a limit or budget. Repeating it succeeds and changes nothing. Errors:
  // those of claim.h.
  virtual Status ClaimRedemptions(const Claim& claim, Timestamp now) = 0;
  // The state of an order's claim; none: the order never claimed and never released.
  enum class ClaimState { kHeld, kReleased };
  virtual std::optional<ClaimState> FindClaim(const OrderKey& order) = 0;
  // Releases the order's redemptions; an order that never claimed is stored as released. Repeating it changes nothing. Gives the
  // number of the order's redemptions.
  virtual std::int64_t ReleaseRedemptions(const OrderKey& order, Timestamp now) = 0;

  // The last order event that was applied; 0: none.
  virtual std::int64_t OrderPosition() = 0;
  // Stores the orders as they are after these events, all in one transaction; for an event without facts, only the position. For
  // a new order it decides `first_order`; a person who was erased does not come back. An event that was applied before changes
  // nothing. Errors: OUT_OF_RANGE (EVENT_GAP) if events before one of these are missing.
  virtual Status ApplyOrders(const std::vector<OrderUpdate>& updates) = 0;
  // The events are read again from the first: stored orders stay, and each event is applied anew.
  virtual void FollowAnew() = 0;
  // Orders of a period that were not cancelled, by (place_time, order), after `after`; nullptr: from the first.
  virtual std::vector<OrderFacts> ListOrders(const Period& period, const OrderFacts* after, int count_max) = 0;

  // The highest book up to `most` that a campaign names; 0: none.
  virtual BookId LastBook(BookId most) = 0;
  // Facts of the next `count_max` campaigns after `after`, as of one moment.
  virtual std::vector<CampaignFacts> ReadFacts(CampaignId after, int count_max) = 0;
};

// Errors of both implementations.
Error CodeTaken(const std::string& code, CampaignId owner);
Error EtagMismatch(CampaignId campaign);
Error EventGap(std::int64_t position, std::int64_t last);
// Whether the new limits allow what is used: `person_most` and `code_most` are the highest counts of one person and one code.
Status CheckUsed(const Campaign& campaign, const StoredCampaign& stored, std::int64_t person_most, std::int64_t code_most);

}  // namespace octavo::promotions
