#include "services/promotions/memory_store.h"

#include <algorithm>

namespace octavo::promotions {

Result<StoredCampaign> MemoryStore::Create(const Campaign& campaign, const std::string& request_id, std::int64_t fingerprint,
                                           Timestamp now) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, record] : campaigns_) {
    if (record.request_id != request_id) continue;
    if (record.fingerprint != fingerprint) return RequestReused("request_id", request_id);
    return record.stored;
  }
  Record record{
      .stored = {.campaign = campaign, .version = 1, .create_time = now}, .request_id = request_id, .fingerprint = fingerprint};
  record.stored.campaign.id = CampaignId(campaigns_.empty() ? 1 : campaigns_.rbegin()->first.value() + 1);
  TRY(CheckCodes(record.stored.campaign));
  SetCodes(record);
  const auto added = campaigns_.emplace(record.stored.campaign.id, std::move(record)).first;
  return added->second.stored;
}

Result<StoredCampaign> MemoryStore::Update(const Campaign& campaign, std::int64_t version) {
  const std::lock_guard lock(mutex_);
  const auto found = campaigns_.find(campaign.id);
  if (found == campaigns_.end()) return UnknownCampaign(campaign.id);
  Record& record = found->second;
  if (record.stored.campaign == campaign) return record.stored;
  if (record.stored.version != version) return EtagMismatch(campaign.id);
  const auto most = [](const auto& counts) {
    std::int64_t highest = 0;
    for (const auto& [key, count] : counts) highest = std::max(highest, count);
    return highest;
  };
  TRY(CheckUsed(campaign, record.stored, most(record.by_person), most(record.by_code)));
  TRY(CheckCodes(campaign));
  record.stored.campaign = campaign;
  ++record.stored.version;
  SetCodes(record);
  return record.stored;
}

Status MemoryStore::CheckCodes(const Campaign& campaign) const {
  for (const std::string& code : campaign.codes) {
    for (const auto& [id, record] : campaigns_) {
      if (id != campaign.id && record.by_code.contains(code)) return CodeTaken(code, id);
    }
  }
  return Ok();
}

// A code that comes back counts what was claimed with it before.
void MemoryStore::SetCodes(Record& record) const {
  record.by_code.clear();
  for (const std::string& code : record.stored.campaign.codes) {
    record.by_code[code] = ClaimedWith(record.stored.campaign.id, code);
  }
}

std::int64_t MemoryStore::ClaimedWith(CampaignId campaign, const std::string& code) const {
  std::int64_t count = 0;
  for (const auto& [order, record] : claims_) {
    if (record.released) continue;
    for (const Redemption& redemption : record.claim.redemptions) {
      if (redemption.campaign == campaign && redemption.code == code) ++count;
    }
  }
  return count;
}

std::optional<StoredCampaign> MemoryStore::Find(CampaignId id) {
  const std::lock_guard lock(mutex_);
  const auto found = campaigns_.find(id);
  if (found == campaigns_.end()) return std::nullopt;
  return found->second.stored;
}

std::vector<StoredCampaign> MemoryStore::List(CampaignId before, int count_max) {
  const std::lock_guard lock(mutex_);
  std::vector<StoredCampaign> campaigns;
  for (auto it = campaigns_.lower_bound(before); it != campaigns_.begin() && count_max > 0; --count_max) {
    campaigns.push_back((--it)->second.stored);
  }
  return campaigns;
}

OfferList MemoryStore::ReadOffers(std::span<const PersonKey> persons, std::span<const std::string> codes) {
  const std::lock_guard lock(mutex_);
  std::vector<Campaign> campaigns;
  OfferList list;
  for (const auto& [id, record] : campaigns_) {
    const Campaign& campaign = record.stored.campaign;
    if (campaign.state == CampaignState::kDraft) continue;
    if (campaign.state == CampaignState::kArchived && campaign.codes.empty()) continue;
    campaigns.push_back(campaign);
    CampaignUse use{.redemption_count = record.stored.redemption_count, .spent_minor = record.stored.spent_minor};
    for (const PersonKey& person : persons) {
      const auto count = record.by_person.find(person);
      if (count == record.by_person.end()) continue;
      use.customer_redemption_count = std::max(use.customer_redemption_count, count->second);
    }
    for (const std::string& code : codes) {
      const auto count = record.by_code.find(code);
      if (count != record.by_code.end()) use.code_redemption_count[code] = count->second;
    }
    list.uses.push_back(std::move(use));
  }
  list.campaigns = std::make_shared<const std::vector<Campaign>>(std::move(campaigns));
  return list;
}

