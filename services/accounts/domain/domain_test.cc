#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/accounts/domain/common_passwords.h"
#include "services/accounts/domain/customer.h"
#include "services/accounts/domain/password.h"
#include "services/accounts/domain/session.h"
#include "services/accounts/domain/throttle.h"
#include "services/accounts/domain/two_step.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon = FakeClock::kNoon;

TEST(ParseBaseUriTest, IsAnAddressWithoutAPath) {
  EXPECT_EQ(ParseBaseUri("base_uri", "http://127.0.0.1:8080").value(), "http://127.0.0.1:8080");
  EXPECT_EQ(ParseBaseUri("base_uri", "https://shop.example/").value(), "https://shop.example");
  EXPECT_EQ(ParseBaseUri("base_uri", "http://[::1]:8080").value(), "http://[::1]:8080");
  for (const char* text : {"", "shop.example", "ftp://shop.example", "https://", "https://shop.example/path",
                           "https://shop.example\r\nX: y", "https://user@shop.example", "javascript://x"}) {
    EXPECT_THAT(ParseBaseUri("base_uri", text), HasReason("INVALID_FIELD")) << text;
  }
}

TEST(ParseBaseUriTest, TakesLettersDigitsAndWhatAPortAndAnAddressNeed) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool good = byte < 128 && (std::isalnum(byte) != 0 || std::string_view("-.:[]").find(c) != std::string_view::npos);
    EXPECT_EQ(ParseBaseUri("base_uri", std::string("https://a") + c + "b").ok(), good) << byte;
  }
  EXPECT_THAT(ParseBaseUri("base_uri", "https://shop.example//"), HasReason("INVALID_FIELD")) << "one slash may end it";
  EXPECT_THAT(ParseBaseUri("base_uri", "https://" + std::string(192, 'x')), IsOk());
  EXPECT_THAT(ParseBaseUri("base_uri", "https://" + std::string(193, 'x')), HasReason("INVALID_FIELD"));
}

TEST(RoleNameTest, IsAWordForEachRole) {
  EXPECT_EQ(RoleName(Role::kCustomer), "customer");
  EXPECT_EQ(RoleName(Role::kOwner), "owner");
}

TEST(ParseFullNameTest, TakesAnyScriptAndNoControlCharacters) {
  EXPECT_EQ(ParseFullName("full_name", " Zoë Ōe ").value(), "Zoë Ōe");
  EXPECT_THAT(ParseFullName("full_name", "Ada\nBcc: x"), HasReason("INVALID_FIELD"));
  EXPECT_EQ(ParseFullName("full_name", "\t a \t").value(), "a");
  EXPECT_EQ(ParseFullName("full_name", " \t ").value(), "");
  EXPECT_THAT(ParseFullName("full_name", std::string(200, 'a')), IsOk());
  for (const std::string& bad : {std::string(201, 'a'), std::string("a\x1fz"), std::string("a\x7fz")}) {
    EXPECT_THAT(ParseFullName("full_name", bad), HasReason("INVALID_FIELD")) << bad;
  }
}

// Two hundred characters without a pattern.
std::string TwoHundred() {
  SeededRandom random(3);
  std::string text;
  while (text.size() < 200) text += static_cast<char>('a' + random.Below(26));
  return text;
}

TEST(CheckPasswordTest, TakesLongOnesThatAreNotGuessedFirst) {
  struct Case {
    std::string password;
    bool taken;
  };
  const Case cases[] = {
      {"grün wie Moos", true},
      {"tolstoy-on-a-tram", true},
      {"correct horse battery staple", true},
      {std::string("åäö") + "åäöxyzw", true},  // Ten characters in sixteen bytes.
      {"xk7qvw2mz", false},                    // Nine.
      {"xk7qvw2mzp", true},                    // Ten.
      {TwoHundred(), true},
      {TwoHundred() + "b", false},  // Longer than 200.
      {"abcacbbacacb", false},      // Three different characters …
      {"abcdacbdbacd", true},       // … and four.
      {"password123", false},
      {"Password2024!!", false},
      {"passwordpassword", false},
      {"1234567890", false},
      {"0987654321", false},
      {"qwertyuiop", false},
      {"abcabcabcabc", false},
      {"aaaaaaaaaaaa", false},
      {"ada.lovelace@example.org", false},
      {"ada.lovelace1815", false},
      {"iloveyou!!!", false},
      {"qwertyuiop123", false},
      {"q1w2e3r4t5", false},
      {"minecraft1", false},
      {"Minecraft-1234", false},
      {"elizabeth1", false},
      {"83719264elena55", true},  // The word is the smaller part.
      {"83719elena", false},      // It is the half.
      {"837195elena", true},
      {"PASSWORDpassword", false},  // Whatever the case.
      {"elenaelena12", false},      // A word twice is still that word.
      {"octavooctavo", false},      // This shop's own word.
      {"zyxwvutsrqponm", false},    // A row backwards.
      {"123123123123", false},
      {"12341234123", false},            // A unit again and again, the last time in part.
      {"xk7qvxk7qv", true},              // Unless the unit is no word.
      {"u\u0308ber de U\u0308", false},  // Nine characters, once each has its dots.
  };
  for (const Case& c : cases) {
    const Status status = CheckPassword("password", Secret(c.password), "ada.lovelace@example.org");
    EXPECT_EQ(status.ok(), c.taken) << c.password;
    if (!status.ok()) {
      EXPECT_EQ(ToString(status.error()).find(c.password), std::string::npos) << c.password;
    }
  }
}

