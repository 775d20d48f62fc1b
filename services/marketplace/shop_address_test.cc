#include "services/marketplace/shop_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo::marketplace {
namespace {

TEST(ShopAddressTest, IsAnAddressWithoutAPath) {
  for (const char* uri : {"http://127.0.0.1:8080", "https://shop.example", "http://[::1]:8080", "https://bücher.example"}) {
    const auto address = ShopAddress::Parse(uri, Transport::kPlain);
    if (std::string_view(uri).find("ü") != std::string_view::npos) {
      EXPECT_FALSE(address.ok()) << "links are ASCII";
      continue;
    }
    ASSERT_TRUE(address.ok()) << uri;
    EXPECT_EQ(address->BaseUri("evil.example").value(), uri);
  }
  EXPECT_EQ(ShopAddress::Parse("https://shop.example/", Transport::kHttps)->BaseUri("").value(), "https://shop.example");
  for (const char* text : {"", "shop.example", "ftp://shop.example", "https://", "https://shop.example/path",
                           "https://shop.example\r\nX: y", "https://user@shop.example", "javascript://x",
                           "https://shop.example:", "https://shop.example:http", "https://[::1", "https://a:b:1"}) {
    EXPECT_THAT(ShopAddress::Parse(text, Transport::kPlain), HasReason("INVALID_FIELD")) << text;
  }
  EXPECT_THAT(ShopAddress::Parse("http://shop.example", Transport::kHttps), HasReason("INVALID_FIELD"));
}

TEST(ShopAddressTest, AHostHeaderLeadsToThisMachineOrNowhere) {
  const ShopAddress unsaid;
  for (const char* host : {"127.0.0.1:8080", "127.3.2.1", "localhost", "LocalHost:80", "[::1]:8080", "[::1]"}) {
    EXPECT_EQ(unsaid.BaseUri(host).value(), "http://" + std::string(host));
  }
  for (const char* host : {"", "evil.example", "127.evil.example", "127.0.0.1.evil.example", "127.0.0", "localhost.evil.example",
                           "localhost:80@evil.example", "evil.example:80", "[::1].evil.example", "localhost/evil.example",
                           "127.0.0.1:8080:1", "10.0.0.1", "localhost:"}) {
    EXPECT_THAT(unsaid.BaseUri(host), HasReason("FOREIGN_HOST")) << host;
  }
}

}  // namespace
}  // namespace octavo::marketplace
