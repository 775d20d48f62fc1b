#include "lib/rpc/credentials.h"

#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::rpc {
namespace {

using namespace std::chrono_literals;
using identity::Identity;

class CredentialsTest : public testing::Test {
 protected:
  std::shared_ptr<const std::string> Ada() {
    return std::make_shared<const std::string>(tokens_->Sign({.subject = "customers/ada"}, clock_.Now() + 5min));
  }
  std::string Cart() { return *tokens_->ForService("cart"); }
  Result<Identity> Known(const Credentials& credentials) {
    const auto known = Identify(*tokens_, credentials);
    if (!known.ok()) return known.error();
    return **known;
  }

  TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<identity::Tokens> tokens_ = *identity::Tokens::Signing(
      names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'k'))}), folder_.path(), clock_, random_);
};

TEST_F(CredentialsTest, WithoutAnyTheCallerIsNobody) { EXPECT_TRUE(Known({})->is_nobody()); }

TEST_F(CredentialsTest, AServiceCallsForItselfOrForSomebody) {
  EXPECT_EQ(*Known({.service_token = Cart()}), Identity{.service = "cart"});
  EXPECT_EQ(*Known({.bearer = Ada()}), Identity{.subject = "customers/ada"});
  EXPECT_EQ(*Known({.service_token = Cart(), .bearer = Ada()}), (Identity{.subject = "customers/ada", .service = "cart"}));
}

TEST_F(CredentialsTest, AToolMayBeGivenAServicesToken) {
  const auto cart = std::make_shared<const std::string>(Cart());
  EXPECT_EQ(*Known({.bearer = cart}), Identity{.service = "cart"});
  EXPECT_THAT(Known({.service_token = *tokens_->ForService("catalog"), .bearer = cart}), HasReason("BAD_TOKEN"));
}

TEST_F(CredentialsTest, ATokenInTheWrongPlaceIsRefused) {
  EXPECT_THAT(Known({.service_token = *Ada()}), HasReason("BAD_TOKEN"));
  EXPECT_THAT(Known({.service_token = "x"}), HasReason("BAD_TOKEN"));
  EXPECT_THAT(Known({.bearer = std::make_shared<const std::string>("x")}), HasReason("BAD_TOKEN"));
}

TEST_F(CredentialsTest, ACertificateSaysWhichServiceItMayBe) {
  EXPECT_EQ(*Known({.certified = {"cart"}}), Identity{.service = "cart"});
  EXPECT_TRUE(Known({.certified = {"cart", "catalog"}})->is_nobody());  // Which of them, the token says.
  EXPECT_EQ(*Known({.service_token = Cart(), .certified = {"catalog", "cart"}}), Identity{.service = "cart"});
  EXPECT_EQ(*Known({.bearer = Ada(), .certified = {"cart"}}), (Identity{.subject = "customers/ada", .service = "cart"}));
  EXPECT_THAT(Known({.service_token = Cart(), .certified = {"catalog"}}), HasReason("WRONG_CERTIFICATE"));
}

}  // namespace
}  // namespace octavo::rpc
