#include "lib/email/email.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo {
namespace {

TEST(ParseEmailTest, IsKeptInOneForm) {
  EXPECT_EQ(ParseEmail("email", " Ada.Lovelace+books@Example.ORG\t").value(), "ada.lovelace+books@example.org");
  EXPECT_EQ(ParseEmail("email", "emma@bücher.example").value(), "emma@xn--bcher-kva.example");
  EXPECT_EQ(ParseEmail("email", "emma@BÜCHER.example").value(), "emma@xn--bcher-kva.example");
  EXPECT_EQ(ParseEmail("email", "emma@xn--bcher-kva.example").value(), "emma@xn--bcher-kva.example");
}

TEST(ParseEmailTest, RefusesWhatIsNoAddressOrMeansSomethingInAHeader) {
  const std::string cases[] = {"",
                               "ada",
                               "@example.org",
                               "ada@",
                               "ada@example",
                               "emma@gmailcom",
                               "ada@example.",
                               "ada@.org",
                               "a@b@c.org",
                               "ada..b@example.org",
                               ".ada@example.org",
                               "ada @example.org",
                               "ada@exa mple.org",
                               "ada@exa_mple.org",
                               "ada@-example.org",
                               "ada@example.org\r\nBcc: x@example.org",
                               "ada<x@example.org",
                               "ada,x@example.org",
                               "\"ada\"@example.org",
                               "zoë@example.org",
                               "ada@xn--a.org",
                               "ada@b\xff.org",
                               std::string(65, 'a') + "@example.org",
                               "a@" + std::string(250, 'b') + ".org",
                               std::string("ada\0@example.org", 16),
                               std::string("ada@exa\0mple.org", 16)};
  for (const std::string& text : cases) {
    const Result<std::string> email = ParseEmail("email", text);
    ASSERT_THAT(email, HasReason("INVALID_FIELD")) << text;
    EXPECT_EQ(email.error().violations.front().field, "email");
  }
}

TEST(EmailForPeopleTest, WritesTheDomainAsItIsRead) {
  EXPECT_EQ(EmailForPeople("emma@xn--bcher-kva.example"), "emma@bücher.example");
  EXPECT_EQ(EmailForPeople("emma@example.org"), "emma@example.org");
  EXPECT_EQ(EmailForPeople(""), "");
}

}  // namespace
}  // namespace octavo
