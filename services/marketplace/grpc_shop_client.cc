#include "services/marketplace/grpc_shop_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/rpc/status.h"

namespace octavo::marketplace {
namespace {

using catalog::v1::CatalogService;
using inventory::v1::InventoryService;
using recommendations::v1::RecommendationsService;

}  // namespace

GrpcShopClient::GrpcShopClient(const Channels& channels, rpc::Telemetry telemetry)
    : catalog_(CatalogService::NewStub(channels.catalog)),
      recommendations_(RecommendationsService::NewStub(channels.recommendations)),
      inventory_(InventoryService::NewStub(channels.inventory)),
      recommendations_breaker_(telemetry.clock),
      inventory_breaker_(telemetry.clock),
      calls_(telemetry),
      cart_(calls_, channels.cart, telemetry.clock),
      orders_(calls_, channels.transactions, telemetry.clock),
      promotions_(calls_, channels.promotions, telemetry.clock),
      accounts_(calls_, channels.accounts, telemetry.clock) {}

Pending<catalog::v1::Book> GrpcShopClient::GetBook(const catalog::v1::GetBookRequest& request, const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::GetBook, request, budget,
                      /*breaker=*/nullptr);
}

Pending<catalog::v1::BatchGetBooksResponse> GrpcShopClient::BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                                          const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::BatchGetBooks, request, budget,
                      /*breaker=*/nullptr);
}

Pending<catalog::v1::ListBooksResponse> GrpcShopClient::ListBooks(const catalog::v1::ListBooksRequest& request,
                                                                  const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::ListBooks, request, budget,
                      /*breaker=*/nullptr);
}

Pending<catalog::v1::SearchBooksResponse> GrpcShopClient::SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                                      const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::SearchBooks, request, budget,
                      /*breaker=*/nullptr);
}

Pending<catalog::v1::SuggestResponse> GrpcShopClient::Suggest(const catalog::v1::SuggestRequest& request, const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::Suggest, request, budget,
                      /*breaker=*/nullptr);
}

Pending<catalog::v1::Author> GrpcShopClient::GetAuthor(const catalog::v1::GetAuthorRequest& request, const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::GetAuthor, request, budget,
                      /*breaker=*/nullptr);
}

Pending<catalog::v1::ListCategoriesResponse> GrpcShopClient::ListCategories(const Budget& budget) {
  return calls_.Start(*catalog_->async(), &CatalogService::Stub::async::ListCategories, {}, budget,
                      /*breaker=*/nullptr);
}

Pending<recommendations::v1::BatchRecommendResponse> GrpcShopClient::BatchRecommend(
    const recommendations::v1::BatchRecommendRequest& request, const Budget& budget) {
  return calls_.Start(*recommendations_->async(), &RecommendationsService::Stub::async::BatchRecommend, request, budget,
                      &recommendations_breaker_);
}

Pending<recommendations::v1::ListSimilarBooksResponse> GrpcShopClient::ListSimilarBooks(
    const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) {
  return calls_.Start(*recommendations_->async(), &RecommendationsService::Stub::async::ListSimilarBooks, request, budget,
                      &recommendations_breaker_);
}

Pending<recommendations::v1::BecauseResponse> GrpcShopClient::Because(const recommendations::v1::BecauseRequest& request,
                                                                      const Budget& budget) {
  return calls_.Start(*recommendations_->async(), &RecommendationsService::Stub::async::Because, request, budget,
                      &recommendations_breaker_);
}

Pending<inventory::v1::BatchGetStockResponse> GrpcShopClient::BatchGetStock(const inventory::v1::BatchGetStockRequest& request,
                                                                            const Budget& budget) {
  return calls_.Start(*inventory_->async(), &InventoryService::Stub::async::BatchGetStock, request, budget, &inventory_breaker_);
}

Pending<recommendations::v1::MergeReaderResponse> GrpcShopClient::MergeReader(
    const recommendations::v1::MergeReaderRequest& request, const Budget& budget) {
  return calls_.Start(*recommendations_->async(), &RecommendationsService::Stub::async::MergeReader, request, budget,
                      &recommendations_breaker_);
}

Status GrpcShopClient::RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget& budget) {
  grpc::ClientContext context;
  calls_.caller().PrepareStream(
      context, {.budget = std::max(GrpcCalls::Left(budget), std::chrono::milliseconds(1)), .trace = budget.trace()});
  recommendations::v1::RecordEventsResponse response;
  const auto writer = recommendations_->RecordEvents(&context, &response);
  for (const recommendations::v1::Event& event : events) {
    recommendations::v1::RecordEventsRequest request;
    *request.mutable_event() = event;
    if (!writer->Write(request)) break;  // Finish says why.
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return rpc::ToError(status);
  return Ok();
}

std::shared_ptr<Subscription> GrpcShopClient::WatchStock(const inventory::v1::WatchStockRequest& request,
                                                         Listener<inventory::v1::WatchStockResponse> listener) {
  return calls_.Follow(*inventory_->async(), &InventoryService::Stub::async::WatchStock, request, std::move(listener));
}

}  // namespace octavo::marketplace
