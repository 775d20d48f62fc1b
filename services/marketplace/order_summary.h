// The sum of a basket or an order on a page: its price, and the campaigns that changed it.
#pragma once

#include <string>
#include <string_view>

#include "octavo/transactions/v1/transactions.pb.h"
#include "services/marketplace/locale.h"
#include "services/marketplace/templates.h"

namespace octavo::marketplace {

struct Summary {
  const transactions::v1::Totals& totals;
  const google::protobuf::RepeatedPtrField<transactions::v1::CampaignNote>& campaigns;
  std::string css_class = {};
  std::string heading = {};
  bool with_delivery = true;  // False: how the books will be sent is not known yet.
  bool with_advice = true;    // What is missing for a campaign that does not apply yet.
};

// Puts it where {{>MARKER}} stands.
void AddSummary(View& view, std::string_view marker, const Summary& summary, PriceStyle prices);

// What a campaign did to a basket, in words: "€2.58 off", "1 book free".
std::string CampaignEffect(const transactions::v1::CampaignNote& campaign, PriceStyle prices);

}  // namespace octavo::marketplace
