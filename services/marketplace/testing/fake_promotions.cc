#include "services/marketplace/testing/fake_promotions.h"

#include <utility>

namespace octavo::marketplace {

FakePromotions::FakePromotions(FakeServer& server) : FakeService("octavo.promotions.v1.PromotionsService", server) {
  Answer<&FakePromotions::ListBanners>("ListBanners");
}

void FakePromotions::AddBanner(const std::string& text, std::set<std::string> used_by, std::int64_t end_unix_seconds) {
  const std::lock_guard lock(mutex_);
  promotions::v1::Banner banner;
  banner.set_campaign("campaigns/" + std::to_string(banners_.size() + 1));
  banner.set_text(text);
  if (end_unix_seconds > 0) banner.mutable_end_time()->set_seconds(end_unix_seconds);
  banners_.emplace_back(std::move(banner), std::move(used_by));
}

void FakePromotions::AddBanner(promotions::v1::Banner banner) {
  const std::lock_guard lock(mutex_);
  banner.set_campaign("campaigns/" + std::to_string(banners_.size() + 1));
  banners_.emplace_back(std::move(banner), std::set<std::string>());
}

Result<promotions::v1::ListBannersResponse> FakePromotions::ListBanners(const rpc::Call&,
                                                                        const promotions::v1::ListBannersRequest& request) {
  const std::lock_guard lock(mutex_);
  promotions::v1::ListBannersResponse response;
  for (const auto& [banner, used_by] : banners_) {
    if (!used_by.contains(request.customer().customer())) *response.add_banners() = banner;
  }
  return response;
}

}  // namespace octavo::marketplace
