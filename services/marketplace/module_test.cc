#include "services/marketplace/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"

namespace octavo::marketplace {
namespace {

using testing::HasSubstr;

class MarketplaceModuleTest : public testing::Test {
 protected:
  Status Open(Configuration configuration) { return Module(std::move(configuration)).Open(environment_); }

  TempDir folder_;
  FakeClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  runtime::Environment environment_{folder_.path(), clock_, random_, *log_, metrics_, tracer_, TestPageTokens()};
};

TEST_F(MarketplaceModuleTest, AShopThatOthersReachMustKnowItsOwnAddress) {
  EXPECT_THAT(Open({}), IsOk());
  const Status by_proxy = Open({.https = true});
  ASSERT_FALSE(by_proxy.ok());
  EXPECT_THAT(ToString(by_proxy.error()), HasSubstr("--marketplace.shop_uri"));
  EXPECT_THAT(Open({.https = true, .shop_uri = "http://shop.example"}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Open({.https = true, .shop_uri = "https://shop.example"}), IsOk());

  environment_.insecure = true;
  EXPECT_THAT(Open({.listen = "0.0.0.0:8080"}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Open({.listen = "0.0.0.0:8080", .shop_uri = "http://shop.example"}), IsOk());
}

TEST_F(MarketplaceModuleTest, HttpsOfSubdomainsNeedsHttps) {
  EXPECT_THAT(Open({.https_subdomains = true}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Open({.https = true, .https_subdomains = true, .shop_uri = "https://shop.example"}), IsOk());
}

}  // namespace
}  // namespace octavo::marketplace