TEST(NormalizedTest, OnePasswordHasOneFormWhateverKeyboardSendsIt) {
  EXPECT_EQ(Normalized(Secret("gru\u0308n wie Moos")).Reveal(), "gr\u00fcn wie Moos");
  EXPECT_EQ(Normalized(Secret("gr\u00fcn wie Moos")).Reveal(), "gr\u00fcn wie Moos");
  EXPECT_EQ(Normalized(Secret("tolstoy-on-a-tram")).Reveal(), "tolstoy-on-a-tram");
  EXPECT_EQ(Normalized(Secret("\uff21")).Reveal(), "\uff21") << "what looks different is different";
}

TEST(IsAmongTheMostUsedTest, FindsEachLineOfTheListAndNothingElse) {
  std::string_view rest = MostUsedPasswords();
  std::string_view before;
  int count = 0;
  for (; !rest.empty(); ++count) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    ASSERT_LT(before, line) << "sorted, each once";
    ASSERT_TRUE(IsAmongTheMostUsed(line)) << line;
    before = line;
    rest.remove_prefix(line.size() + 1);
  }
  EXPECT_GT(count, 90'000);
  for (const char* text : {"", "tolstoy-on-a-tram", "a", "~~~~~~~~~~~~", "password\n", "\n"}) {
    EXPECT_FALSE(IsAmongTheMostUsed(text)) << text;
  }
}

constexpr ThrottlePolicy kPolicy{.free_count = 3, .wait_first = 1s, .wait_max = 10s, .forgotten_after = 1h};

TEST(ThrottleTest, WaitsDoubleAfterTheFreeAttempts) {
  Attempts attempts;
  std::vector<std::chrono::microseconds> waits;
  for (int i = 0; i < 8; ++i) {
    attempts = AfterAttempt(attempts, kPolicy, kNoon);
    waits.push_back(std::max(NextAllowed(attempts, kPolicy), kNoon) - kNoon);
  }

  EXPECT_THAT(waits, testing::ElementsAre(0s, 0s, 1s, 2s, 4s, 8s, 10s, 10s));
}

TEST(ThrottleTest, IsForgottenAfterAWhile) {
  const Attempts many{.count = 1000, .last = kNoon};

  EXPECT_EQ(NextAllowed(many, kPolicy), kNoon + 10s);
  EXPECT_EQ(AfterAttempt(many, kPolicy, kNoon + 59min).count, 1001);
  EXPECT_EQ(AfterAttempt(many, kPolicy, kNoon + 1h).count, 1);
}

TEST(ThrottleTest, TheLongestWaitIsReachedAndNeverPassed) {
  constexpr ThrottlePolicy kEight{.free_count = 0, .wait_first = 1s, .wait_max = 8s, .forgotten_after = 1h};
  for (const auto& [count, wait] : std::vector<std::pair<std::int64_t, std::chrono::seconds>>{
           {0, 1s}, {1, 2s}, {2, 4s}, {3, 8s}, {4, 8s}, {62, 8s}, {63, 8s}, {64, 8s}, {1'000'000, 8s}}) {
    EXPECT_EQ(NextAllowed({.count = count, .last = kNoon}, kEight), kNoon + wait) << count;
  }
  EXPECT_EQ(AfterAttempt({}, kEight, kNoon), (Attempts{.count = 1, .last = kNoon}));
}

// RFC 6238, appendix B, of whose eight digits these are the last six.
TEST(TotpTest, MakesTheCodesOfItsStandard) {
  const Secret secret("12345678901234567890");
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "287082"},         {1111111109, "081804"},
                                                          {1111111111, "050471"}, {1234567890, "005924"},
                                                          {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(TotpCode(secret, TotpStepAt(Timestamp(std::chrono::seconds(seconds)))), code) << seconds;
  }
}

