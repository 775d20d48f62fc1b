// The cart: what the reader means to buy, what they saved for later, what it costs at this moment.
//
// Without the cart service the page is a 503; without transactions or promotions it stands, with a sentence in place of the
// sum; with catalog or inventory away the lines come as they were last seen.
// Every change carries the etag of the cart that the reader saw: where another window was quicker, they see the cart as it
// is now, with a sentence, and nothing is lost.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CartPage(const Site& site, const http::Request& request);

// The note after a book went into the cart and the link to the cart, for scripts that put both into the page
// that is there.
http::Response CartNote(const Site& site, const http::Request& request);
// A book into the cart: "book", "quantity" (1), and "next", where to go on (the cart). With ?shelf=, the
// shelf whose card had the button, it goes on at that card.
http::Response AddToCart(const Site& site, const Visit& visit, const http::Params& form);
// One line: "book", "etag", and what to "do": "set" (its "quantity"), "remove", "save" or "move".
http::Response ChangeLine(const Site& site, const Visit& visit, const http::Params& form);
// "code", "etag", and what to "do": "add" or "remove".
http::Response ChangeCodes(const Site& site, const Visit& visit, const http::Params& form);

// The lines that an order would take: those that are not saved for later and still in the catalogue.
transactions::v1::PreviewOrderRequest BasketOf(const cart::v1::Cart& cart, const Viewer& viewer);

}  // namespace octavo::marketplace