Status MemoryStore::ClaimRedemptions(const Claim& claim, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const std::int64_t fingerprint = Fingerprint(claim);
  if (const auto before = claims_.find(claim.order); before != claims_.end()) {
    if (before->second.released) return ClaimReleased(claim.order);
    if (before->second.fingerprint != fingerprint) return RequestReused("order_key", claim.order.value());
    return Ok();
  }
  for (const Redemption& redemption : claim.redemptions) TRY(CheckRedemption(claim, redemption, now));
  for (const Redemption& redemption : claim.redemptions) Count(claim, redemption, 1);
  claims_[claim.order] = {.claim = claim, .fingerprint = fingerprint};
  return Ok();
}

Status MemoryStore::CheckRedemption(const Claim& claim, const Redemption& redemption, Timestamp now) const {
  const auto found = campaigns_.find(redemption.campaign);
  if (found == campaigns_.end()) return UnknownCampaign(redemption.campaign);
  const Record& record = found->second;
  const Campaign& campaign = record.stored.campaign;
  if (!IsRunning(campaign, now)) return CampaignEnded(campaign.id);
  if (campaign.total_limit > 0 && record.stored.redemption_count >= campaign.total_limit) {
    return LimitReached(campaign.id, "total_limit");
  }
  if (campaign.budget_minor > 0 && record.stored.spent_minor + redemption.amount_minor > campaign.budget_minor) {
    return LimitReached(campaign.id, "budget");
  }
  if (redemption.code.empty() != campaign.codes.empty()) return NoSuchCode(campaign.id, redemption.code);
  if (!redemption.code.empty()) {
    const auto count = record.by_code.find(redemption.code);
    if (count == record.by_code.end()) return NoSuchCode(campaign.id, redemption.code);
    if (campaign.code_limit > 0 && count->second >= campaign.code_limit) return LimitReached(campaign.id, "code_limit");
  }
  if (campaign.customer_limit == 0) return Ok();
  if (claim.persons.empty()) return NobodyToCount(campaign.id);
  for (const PersonKey& person : claim.persons) {
    const auto count = record.by_person.find(person);
    if (count != record.by_person.end() && count->second >= campaign.customer_limit) {
      return LimitReached(campaign.id, "customer_limit");
    }
  }
  return Ok();
}

void MemoryStore::Count(const Claim& claim, const Redemption& redemption, int by) {
  Record& record = campaigns_.at(redemption.campaign);
  record.stored.redemption_count += by;
  record.stored.spent_minor += by * redemption.amount_minor;
  if (record.by_code.contains(redemption.code)) record.by_code[redemption.code] += by;
  for (const PersonKey& person : claim.persons) record.by_person[person] += by;
}

std::optional<Store::ClaimState> MemoryStore::FindClaim(const OrderKey& order) {
  const std::lock_guard lock(mutex_);
  const auto found = claims_.find(order);
  if (found == claims_.end()) return std::nullopt;
  return found->second.released ? ClaimState::kReleased : ClaimState::kHeld;
}

std::int64_t MemoryStore::ReleaseRedemptions(const OrderKey& order, Timestamp) {
  const std::lock_guard lock(mutex_);
  ClaimRecord& record = claims_[order];
  if (!record.released) {
    for (const Redemption& redemption : record.claim.redemptions) Count(record.claim, redemption, -1);
  }
  record.released = true;
  return static_cast<std::int64_t>(record.claim.redemptions.size());
}

