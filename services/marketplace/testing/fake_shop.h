// FakeShop: all the services in memory, behind one server in this process. Thread-safe, as each of them is.
#pragma once

#include "services/marketplace/shop.h"
#include "services/marketplace/testing/fake_accounts.h"
#include "services/marketplace/testing/fake_cart.h"
#include "services/marketplace/testing/fake_catalog.h"
#include "services/marketplace/testing/fake_inventory.h"
#include "services/marketplace/testing/fake_orders.h"
#include "services/marketplace/testing/fake_promotions.h"
#include "services/marketplace/testing/fake_recommendations.h"
#include "services/marketplace/testing/fake_service.h"

namespace octavo::marketplace {

class FakeShop {
 public:
  FakeShop();
  ~FakeShop();

  // To each service.
  Channels channels();

  FakeServer server;
  FakeCatalog catalog{server};
  FakeRecommendations recommendations{server, catalog};
  FakeInventory inventory{server};
  FakeCart cart{server, catalog, inventory};
  FakeOrders orders{server, catalog, inventory, cart};
  FakePromotions promotions{server};
  FakeAccounts accounts{server};
};

}  // namespace octavo::marketplace
