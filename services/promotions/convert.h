// Between octavo.promotions.v1 (and the order events of transactions) and the domain: parsing what callers send, naming
// the field that is wrong, and shaping what they get.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "octavo/promotions/v1/promotions.pb.h"
#include "octavo/transactions/v1/transactions.pb.h"
#include "services/promotions/identity.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

namespace v1 = ::octavo::promotions::v1;

// Checked (CheckBasket). MIXED_CURRENCIES when an amount is not in `currency`.
Result<Basket> ParseBasket(const v1::QuoteBasketRequest& request, Currency currency);
Result<CustomerFacts> ParseFacts(const v1::CustomerFacts& facts);
Result<Claim> ParseClaim(const v1::ClaimRedemptionsRequest& request, const Identity& identity, Currency currency);
// Normalised and checked; the id is that of the name, 0 when it has none.
Result<Campaign> ParseCampaign(const v1::Campaign& proto, Currency currency);
// `before` with the fields of the mask from `proto`, normalised and checked. Other fields of `proto` need not be set.
Result<Campaign> ParseChange(const Campaign& before, const v1::UpdateCampaignRequest& request, Currency currency);
// The version in an etag; ABORTED (ETAG_MISMATCH) for one that this service never gave.
Result<std::int64_t> ParseEtag(const std::string& etag, CampaignId campaign);
Result<Period> ParsePeriod(const google::protobuf::Timestamp* start, const google::protobuf::Timestamp* end);

v1::Quote ToProto(const Basket& basket, const Quote& quote, const std::vector<Campaign>& campaigns, Timestamp now);
v1::Campaign ToProto(const StoredCampaign& stored, Currency currency);
v1::Banner ToBanner(const Campaign& campaign);
v1::CampaignReport ToProto(const std::string& campaign, const Report& report, std::optional<std::int64_t> budget_left_minor,
                           Currency currency);

// What an event says of its order; absent for one without an order. Campaigns and books whose names are not ours are left
// out: history is not the place to refuse them.
std::optional<OrderFacts> ToOrderFacts(const transactions::v1::OrderEvent& event, const Identity& identity);

}  // namespace octavo::promotions