TEST(TotpTest, TakesOneStepOfDriftEachWayAndNoStepTwice) {
  const Secret secret("12345678901234567890");
  const std::int64_t now = TotpStepAt(kNoon);
  for (int drift : {-1, 0, 1}) {
    EXPECT_EQ(MatchTotp(secret, TotpCode(secret, now + drift), kNoon, /*last_used=*/-1), now + drift);
  }
  for (int drift : {-3, -2, 2, 3}) {
    EXPECT_EQ(MatchTotp(secret, TotpCode(secret, now + drift), kNoon, /*last_used=*/-1), std::nullopt) << drift;
  }
  EXPECT_EQ(MatchTotp(secret, TotpCode(secret, now), kNoon, /*last_used=*/now), std::nullopt);
  EXPECT_EQ(MatchTotp(secret, TotpCode(secret, now - 1), kNoon, /*last_used=*/now), std::nullopt);
  EXPECT_EQ(MatchTotp(secret, TotpCode(secret, now + 1), kNoon, /*last_used=*/now), now + 1);
  for (const char* code : {"", "12345", "1234567", "12345a", "      "}) {
    EXPECT_EQ(MatchTotp(secret, code, kNoon, /*last_used=*/-1), std::nullopt) << code;
  }
  EXPECT_EQ(MatchTotp(secret, TotpCode(secret, 0), Timestamp(std::chrono::seconds(-5)), /*last_used=*/-1), 0);
}

// RFC 4648, section 10.
TEST(TotpTest, WritesBase32) {
  EXPECT_EQ(Base32(""), "");
  EXPECT_EQ(Base32("f"), "MY");
  EXPECT_EQ(Base32("fo"), "MZXQ");
  EXPECT_EQ(Base32("foo"), "MZXW6");
  EXPECT_EQ(Base32("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(Base32("foobar"), "MZXW6YTBOI");
}

TEST(TotpTest, TellsAnAppWhatToKeep) {
  EXPECT_EQ(OtpauthUri("ada+x@example.org", Secret("foobar")),
            "otpauth://totp/Octavo:ada%2Bx%40example.org?secret=MZXW6YTBOI&issuer=Octavo&algorithm=SHA1&digits=6&period=30");
}

TEST(TotpTest, EscapesWhatIsNotPlainInAnAddress) {
  for (int byte = 1; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool plain = byte < 128 && (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_');
    const char* const hex = "0123456789ABCDEF";
    const std::string expected = plain ? std::string(1, c) : std::string{'%', hex[byte / 16], hex[byte % 16]};
    EXPECT_THAT(OtpauthUri(std::string(1, c), Secret("foobar")), testing::StartsWith("otpauth://totp/Octavo:" + expected + "?"));
  }
}

TEST(TotpTest, AStepIsThirtySeconds) {
  EXPECT_EQ(TotpStepAt(Timestamp(30s) - 1us), 0);
  EXPECT_EQ(TotpStepAt(Timestamp(30s)), 1);
  EXPECT_THROW((void)TotpCode(Secret("12345678901234567890"), -1), Bug);
}

TEST(RecoveryCodesTest, AreTenOfEightyBitsEach) {
  SeededRandom random(1);
  const std::vector<std::string> codes = NewRecoveryCodes(random);

  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10u);
  for (const std::string& code : codes) {
    EXPECT_THAT(code, testing::MatchesRegex("[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}"));
    EXPECT_EQ(NormalCode(code).size(), 16u);
    EXPECT_FALSE(IsTotpCode(NormalCode(code)));
  }
  EXPECT_EQ(NormalCode(" 7kq2-mz4a "), "7KQ2MZ4A");
  EXPECT_EQ(NormalCode("az`{AZ@["), "AZ`{AZ@[") << "letters alone have a capital form";
}

TEST(SessionTest, AUseIsNotedAboutOnceAnHourOfADay) {
  EXPECT_EQ((SessionPolicy{.idle_max = 24h}.note_after()), 1h);
  EXPECT_EQ(SessionPolicy{}.idle_max, std::chrono::days(14));
  EXPECT_EQ(SessionPolicy{}.age_max, std::chrono::days(90));
}

TEST(SessionTest, EndsByDisuseAndByAge) {
  const SessionPolicy policy{.idle_max = 2h, .age_max = 24h};

  EXPECT_EQ(ExpiryOf({.created = kNoon, .last_used = kNoon + 1h}, policy), kNoon + 3h);
  EXPECT_EQ(ExpiryOf({.created = kNoon, .last_used = kNoon + 23h}, policy), kNoon + 24h);
}

}  // namespace
}  // namespace octavo::accounts
