// GET /campaigns/{}: what a campaign is about, where that is more than one shelf: its categories, authors and
// books, and the books that are not in it. Without promotions, or for a campaign that this reader cannot use:
// 404. Without the catalogue the shelves are named by their addresses and the books are missing.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CampaignPage(const Site& site, const http::Request& request, const std::string& id);

}  // namespace octavo::marketplace
