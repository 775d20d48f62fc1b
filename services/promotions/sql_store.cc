#include "services/promotions/sql_store.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "lib/db/errors.h"
#include "lib/db/sql_text.h"

namespace octavo::promotions {
namespace {

using db::Row;
using db::Transaction;
using db::Value;

// --- Campaigns as rows -----------------------------------------------------------------------------------------------

enum class Kind { kPercentOff = 1, kAmountOff, kBuyXGetY, kOrderPercentOff, kOrderAmountOff, kFreeDelivery };
enum class List { kBooks = 1, kCategories, kAuthors, kExcludedBooks };
constexpr std::int64_t kGetItems = 10;  // Added to a List.

constexpr std::string_view kInsertCampaign =
    "INSERT INTO campaigns (campaign_id, version, display_name, banner, state, starts, ends, kind, rate, amount_minor, "
    "buy_quantity, get_quantity, group_max, has_get_items, threshold_minor, first_order_only, stackable, total_limit, "
    "customer_limit, code_limit, budget_minor, request_id, fingerprint, created, redemption_count, spent_minor) "
    "SELECT COALESCE(MAX(campaign_id), 0) + 1, 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
    "$17, $18, $19, $20, $21, $22, 0, 0 FROM campaigns RETURNING campaign_id";
constexpr std::string_view kUpdateCampaign =
    "UPDATE campaigns SET version = version + 1, display_name = $1, banner = $2, state = $3, starts = $4, ends = $5, "
    "kind = $6, rate = $7, amount_minor = $8, buy_quantity = $9, get_quantity = $10, group_max = $11, has_get_items = "
    "$12, threshold_minor = $13, first_order_only = $14, stackable = $15, total_limit = $16, customer_limit = $17, "
    "code_limit = $18, budget_minor = $19 WHERE campaign_id = $20";
// With the columns that ReadCampaign expects.
std::string SelectCampaigns(std::string_view where) {
  return "SELECT campaign_id, version, created, redemption_count, spent_minor, display_name, banner, state, starts, ends, "
         "kind, rate, amount_minor, buy_quantity, get_quantity, group_max, has_get_items, threshold_minor, first_order_only, "
         "stackable, total_limit, customer_limit, code_limit, budget_minor FROM campaigns WHERE " +
         std::string(where);
}
constexpr std::string_view kOneCampaign = "campaign_id = $1";
constexpr std::string_view kCampaignsBefore = "campaign_id < $1 ORDER BY campaign_id DESC LIMIT $2";
// state 1: drafts; 4: archived.
constexpr std::string_view kOffers =
    "state IN (2, 3) OR (state = 4 AND EXISTS (SELECT 1 FROM campaign_codes WHERE campaign_codes.campaign_id = "
    "campaigns.campaign_id)) ORDER BY campaign_id";
// Lists of books, of items and of get_items. The CASE keeps the terms of other lists from being read as numbers.
constexpr std::string_view kLastBook =
    "SELECT COALESCE(MAX(book), 0) FROM (SELECT CASE WHEN list IN (1, 4, 11, 14) THEN CAST(term AS BIGINT) ELSE 0 END AS "
    "book FROM campaign_terms) AS books WHERE book <= $1";
constexpr std::string_view kFindTerms = "SELECT list, term FROM campaign_terms WHERE campaign_id = $1";
constexpr std::string_view kFindCodes = "SELECT code FROM campaign_codes WHERE campaign_id = $1";
constexpr std::string_view kFindByRequest = "SELECT campaign_id, fingerprint FROM campaigns WHERE request_id = $1";
constexpr std::string_view kRaiseRevision = "UPDATE campaign_revision SET revision = revision + 1 WHERE one = 1";
constexpr std::string_view kReadRevision = "SELECT revision FROM campaign_revision WHERE one = 1";

// The columns of an effect.
struct EffectRow {
  Kind kind = Kind::kFreeDelivery;
  std::int64_t rate = 0;
  std::int64_t amount_minor = 0;
  BuyXGetY groups;
};

EffectRow ToRow(const Effect& effect) {
  EffectRow row;
  if (const auto* percent = std::get_if<PercentOff>(&effect)) {
    row.kind = Kind::kPercentOff;
    row.rate = percent->rate.value;
  } else if (const auto* amount = std::get_if<AmountOff>(&effect)) {
    row.kind = Kind::kAmountOff;
    row.amount_minor = amount->amount_minor;
  } else if (const auto* groups = std::get_if<BuyXGetY>(&effect)) {
    row.kind = Kind::kBuyXGetY;
    row.rate = groups->rate.value;
    row.groups = *groups;
  } else if (const auto* order_percent = std::get_if<OrderPercentOff>(&effect)) {
    row.kind = Kind::kOrderPercentOff;
    row.rate = order_percent->rate.value;
  } else if (const auto* order_amount = std::get_if<OrderAmountOff>(&effect)) {
    row.kind = Kind::kOrderAmountOff;
    row.amount_minor = order_amount->amount_minor;
  }
  return row;
}

Effect ReadEffect(const Row& row) {
  const BasisPoints rate{row.Int(11)};
  const std::int64_t amount_minor = row.Int(12);
  switch (row.OneOf(10, Kind::kPercentOff, Kind::kFreeDelivery)) {
    case Kind::kPercentOff: return PercentOff{rate};
    case Kind::kAmountOff: return AmountOff{amount_minor};
    case Kind::kOrderPercentOff: return OrderPercentOff{rate};
    case Kind::kOrderAmountOff: return OrderAmountOff{amount_minor};
    case Kind::kFreeDelivery: return FreeDelivery{};
    case Kind::kBuyXGetY: break;
  }
  BuyXGetY groups{.buy_quantity = row.Int(13), .get_quantity = row.Int(14), .group_max = row.Int(15), .rate = rate};
  if (row.Bool(16)) groups.get_items.emplace();
  return groups;
}

StoredCampaign ReadCampaign(const Row& row) {
  return {.campaign = {.id = CampaignId(row.Int(0)),
                       .display_name = row.Text(5),
                       .banner = row.Text(6),
                       .state = row.OneOf(7, CampaignState::kDraft, CampaignState::kArchived),
                       .start = row.OptionalTime(8),
                       .end = row.OptionalTime(9),
                       .effect = ReadEffect(row),
                       .threshold_minor = row.Int(17),
                       .first_order_only = row.Bool(18),
                       .stackable = row.Bool(19),
                       .total_limit = row.Int(20),
                       .customer_limit = row.Int(21),
                       .code_limit = row.Int(22),
                       .budget_minor = row.Int(23)},
          .version = row.Int(1),
          .create_time = row.Time(2),
          .redemption_count = row.Int(3),
          .spent_minor = row.Int(4)};
}

std::vector<Value> ToValues(const Campaign& campaign) {
  const EffectRow effect = ToRow(campaign.effect);
  return {campaign.display_name,
          campaign.banner,
          static_cast<int>(campaign.state),
          Value(campaign.start),
          Value(campaign.end),
          static_cast<int>(effect.kind),
          effect.rate,
          effect.amount_minor,
          effect.groups.buy_quantity,
          effect.groups.get_quantity,
          effect.groups.group_max,
          effect.groups.get_items.has_value() ? 1 : 0,
          campaign.threshold_minor,
          campaign.first_order_only ? 1 : 0,
          campaign.stackable ? 1 : 0,
          campaign.total_limit,
          campaign.customer_limit,
          campaign.code_limit,
          campaign.budget_minor};
}

// --- Selections and codes --------------------------------------------------------------------------------------------

void AddTerm(Selection& selection, List list, const std::string& term) {
  switch (list) {
    case List::kBooks: selection.books.emplace_back(std::stoll(term)); break;
    case List::kCategories: selection.categories.push_back(term); break;
    case List::kAuthors: selection.authors.push_back(term); break;
    case List::kExcludedBooks: selection.excluded_books.emplace_back(std::stoll(term)); break;
  }
}

void LoadLists(Transaction& transaction, Campaign& campaign) {
  auto* groups = std::get_if<BuyXGetY>(&campaign.effect);
  for (const Row& row : transaction.Query(kFindTerms, campaign.id.value())) {
    const bool get = row.Int(0) > kGetItems;
    if (get && (groups == nullptr || !groups->get_items)) continue;
    const std::int64_t number = row.Int(0) % kGetItems;
    db::CheckStored(number >= 1 && number <= static_cast<std::int64_t>(List::kExcludedBooks),
                    "a term stands in one of a campaign's lists");
    AddTerm(get ? *groups->get_items : campaign.items, static_cast<List>(number), row.Text(1));
  }
  for (const Row& row : transaction.Query(kFindCodes, campaign.id.value())) campaign.codes.push_back(row.Text(0));
  Normalise(campaign);  // Puts the lists in order.
}

std::optional<StoredCampaign> Load(Transaction& transaction, CampaignId id) {
  const std::optional<Row> row = transaction.QueryOne(SelectCampaigns(kOneCampaign), id.value());
  if (!row) return std::nullopt;
  StoredCampaign stored = ReadCampaign(*row);
  LoadLists(transaction, stored.campaign);
  return stored;
}

void InsertTerms(Transaction& transaction, CampaignId id, const Selection& selection, std::int64_t offset) {
  const auto insert = [&](List list, const std::string& term) {
    constexpr std::string_view kInsertTerm = "INSERT INTO campaign_terms (campaign_id, list, term) VALUES ($1, $2, $3)";
    transaction.Execute(kInsertTerm, id.value(), static_cast<std::int64_t>(list) + offset, term);
  };
  for (const BookId book : selection.books) insert(List::kBooks, std::to_string(book.value()));
  for (const std::string& category : selection.categories) insert(List::kCategories, category);
  for (const std::string& author : selection.authors) insert(List::kAuthors, author);
  for (const BookId book : selection.excluded_books) insert(List::kExcludedBooks, std::to_string(book.value()));
}

// A code that returns keeps the count of its earlier claims.
constexpr std::string_view kInsertCode =
    "INSERT INTO campaign_codes (code, campaign_id, redemption_count) SELECT $1, $2, COUNT(*) FROM claim_redemptions "
    "JOIN claims ON claims.order_key = claim_redemptions.order_key WHERE claim_redemptions.campaign_id = $2 AND "
    "claim_redemptions.code = $1 AND claims.state = 1 ON CONFLICT (code) DO NOTHING";
constexpr std::string_view kFindCodeOwner = "SELECT campaign_id FROM campaign_codes WHERE code = $1";

Status WriteLists(Transaction& transaction, const Campaign& campaign) {
  InsertTerms(transaction, campaign.id, campaign.items, 0);
  const auto* groups = std::get_if<BuyXGetY>(&campaign.effect);
  if (groups != nullptr && groups->get_items) InsertTerms(transaction, campaign.id, *groups->get_items, kGetItems);
  for (const std::string& code : campaign.codes) {
    if (transaction.Execute(kInsertCode, code, campaign.id.value()) == 1) continue;
    return CodeTaken(code, CampaignId(transaction.QueryTheOne(kFindCodeOwner, code).Int(0)));
  }
  transaction.Execute(kRaiseRevision);
  return Ok();
}

// --- Claims ----------------------------------------------------------------------------------------------------------

constexpr std::int64_t kClaimed = 1;
constexpr std::int64_t kReleased = 2;

constexpr std::string_view kInsertClaim =
    "INSERT INTO claims (order_key, state, fingerprint, person_1, person_2, created, released) VALUES ($1, $2, $3, $4, "
    "$5, $6, $7) ON CONFLICT (order_key) DO NOTHING";
constexpr std::string_view kFindClaim = "SELECT state, fingerprint, person_1, person_2 FROM claims WHERE order_key = $1";
constexpr std::string_view kInsertRedemption =
    "INSERT INTO claim_redemptions (order_key, campaign_id, code, amount_minor) VALUES ($1, $2, $3, $4)";
// state 2: active.
constexpr std::string_view kCountRedemption =
    "UPDATE campaigns SET redemption_count = redemption_count + 1, spent_minor = spent_minor + $2 WHERE campaign_id = $1 "
    "AND state = 2 AND (starts IS NULL OR starts <= $3) AND (ends IS NULL OR $3 < ends) AND (total_limit = 0 OR "
    "redemption_count < total_limit) AND (budget_minor = 0 OR spent_minor + $2 <= budget_minor) "
    "RETURNING customer_limit, code_limit";
constexpr std::string_view kCountCode =
    "UPDATE campaign_codes SET redemption_count = redemption_count + 1 WHERE code = $1 AND campaign_id = $2 AND ($3 = 0 "
    "OR redemption_count < $3)";
constexpr std::string_view kHasCodes = "SELECT 1 FROM campaign_codes WHERE campaign_id = $1 LIMIT 1";
constexpr std::string_view kCountPerson =
    "INSERT INTO campaign_persons (campaign_id, person, redemption_count) VALUES ($1, $2, 1) ON CONFLICT (campaign_id, "
    "person) DO UPDATE SET redemption_count = campaign_persons.redemption_count + 1 WHERE "
    "campaign_persons.redemption_count < $3";

// The reason why kCountRedemption changed nothing.
Error WhyNot(Transaction& transaction, const Redemption& redemption, Timestamp now) {
  const std::optional<Row> row = transaction.QueryOne(SelectCampaigns(kOneCampaign), redemption.campaign.value());
  if (!row) return UnknownCampaign(redemption.campaign);
  const StoredCampaign stored = ReadCampaign(*row);
  if (!IsRunning(stored.campaign, now)) return CampaignEnded(redemption.campaign);
  const bool full = stored.campaign.total_limit > 0 && stored.redemption_count >= stored.campaign.total_limit;
  return LimitReached(redemption.campaign, full ? "total_limit" : "budget");
}

Status Redeem(Transaction& transaction, const Claim& claim, const Redemption& redemption, Timestamp now) {
  const std::int64_t campaign = redemption.campaign.value();
  const std::optional<Row> counted = transaction.QueryOne(kCountRedemption, campaign, redemption.amount_minor, now);
  if (!counted) return WhyNot(transaction, redemption, now);
  const std::int64_t customer_limit = counted->Int(0);
  const std::int64_t code_limit = counted->Int(1);

  if (redemption.code.empty()) {
    if (transaction.QueryOne(kHasCodes, campaign)) return NoSuchCode(redemption.campaign, "");
  } else if (transaction.Execute(kCountCode, redemption.code, campaign, code_limit) == 0) {
    const std::optional<Row> owner = transaction.QueryOne(kFindCodeOwner, redemption.code);
    if (!owner || owner->Int(0) != campaign) return NoSuchCode(redemption.campaign, redemption.code);
    return LimitReached(redemption.campaign, "code_limit");
  }
  if (customer_limit > 0 && claim.persons.empty()) return NobodyToCount(redemption.campaign);
  for (const PersonKey& person : claim.persons) {
    const std::int64_t limit = customer_limit > 0 ? customer_limit : INT64_MAX;
    if (transaction.Execute(kCountPerson, campaign, person.value(), limit) == 0) {
      return LimitReached(redemption.campaign, "customer_limit");
    }
  }
  transaction.Execute(kInsertRedemption, claim.order.value(), campaign, redemption.code, redemption.amount_minor);
  return Ok();
}

constexpr std::string_view kReleaseClaim = "UPDATE claims SET state = 2, released = $2 WHERE order_key = $1 AND state = 1";
constexpr std::string_view kFindRedemptions =
    "SELECT campaign_id, code, amount_minor FROM claim_redemptions WHERE order_key = $1 ORDER BY campaign_id";
constexpr std::string_view kUncountRedemption =
    "UPDATE campaigns SET redemption_count = redemption_count - 1, spent_minor = spent_minor - $2 WHERE campaign_id = $1";
constexpr std::string_view kUncountCode =
    "UPDATE campaign_codes SET redemption_count = redemption_count - 1 WHERE code = $1 AND campaign_id = $2";
constexpr std::string_view kUncountPerson =
    "UPDATE campaign_persons SET redemption_count = redemption_count - 1 WHERE campaign_id = $1 AND person = $2";

// --- Orders ----------------------------------------------------------------------------------------------------------

constexpr std::string_view kReadPosition = "SELECT position FROM order_position WHERE one = 1";
constexpr std::string_view kSetPosition = "UPDATE order_position SET position = $1 WHERE one = 1";
constexpr std::string_view kHasEarlierOrder =
    "SELECT 1 FROM orders WHERE person = $1 AND cancelled = 0 AND order_name <> $2 LIMIT 1";
constexpr std::string_view kInsertOrder =
    "INSERT INTO orders (order_name, placed, cancelled, person, first_order, revenue_minor, delivery_minor) VALUES ($1, "
    "$2, $3, $4, $5, $6, $7)";
// A person can only be removed.
constexpr std::string_view kUpdateOrder =
    "UPDATE orders SET cancelled = $2, person = CASE WHEN $3 = 1 THEN person ELSE NULL END, revenue_minor = $4, "
    "delivery_minor = $5 WHERE order_name = $1";
constexpr std::string_view kInsertOrderLine =
    "INSERT INTO order_lines (order_name, line, book_id, quantity, unit_price_minor) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kInsertOrderCampaign =
    "INSERT INTO order_campaigns (order_name, campaign_id, amount_minor, free_quantity) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kListOrders =
    "SELECT order_name, placed, cancelled, person, first_order, revenue_minor, delivery_minor FROM orders WHERE cancelled "
    "= 0 AND placed >= $1 AND placed < $2 AND (placed > $3 OR (placed = $3 AND order_name > $4)) ORDER BY placed, "
    "order_name LIMIT $5";
constexpr std::string_view kFindOrderLines =
    "SELECT book_id, quantity, unit_price_minor FROM order_lines WHERE order_name = $1 ORDER BY line";
constexpr std::string_view kFindOrderCampaigns =
    "SELECT campaign_id, amount_minor, free_quantity FROM order_campaigns WHERE order_name = $1 ORDER BY campaign_id";

void InsertOrder(Transaction& transaction, const OrderFacts& facts) {
  bool first = false;
  std::optional<std::string> person;
  if (facts.person) {
    person = facts.person->value();
    first = !transaction.QueryOne(kHasEarlierOrder, *person, facts.order);
  }
  transaction.Execute(kInsertOrder, facts.order, facts.place_time, facts.cancelled ? 1 : 0, person, first ? 1 : 0,
                      facts.revenue_minor, facts.delivery_minor);
  for (std::size_t i = 0; i < facts.lines.size(); ++i) {
    const OrderedLine& line = facts.lines[i];
    transaction.Execute(kInsertOrderLine, facts.order, static_cast<std::int64_t>(i), line.book.value(), line.quantity,
                        line.unit_price_minor);
  }
  for (const CampaignEffect& effect : facts.campaigns) {
    transaction.Execute(kInsertOrderCampaign, facts.order, effect.campaign.value(), effect.amount_minor, effect.free_quantity);
  }
}

OrderFacts LoadOrder(Transaction& transaction, const Row& row) {
  OrderFacts facts{.order = row.Text(0),
                   .place_time = row.Time(1),
                   .cancelled = row.Bool(2),
                   .first_order = row.Bool(4),
                   .revenue_minor = row.Int(5),
                   .delivery_minor = row.Int(6)};
  if (const auto person = row.OptionalText(3)) facts.person = PersonKey(*person);
  for (const Row& line : transaction.Query(kFindOrderLines, facts.order)) {
    facts.lines.push_back({BookId(line.Int(0)), line.Int(1), line.Int(2)});
  }
  for (const Row& campaign : transaction.Query(kFindOrderCampaigns, facts.order)) {
    facts.campaigns.push_back({CampaignId(campaign.Int(0)), campaign.Int(1), campaign.Int(2)});
  }
  return facts;
}

}  // namespace

// --- Campaigns -------------------------------------------------------------------------------------------------------

Result<StoredCampaign> SqlStore::Create(const Campaign& campaign, const std::string& request_id, std::int64_t fingerprint,
                                        Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<StoredCampaign> {
    if (const auto before = transaction.QueryOne(kFindByRequest, request_id)) {
      if (before->Int(1) != fingerprint) return RequestReused("request_id", request_id);
      return *Load(transaction, CampaignId(before->Int(0)));
    }
    std::vector<Value> values = ToValues(campaign);
    values.insert(values.end(), {request_id, fingerprint, now});
    Campaign created = campaign;
    created.id = CampaignId(transaction.QueryTheOne(kInsertCampaign, values).Int(0));
    TRY(WriteLists(transaction, created));
    return *Load(transaction, created.id);
  });
}

