#include "services/promotions/convert.h"

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "services/promotions/domain/text.h"

#include "lib/base/quoted.h"
#include "lib/names/numbers.h"
#include "lib/rpc/values.h"

namespace octavo::promotions {
namespace {

// An amount in the shop's currency; an unset one is 0.
Result<std::int64_t> ParseMoney(const type::v1::Money& money, Currency currency, const std::string& field) {
  if (money.minor() == 0 && money.currency_code().empty()) return std::int64_t{0};
  if (money.currency_code() == currency.code()) return money.minor();
  Error error =
      InvalidField(field, Quoted(money.currency_code()) + " is not the shop's currency, " + std::string(currency.code()));
  error.reason = "MIXED_CURRENCIES";
  return error;
}

void SetMoney(type::v1::Money* out, std::int64_t minor, Currency currency) { *out = rpc::ToProto(Money(minor, currency)); }

template <typename Names>
std::vector<std::string> SortedNames(const Names& names) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

template <typename Names>
Result<std::vector<BookId>> ParseBooks(const Names& names, const std::string& field) {
  std::vector<BookId> books;
  books.reserve(static_cast<std::size_t>(names.size()));
  for (const std::string& name : names) books.push_back(TRY(ParseBookName(name, field)));
  return books;
}

Error NotForSale(const std::string& book) {
  return {.code = Code::kFailedPrecondition,
          .reason = "NOT_FOR_SALE",
          .message = book + " has no price, so it is not for sale",
          .metadata = {{"book", book}}};
}

Result<Line> ParseLine(const v1::BasketLine& proto, Currency currency, const std::string& field) {
  const BookId book = TRY(ParseBookName(proto.book(), field + ".book"));
  // An unset price is no price; 0 in a currency is a price.
  if (proto.unit_price().minor() == 0 && proto.unit_price().currency_code().empty()) return NotForSale(proto.book());
  const std::int64_t unit_price_minor = TRY(ParseMoney(proto.unit_price(), currency, field + ".unit_price"));
  Line line{.id = proto.line_id(),
            .book = book,
            .quantity = proto.quantity(),
            .unit_price_minor = unit_price_minor,
            .categories = SortedNames(proto.categories()),
            .authors = SortedNames(proto.authors()),
            .tax_rate = BasisPoints{proto.tax_basis_points()}};
  if (proto.fixed_price().applies()) {
    line.fixed_price_discount_max = BasisPoints{proto.fixed_price().discount_max_basis_points()};
  }
  return line;
}

Result<FixedPriceLaw> ParseLaw(const v1::FixedPriceLaw& proto) {
  FixedPriceLaw law{.discount_max = BasisPoints{proto.discount_max_basis_points()},
                    .unbound_categories = {proto.unbound_categories().begin(), proto.unbound_categories().end()}};
  TRY(CheckLaw(law));
  return law;
}

Result<Selection> ParseSelection(const v1::Selection& proto, const std::string& field) {
  Selection selection;
  selection.books = TRY(ParseBooks(proto.books(), field + ".books"));
  selection.categories = {proto.categories().begin(), proto.categories().end()};
  selection.authors = {proto.authors().begin(), proto.authors().end()};
  selection.excluded_books = TRY(ParseBooks(proto.excluded_books(), field + ".excluded_books"));
  return selection;
}

void Fill(v1::Selection& proto, const Selection& selection) {
  for (const BookId book : selection.books) proto.add_books(BookName(book));
  for (const std::string& category : selection.categories) proto.add_categories(category);
  for (const std::string& author : selection.authors) proto.add_authors(author);
  for (const BookId book : selection.excluded_books) proto.add_excluded_books(BookName(book));
}

Result<Effect> ParseEffect(const v1::Campaign& proto, Currency currency) {
  switch (proto.effect_case()) {
    case v1::Campaign::kPercentOff: return Effect(PercentOff{BasisPoints{proto.percent_off().basis_points()}});
    case v1::Campaign::kAmountOff:
      return Effect(AmountOff{TRY(ParseMoney(proto.amount_off().amount(), currency, "amount_off.amount"))});
    case v1::Campaign::kOrderPercentOff: return Effect(OrderPercentOff{BasisPoints{proto.order_percent_off().basis_points()}});
    case v1::Campaign::kOrderAmountOff:
      return Effect(OrderAmountOff{TRY(ParseMoney(proto.order_amount_off().amount(), currency, "order_amount_off.amount"))});
    case v1::Campaign::kFreeDelivery: return Effect(FreeDelivery{});
    case v1::Campaign::kBuyXGetY: {
      const v1::BuyXGetY& groups = proto.buy_x_get_y();
      BuyXGetY effect{
          .buy_quantity = groups.buy_quantity(), .get_quantity = groups.get_quantity(), .group_max = groups.group_max()};
      if (groups.basis_points() != 0) effect.rate = BasisPoints{groups.basis_points()};
      if (groups.has_get_items()) effect.get_items = TRY(ParseSelection(groups.get_items(), "buy_x_get_y.get_items"));
      return Effect(std::move(effect));
    }
    case v1::Campaign::EFFECT_NOT_SET: break;
  }
  return InvalidField("effect", "is not set: say what the campaign takes off");
}

void FillEffect(v1::Campaign& proto, const Effect& effect, Currency currency) {
  if (const auto* percent = std::get_if<PercentOff>(&effect)) {
    proto.mutable_percent_off()->set_basis_points(percent->rate.value);
  } else if (const auto* amount = std::get_if<AmountOff>(&effect)) {
    SetMoney(proto.mutable_amount_off()->mutable_amount(), amount->amount_minor, currency);
  } else if (const auto* groups = std::get_if<BuyXGetY>(&effect)) {
    v1::BuyXGetY& out = *proto.mutable_buy_x_get_y();
    out.set_buy_quantity(groups->buy_quantity);
    out.set_get_quantity(groups->get_quantity);
    out.set_group_max(groups->group_max);
    out.set_basis_points(groups->rate.value);
    if (groups->get_items) Fill(*out.mutable_get_items(), *groups->get_items);
  } else if (const auto* order_percent = std::get_if<OrderPercentOff>(&effect)) {
    proto.mutable_order_percent_off()->set_basis_points(order_percent->rate.value);
  } else if (const auto* order_amount = std::get_if<OrderAmountOff>(&effect)) {
    SetMoney(proto.mutable_order_amount_off()->mutable_amount(), order_amount->amount_minor, currency);
  } else {
    proto.mutable_free_delivery();
  }
}

v1::QuotedLine LineToProto(const Line& asked, const QuotedLine& line, Currency currency,
                           const std::map<CampaignId, std::string>& display_names) {
  v1::QuotedLine proto;
  proto.set_line_id(asked.id);
  proto.set_book(BookName(asked.book));
  proto.set_quantity(asked.quantity);
  SetMoney(proto.mutable_unit_price(), asked.unit_price_minor, currency);
  SetMoney(proto.mutable_subtotal(), line.subtotal_minor, currency);
  SetMoney(proto.mutable_total(), line.total_minor, currency);
  SetMoney(proto.mutable_tax(), line.tax_minor, currency);
  SetMoney(proto.mutable_gross_total(), line.gross_minor, currency);
  proto.set_free_quantity(line.free_quantity);
  for (const Adjustment& adjustment : line.adjustments) {
    v1::Adjustment& out = *proto.add_adjustments();
    out.set_campaign(CampaignName(adjustment.campaign));
    out.set_display_name(display_names.at(adjustment.campaign));
    SetMoney(out.mutable_amount(), adjustment.amount_minor, currency);
    out.set_free_quantity(adjustment.free_quantity);
  }
  for (const UnitShare& share : line.units) {
    for (std::int64_t unit = 0; unit < share.quantity; ++unit) {
      proto.add_unit_total_minor(share.total_minor);
      proto.add_unit_tax_minor(share.tax_minor);
      proto.add_unit_gross_minor(share.gross_minor);
    }
  }
  return proto;
}

template <auto Field>
void CopyField(Campaign& to, const Campaign& from) {
  to.*Field = from.*Field;
}

}  // namespace

Result<Basket> ParseBasket(const v1::QuoteBasketRequest& request, Currency currency) {
  const std::int64_t delivery_minor = TRY(ParseMoney(request.delivery_price(), currency, "delivery_price"));
  Basket basket{.currency = currency,
                .delivery_minor = delivery_minor,
                .delivery_tax_rate = BasisPoints{request.delivery_tax_basis_points()},
                .tax_mode = request.tax_inclusive() ? TaxMode::kInclusive : TaxMode::kExclusive};
  if (static_cast<std::size_t>(request.lines_size()) > kLinesMax) {
    return InvalidField("lines", "has more than " + std::to_string(kLinesMax));
  }
  std::optional<FixedPriceLaw> law;
  if (request.has_fixed_price_law()) law = TRY(ParseLaw(request.fixed_price_law()));
  for (int i = 0; i < request.lines_size(); ++i) {
    basket.lines.push_back(TRY(ParseLine(request.lines(i), currency, "lines[" + std::to_string(i) + "]")));
    if (law) Bind(basket.lines.back(), *law);
  }
  for (const std::string& typed : request.codes()) {
    std::string code = NormaliseCode(std::string(CutText(typed, 4 * kCodeBytesMax)));
    if (!code.empty()) basket.codes.push_back(std::move(code));
  }
  TRY(CheckBasket(basket));
  return basket;
}

Result<CustomerFacts> ParseFacts(const v1::CustomerFacts& facts) {
  if (facts.previous_order_count() < 0) return InvalidField("customer.previous_order_count", "is negative");
  return CustomerFacts{.previous_order_count = facts.previous_order_count()};
}

Result<Claim> ParseClaim(const v1::ClaimRedemptionsRequest& request, const Identity& identity, Currency currency) {
  Claim claim{.order = OrderKey(request.order_key()),
              .persons = identity.Of(request.customer().customer(), request.customer().email())};
  for (const v1::Redemption& redemption : request.redemptions()) {
    const CampaignId campaign = TRY(ParseCampaignName(redemption.campaign(), "redemptions.campaign"));
    const std::int64_t amount_minor = TRY(ParseMoney(redemption.amount(), currency, "redemptions.amount"));
    claim.redemptions.push_back({.campaign = campaign, .code = NormaliseCode(redemption.code()), .amount_minor = amount_minor});
  }
  TRY(NormaliseClaim(claim));
  return claim;
}

namespace {

// Neither normalised nor checked.
Result<Campaign> ParseFields(const v1::Campaign& proto, Effect effect, Currency currency) {
  Selection items = TRY(ParseSelection(proto.items(), "items"));
  const std::int64_t threshold_minor = TRY(ParseMoney(proto.threshold(), currency, "threshold"));
  const std::int64_t budget_minor = TRY(ParseMoney(proto.budget(), currency, "budget"));
  Campaign campaign{.display_name = proto.display_name(),
                    .banner = proto.banner(),
                    .state = static_cast<CampaignState>(proto.state()),
                    .codes = {proto.codes().begin(), proto.codes().end()},
                    .effect = std::move(effect),
                    .items = std::move(items),
                    .threshold_minor = threshold_minor,
                    .first_order_only = proto.first_order_only(),
                    .stackable = proto.stackable(),
                    .total_limit = proto.total_limit(),
                    .customer_limit = proto.customer_limit(),
                    .code_limit = proto.code_limit(),
                    .budget_minor = budget_minor};
  if (!proto.name().empty()) campaign.id = TRY(ParseCampaignName(proto.name(), "name"));
  if (proto.state() == v1::Campaign::STATE_UNSPECIFIED) campaign.state = CampaignState::kDraft;
  if (!v1::Campaign::State_IsValid(proto.state())) return InvalidField("state", "is not one of the states");
  if (proto.has_start_time()) campaign.start = TRY(rpc::ParseTime(proto.start_time(), "start_time"));
  if (proto.has_end_time()) campaign.end = TRY(rpc::ParseTime(proto.end_time(), "end_time"));
  return campaign;
}

}  // namespace

Result<Campaign> ParseCampaign(const v1::Campaign& proto, Currency currency) {
  const Effect effect = TRY(ParseEffect(proto, currency));
  Campaign campaign = TRY(ParseFields(proto, effect, currency));
  Normalise(campaign);
  TRY(CheckCampaign(campaign));
  return campaign;
}

Result<Campaign> ParseChange(const Campaign& before, const v1::UpdateCampaignRequest& request, Currency currency) {
  using Copy = void (*)(Campaign&, const Campaign&);
  static const std::map<std::string_view, Copy> kFields = {
      {"display_name", CopyField<&Campaign::display_name>},
      {"banner", CopyField<&Campaign::banner>},
      {"state", CopyField<&Campaign::state>},
      {"start_time", CopyField<&Campaign::start>},
      {"end_time", CopyField<&Campaign::end>},
      {"codes", CopyField<&Campaign::codes>},
      {"percent_off", CopyField<&Campaign::effect>},
      {"amount_off", CopyField<&Campaign::effect>},
      {"buy_x_get_y", CopyField<&Campaign::effect>},
      {"order_percent_off", CopyField<&Campaign::effect>},
      {"order_amount_off", CopyField<&Campaign::effect>},
      {"free_delivery", CopyField<&Campaign::effect>},
      {"items", CopyField<&Campaign::items>},
      {"threshold", CopyField<&Campaign::threshold_minor>},
      {"first_order_only", CopyField<&Campaign::first_order_only>},
      {"stackable", CopyField<&Campaign::stackable>},
      {"total_limit", CopyField<&Campaign::total_limit>},
      {"customer_limit", CopyField<&Campaign::customer_limit>},
      {"code_limit", CopyField<&Campaign::code_limit>},
      {"budget", CopyField<&Campaign::budget_minor>},
  };
  const auto& paths = request.update_mask().paths();
  if (paths.empty()) return InvalidField("update_mask", "is empty; \"*\" names every field");
  const bool names_effect = std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    const auto field = kFields.find(path);
    return path == "*" || (field != kFields.end() && field->second == CopyField<&Campaign::effect>);
  });
  const Effect effect = names_effect ? TRY(ParseEffect(request.campaign(), currency)) : before.effect;
  const Campaign draft = TRY(ParseFields(request.campaign(), effect, currency));
  Campaign changed = before;
  for (const std::string& path : paths) {
    const auto field = kFields.find(path);
    if (path == "*") {
      changed = draft;
    } else if (field == kFields.end()) {
      return InvalidField("update_mask", Quoted(path) + " is no field that can be changed");
    } else {
      field->second(changed, draft);
    }
  }
  Normalise(changed);
  TRY(CheckCampaign(changed));
  return changed;
}

