// The offer of a book: its price, its availability, and the button. A part of the book's page, and a fragment that the page
// fetches again when the stock changes.
#pragma once

#include <cstdint>

#include "lib/http/message.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// Puts it where {{>OFFER}} is. Without `stock` the availability is unknown, and the button is shown all the
// same.
void AddOffer(View& view, const catalog::v1::Book& book, const Result<inventory::v1::BatchGetStockResponse>& stock,
              PriceStyle prices, const TimeZone& time_zone);

// The fragment alone. 404 for an unknown book, 503 without the catalogue.
http::Response OfferFragment(const Site& site, const http::Request& request, std::int64_t id);
// A stream that sends "changed" when the version of the book's stock differs from "?version=", as long as the page is
// open.
http::Response StockEvents(const Site& site, const http::Request& request, std::int64_t id);

}  // namespace octavo::marketplace
