#include "services/accounts/password_hasher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/testing/matchers.h"

namespace octavo::accounts {
namespace {

using testing::StartsWith;

// The least that argon2id takes: fast, for tests.
constexpr PasswordHasher::Options kFast{.memory_bytes = 8192, .passes = 1};

class PasswordHasherTest : public testing::Test {
 protected:
  PasswordHasherTest() { CHECK(sodium_init() >= 0); }
};

TEST_F(PasswordHasherTest, VerifiesWhatItHashed) {
  const auto hasher = PasswordHasher::Make(kFast).value();

  const PasswordHash hash = hasher->Hash(Secret("tolstoy-on-a-tram")).value();

  EXPECT_THAT(hash.value(), StartsWith("$argon2id$v=19$"));
  EXPECT_TRUE(hasher->Verify(hash, Secret("tolstoy-on-a-tram"))->matches);
  EXPECT_FALSE(hasher->Verify(hash, Secret("tolstoy-on-a-tran"))->matches);
  EXPECT_NE(hasher->Hash(Secret("tolstoy-on-a-tram")).value(), hash) << "each has a salt of its own";
}

TEST_F(PasswordHasherTest, SaysWhichHashesAreOutdated) {
  const auto before = PasswordHasher::Make(kFast).value();
  PasswordHasher::Options stronger = kFast;
  stronger.passes = 2;
  const auto after = PasswordHasher::Make(stronger).value();
  const PasswordHash hash = before->Hash(Secret("tolstoy-on-a-tram")).value();

  EXPECT_FALSE(before->Verify(hash, Secret("tolstoy-on-a-tram"))->outdated);
  EXPECT_TRUE(after->Verify(hash, Secret("tolstoy-on-a-tram"))->matches);
  EXPECT_TRUE(after->Verify(hash, Secret("tolstoy-on-a-tram"))->outdated);
}

TEST_F(PasswordHasherTest, APasswordIsTheSameFromEveryKeyboard) {
  const auto hasher = PasswordHasher::Make(kFast).value();
  const PasswordHash hash = hasher->Hash(Secret("gru\u0308n wie Moos")).value();

  EXPECT_TRUE(hasher->Verify(hash, Secret("gr\u00fcn wie Moos"))->matches);
  EXPECT_FALSE(hasher->Verify(hash, Secret("grun wie Moos"))->matches);
}

TEST_F(PasswordHasherTest, AHashOfBeforeNormalisingStillMatchesAndIsOutdated) {
  const auto hasher = PasswordHasher::Make(kFast).value();
  const std::string as_typed = "gru\u0308n wie Moos";
  char text[crypto_pwhash_STRBYTES];
  ASSERT_EQ(crypto_pwhash_str(text, as_typed.data(), as_typed.size(), 1, 8192), 0);

  const auto verdict = hasher->Verify(PasswordHash(text), Secret(as_typed));

  ASSERT_THAT(verdict, IsOk());
  EXPECT_TRUE(verdict->matches);
  EXPECT_TRUE(verdict->outdated);
}

TEST_F(PasswordHasherTest, RefusesParametersThatAreNone) {
  EXPECT_THAT(PasswordHasher::Make({.memory_bytes = 10, .passes = 1}), HasReason("BAD_OPTION"));
  EXPECT_THAT(PasswordHasher::Make({.memory_bytes = 8192, .passes = 0}), HasReason("BAD_OPTION"));
  EXPECT_THAT(PasswordHasher::Make({.memory_bytes = 8192, .passes = 1, .at_once_max = 0}), HasReason("BAD_OPTION"));
}

TEST_F(PasswordHasherTest, RefusesAtOnceWhenTooManyWait) {
  // Slow enough for eight threads to meet: some milliseconds each, one at a time, one waiting.
  const auto hasher = PasswordHasher::Make({.memory_bytes = 8 << 20, .passes = 1, .at_once_max = 1, .waiting_max = 1}).value();
  std::atomic<int> hashed = 0;
  std::atomic<int> refused = 0;

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      while (refused == 0) {
        const auto hash = hasher->Hash(Secret("tolstoy-on-a-tram"));
        hash.ok() ? ++hashed : ++refused;
        EXPECT_TRUE(hash.ok() || hash.error().reason == "OVERLOADED");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace octavo::accounts