Result<std::int64_t> ParseEtag(const std::string& etag, CampaignId campaign) {
  if (const auto version = names::FindVersion(etag)) return *version;
  return EtagMismatch(campaign);
}

Result<Period> ParsePeriod(const google::protobuf::Timestamp* start, const google::protobuf::Timestamp* end) {
  Period period;
  if (start != nullptr) period.start = TRY(rpc::ParseTime(*start, "start_time"));
  if (end != nullptr) period.end = TRY(rpc::ParseTime(*end, "end_time"));
  if (period.start && period.end && *period.start >= *period.end) {
    return InvalidField("end_time", "is not after start_time");
  }
  return period;
}

v1::Quote ToProto(const Basket& basket, const Quote& quote, const std::vector<Campaign>& campaigns, Timestamp now) {
  v1::Quote proto;
  std::map<CampaignId, std::string> display_names;
  for (const Campaign& campaign : campaigns) display_names[campaign.id] = campaign.display_name;
  for (const QuotedLine& line : quote.lines) {
    *proto.add_lines() = LineToProto(basket.lines[line.line], line, basket.currency, display_names);
  }
  SetMoney(proto.mutable_subtotal(), quote.subtotal_minor, basket.currency);
  SetMoney(proto.mutable_discount(), quote.discount_minor, basket.currency);
  SetMoney(proto.mutable_delivery(), quote.delivery_minor, basket.currency);
  SetMoney(proto.mutable_delivery_tax(), quote.delivery_tax_minor, basket.currency);
  SetMoney(proto.mutable_gross_delivery(), quote.gross_delivery_minor, basket.currency);
  SetMoney(proto.mutable_tax(), quote.tax_minor, basket.currency);
  SetMoney(proto.mutable_total(), quote.total_minor, basket.currency);
  for (const Outcome& outcome : quote.outcomes) {
    v1::CampaignOutcome& out = *proto.add_outcomes();
    if (outcome.campaign) out.set_campaign(CampaignName(*outcome.campaign));
    out.set_display_name(outcome.display_name);
    out.set_code(outcome.code);
    out.set_applied(outcome.applied());
    out.set_reason(std::string(ReasonName(outcome.reason)));
    out.set_message(outcome.message);
    SetMoney(out.mutable_amount(), outcome.amount_minor, basket.currency);
    out.set_free_quantity(outcome.free_quantity);
  }
  *proto.mutable_quote_time() = rpc::ToProto(now);
  return proto;
}

