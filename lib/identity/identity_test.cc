#include "lib/identity/identity.h"

#include <gtest/gtest.h>

namespace octavo::identity {
namespace {

TEST(IdentityTest, OwnersAreFoundInTheNamesOfWhatIsTheirs) {
  EXPECT_EQ(OwnerOf("customers/1"), "customers/1");
  EXPECT_EQ(OwnerOf("carts/c-1"), "customers/1");
  EXPECT_EQ(OwnerOf("readers/c-1"), "customers/1");
  for (const char* nobodys : {"", "carts/v-1", "readers/v-1", "books/1", "carts/", "xcustomers/1"}) {
    EXPECT_EQ(OwnerOf(nobodys), "") << nobodys;
  }
}

TEST(IdentityTest, RolesHaveNames) {
  for (const StaffRole role : {StaffRole::kNone, StaffRole::kBookseller, StaffRole::kManager, StaffRole::kOwner}) {
    EXPECT_EQ(FindStaffRole(NameOf(role)), role);
  }
  EXPECT_FALSE(FindStaffRole("king").has_value());
}

TEST(IdentityTest, AScopeIsOneOfTheList) {
  EXPECT_TRUE(IsScope("orders.read"));
  EXPECT_FALSE(IsScope("orders"));
  EXPECT_FALSE(IsScope(""));
}

TEST(IdentityTest, SaysWhoCalls) {
  EXPECT_EQ(Identity{}.ToText(), "nobody");
  EXPECT_EQ((Identity{.service = "cart"}.ToText()), "cart");
  EXPECT_EQ((Identity{.subject = "customers/1", .role = StaffRole::kManager}.ToText()), "customers/1 (manager)");
  EXPECT_EQ((Identity{.subject = "customers/1", .service = "marketplace"}.ToText()), "marketplace for customers/1");
}

}  // namespace
}  // namespace octavo::identity
