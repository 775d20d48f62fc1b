// Audit: proves from the stores alone that the shop's services tell one story, while it sells or when it does not. Each
// service's own equations are its audit.h's, or, of catalog, accounts and recommendations, where they are there, its
// sql_store_audit.h's; those across services are story.h's. These are of the whole:
//   shop.stocks_have_books             a book that has a stock is, or was, in the catalogue; a book that is lost is neither
//   shop.orders_have_books             the same of one that was ordered
//   shop.carts_have_books              the same of one that lies in a cart
//   shop.orders_have_customers         whose order it is has an account, or is being erased
//   shop.stores_are_there              no store is missing that others speak of
//   shop.consumers_are_within_outbox   no consumer of the order events is ahead of the last one
//   shop.acknowledged_orders_exist     every order of a list that buyers were told of is there
//
// No moment is common to all stores, so an order that changes while it is looked at may seem wrong: whatever does is read
// again after a moment, several times, and is reported only if it stays wrong in the same way.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "apps/octavo/audit/ledger.h"
#include "apps/octavo/audit/stores.h"
#include "lib/base/clock.h"

namespace octavo::audit {

struct Options {
  // How long an intent, an effect or a consumer may be under way.
  std::chrono::microseconds limit = std::chrono::seconds(5);
  // Before each further look at what seems wrong; together longer than the slowest call that can be under way. None: the shop
  // stands still.
  std::vector<std::chrono::milliseconds> pauses = {std::chrono::milliseconds(20), std::chrono::milliseconds(50),
                                                   std::chrono::milliseconds(100), std::chrono::milliseconds(200),
                                                   std::chrono::milliseconds(500)};
  // Names of orders, "orders/…".
  std::vector<std::string> acknowledged = {};
};

// Reads everything, in pages, without holding anybody up. Throws what the stores throw.
Ledger AuditShop(Stores& stores, const Clock& clock, const Options& options);

}  // namespace octavo::audit
