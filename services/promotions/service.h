// octavo.promotions.v1.PromotionsService over gRPC: translates, calls the domain and the store, answers. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/names/page_tokens.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/promotions/v1/promotions.pb.h"
#include "services/promotions/identity.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

namespace v1 = ::octavo::promotions::v1;

// The facts about the shop that prices depend on.
struct Shop {
  Currency currency = Currency::Eur();
  TimeZone time_zone = TimeZone::Utc();
};

class PromotionsService final : public rpc::Service {
 public:
  // The references must outlive the service.
  PromotionsService(Store& store, const Identity& identity, const Shop& shop, const Clock& clock,
                    const names::PageTokens& page_tokens, rpc::Telemetry telemetry, rpc::Pipeline& pipeline);

  // Connects to the catalogue, which tells simulations about the books of past orders. Call it before the first RPC.
  void Connect(const std::shared_ptr<grpc::Channel>& catalog);

 private:
  Result<v1::Quote> QuoteBasket(const rpc::Call& call, const v1::QuoteBasketRequest& request);
  Result<v1::BatchQuoteBasketsResponse> BatchQuoteBaskets(const rpc::Call& call, const v1::BatchQuoteBasketsRequest& request);
  Result<v1::ClaimRedemptionsResponse> ClaimRedemptions(const rpc::Call& call, const v1::ClaimRedemptionsRequest& request);
  Result<v1::ReleaseRedemptionsResponse> ReleaseRedemptions(const rpc::Call& call, const v1::ReleaseRedemptionsRequest& request);
  Result<v1::Claim> GetClaim(const rpc::Call& call, const v1::GetClaimRequest& request);
  Result<type::v1::Known> GetKnown(const rpc::Call& call, const v1::GetKnownRequest& request);
  Result<v1::ListBannersResponse> ListBanners(const rpc::Call& call, const v1::ListBannersRequest& request);
  Result<v1::Campaign> CreateCampaign(const rpc::Call& call, const v1::CreateCampaignRequest& request);
  Result<v1::Campaign> UpdateCampaign(const rpc::Call& call, const v1::UpdateCampaignRequest& request);
  Result<v1::Campaign> GetCampaign(const rpc::Call& call, const v1::GetCampaignRequest& request);
  Result<v1::ListCampaignsResponse> ListCampaigns(const rpc::Call& call, const v1::ListCampaignsRequest& request);
  Result<v1::CampaignReport> GetCampaignReport(const rpc::Call& call, const v1::GetCampaignReportRequest& request);
  Result<v1::CampaignReport> SimulateCampaign(const rpc::Call& call, const v1::SimulateCampaignRequest& request);

  // Calls `visit` for every order of the period that was not cancelled, in the order in which they were placed.
  template <typename Visit>
  void ForEachOrder(const Period& period, const Visit& visit);
  Result<std::map<BookId, BookFacts>> AskCatalog(const rpc::Call& call, const std::set<BookId>& books) const;

  Store& store_;
  const Identity& identity_;
  const Shop& shop_;
  const Clock& clock_;
  const names::PageTokens& page_tokens_;
  const rpc::Caller caller_;
  std::unique_ptr<catalog::v1::CatalogService::StubInterface> catalog_;
};

}  // namespace octavo::promotions
