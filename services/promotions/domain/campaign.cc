#include "services/promotions/domain/campaign.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "services/promotions/domain/text.h"

#include "lib/base/quoted.h"
#include "lib/names/resource_names.h"

namespace octavo::promotions {
namespace {

template <typename T>
void SortOnce(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void NormaliseSelection(Selection& selection) {
  SortOnce(selection.books);
  SortOnce(selection.categories);
  SortOnce(selection.authors);
  SortOnce(selection.excluded_books);
}

Status CheckRange(std::int64_t value, std::int64_t least, std::int64_t most, const char* field) {
  if (value >= least && value <= most) return Ok();
  return InvalidField(field, std::to_string(value) + " is not between " + std::to_string(least) + " and " + std::to_string(most));
}

Status CheckTerms(const std::vector<std::string>& terms, std::string_view prefix, const std::string& field) {
  if (terms.size() > kSelectionMax) return InvalidField(field, "has more than " + std::to_string(kSelectionMax));
  for (const std::string& term : terms) {
    if (!term.starts_with(prefix) || term.size() == prefix.size() || term.size() > kTermBytesMax) {
      return InvalidField(field, Quoted(term) + " is not of the form " + std::string(prefix) + "…");
    }
  }
  return Ok();
}

Status CheckSelection(const Selection& selection, const std::string& field) {
  TRY(CheckTerms(selection.categories, "categories/", field + ".categories"));
  TRY(CheckTerms(selection.authors, "authors/", field + ".authors"));
  if (selection.books.size() > kSelectionMax || selection.excluded_books.size() > kSelectionMax) {
    return InvalidField(field + ".books", "has more than " + std::to_string(kSelectionMax));
  }
  return Ok();
}

Status CheckEffect(const Campaign& campaign) {
  constexpr std::int64_t kWhole = 10'000;
  if (const auto* percent = std::get_if<PercentOff>(&campaign.effect)) {
    return CheckRange(percent->rate.value, 1, kWhole, "percent_off.basis_points");
  }
  if (const auto* amount = std::get_if<AmountOff>(&campaign.effect)) {
    return CheckRange(amount->amount_minor, 1, kAmountMinorMax, "amount_off.amount");
  }
  if (const auto* percent = std::get_if<OrderPercentOff>(&campaign.effect)) {
    return CheckRange(percent->rate.value, 1, kWhole, "order_percent_off.basis_points");
  }
  if (const auto* amount = std::get_if<OrderAmountOff>(&campaign.effect)) {
    return CheckRange(amount->amount_minor, 1, kSumMinorMax, "order_amount_off.amount");
  }
  if (const auto* groups = std::get_if<BuyXGetY>(&campaign.effect)) {
    TRY(CheckRange(groups->buy_quantity, 1, kGroupQuantityMax, "buy_x_get_y.buy_quantity"));
    TRY(CheckRange(groups->get_quantity, 1, kGroupQuantityMax, "buy_x_get_y.get_quantity"));
    TRY(CheckRange(groups->group_max, 0, kSumMinorMax, "buy_x_get_y.group_max"));
    TRY(CheckRange(groups->rate.value, 1, kWhole, "buy_x_get_y.basis_points"));
    if (groups->get_items) TRY(CheckSelection(*groups->get_items, "buy_x_get_y.get_items"));
  }
  return Ok();
}

Status CheckCodes(const Campaign& campaign) {
  if (campaign.codes.size() > kCodesMax) return InvalidField("codes", "has more than " + std::to_string(kCodesMax));
  for (const std::string& code : campaign.codes) {
    if (code.empty()) return InvalidField("codes", "a code is empty");
    // Nobody could type it, because carts refuse such codes.
    if (std::any_of(code.begin(), code.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
      return InvalidField("codes", Quoted(code) + " has control characters");
    }
    if (code.size() > kCodeBytesMax) {
      return InvalidField("codes", Quoted(code) + " is longer than " + std::to_string(kCodeBytesMax) + " bytes");
    }
  }
  if (campaign.code_limit > 0 && campaign.codes.empty()) {
    return InvalidField("code_limit", "the campaign is automatic: it has no codes to limit");
  }
  return Ok();
}

}  // namespace

bool IsRunning(const Campaign& campaign, Timestamp now) {
  return campaign.state == CampaignState::kActive && (!campaign.start || *campaign.start <= now) &&
         (!campaign.end || now < *campaign.end);
}

bool NeedsCatalog(const Campaign& campaign) {
  const auto names = [](const Selection& items) { return !items.categories.empty() || !items.authors.empty(); };
  const auto* groups = std::get_if<BuyXGetY>(&campaign.effect);
  return names(campaign.items) || (groups != nullptr && groups->get_items && names(*groups->get_items));
}

void Normalise(Campaign& campaign) {
  for (std::string& code : campaign.codes) code = NormaliseCode(code);
  SortOnce(campaign.codes);
  NormaliseSelection(campaign.items);
  auto* groups = std::get_if<BuyXGetY>(&campaign.effect);
  if (groups == nullptr || !groups->get_items) return;
  NormaliseSelection(*groups->get_items);
  if (*groups->get_items == campaign.items) groups->get_items.reset();
}

Status CheckCampaign(const Campaign& campaign) {
  if (campaign.display_name.empty()) return InvalidField("display_name", "is empty");
  if (campaign.display_name.size() > kDisplayNameBytesMax) {
    return InvalidField("display_name", "is longer than " + std::to_string(kDisplayNameBytesMax) + " bytes");
  }
  if (campaign.banner.size() > kBannerBytesMax) {
    return InvalidField("banner", "is longer than " + std::to_string(kBannerBytesMax) + " bytes");
  }
  if (campaign.start && campaign.end && *campaign.start >= *campaign.end) {
    return InvalidField("end_time", ToString(*campaign.end) + " is not after start_time " + ToString(*campaign.start));
  }
  TRY(CheckCodes(campaign));
  TRY(CheckEffect(campaign));
  TRY(CheckSelection(campaign.items, "items"));
  TRY(CheckRange(campaign.threshold_minor, 0, kSumMinorMax, "threshold"));
  TRY(CheckRange(campaign.total_limit, 0, kSumMinorMax, "total_limit"));
  TRY(CheckRange(campaign.customer_limit, 0, kSumMinorMax, "customer_limit"));
  TRY(CheckRange(campaign.code_limit, 0, kSumMinorMax, "code_limit"));
  return CheckRange(campaign.budget_minor, 0, kSumMinorMax, "budget");
}

std::string CampaignName(CampaignId id) { return names::NameOf(names::kCampaigns, std::to_string(id.value())); }

Result<CampaignId> ParseCampaignName(std::string_view name, std::string_view field) {
  return CampaignId(TRY(names::ParseNumber(names::kCampaigns, name, std::string(field))));
}

}  // namespace octavo::promotions