Result<StoredCampaign> SqlStore::Update(const Campaign& campaign, std::int64_t version) {
  return database_.Write([&](Transaction& transaction) -> Result<StoredCampaign> {
    const std::optional<StoredCampaign> stored = Load(transaction, campaign.id);
    if (!stored) return UnknownCampaign(campaign.id);
    if (stored->campaign == campaign) return *stored;
    if (stored->version != version) return EtagMismatch(campaign.id);
    const auto most = [&](const char* sql) { return transaction.QueryTheOne(sql, campaign.id.value()).Int(0); };
    TRY(CheckUsed(campaign, *stored,
                  most("SELECT COALESCE(MAX(redemption_count), 0) FROM campaign_persons WHERE campaign_id = $1"),
                  most("SELECT COALESCE(MAX(redemption_count), 0) FROM campaign_codes WHERE campaign_id = $1")));
    std::vector<Value> values = ToValues(campaign);
    values.push_back(campaign.id.value());
    transaction.Execute(kUpdateCampaign, values);
    constexpr std::string_view kDeleteTerms = "DELETE FROM campaign_terms WHERE campaign_id = $1";
    transaction.Execute(kDeleteTerms, campaign.id.value());
    constexpr std::string_view kDeleteCodes = "DELETE FROM campaign_codes WHERE campaign_id = $1";
    transaction.Execute(kDeleteCodes, campaign.id.value());
    TRY(WriteLists(transaction, campaign));
    return *Load(transaction, campaign.id);
  });
}

