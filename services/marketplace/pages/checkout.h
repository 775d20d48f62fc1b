// The checkout: who buys, how the books get to them, how they pay; then the order.
//
// The page carries the order's idempotency key and everything that the order will be, so that a double click, a reload and
// the way back give the same order. What it costs is carried too: where it costs something else by now, the reader sees the
// new price and is asked again. After a refusal (sold out, declined) all they typed stands there again, under a new key.
// While transactions is away nothing is ordered and the same key goes on. When the answer is slow to come, a page waits for
// it and looks again by itself, without scripts too.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CheckoutPage(const Site& site, const http::Request& request);
http::Response PlaceOrder(const Site& site, const Visit& visit, const http::Params& form);
// "?key=…": waits for the order of a key that its checkout sealed.
http::Response WaitingPage(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
