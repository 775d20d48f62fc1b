#include "services/marketplace/testing/fake_shop.h"

namespace octavo::marketplace {

FakeShop::FakeShop() { server.Start(); }

FakeShop::~FakeShop() { server.Stop(); }

Channels FakeShop::channels() {
  const auto channel = server.channel();
  return {.catalog = channel,
          .recommendations = channel,
          .inventory = channel,
          .cart = channel,
          .transactions = channel,
          .promotions = channel,
          .accounts = channel};
}

}  // namespace octavo::marketplace
