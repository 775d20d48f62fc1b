#include "services/promotions/service.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <string>
#include <utility>

#include "google/rpc/status.pb.h"
#include "lib/base/fingerprint.h"
#include "lib/base/quoted.h"
#include "lib/rpc/request.h"
#include "lib/rpc/status.h"
#include "lib/rpc/values.h"
#include "services/promotions/convert.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;

// Orders that a report reads at once: 500 x about 500 bytes.
constexpr int kOrdersPage = 500;
// As many as one call to the catalogue takes.
constexpr std::size_t kBooksPage = 1'000;
constexpr std::chrono::milliseconds kCatalogBudget = 2s;
constexpr std::size_t kRequestIdBytesMax = 128;
// Baskets of one call: 256 x some 4 KB of quote; at most 256 x 200 lines x 200 bytes = 10 MB.
constexpr int kBatchMax = 256;
constexpr names::PageSizes kPageSizes{.standard = 20, .most = 100};

std::vector<Offer> ToOffers(const OfferList& list) {
  std::vector<Offer> offers;
  offers.reserve(list.uses.size());
  for (std::size_t i = 0; i < list.uses.size(); ++i) {
    offers.push_back({.campaign = &(*list.campaigns)[i], .use = list.uses[i]});
  }
  return offers;
}

// Of the message in protobuf's deterministic form.
std::int64_t FingerprintOf(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return static_cast<std::int64_t>(octavo::Fingerprint(bytes));
}

}  // namespace

PromotionsService::PromotionsService(Store& store, const Identity& identity, const Shop& shop, const Clock& clock,
                                     const names::PageTokens& page_tokens, rpc::Telemetry telemetry, rpc::Pipeline& pipeline)
    : rpc::Service("octavo.promotions.v1.PromotionsService", pipeline),
      store_(store),
      identity_(identity),
      shop_(shop),
      clock_(clock),
      page_tokens_(page_tokens),
      caller_(telemetry) {
  Unary("QuoteBasket", this, &PromotionsService::QuoteBasket);
  Unary("BatchQuoteBaskets", this, &PromotionsService::BatchQuoteBaskets);
  Unary("ClaimRedemptions", this, &PromotionsService::ClaimRedemptions);
  Unary("ReleaseRedemptions", this, &PromotionsService::ReleaseRedemptions);
  Unary("GetClaim", this, &PromotionsService::GetClaim);
  Unary("GetKnown", this, &PromotionsService::GetKnown);
  Unary("ListBanners", this, &PromotionsService::ListBanners);
  Unary("CreateCampaign", this, &PromotionsService::CreateCampaign);
  Unary("UpdateCampaign", this, &PromotionsService::UpdateCampaign);
  Unary("GetCampaign", this, &PromotionsService::GetCampaign);
  Unary("ListCampaigns", this, &PromotionsService::ListCampaigns);
  Unary("GetCampaignReport", this, &PromotionsService::GetCampaignReport);
  Unary("SimulateCampaign", this, &PromotionsService::SimulateCampaign);
}

void PromotionsService::Connect(const std::shared_ptr<grpc::Channel>& catalog) {
  catalog_ = catalog::v1::CatalogService::NewStub(catalog);
}

Result<v1::Quote> PromotionsService::QuoteBasket(const rpc::Call&, const v1::QuoteBasketRequest& request) {
  const Basket basket = TRY(ParseBasket(request, shop_.currency));
  const CustomerFacts customer = TRY(ParseFacts(request.customer()));
  const auto persons = identity_.Of(request.customer().customer(), request.customer().email());
  const OfferList list = store_.ReadOffers(persons, basket.codes);
  const Timestamp now = request.has_quote_time() ? TRY(rpc::ParseTime(request.quote_time(), "quote_time")) : clock_.Now();
  return ToProto(basket, promotions::QuoteBasket(basket, ToOffers(list), customer, now), *list.campaigns, now);
}

Result<v1::BatchQuoteBasketsResponse> PromotionsService::BatchQuoteBaskets(const rpc::Call& call,
                                                                           const v1::BatchQuoteBasketsRequest& request) {
  if (request.requests_size() > kBatchMax) {
    return InvalidField("requests",
                        "must be at most " + std::to_string(kBatchMax) + ", are " + std::to_string(request.requests_size()));
  }
  v1::BatchQuoteBasketsResponse response;
  for (const v1::QuoteBasketRequest& one : request.requests()) {
    Result<v1::Quote> quote = QuoteBasket(call, one);
    v1::QuoteOutcome& outcome = *response.add_outcomes();
    if (quote.ok()) {
      *outcome.mutable_quote() = *std::move(quote);
    } else {
      *outcome.mutable_error() = rpc::ToStatusProto(quote.error());
    }
  }
  return response;
}

