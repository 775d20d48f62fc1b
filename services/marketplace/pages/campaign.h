// GET /campaigns/{}: the books of a campaign that is for more than one shelf: its categories, authors and books, and the excluded
// books. Without promotions, or for a campaign that this reader cannot use: 404. Without the catalogue, shelves show their
// addresses as names and books are missing.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CampaignPage(const Site& site, const http::Request& request, const std::string& id);

}  // namespace octavo::marketplace
