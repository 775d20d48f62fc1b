// The result of a look back (Checkout::LookBack): what other services lost when an older copy of their store was restored. Plain
// values.
#pragma once

#include <string>

#include "services/transactions/domain/order.h"

namespace octavo::transactions {

// The losses of one service.
struct Lost {
  std::string store;
  int mended = 0;               // Orders that it had lost and got again.
  int decisions = 0;            // Decisions that it had lost and got again.
  int left = 0;                 // What it has lost for good.
  std::string first_left = {};  // The first of these, and why.

  bool any() const { return mended + decisions + left > 0; }
  void Leave(const OrderId& order, const std::string& why) {
    if (left++ == 0) first_left = OrderName(order) + ": " + why;
  }
};

struct LostElsewhere {
  Lost stock{.store = "inventory"};
  Lost money{.store = "payments"};
  Lost claims{.store = "promotions"};
  bool bounded = false;  // There were more decisions than were checked.

  bool any() const { return stock.any() || money.any() || claims.any(); }
  int orders() const { return stock.mended + stock.left + money.left + claims.mended + claims.left; }
};

}  // namespace octavo::transactions