std::optional<StoredCampaign> SqlStore::Find(CampaignId id) {
  return database_.Read([&](Transaction& transaction) { return Load(transaction, id); });
}

std::vector<StoredCampaign> SqlStore::List(CampaignId before, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<StoredCampaign> campaigns;
    for (const Row& row : transaction.Query(SelectCampaigns(kCampaignsBefore), before.value(), count_max)) {
      campaigns.push_back(ReadCampaign(row));
      LoadLists(transaction, campaigns.back().campaign);
    }
    return campaigns;
  });
}

// --- Offers ----------------------------------------------------------------------------------------------------------

SqlStore::Snapshot SqlStore::cached() const {
  const std::lock_guard lock(mutex_);
  return cached_;
}

void SqlStore::Keep(const Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  if (snapshot.revision > cached_.revision) cached_ = snapshot;
}

namespace {

constexpr std::string_view kReadUses = "SELECT campaign_id, redemption_count, spent_minor FROM campaigns WHERE state > 1";
constexpr std::string_view kReadPersonUses =
    "SELECT campaign_id, MAX(redemption_count) FROM campaign_persons WHERE person IN ($1, $2) GROUP BY campaign_id";
constexpr std::string_view kReadCodeUse = "SELECT campaign_id, redemption_count FROM campaign_codes WHERE code = $1";

std::vector<Campaign> LoadOffers(Transaction& transaction) {
  std::vector<Campaign> campaigns;
  for (const Row& row : transaction.Query(SelectCampaigns(kOffers))) {
    campaigns.push_back(ReadCampaign(row).campaign);
    LoadLists(transaction, campaigns.back());
  }
  return campaigns;
}

std::map<std::int64_t, CampaignUse> LoadUses(Transaction& transaction, std::span<const PersonKey> persons,
                                             std::span<const std::string> codes) {
  std::map<std::int64_t, CampaignUse> uses;
  for (const Row& row : transaction.Query(kReadUses)) {
    uses[row.Int(0)] = {.redemption_count = row.Int(1), .spent_minor = row.Int(2)};
  }
  if (!persons.empty()) {
    for (const Row& row : transaction.Query(kReadPersonUses, persons.front().value(), persons.back().value())) {
      uses[row.Int(0)].customer_redemption_count = row.Int(1);
    }
  }
  for (const std::string& code : codes) {
    const std::optional<Row> row = transaction.QueryOne(kReadCodeUse, code);
    if (row) uses[row->Int(0)].code_redemption_count[code] = row->Int(1);
  }
  return uses;
}

}  // namespace

