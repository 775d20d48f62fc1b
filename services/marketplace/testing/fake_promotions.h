// FakePromotions: campaigns in memory, as far as pages show them. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "octavo/promotions/v1/promotions.pb.h"
#include "services/marketplace/testing/fake_service.h"

namespace octavo::marketplace {

class FakePromotions final : public FakeService {
 public:
  explicit FakePromotions(FakeServer& server);

  // Only for customers who have not used it: those not in `used_by`.
  void AddBanner(const std::string& text, std::set<std::string> used_by = {}, std::int64_t end_unix_seconds = 0);
  void AddBanner(promotions::v1::Banner banner);

 private:
  Result<promotions::v1::ListBannersResponse> ListBanners(const rpc::Call&, const promotions::v1::ListBannersRequest& request);

  std::mutex mutex_;
  std::vector<std::pair<promotions::v1::Banner, std::set<std::string>>> banners_;  // Guarded by mutex_.
};

}  // namespace octavo::marketplace
