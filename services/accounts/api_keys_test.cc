// Keys of integrations and tokens of sessions, as whoever has the shop's own keys sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "lib/identity/tokens.h"
#include "lib/runtime/shop.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "octavo/accounts/v1/accounts.grpc.pb.h"
#include "services/accounts/module.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;
using Stub = v1::AccountsService::StubInterface;

class ApiKeysTest : public testing::Test {
 protected:
  ApiKeysTest() {
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<Module>());
    shop_ = std::make_unique<runtime::Shop>(runtime::Shop::Options{.listen = ""}, environment_, std::move(modules));
    EXPECT_THAT(shop_->Start(), IsOk());
    stub_ = v1::AccountsService::NewStub(shop_->To("accounts"));
  }

  rpc::Limits As(identity::Identity identity) {
    const auto token = std::make_shared<const std::string>(tokens_->Sign(identity, clock_.Now() + 1h));
    return {.budget = 30s, .bearer = token};
  }
  Result<v1::CreateApiKeyResponse> Create(const std::string& name, const std::vector<std::string>& scopes) {
    v1::CreateApiKeyRequest request;
    request.set_display_name(name);
    for (const std::string& scope : scopes) request.add_scopes(scope);
    return caller_.Invoke(*stub_, &Stub::CreateApiKey, request, owner_);
  }
  // Whoever has the key asks; they have no identity before.
  Result<v1::ExchangeApiKeyResponse> Exchange(const std::string& key) {
    v1::ExchangeApiKeyRequest request;
    request.set_api_key(key);
    return caller_.Invoke(*stub_, &Stub::ExchangeApiKey, request, {.budget = 30s});
  }

  TempDir folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  std::unique_ptr<identity::Tokens> tokens_ = *identity::Tokens::Signing(
      names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'k'))}), folder_.path(), clock_, random_);
  runtime::Environment environment_{.data_dir = folder_.path(),
                                    .clock = clock_,
                                    .random = random_,
                                    .log = *log_,
                                    .metrics = metrics_,
                                    .tracer = tracer_,
                                    .page_tokens = TestPageTokens(),
                                    .tokens = tokens_.get()};
  rpc::Caller caller_{{*log_, metrics_, tracer_, clock_}};
  const rpc::Limits owner_ = As({.subject = "operators/test", .role = identity::StaffRole::kOwner});
  std::unique_ptr<runtime::Shop> shop_;
  std::unique_ptr<v1::AccountsService::Stub> stub_;
};

TEST_F(ApiKeysTest, AKeyIsExchangedForATokenWithItsScopes) {
  const auto made = Create("Warehouse", {"stock.write", "orders.read", "stock.write"});
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(made->api_key(), StartsWith("octavo_"));
  const auto exchanged = Exchange(made->api_key());
  ASSERT_THAT(exchanged, IsOk());
  const auto known = tokens_->Verify(exchanged->identity_token());
  ASSERT_THAT(known, IsOk());
  EXPECT_EQ((*known)->subject, made->key().name());
  EXPECT_THAT((*known)->scopes, ElementsAre("orders.read", "stock.write"));
  EXPECT_EQ((*known)->role, identity::StaffRole::kNone);

  const auto listed = caller_.Invoke(*stub_, &Stub::ListApiKeys, {}, owner_);
  ASSERT_THAT(listed->keys(), SizeIs(1));
  EXPECT_EQ(listed->keys(0).display_name(), "Warehouse");
  EXPECT_TRUE(listed->keys(0).has_last_use_time());
}

TEST_F(ApiKeysTest, ARevokedKeyIsExchangedNoMore) {
  const auto made = Create("Warehouse", {"stock.write"});
  v1::RevokeApiKeyRequest revoke;
  revoke.set_name(made->key().name());
  for (int i = 0; i < 2; ++i) ASSERT_THAT(caller_.Invoke(*stub_, &Stub::RevokeApiKey, revoke, owner_), IsOk());
  EXPECT_THAT(Exchange(made->api_key()), HasReason("BAD_KEY"));
  EXPECT_THAT(Exchange("octavo_x"), HasReason("BAD_KEY"));
  EXPECT_THAT(Exchange(""), HasReason("BAD_KEY"));
  revoke.set_name("apiKeys/0123456789abcdef");
  EXPECT_THAT(caller_.Invoke(*stub_, &Stub::RevokeApiKey, revoke, owner_), HasReason("UNKNOWN_KEY"));
  revoke.set_name("customers/1");
  EXPECT_THAT(caller_.Invoke(*stub_, &Stub::RevokeApiKey, revoke, owner_), HasReason("INVALID_FIELD"));
}

TEST_F(ApiKeysTest, AKeyThatMayDoNothingOrHasNoNameIsRefused) {
  EXPECT_THAT(Create("", {"stock.write"}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Create(std::string(101, 'x'), {"stock.write"}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Create("Warehouse", {}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Create("Warehouse", {"everything"}), HasReason("INVALID_FIELD"));
}

TEST_F(ApiKeysTest, TheKeyItselfIsKeptNowhere) {
  const std::string key = Create("Warehouse", {"stock.write"})->api_key();
  shop_.reset();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(bytes.find(key), std::string::npos) << entry.path();
  }
}

TEST_F(ApiKeysTest, ACustomerMayMakeNone) {
  v1::CreateApiKeyRequest request;
  request.set_display_name("Mine");
  request.add_scopes("orders.read");
  for (const identity::StaffRole role : {identity::StaffRole::kNone, identity::StaffRole::kManager}) {
    EXPECT_THAT(caller_.Invoke(*stub_, &Stub::CreateApiKey, request, As({.subject = "customers/1", .role = role})),
                HasReason("NOT_ALLOWED"));
  }
}

}  // namespace
}  // namespace octavo::accounts
