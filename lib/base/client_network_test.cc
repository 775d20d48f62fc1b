#include "lib/base/client_network.h"

#include <gtest/gtest.h>

namespace octavo {
namespace {

TEST(ClientNetworkTest, ManyAddressesOfOneSubscriberAreOne) {
  EXPECT_EQ(ClientNetwork("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(ClientNetwork("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(ClientNetwork("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(ClientNetwork("::ffff:192.0.2.7"), "::ffff:192.0.2.7");
  EXPECT_EQ(ClientNetwork("unix:"), "unix:");
}

}  // namespace
}  // namespace octavo