OfferList SqlStore::ReadOffers(std::span<const PersonKey> persons, std::span<const std::string> codes) {
  const Snapshot known = cached();
  struct Read {
    Snapshot snapshot;
    std::map<std::int64_t, CampaignUse> uses;
  };
  Read read = database_.Read([&](Transaction& transaction) {
    Read fresh{known, LoadUses(transaction, persons, codes)};
    const std::int64_t revision = transaction.QueryTheOne(kReadRevision).Int(0);
    if (revision != known.revision) {
      fresh.snapshot = {revision, std::make_shared<const std::vector<Campaign>>(LoadOffers(transaction))};
    }
    return fresh;
  });
  if (read.snapshot.revision != known.revision) Keep(read.snapshot);
  OfferList list{.campaigns = read.snapshot.campaigns};
  list.uses.reserve(list.campaigns->size());
  for (const Campaign& campaign : *list.campaigns) list.uses.push_back(std::move(read.uses[campaign.id.value()]));
  return list;
}

// --- Claims ----------------------------------------------------------------------------------------------------------

Status SqlStore::ClaimRedemptions(const Claim& claim, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Status {
    const std::int64_t fingerprint = Fingerprint(claim);
    const auto person = [&](std::size_t i) { return i < claim.persons.size() ? claim.persons[i].value() : ""; };
    if (transaction.Execute(kInsertClaim, claim.order.value(), kClaimed, fingerprint, person(0), person(1), now,
                            std::optional<Timestamp>()) == 0) {
      const std::optional<Row> before = transaction.QueryOne(kFindClaim, claim.order.value());
      if (before->Int(0) == kReleased) return ClaimReleased(claim.order);
      if (before->Int(1) != fingerprint) return RequestReused("order_key", claim.order.value());
      return Ok();
    }
    // In the order of campaigns, so that two claims never wait for each other.
    for (const Redemption& redemption : claim.redemptions) TRY(Redeem(transaction, claim, redemption, now));
    return Ok();
  });
}

