#include "services/accounts/owner_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "services/accounts/module.h"

namespace octavo::accounts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kPassword = "tolstoy-on-a-tram";

class OwnerCommandTest : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments, const std::string& password = kPassword,
          std::vector<const char*> environment = {}) {
    out_.str("");
    errors_.str("");
    environment.push_back(nullptr);
    arguments.insert(arguments.end(), {"--data-dir", folder_.path(), "--accounts.hash_memory_bytes=8192"});
    return CreateOwner(arguments, {environment.data(), [&] { return Secret(password); }, out_, errors_});
  }
  std::vector<Customer> Customers() {
    SystemRandom random;
    const auto database = OpenDatabase(Configuration(), folder_.path(), random).value();
    return SqlStore(*database).ListCustomers(CustomerId(), 10);
  }

  TempDir folder_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(OwnerCommandTest, MakesAnOwner) {
  EXPECT_EQ(Run({"--email", "Owner@example.org", "--full_name=The Owner"}), 0) << errors_.str();

  EXPECT_THAT(out_.str(), HasSubstr("(owner@example.org) is an owner"));
  const std::vector<Customer> customers = Customers();
  ASSERT_EQ(customers.size(), 1u);
  EXPECT_EQ(customers[0].role, Role::kOwner);
  EXPECT_EQ(customers[0].full_name, "The Owner");
}

TEST_F(OwnerCommandTest, RunAgainItKeepsTheAccount) {
  ASSERT_EQ(Run({"--email=owner@example.org"}), 0);
  ASSERT_EQ(Run({"--email=owner@example.org"}, "woolf-on-a-bicycle"), 0);

  EXPECT_EQ(Customers().size(), 1u);
}

TEST_F(OwnerCommandTest, SaysWhatIsWrongInOneLine) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(errors_.str(), "octavo owner create: --email is needed\n");
  EXPECT_EQ(Run({"--mail=x"}), 2);
  EXPECT_EQ(Run({"--email=owner"}), 1);
  EXPECT_EQ(Run({"--email=owner@example.org"}, "password123456"), 1);
  EXPECT_EQ(errors_.str(), "octavo owner create: password: is one of the passwords that people guess first\n");
  EXPECT_EQ(Run({"--email=owner@example.org", "--accounts.hash_passes=0"}), 1);
  EXPECT_THAT(Customers(), IsEmpty());
}

TEST_F(OwnerCommandTest, AShopThatRunsKeepsItsStore) {
  SystemRandom random;
  const auto running = OpenDatabase(Configuration(), folder_.path(), random);
  ASSERT_THAT(running, IsOk());

  EXPECT_EQ(Run({"--email=owner@example.org"}), 1);

  EXPECT_THAT(errors_.str(), HasSubstr("accounts.db"));
}

TEST_F(OwnerCommandTest, TheEnvironmentOfTheShopCounts) {
  EXPECT_EQ(Run({"--email=owner@example.org"}, kPassword, {"OCTAVO_INVENTORY_THREADS=4", "OCTAVO_ACCOUNTS_HASH_PASSES=0"}), 1);
  EXPECT_EQ(Run({"--email=owner@example.org"}, kPassword, {"OCTAVO_INVENTORY_THREADS=4"}), 0);
}

TEST_F(OwnerCommandTest, TakesTwoStepsAwayFromWhoHasLostTheirCodes) {
  ASSERT_EQ(Run({"--email=owner@example.org"}), 0);
  {
    SystemRandom random;
    const auto database = OpenDatabase(Configuration(), folder_.path(), random).value();
    SqlStore store(*database);
    ASSERT_TRUE(store.TurnOnTwoStep(store.FindByEmail("owner@example.org")->customer.id, {.sealed_secret = "sealed"}, {},
                                    TokenHash(std::string(64, 'a'))));
  }
  const char* const none[] = {nullptr};
  const auto turn_off = [&](const std::string& email) {
    out_.str("");
    errors_.str("");
    return TurnOffTwoStep({"--email=" + email, "--data-dir", folder_.path()}, {none, [] { return Secret(); }, out_, errors_});
  };

  EXPECT_EQ(turn_off("nobody@example.org"), 1);
  EXPECT_EQ(errors_.str(), "octavo accounts two-step-off: no customer has the address nobody@example.org\n");
  EXPECT_EQ(turn_off("Owner@example.org"), 0) << errors_.str();
  EXPECT_THAT(out_.str(), HasSubstr("from now on"));
  EXPECT_EQ(turn_off("owner@example.org"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("as before"));
  SystemRandom random;
  const auto database = OpenDatabase(Configuration(), folder_.path(), random).value();
  SqlStore store(*database);
  EXPECT_FALSE(store.FindTwoStep(store.FindByEmail("owner@example.org")->customer.id).has_value());
}

TEST_F(OwnerCommandTest, HelpNamesTheOptions) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("--email"));
}

}  // namespace
}  // namespace octavo::accounts
