// Translates between octavo.promotions.v1 (and the order events of transactions) and the domain: parses requests, naming the
// field that is wrong, and builds answers.
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

// A basket that has passed CheckBasket. MIXED_CURRENCIES if an amount is not in `currency`.
Result<Basket> ParseBasket(const v1::QuoteBasketRequest& request, Currency currency);
Result<CustomerFacts> ParseFacts(const v1::CustomerFacts& facts);
Result<Claim> ParseClaim(const v1::ClaimRedemptionsRequest& request, const Identity& identity, Currency currency);
// Normalised and checked; the id comes from the name, and is 0 if there is none.
Result<Campaign> ParseCampaign(const v1::Campaign& proto, Currency currency);
// `before` with the masked fields of `proto`, normalised and checked. `proto` need not set other fields.
Result<Campaign> ParseChange(const Campaign& before, const v1::UpdateCampaignRequest& request, Currency currency);
// The version in an etag; ABORTED (ETAG_MISMATCH) if this service never gave it.
Result<std::int64_t> ParseEtag(const std::string& etag, CampaignId campaign);
Result<Period> ParsePeriod(const google::protobuf::Timestamp* start, const google::protobuf::Timestamp* end);

v1::Quote ToProto(const Basket& basket, const Quote& quote, const std::vector<Campaign>& campaigns, Timestamp now);
v1::Campaign ToProto(const StoredCampaign& stored, Currency currency);
v1::Banner ToBanner(const Campaign& campaign);
v1::CampaignReport ToProto(const std::string& campaign, const Report& report, std::optional<std::int64_t> budget_left_minor,
                           Currency currency);

// The facts of the event's order; absent if it has no order. Campaigns and books with foreign names are left out: it is too late
// to refuse them.
std::optional<OrderFacts> ToOrderFacts(const transactions::v1::OrderEvent& event, const Identity& identity);

}  // namespace octavo::promotions
