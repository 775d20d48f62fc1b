#include "lib/identity/tokens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "lib/base/digest.h"
#include "lib/identity/tool.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::identity {
namespace {

using namespace std::chrono_literals;

const Identity kAda{.subject = "customers/ada", .role = StaffRole::kManager, .scopes = {"orders.read", "stock.write"}};

names::Keys ShopKeys(char c = 'k') { return names::Keys({Secret(std::string(names::Keys::kKeyBytes, c))}); }

class TokensTest : public testing::Test {
 protected:
  std::unique_ptr<Tokens> Signing() { return *Tokens::Signing(ShopKeys(), folder_.path(), clock_, random_); }
  std::unique_ptr<Tokens> Verifying() { return Tokens::Verifying(ShopKeys(), folder_.path(), clock_); }
  std::string Ada() { return signing_->Sign(kAda, clock_.Now() + 5min); }
  // A token of these parts, signed by nobody that the shop knows.
  static std::string Forged(const std::string& header, const std::string& claims, const std::string& signature) {
    return Base64Url(header) + "." + Base64Url(claims) + "." + Base64Url(signature);
  }
  static std::string Part(const std::string& token, int number) {
    const std::size_t first = token.find('.');
    const std::size_t second = token.rfind('.');
    if (number == 0) return token.substr(0, first);
    return number == 1 ? token.substr(first + 1, second - first - 1) : token.substr(second + 1);
  }

  TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<Tokens> signing_ = Signing();
};

TEST_F(TokensTest, WhoSignedInIsKnownEverywhere) {
  const auto verifying = Verifying();
  for (int i = 0; i < 2; ++i) {  // Also from memory.
    const auto known = verifying->Verify(Ada());
    ASSERT_THAT(known, IsOk());
    EXPECT_EQ(**known, kAda);
  }
}

TEST_F(TokensTest, AServiceIsKnownByTheShopsKeys) {
  const auto known = Verifying()->Verify(*Verifying()->ForService("cart"));
  ASSERT_THAT(known, IsOk());
  EXPECT_EQ(**known, Identity{.service = "cart"});
  const auto stranger = Tokens::Verifying(ShopKeys('x'), folder_.path(), clock_);
  EXPECT_THAT(Verifying()->Verify(*stranger->ForService("cart")), HasReason("BAD_TOKEN"));
}

TEST_F(TokensTest, ATokenEndsInTime) {
  const std::string token = Ada();
  const auto verifying = Verifying();
  ASSERT_THAT(verifying->Verify(token), IsOk());
  clock_.Advance(5min - 1s);
  EXPECT_THAT(verifying->Verify(token), IsOk());
  clock_.Advance(1s);
  EXPECT_THAT(verifying->Verify(token), HasReason("TOKEN_EXPIRED"));
  EXPECT_THAT(Verifying()->Verify(token), HasReason("TOKEN_EXPIRED"));
}

TEST_F(TokensTest, AServicesTokenIsRenewedLongBeforeItEnds) {
  const auto verifying = Verifying();
  const auto first = verifying->ForService("cart");
  EXPECT_EQ(verifying->ForService("cart"), first);
  clock_.Advance(1min);
  const auto second = verifying->ForService("cart");
  EXPECT_NE(*second, *first);
  clock_.Advance(3min + 59s);
  EXPECT_THAT(verifying->Verify(*first), IsOk());
}

TEST_F(TokensTest, ForgeriesAreRefused) {
  const std::string token = Ada();
  const std::string claims = R"({"exp":99999999999,"role":"owner","sub":"customers/eve"})";
  const std::string service = R"({"exp":99999999999,"sub":"services/transactions"})";
  const std::string public_key = [&] {
    std::ifstream in(folder_.path() / kPublicKeysFile);
    std::string line;
    std::getline(in, line);
    return line;
  }();
  const std::string none = R"({"alg":"none","typ":"JWT"})";
  const auto header = FromBase64Url(Part(token, 0));
  const auto service_header = FromBase64Url(Part(*signing_->ForService("cart"), 0));
  // The public key taken for a secret, as careless verifiers let themselves be told by "alg".
  const std::string by_public_key = HmacSha256(Secret(public_key), {Base64Url(*service_header) + "." + Base64Url(claims)});
  const std::vector<std::string> forged = {"",
                                           ".",
                                           "..",
                                           "a.b.c",
                                           std::string(3000, 'a'),
                                           token + "a",
                                           token.substr(1),
                                           token + "." + token,
                                           Forged(none, claims, ""),
                                           Forged(none, claims, "x"),
                                           Forged(*header, claims, *FromBase64Url(Part(token, 2))),
                                           Forged(*header, claims, std::string(64, '\0')),
                                           Forged(*header, claims, ""),
                                           Forged(*service_header, claims, by_public_key),
                                           Forged(*service_header, service, by_public_key),
                                           Part(token, 0) + "." + Part(token, 1) + ".",
                                           Part(token, 0) + "." + Part(token, 1)};
  for (const std::string& text : forged) EXPECT_THAT(Verifying()->Verify(text), HasReason("BAD_TOKEN")) << text;
}

TEST_F(TokensTest, NoByteOfATokenMayChange) {
  const std::string token = Ada();
  const auto verifying = Verifying();
  ASSERT_THAT(verifying->Verify(token), IsOk());
  // The last character of base64url has bits that mean nothing.
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed == token) continue;
    EXPECT_THAT(verifying->Verify(changed), HasReason("BAD_TOKEN")) << i;
  }
}

