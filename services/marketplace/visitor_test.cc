#include "services/marketplace/visitor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::marketplace {
namespace {

Secret Key(char fill) { return Secret(std::string(32, fill)); }

http::Params Sent(const http::SetCookie& cookie) {
  http::Params cookies;
  cookies.Add(cookie.name, cookie.value);
  return cookies;
}

TEST(VisitorsTest, RecognisesItsOwnCookie) {
  SystemRandom random;
  const Visitors visitors(Key('k'), Transport::kPlain);
  const std::string id = Visitors::NewId(random);

  EXPECT_EQ(visitors.Recognise(Sent(visitors.Cookie(id))), id);
  EXPECT_EQ(id.size(), 22U);
}

TEST(VisitorsTest, DoesNotRecogniseWhatItDidNotSign) {
  SystemRandom random;
  const Visitors visitors(Key('k'), Transport::kPlain);
  const Visitors other(Key('o'), Transport::kPlain);
  const std::string id = Visitors::NewId(random);
  const std::string good = visitors.Cookie(id).value;

  EXPECT_EQ(visitors.Recognise({}), std::nullopt);
  EXPECT_EQ(visitors.Recognise(Sent(other.Cookie(id))), std::nullopt);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string forged = good;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(visitors.Recognise(Sent({.name = "visitor", .value = forged})), std::nullopt) << i;
  }
  for (const std::string& value : {std::string(), std::string("."), id, id + ".", good + "x", good.substr(1)}) {
    EXPECT_EQ(visitors.Recognise(Sent({.name = "visitor", .value = value})), std::nullopt) << value;
  }
}

TEST(VisitorsTest, BindsTheCookieToTheHostWhereThereIsHttps) {
  const http::SetCookie plain = Visitors(Key('k'), Transport::kPlain).Cookie("id");
  const http::SetCookie https = Visitors(Key('k'), Transport::kHttps).Cookie("id");

  EXPECT_EQ(plain.name, "visitor");
  EXPECT_FALSE(plain.secure);
  EXPECT_EQ(https.name, "__Host-visitor");
  EXPECT_TRUE(https.secure);
}

TEST(VisitorsTest, MakesIdsThatAreReaderNames) {
  SystemRandom random;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = Visitors::NewId(random);
    EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000U);
}

TEST(LoadOrMakeKeyTest, MakesAKeyOnceForItsOwnerOnly) {
  SystemRandom random;
  const TempDir dir;

  const Result<Secret> made = LoadOrMakeKey(dir / "key", random);
  const Result<Secret> loaded = LoadOrMakeKey(dir / "key", random);

  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(made->Reveal(), loaded->Reveal());
  EXPECT_EQ(std::filesystem::status(dir / "key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(LoadOrMakeKeyTest, RefusesAFileThatIsNoKey) {
  SystemRandom random;
  const TempDir dir;
  std::ofstream(dir / "short") << "too short";

  EXPECT_THAT(LoadOrMakeKey(dir / "short", random), HasReason("BAD_KEY_FILE"));
  EXPECT_THAT(LoadOrMakeKey(dir.path() / "no" / "folder", random), HasReason("BAD_KEY_FILE"));
}

}  // namespace
}  // namespace octavo::marketplace
