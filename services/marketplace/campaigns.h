// Campaigns: which campaigns run now, and for which books and shelves. A page that shows books makes one: it starts to ask
// promotions, and waits when the first book is shown. While promotions is down there are none, and the shop sells without them.
// Belongs to one request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/marketplace/site.h"

namespace octavo::marketplace {

class Campaigns {
 public:
  using Banner = promotions::v1::Banner;

  // Both must outlive it.
  Campaigns(const Site& site, const Visit& visit);

  // All that this reader can use. They live as long as this object.
  std::vector<const Banner*> All() const;
  // Those for this book or for every book.
  std::vector<const Banner*> Touching(const catalog::v1::Book& book) const;
  // The first of those for this very book; null if there is none.
  const Banner* FirstOf(const catalog::v1::Book& book) const;
  // Those that name this category or author: "categories/romance".
  std::vector<const Banner*> Naming(std::string_view shelf) const;
  // nullptr: there is none of this name that the reader can use.
  const Banner* Find(std::string_view campaign) const;

 private:
  PendingShared<promotions::v1::ListBannersResponse> Ask() const;
  const promotions::v1::ListBannersResponse& banners() const;

  const Site& site_;
  const Visit& visit_;
  mutable PendingShared<promotions::v1::ListBannersResponse> pending_;
  mutable std::optional<Shared<promotions::v1::ListBannersResponse>> answer_;
};

// The page of a campaign: the one shelf or book that it is for, all books, or the list of what it is
// for.
std::string CampaignLink(const promotions::v1::Banner& banner);

// A banner as a link, with its last day, where {{>CAMPAIGN_BANNER}} stands in `view`.
void AddBanner(View& view, const promotions::v1::Banner& banner, const TimeZone& time_zone);

}  // namespace octavo::marketplace
