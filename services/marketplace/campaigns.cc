#include "services/marketplace/campaigns.h"

#include <algorithm>

#include "services/marketplace/links.h"
#include "services/marketplace/order_words.h"

namespace octavo::marketplace {
namespace {

using promotions::v1::Banner;
using promotions::v1::Selection;

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsEverything(const Selection& selection) {
  return selection.books().empty() && selection.categories().empty() && selection.authors().empty();
}

bool Means(const Selection& selection, const catalog::v1::Book& book) {
  if (Contains(selection.excluded_books(), book.name())) return false;
  if (IsEverything(selection) || Contains(selection.books(), book.name())) return true;
  return std::any_of(book.categories().begin(), book.categories().end(),
                     [&](const std::string& category) { return Contains(selection.categories(), category); }) ||
         std::any_of(book.authors().begin(), book.authors().end(),
                     [&](const catalog::v1::AuthorCredit& author) { return Contains(selection.authors(), author.author()); });
}

bool Touches(const Banner& banner, const catalog::v1::Book& book) {
  return (banner.has_get_items() && Means(banner.get_items(), book)) || Means(banner.items(), book);
}

bool Names(const Selection& selection, std::string_view shelf) {
  return Contains(selection.categories(), shelf) || Contains(selection.authors(), shelf);
}

// Whether the customer has an order that was not cancelled, which ends campaigns for a first order for them. If it is not known
// now, the answer is no.
bool HasBought(const Site& site, const Visit& visit) {
  constexpr int kLooked = 10;
  transactions::v1::ListOrdersRequest request;
  request.set_customer(visit.viewer().customer.name());
  request.set_page_size(kLooked);
  const rpc::Limits part = visit.ForPart();
  const auto orders = site.shop.orders.Ask(&TransactionsService::Stub::async::ListOrders, request, part).Get();
  if (!orders.ok()) return false;
  return std::any_of(orders->orders().begin(), orders->orders().end(), [](const transactions::v1::Order& order) {
    return order.state() != transactions::v1::Order::STATE_CANCELLED;
  });
}

}  // namespace

Campaigns::Campaigns(const Site& site, const Visit& visit) : site_(site), visit_(visit), pending_(Ask()) {}

// Promotions knows by account and e-mail what a customer has used; of a guest it knows nothing.
PendingShared<promotions::v1::ListBannersResponse> Campaigns::Ask() const {
  promotions::v1::ListBannersRequest request;
  if (visit_.viewer().is_customer()) {
    request.mutable_customer()->set_customer(visit_.viewer().customer.name());
    request.mutable_customer()->set_email(visit_.viewer().customer.email());
    request.mutable_customer()->set_previous_order_count(HasBought(site_, visit_) ? 1 : 0);
  }
  return site_.shop.ListBanners(request, visit_.ForPart());
}

const promotions::v1::ListBannersResponse& Campaigns::banners() const {
  static const promotions::v1::ListBannersResponse kNone;
  if (!answer_) answer_ = pending_.Get();
  return answer_->ok() ? ***answer_ : kNone;
}

std::vector<const Banner*> Campaigns::All() const {
  std::vector<const Banner*> all;
  for (const Banner& banner : banners().banners()) all.push_back(&banner);
  return all;
}

std::vector<const Banner*> Campaigns::Touching(const catalog::v1::Book& book) const {
  std::vector<const Banner*> touching;
  for (const Banner& banner : banners().banners()) {
    if (Touches(banner, book)) touching.push_back(&banner);
  }
  return touching;
}

const Banner* Campaigns::FirstOf(const catalog::v1::Book& book) const {
  for (const Banner& banner : banners().banners()) {
    const bool is_general = IsEverything(banner.items()) && !banner.has_get_items();
    if (!is_general && Touches(banner, book)) return &banner;
  }
  return nullptr;
}

std::vector<const Banner*> Campaigns::Naming(std::string_view shelf) const {
  std::vector<const Banner*> naming;
  for (const Banner& banner : banners().banners()) {
    if (Names(banner.items(), shelf) || Names(banner.get_items(), shelf)) naming.push_back(&banner);
  }
  return naming;
}

const Banner* Campaigns::Find(std::string_view campaign) const {
  const auto& all = banners().banners();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Banner& one) { return one.campaign() == campaign; });
  return found == all.end() ? nullptr : &*found;
}

std::string CampaignLink(const Banner& banner) {
  const Selection& items = banner.items();
  const bool is_plain = !banner.has_get_items() && items.excluded_books().empty();
  const int named = items.books_size() + items.categories_size() + items.authors_size();
  if (is_plain && named == 0) return "/books";
  if (is_plain && named == 1) {
    if (items.books_size() == 1) return BookLink(items.books(0));
    return items.categories_size() == 1 ? CategoryLink(items.categories(0)) : AuthorLink(items.authors(0));
  }
  return "/campaigns/" + http::PercentEncode(LastSegment(banner.campaign()));
}

void AddBanner(View& view, const Banner& banner, const TimeZone& time_zone) {
  View shown = view.Include("CAMPAIGN_BANNER", "campaign_banner.tpl");
  shown.Set("TEXT", banner.text()).Set("LINK", CampaignLink(banner));
  if (banner.has_end_time()) shown.Add("ENDS").Set("END", FormatLastDay(time_zone, banner.end_time().seconds()));
}

}  // namespace octavo::marketplace