v1::Campaign ToProto(const StoredCampaign& stored, Currency currency) {
  const Campaign& campaign = stored.campaign;
  v1::Campaign proto;
  proto.set_name(CampaignName(campaign.id));
  proto.set_display_name(campaign.display_name);
  proto.set_banner(campaign.banner);
  proto.set_state(static_cast<v1::Campaign::State>(campaign.state));
  if (campaign.start) *proto.mutable_start_time() = rpc::ToProto(*campaign.start);
  if (campaign.end) *proto.mutable_end_time() = rpc::ToProto(*campaign.end);
  for (const std::string& code : campaign.codes) proto.add_codes(code);
  FillEffect(proto, campaign.effect, currency);
  if (campaign.items != Selection{}) Fill(*proto.mutable_items(), campaign.items);
  if (campaign.threshold_minor > 0) SetMoney(proto.mutable_threshold(), campaign.threshold_minor, currency);
  proto.set_first_order_only(campaign.first_order_only);
  proto.set_stackable(campaign.stackable);
  proto.set_total_limit(campaign.total_limit);
  proto.set_customer_limit(campaign.customer_limit);
  proto.set_code_limit(campaign.code_limit);
  if (campaign.budget_minor > 0) SetMoney(proto.mutable_budget(), campaign.budget_minor, currency);
  proto.set_etag(names::ToEtag(stored.version));
  proto.set_redemption_count(stored.redemption_count);
  SetMoney(proto.mutable_spent(), stored.spent_minor, currency);
  *proto.mutable_create_time() = rpc::ToProto(stored.create_time);
  return proto;
}