TEST_F(TokensTest, EachKeySaysOnlyWhatItIsFor) {
  // A process that has the shop's keys makes nobody a person, and one that signs people's tokens makes none of them a service.
  const std::string good = *signing_->ForService("cart");
  const std::string claims = R"({"exp":99999999999,"role":"owner","sub":"customers/eve"})";
  const std::string part = Part(good, 0) + "." + Base64Url(claims);
  const Secret service_key(HmacSha256(ShopKeys().newest(), {"octavo service tokens"}));
  EXPECT_THAT(signing_->Verify(part + "." + Base64Url(HmacSha256(service_key, {part}))), HasReason("BAD_TOKEN"));
}

TEST_F(TokensTest, KeysAreRenewedByANewLineOnTop) {
  const std::string old = Ada();
  const auto verifying = Verifying();
  ASSERT_THAT(verifying->Verify(old), IsOk());
  const std::filesystem::path file = folder_.path() / kPrivateKeysFile;
  const std::string before = [&] {
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  std::ofstream(file) << std::string(64, 'e') << "\n" << before;
  signing_ = Signing();
  const std::string renewed = Ada();
  EXPECT_NE(Part(renewed, 0), Part(old, 0));
  EXPECT_THAT(verifying->Verify(renewed), HasReason("BAD_TOKEN"));  // The file was looked at in this second.
  clock_.Advance(1s);
  EXPECT_THAT(verifying->Verify(renewed), IsOk());
  EXPECT_THAT(Verifying()->Verify(old), IsOk());
}

TEST_F(TokensTest, OneThatStartsBeforeAccountsWaitsForItsKeys) {
  const TempDir elsewhere;
  const auto early = Tokens::Verifying(ShopKeys(), elsewhere.path(), clock_);
  EXPECT_THAT(early->Verify(Ada()), HasReason("BAD_TOKEN"));
  std::filesystem::copy(folder_.path() / kPublicKeysFile, elsewhere.path() / kPublicKeysFile);
  clock_.Advance(1s);
  EXPECT_THAT(early->Verify(Ada()), IsOk());
}

TEST_F(TokensTest, PrivateKeysAreTheOwnersAlone) {
  struct stat facts {};
  ASSERT_EQ(stat((folder_.path() / kPrivateKeysFile).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(TokensTest, AToolOfTheShopsOwnerHasItsRights) {
  (void)names::LoadOrMakeKeys(folder_.path() / "shop.keys", random_);
  const Workload tool = WorkloadOfTool({.data_dir = folder_.path()}, clock_);
  ASSERT_NE(tool.bearer, nullptr);
  const auto owner = Verifying()->Verify(*tool.bearer);
  ASSERT_THAT(owner, IsOk());
  EXPECT_EQ((*owner)->role, StaffRole::kOwner);
  EXPECT_TRUE((*owner)->has_scope("storefront"));
  EXPECT_EQ(*WorkloadOfTool({.data_dir = folder_.path(), .token = "given"}, clock_).bearer, "given");
  const TempDir empty;
  EXPECT_EQ(WorkloadOfTool({.data_dir = empty.path()}, clock_).bearer, nullptr);
}

}  // namespace
}  // namespace octavo::identity
