#include "lib/names/security_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lib/testing/fake_clock.h"

namespace octavo::names {
namespace {

using testing::HasSubstr;
using testing::Not;

class LineSink final : public obs::LogSink {
 public:
  explicit LineSink(std::string& line) : line_(line) {}
  void Write(obs::Level, const std::string& line) override { line_ = line; }

 private:
  std::string& line_;
};

PageTokens TokensOf(char key) { return PageTokens(Keys({Secret(std::string(Keys::kKeyBytes, key))})); }

TEST(SecurityLogTest, SaysWhatHappenedAndNotToWhomAtEveryLevel) {
  FakeClock clock;
  std::string line;
  obs::Log log(clock, obs::Level::kError, obs::LogFormat::kLogfmt, std::make_unique<LineSink>(line));
  const PageTokens tokens = TokensOf('k');

  SecurityLog(log, tokens).Write({.event = "sign_in_failed", .subject = "ada@example.org", .client = "192.0.2.7"});

  EXPECT_THAT(line, HasSubstr(" level=security event=security_sign_in_failed subject="));
  EXPECT_THAT(line, Not(HasSubstr("ada")));
  EXPECT_THAT(line, Not(HasSubstr("192.0.2.7")));
}

TEST(SecurityLogTest, TheAddressesOfOneSubscriberHaveOnePseudonym) {
  FakeClock clock;
  std::string line;
  obs::Log log(clock, obs::Level::kError, obs::LogFormat::kLogfmt, std::make_unique<LineSink>(line));
  const PageTokens tokens = TokensOf('k');

  SecurityLog(log, tokens).Write({.event = "form_refused", .client = "2001:db8:1:2::7"});
  EXPECT_THAT(line, HasSubstr("client=" + SecurityLog(log, tokens).Pseudonym("2001:db8:1:2::/64")));
}

TEST(SecurityLogTest, APersonHasOnePseudonymForOneShop) {
  FakeClock clock;
  const auto silent = obs::Log::Silent(clock);
  const PageTokens tokens = TokensOf('k');
  const PageTokens others = TokensOf('o');
  const SecurityLog log(*silent, tokens);

  EXPECT_EQ(log.Pseudonym("ada@example.org").size(), 22u);
  EXPECT_EQ(log.Pseudonym("ada@example.org"), SecurityLog(*silent, tokens).Pseudonym("ada@example.org"));
  EXPECT_NE(log.Pseudonym("ada@example.org"), log.Pseudonym("bob@example.org"));
  EXPECT_NE(log.Pseudonym("ada@example.org"), SecurityLog(*silent, others).Pseudonym("ada@example.org"));
  EXPECT_EQ(log.Pseudonym(""), "");
}

}  // namespace
}  // namespace octavo::names