Result<v1::ClaimRedemptionsResponse> PromotionsService::ClaimRedemptions(const rpc::Call&,
                                                                         const v1::ClaimRedemptionsRequest& request) {
  TRY(store_.ClaimRedemptions(TRY(ParseClaim(request, identity_, shop_.currency)), clock_.Now()));
  v1::ClaimRedemptionsResponse response;
  response.set_order_key(request.order_key());
  return response;
}

Result<v1::ReleaseRedemptionsResponse> PromotionsService::ReleaseRedemptions(const rpc::Call&,
                                                                             const v1::ReleaseRedemptionsRequest& request) {
  Claim claim{.order = OrderKey(request.order_key())};
  TRY(NormaliseClaim(claim));
  v1::ReleaseRedemptionsResponse response;
  response.set_released_count(store_.ReleaseRedemptions(claim.order, clock_.Now()));
  return response;
}

Result<v1::Claim> PromotionsService::GetClaim(const rpc::Call&, const v1::GetClaimRequest& request) {
  const auto state = store_.FindClaim(OrderKey(request.order_key()));
  if (!state) return Error{Code::kNotFound, "UNKNOWN_CLAIM", "nothing was claimed for " + Quoted(request.order_key())};
  v1::Claim claim;
  claim.set_order_key(request.order_key());
  claim.set_released(*state == Store::ClaimState::kReleased);
  return claim;
}

Result<type::v1::Known> PromotionsService::GetKnown(const rpc::Call&, const v1::GetKnownRequest& request) {
  type::v1::Known known;
  known.set_book_number(store_.LastBook(BookId{request.book_number_max()}).value());
  known.set_order_position(store_.OrderPosition());
  return known;
}

Result<v1::ListBannersResponse> PromotionsService::ListBanners(const rpc::Call&, const v1::ListBannersRequest& request) {
  const CustomerFacts customer = TRY(ParseFacts(request.customer()));
  const auto persons = identity_.Of(request.customer().customer(), request.customer().email());
  const OfferList list = store_.ReadOffers(persons, {});
  v1::ListBannersResponse response;
  for (const Offer& offer : ToOffers(list)) {
    if (!ShowsBanner(offer, customer, clock_.Now())) continue;
    *response.add_banners() = ToBanner(*offer.campaign);
  }
  return response;
}

Result<v1::Campaign> PromotionsService::CreateCampaign(const rpc::Call&, const v1::CreateCampaignRequest& request) {
  if (request.request_id().empty() || request.request_id().size() > kRequestIdBytesMax) {
    return InvalidField("request_id", "is not between 1 and " + std::to_string(kRequestIdBytesMax) + " bytes");
  }
  const Campaign campaign = TRY(ParseCampaign(request.campaign(), shop_.currency));
  return ToProto(TRY(store_.Create(campaign, request.request_id(), FingerprintOf(request.campaign()), clock_.Now())),
                 shop_.currency);
}

Result<v1::Campaign> PromotionsService::UpdateCampaign(const rpc::Call&, const v1::UpdateCampaignRequest& request) {
  const CampaignId id = TRY(ParseCampaignName(request.campaign().name(), "campaign.name"));
  const std::optional<StoredCampaign> stored = store_.Find(id);
  if (!stored) return UnknownCampaign(id);
  const Campaign changed = TRY(ParseChange(stored->campaign, request, shop_.currency));
  const std::int64_t version = TRY(ParseEtag(request.campaign().etag(), id));
  return ToProto(TRY(store_.Update(changed, version)), shop_.currency);
}

Result<v1::Campaign> PromotionsService::GetCampaign(const rpc::Call&, const v1::GetCampaignRequest& request) {
  const CampaignId id = TRY(ParseCampaignName(request.name(), "name"));
  const std::optional<StoredCampaign> stored = store_.Find(id);
  if (!stored) return UnknownCampaign(id);
  return ToProto(*stored, shop_.currency);
}

Result<v1::ListCampaignsResponse> PromotionsService::ListCampaigns(const rpc::Call&, const v1::ListCampaignsRequest& request) {
  const int page_size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  const std::string listing = rpc::ListingOf(request);
  const CampaignId before(TRY(page_tokens_.OpenNumber(listing, request.page_token(), {.first = INT64_MAX})));
  // One more than was asked for, to see whether there is a next page.
  std::vector<StoredCampaign> campaigns = store_.List(before, page_size + 1);
  v1::ListCampaignsResponse response;
  const bool more = campaigns.size() > static_cast<std::size_t>(page_size);
  if (more) campaigns.pop_back();
  for (const StoredCampaign& stored : campaigns) *response.add_campaigns() = ToProto(stored, shop_.currency);
  if (more) response.set_next_page_token(page_tokens_.Seal(listing, std::to_string(campaigns.back().campaign.id.value())));
  return response;
}

