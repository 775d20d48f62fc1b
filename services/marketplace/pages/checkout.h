// The checkout: who buys, how the books are delivered, how they pay; then the order.
//
// The page carries the order's idempotency key and the whole order, so a double click, a reload and the back button give the
// same order. It also carries the price: if the price has changed, the reader sees the new one and is asked again. After a
// refusal (sold out, declined) everything they typed is shown again, under a new key. While transactions is down nothing is
// ordered, and the key stays the same. If the answer is late, a page waits for it and looks again by itself, even without
// scripts.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CheckoutPage(const Site& site, const http::Request& request);
http::Response PlaceOrder(const Site& site, const Visit& visit, const http::Params& form);
// "?key=…": waits for the order of a key from a checkout of ours.
http::Response WaitingPage(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