v1::Banner ToBanner(const Campaign& campaign) {
  v1::Banner banner;
  banner.set_campaign(CampaignName(campaign.id));
  banner.set_text(campaign.banner);
  banner.set_display_name(campaign.display_name);
  if (campaign.end) *banner.mutable_end_time() = rpc::ToProto(*campaign.end);
  if (campaign.items != Selection{}) Fill(*banner.mutable_items(), campaign.items);
  const auto* const buy_x_get_y = std::get_if<BuyXGetY>(&campaign.effect);
  if (buy_x_get_y != nullptr && buy_x_get_y->get_items) Fill(*banner.mutable_get_items(), *buy_x_get_y->get_items);
  return banner;
}

v1::CampaignReport ToProto(const std::string& campaign, const Report& report, std::optional<std::int64_t> budget_left_minor,
                           Currency currency) {
  v1::CampaignReport proto;
  proto.set_campaign(campaign);
  proto.set_order_count_with(report.order_count_with);
  proto.set_order_count_without(report.order_count_without);
  proto.set_free_unit_count(report.free_unit_count);
  SetMoney(proto.mutable_discount(), report.discount_minor, currency);
  SetMoney(proto.mutable_revenue_with(), report.revenue_with_minor, currency);
  SetMoney(proto.mutable_revenue_without(), report.revenue_without_minor, currency);
  proto.set_new_customer_count(report.new_customer_count);
  if (budget_left_minor) SetMoney(proto.mutable_budget_left(), *budget_left_minor, currency);
  for (const auto& [date, day] : report.days) {
    v1::CampaignDay& out = *proto.add_days();
    out.set_date(date);
    out.set_order_count_with(day.order_count_with);
    out.set_order_count_without(day.order_count_without);
    SetMoney(out.mutable_discount(), day.discount_minor, currency);
    SetMoney(out.mutable_revenue_with(), day.revenue_with_minor, currency);
  }
  return proto;
}