// --- Reports ---------------------------------------------------------------------------------------------------------

template <typename Visit>
void PromotionsService::ForEachOrder(const Period& period, const Visit& visit) {
  std::vector<OrderFacts> page = store_.ListOrders(period, nullptr, kOrdersPage);
  while (!page.empty()) {
    for (const OrderFacts& order : page) visit(order);
    page = store_.ListOrders(period, &page.back(), kOrdersPage);
  }
}

Result<v1::CampaignReport> PromotionsService::GetCampaignReport(const rpc::Call&, const v1::GetCampaignReportRequest& request) {
  const CampaignId id = TRY(ParseCampaignName(request.name(), "name"));
  const Period period = TRY(ParsePeriod(request.has_start_time() ? &request.start_time() : nullptr,
                                        request.has_end_time() ? &request.end_time() : nullptr));
  const std::optional<StoredCampaign> stored = store_.Find(id);
  if (!stored) return UnknownCampaign(id);
  Report report;
  ForEachOrder(period, [&](const OrderFacts& order) {
    const auto effect = std::find_if(order.campaigns.begin(), order.campaigns.end(),
                                     [&](const CampaignEffect& each) { return each.campaign == id; });
    AddOrder(order, effect == order.campaigns.end() ? nullptr : &*effect, shop_.time_zone, report);
  });
  const std::int64_t budget = stored->campaign.budget_minor;
  return ToProto(request.name(), report, budget > 0 ? std::optional(budget - stored->spent_minor) : std::nullopt, shop_.currency);
}

Result<v1::CampaignReport> PromotionsService::SimulateCampaign(const rpc::Call& call,
                                                               const v1::SimulateCampaignRequest& request) {
  const Campaign draft = TRY(ParseCampaign(request.campaign(), shop_.currency));
  const Period period = TRY(ParsePeriod(request.has_start_time() ? &request.start_time() : nullptr,
                                        request.has_end_time() ? &request.end_time() : nullptr));
  std::map<BookId, BookFacts> facts;
  if (NeedsCatalog(draft)) {
    std::set<BookId> books;
    ForEachOrder(period, [&](const OrderFacts& order) {
      for (const OrderedLine& line : order.lines) books.insert(line.book);
    });
    facts = TRY(AskCatalog(call, books));
  }
  Simulation simulation(draft, std::move(facts), shop_.currency);
  Report report;
  std::int64_t spent = 0;
  ForEachOrder(period, [&](const OrderFacts& order) {
    const std::optional<CampaignEffect> effect = simulation.Try(order);
    AddOrder(order, effect ? &*effect : nullptr, shop_.time_zone, report);
    if (effect) spent += effect->amount_minor;
  });
  return ToProto(request.campaign().name(), report,
                 draft.budget_minor > 0 ? std::optional(draft.budget_minor - spent) : std::nullopt, shop_.currency);
}

Result<std::map<BookId, BookFacts>> PromotionsService::AskCatalog(const rpc::Call& call, const std::set<BookId>& books) const {
  std::map<BookId, BookFacts> facts;
  for (auto next = books.begin(); next != books.end();) {
    catalog::v1::BatchGetBooksRequest request;
    for (const char* field : {"name", "authors", "categories"}) request.mutable_read_mask()->add_paths(field);
    for (; next != books.end() && static_cast<std::size_t>(request.names_size()) < kBooksPage; ++next) {
      request.add_names(BookName(*next));
    }
    const auto response = TRY(caller_.Invoke(*catalog_, &catalog::v1::CatalogService::StubInterface::BatchGetBooks, request,
                                             rpc::Within(call, kCatalogBudget)));
    for (const catalog::v1::Book& book : response.books()) {
      BookFacts& known = facts[TRY(ParseBookName(book.name(), "book"))];
      known.categories.assign(book.categories().begin(), book.categories().end());
      for (const catalog::v1::AuthorCredit& credit : book.authors()) known.authors.push_back(credit.author());
      std::sort(known.categories.begin(), known.categories.end());
      std::sort(known.authors.begin(), known.authors.end());
    }
  }
  return facts;
}

}  // namespace octavo::promotions