std::optional<Store::ClaimState> SqlStore::FindClaim(const OrderKey& order) {
  return database_.Read([&](Transaction& transaction) -> std::optional<ClaimState> {
    const std::optional<Row> row = transaction.QueryOne(kFindClaim, order.value());
    if (!row) return std::nullopt;
    return row->Int(0) == kReleased ? ClaimState::kReleased : ClaimState::kHeld;
  });
}

std::int64_t SqlStore::ReleaseRedemptions(const OrderKey& order, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> std::int64_t {
    if (transaction.Execute(kInsertClaim, order.value(), kReleased, 0, "", "", now, now) == 1) return 0;
    const std::vector<Row> redemptions = transaction.Query(kFindRedemptions, order.value());
    const auto count = static_cast<std::int64_t>(redemptions.size());
    if (transaction.Execute(kReleaseClaim, order.value(), now) == 0) return count;  // Given back before.
    const std::optional<Row> claim = transaction.QueryOne(kFindClaim, order.value());
    for (const Row& redemption : redemptions) {
      const std::int64_t campaign = redemption.Int(0);
      transaction.Execute(kUncountRedemption, campaign, redemption.Int(2));
      if (!redemption.Text(1).empty()) transaction.Execute(kUncountCode, redemption.Text(1), campaign);
      for (const std::size_t column : {2U, 3U}) {
        const std::string& person = claim->Text(column);
        if (!person.empty()) transaction.Execute(kUncountPerson, campaign, person);
      }
    }
    return count;
  });
}