std::optional<OrderFacts> ToOrderFacts(const transactions::v1::OrderEvent& event, const Identity& identity) {
  const transactions::v1::Order& order = event.order();
  const Result<Timestamp> place_time = rpc::ParseTime(order.place_time(), "place_time");
  if (order.name().empty() || !place_time.ok()) return std::nullopt;
  OrderFacts facts{.order = order.name(),
                   .place_time = *place_time,
                   .cancelled = order.state() == transactions::v1::Order::STATE_CANCELLED,
                   .revenue_minor = order.totals().total().minor() - order.refunded().minor(),
                   .delivery_minor = order.totals().delivery().minor()};
  const std::vector<PersonKey> person = identity.Foremost(order.buyer().customer(), order.buyer().email());
  if (!person.empty()) facts.person = person.front();
  for (const transactions::v1::OrderLine& line : order.lines()) {
    const Result<BookId> book = ParseBookName(line.book(), "book");
    if (book.ok()) facts.lines.push_back({*book, line.quantity(), line.unit_price().minor()});
  }
  for (const transactions::v1::CampaignNote& note : order.campaigns()) {
    const Result<CampaignId> campaign = ParseCampaignName(note.campaign(), "campaign");
    if (note.applied() && campaign.ok()) {
      facts.campaigns.push_back({*campaign, note.amount().minor(), note.free_quantity()});
    }
  }
  std::sort(facts.campaigns.begin(), facts.campaigns.end(), [](const auto& a, const auto& b) { return a.campaign < b.campaign; });
  return facts;
}

}  // namespace octavo::promotions