BookId MemoryStore::LastBook(BookId most) {
  const std::lock_guard lock(mutex_);
  BookId last{0};
  const auto look = [&](const Selection& selection) {
    for (const auto* books : {&selection.books, &selection.excluded_books}) {
      for (const BookId book : *books) last = book <= most ? std::max(last, book) : last;
    }
  };
  for (const auto& [id, record] : campaigns_) {
    const Campaign& campaign = record.stored.campaign;
    look(campaign.items);
    const auto* bundle = std::get_if<BuyXGetY>(&campaign.effect);
    if (bundle != nullptr && bundle->get_items) look(*bundle->get_items);
  }
  return last;
}

std::int64_t MemoryStore::OrderPosition() {
  const std::lock_guard lock(mutex_);
  return position_;
}

Status MemoryStore::ApplyOrders(const std::vector<OrderUpdate>& updates) {
  const std::lock_guard lock(mutex_);
  std::int64_t last = position_;
  for (const OrderUpdate& update : updates) {
    if (update.position > last + 1) return EventGap(update.position, last);
    last = std::max(last, update.position);
  }
  for (const auto& [position, facts] : updates) {
    if (position <= position_) continue;
    position_ = position;
    if (facts) ApplyLocked(*facts);
  }
  return Ok();
}

void MemoryStore::FollowAnew() {
  const std::lock_guard lock(mutex_);
  position_ = 0;
}

void MemoryStore::ApplyLocked(const OrderFacts& facts) {
  if (const auto known = orders_.find(facts.order); known != orders_.end()) {
    known->second.cancelled = facts.cancelled;
    known->second.revenue_minor = facts.revenue_minor;
    known->second.delivery_minor = facts.delivery_minor;
    if (!facts.person) known->second.person.reset();
    return;
  }
  OrderFacts added = facts;
  added.first_order = facts.person && std::none_of(orders_.begin(), orders_.end(), [&](const auto& entry) {
                        return entry.second.person == facts.person && !entry.second.cancelled;
                      });
  orders_[facts.order] = std::move(added);
}

std::vector<OrderFacts> MemoryStore::ListOrders(const Period& period, const OrderFacts* after, int count_max) {
  const std::lock_guard lock(mutex_);
  const auto key = [](const OrderFacts& facts) { return std::pair(facts.place_time, facts.order); };
  std::vector<OrderFacts> orders;
  for (const auto& [name, facts] : orders_) {
    if (facts.cancelled || !period.Contains(facts.place_time)) continue;
    if (after == nullptr || key(facts) > key(*after)) orders.push_back(facts);
  }
  std::sort(orders.begin(), orders.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  if (orders.size() > static_cast<std::size_t>(count_max)) orders.resize(static_cast<std::size_t>(count_max));
  return orders;
}

std::vector<CampaignFacts> MemoryStore::ReadFacts(CampaignId after, int count_max) {
  const std::lock_guard lock(mutex_);
  std::vector<CampaignFacts> all;
  for (auto it = campaigns_.upper_bound(after); it != campaigns_.end() && count_max > 0; ++it, --count_max) {
    const Record& record = it->second;
    const Campaign& campaign = record.stored.campaign;
    CampaignFacts facts{.campaign = it->first,
                        .total_limit = campaign.total_limit,
                        .budget_minor = campaign.budget_minor,
                        .redemption_count = record.stored.redemption_count,
                        .spent_minor = record.stored.spent_minor};
    std::map<PersonKey, std::int64_t> held;
    for (const auto& [order, claim] : claims_) {
      if (claim.released) continue;
      for (const Redemption& redemption : claim.claim.redemptions) {
        if (redemption.campaign != it->first) continue;
        ++facts.claim_count;
        facts.claimed_minor += redemption.amount_minor;
        for (const PersonKey& person : claim.claim.persons) ++held[person];
      }
    }
    for (const auto& [person, count] : record.by_person) {
      if (campaign.customer_limit > 0 && count > campaign.customer_limit) ++facts.persons_over_limit;
      if (count != held[person]) ++facts.persons_miscounted;
    }
    for (const auto& [code, count] : record.by_code) {
      if (campaign.code_limit > 0 && count > campaign.code_limit) ++facts.codes_over_limit;
      if (count != ClaimedWith(it->first, code)) ++facts.codes_miscounted;
    }
    all.push_back(facts);
  }
  return all;
}

}  // namespace octavo::promotions