// --- Orders ----------------------------------------------------------------------------------------------------------

BookId SqlStore::LastBook(BookId most) {
  return database_.Read(
      [&](Transaction& transaction) { return BookId{transaction.QueryTheOne(kLastBook, most.value()).Int(0)}; });
}

std::int64_t SqlStore::OrderPosition() {
  return database_.Read([](Transaction& transaction) { return transaction.QueryTheOne(kReadPosition).Int(0); });
}

Status SqlStore::ApplyOrders(const std::vector<OrderUpdate>& updates) {
  return database_.Write([&](Transaction& transaction) -> Status {
    std::int64_t last = transaction.QueryTheOne(kReadPosition).Int(0);
    const std::int64_t before = last;
    for (const auto& [position, facts] : updates) {
      if (position <= last) continue;
      if (position != last + 1) return EventGap(position, last);
      last = position;
      if (!facts) continue;
      const std::int64_t known = transaction.Execute(kUpdateOrder, facts->order, facts->cancelled ? 1 : 0, facts->person ? 1 : 0,
                                                     facts->revenue_minor, facts->delivery_minor);
      if (known == 0) InsertOrder(transaction, *facts);
    }
    if (last > before) transaction.Execute(kSetPosition, last);
    return Ok();
  });
}

void SqlStore::FollowAnew() {
  database_.Write([](Transaction& transaction) { transaction.Execute(kSetPosition, 0); });
}

