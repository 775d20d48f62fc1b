#include "services/promotions/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::promotions {
namespace {

using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const Identity kIdentity(Secret(std::string(Identity::kKeyBytes, 'k')));

TEST(IdentityTest, OneMailIsOnePersonHoweverItIsTyped) {
  EXPECT_EQ(kIdentity.Of("", "ann@example.org"), kIdentity.Of("", " Ann@EXAMPLE.org"));
  EXPECT_NE(kIdentity.Of("", "ann@example.org"), kIdentity.Of("", "bob@example.org"));
  EXPECT_THAT(kIdentity.Of("", " "), IsEmpty());
}

TEST(IdentityTest, ACustomerIsAccountAndMail) {
  EXPECT_THAT(kIdentity.Of("customers/1", "ann@example.org"), SizeIs(2));
  EXPECT_THAT(kIdentity.Of("customers/1", "ann@example.org"), testing::Contains(kIdentity.Of("", "ann@example.org")[0]));
  EXPECT_EQ(kIdentity.Foremost("customers/1", "ann@example.org"), kIdentity.Of("customers/1", ""));
  EXPECT_NE(kIdentity.Of("x", ""), kIdentity.Of("", "x")) << "an account's name is no address";
}

TEST(IdentityTest, NeitherNameNorAddressIsInTheKeyAndAnotherSecretGivesAnother) {
  const Identity other(Secret(std::string(Identity::kKeyBytes, 'x')));

  EXPECT_THAT(kIdentity.Of("", "ann@example.org")[0].value(), Not(testing::HasSubstr("ann")));
  EXPECT_EQ(kIdentity.Of("", "ann@example.org")[0].value().size(), 64u);
  EXPECT_NE(kIdentity.Of("", "ann@example.org"), other.Of("", "ann@example.org"));
}

TEST(IdentityKeyTest, IsMadeOnceForItsOwnerOnly) {
  TempDir folder;
  SeededRandom random(7);

  const Result<Secret> made = LoadOrMakeKey(folder / "key", random);
  const Result<Secret> loaded = LoadOrMakeKey(folder / "key", random);

  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(made->Reveal(), loaded->Reveal());
  EXPECT_EQ(std::filesystem::status(folder / "key").permissions(), std::filesystem::perms(0600));
}

TEST(IdentityKeyTest, RefusesAFileThatHoldsSomethingElse) {
  TempDir folder;
  SeededRandom random(7);
  for (const char* content : {"", "abc", "zz"}) {
    std::ofstream(folder / "key") << content;
    EXPECT_THAT(LoadOrMakeKey(folder / "key", random), HasReason("BAD_IDENTITY_KEY")) << content;
  }
}

}  // namespace
}  // namespace octavo::promotions
