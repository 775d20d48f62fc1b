// The cart: what the reader wants to buy, what they saved for later, and what it costs now.
//
// Without the cart service the page is a 503. Without transactions or promotions a sentence replaces the sum.
// Without catalog or inventory the lines are as they were last seen. Every change carries the etag of the cart that
// the reader saw: if another window has changed it, they see the cart as it is now, with a sentence, and nothing is
// lost.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CartPage(const Site& site, const http::Request& request);

// The note after a book was added and the link to the cart, for scripts that put both into the open
// page.
http::Response CartNote(const Site& site, const http::Request& request);
// Adds a book to the cart: "book", "quantity" (1), and "next", the page to go on to (the cart). With ?shelf=, the shelf of the
// card with the button, it goes back to that card.
http::Response AddToCart(const Site& site, const Visit& visit, const http::Params& form);
// One line: "book", "etag", and what to "do": "set" (its "quantity"), "remove", "save" or "move".
http::Response ChangeLine(const Site& site, const Visit& visit, const http::Params& form);
// "code", "etag", and what to "do": "add" or "remove".
http::Response ChangeCodes(const Site& site, const Visit& visit, const http::Params& form);

// The lines that an order would take: those not saved for later and still in the catalogue.
transactions::v1::PreviewOrderRequest BasketOf(const cart::v1::Cart& cart, const Viewer& viewer);

}  // namespace octavo::marketplace