std::vector<OrderFacts> SqlStore::ListOrders(const Period& period, const OrderFacts* after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    const std::int64_t start = period.start ? ToMicros(*period.start) : INT64_MIN;
    const std::int64_t end = period.end ? ToMicros(*period.end) : INT64_MAX;
    const std::int64_t after_time = after != nullptr ? ToMicros(after->place_time) : INT64_MIN;
    std::vector<OrderFacts> orders;
    for (const Row& row :
         transaction.Query(kListOrders, start, end, after_time, after != nullptr ? after->order : std::string(), count_max)) {
      orders.push_back(LoadOrder(transaction, row));
    }
    return orders;
  });
}

// --- Audit -----------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kFactsOfCampaigns =
    "SELECT c.campaign_id, c.total_limit, c.budget_minor, c.redemption_count, c.spent_minor, c.customer_limit, "
    "c.code_limit, (SELECT COUNT(*) FROM claim_redemptions r JOIN claims k ON k.order_key = r.order_key WHERE "
    "r.campaign_id = c.campaign_id AND k.state = 1), (SELECT COALESCE(CAST(SUM(r.amount_minor) AS BIGINT), 0) FROM "
    "claim_redemptions r JOIN claims k ON k.order_key = r.order_key WHERE r.campaign_id = c.campaign_id AND k.state = 1) "
    "FROM campaigns c WHERE c.campaign_id > $1 ORDER BY c.campaign_id LIMIT $2";
constexpr std::string_view kClaimsBetween =
    "SELECT order_key, state FROM claims WHERE order_key > $1 AND order_key <= $2 ORDER BY order_key";
constexpr std::string_view kRedemptionsBetween =
    "SELECT r.order_key, r.campaign_id, r.amount_minor FROM claim_redemptions r JOIN claims c ON c.order_key = r.order_key "
    "WHERE r.order_key > $1 AND r.order_key <= $2 ORDER BY r.order_key";
constexpr std::string_view kKnownOrdersBetween =
    "SELECT order_name, cancelled FROM orders WHERE order_name > $1 AND order_name <= $2";
constexpr std::string_view kPersonsOverLimit =
    "SELECT COUNT(*) FROM campaign_persons WHERE campaign_id = $1 AND $2 > 0 AND redemption_count > $2";
constexpr std::string_view kCodesOverLimit =
    "SELECT COUNT(*) FROM campaign_codes WHERE campaign_id = $1 AND $2 > 0 AND redemption_count > $2";
// Persons of held claims, joined both ways: a person that is counted but has no claim is as wrong as the reverse.
constexpr std::string_view kPersonsMiscounted =
    "SELECT COUNT(*) FROM (SELECT person, SUM(counted) AS counted, SUM(held) AS held FROM (SELECT person, "
    "redemption_count AS counted, 0 AS held FROM campaign_persons WHERE campaign_id = $1 UNION ALL SELECT k.person_1, 0, "
    "1 FROM claims k JOIN claim_redemptions r ON r.order_key = k.order_key WHERE r.campaign_id = $1 AND k.state = 1 AND "
    "k.person_1 <> '' UNION ALL SELECT k.person_2, 0, 1 FROM claims k JOIN claim_redemptions r ON r.order_key = "
    "k.order_key WHERE r.campaign_id = $1 AND k.state = 1 AND k.person_2 <> '') AS entries GROUP BY person) AS persons "
    "WHERE counted <> held";
constexpr std::string_view kCodesMiscounted =
    "SELECT COUNT(*) FROM campaign_codes c WHERE c.campaign_id = $1 AND c.redemption_count <> (SELECT COUNT(*) FROM "
    "claim_redemptions r JOIN claims k ON k.order_key = r.order_key WHERE r.campaign_id = $1 AND r.code = c.code AND "
    "k.state = 1)";

}  // namespace

std::vector<CampaignFacts> SqlStore::ReadFacts(CampaignId after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<CampaignFacts> all;
    for (const Row& row : transaction.Query(kFactsOfCampaigns, after.value(), count_max)) {
      const std::int64_t id = row.Int(0);
      all.push_back({.campaign = CampaignId(id),
                     .total_limit = row.Int(1),
                     .budget_minor = row.Int(2),
                     .redemption_count = row.Int(3),
                     .claim_count = row.Int(7),
                     .spent_minor = row.Int(4),
                     .claimed_minor = row.Int(8),
                     .persons_over_limit = transaction.QueryTheOne(kPersonsOverLimit, id, row.Int(5)).Int(0),
                     .codes_over_limit = transaction.QueryTheOne(kCodesOverLimit, id, row.Int(6)).Int(0),
                     .persons_miscounted = transaction.QueryTheOne(kPersonsMiscounted, id).Int(0),
                     .codes_miscounted = transaction.QueryTheOne(kCodesMiscounted, id).Int(0)});
    }
    return all;
  });
}

std::vector<ClaimFacts> SqlStore::ReadClaims(const std::string& after, const std::string& until) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<ClaimFacts> page;
    for (const Row& row : transaction.Query(kClaimsBetween, after, until)) {
      page.push_back({.order_key = row.Text(0), .held = row.Int(1) == 1, .amount_minor = {}});
    }
    std::size_t at = 0;
    for (const Row& row : transaction.Query(kRedemptionsBetween, after, until)) {
      while (page[at].order_key < row.Text(0)) ++at;  // Each has its claim, because of the table's foreign key.
      page[at].amount_minor[CampaignId(row.Int(1))] = row.Int(2);
    }
    return page;
  });
}

std::map<std::string, bool> SqlStore::ReadKnownOrders(const std::string& after, const std::string& until) {
  return database_.Read([&](Transaction& transaction) {
    std::map<std::string, bool> orders;
    for (const Row& row : transaction.Query(kKnownOrdersBetween, after, until)) orders[row.Text(0)] = row.Int(1) == 1;
    return orders;
  });
}

}  // namespace octavo::promotions
