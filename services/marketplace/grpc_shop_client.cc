#include "services/marketplace/grpc_shop_client.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "lib/rpc/status.h"

namespace octavo::marketplace {
namespace {

using catalog::v1::CatalogService;
using inventory::v1::InventoryService;
using recommendations::v1::RecommendationsService;

// gRPC counts deadlines in milliseconds; half a one is none.
std::chrono::milliseconds Left(const Budget& budget) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(budget.Left());
}

}  // namespace

GrpcShopClient::GrpcShopClient(const Channels& channels, rpc::Telemetry telemetry)
    : caller_(telemetry),
      catalog_(CatalogService::NewStub(channels.catalog)),
      recommendations_(RecommendationsService::NewStub(channels.recommendations)),
      inventory_(InventoryService::NewStub(channels.inventory)),
      recommendations_breaker_(telemetry.clock),
      inventory_breaker_(telemetry.clock) {}

GrpcShopClient::~GrpcShopClient() { in_flight_.WaitForNone(); }

template <class Async, class Interface, class Request, class Response>
Pending<Response> GrpcShopClient::Start(Async& async,
                                        void (Interface::*method)(grpc::ClientContext*, const Request*,
                                                                  Response*,
                                                                  std::function<void(grpc::Status)>),
                                        const std::type_identity_t<Request>& request, const Budget& budget,
                                        CircuitBreaker* breaker) {
  const std::chrono::milliseconds left = Left(budget);
  if (left.count() <= 0) {
    return Pending<Response>(
        Answer<Response>(Error{Code::kDeadlineExceeded, "TOO_SLOW", "the page's budget is spent"}));
  }
  if (breaker != nullptr && !breaker->Allows()) {
    return Pending<Response>(Answer<Response>(
        Error{Code::kUnavailable, "RESTING", "the service did not answer and is left alone for a moment"}));
  }
  auto promise = std::make_shared<std::promise<Answer<Response>>>();
  std::future<Answer<Response>> future = promise->get_future();
  in_flight_.Begin();
  caller_.Send(async, method, request, {.budget = left, .trace = budget.trace()},
               [this, breaker, promise](Result<Response> result) {
                 if (breaker != nullptr) {
                   const bool failed = !result.ok() && CircuitBreaker::IsFailure(result.error().code);
                   failed ? breaker->Failed() : breaker->Succeeded();
                 }
                 if (result.ok()) {
                   promise->set_value(std::make_shared<const Response>(*std::move(result)));
                 } else {
                   promise->set_value(std::move(result).error());
                 }
                 in_flight_.End();
               });
  return Pending<Response>(std::move(future));
}

Pending<catalog::v1::Book> GrpcShopClient::GetBook(const catalog::v1::GetBookRequest& request,
                                                   const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::GetBook, request, budget,
               /*breaker=*/nullptr);
}

Pending<catalog::v1::BatchGetBooksResponse> GrpcShopClient::BatchGetBooks(
    const catalog::v1::BatchGetBooksRequest& request, const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::BatchGetBooks, request, budget,
               /*breaker=*/nullptr);
}

Pending<catalog::v1::ListBooksResponse> GrpcShopClient::ListBooks(
    const catalog::v1::ListBooksRequest& request, const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::ListBooks, request, budget,
               /*breaker=*/nullptr);
}

Pending<catalog::v1::SearchBooksResponse> GrpcShopClient::SearchBooks(
    const catalog::v1::SearchBooksRequest& request, const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::SearchBooks, request, budget,
               /*breaker=*/nullptr);
}

Pending<catalog::v1::SuggestResponse> GrpcShopClient::Suggest(const catalog::v1::SuggestRequest& request,
                                                              const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::Suggest, request, budget,
               /*breaker=*/nullptr);
}

Pending<catalog::v1::Author> GrpcShopClient::GetAuthor(const catalog::v1::GetAuthorRequest& request,
                                                       const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::GetAuthor, request, budget,
               /*breaker=*/nullptr);
}

Pending<catalog::v1::ListCategoriesResponse> GrpcShopClient::ListCategories(const Budget& budget) {
  return Start(*catalog_->async(), &CatalogService::Stub::async::ListCategories, {}, budget,
               /*breaker=*/nullptr);
}

Pending<recommendations::v1::RecommendResponse> GrpcShopClient::Recommend(
    const recommendations::v1::RecommendRequest& request, const Budget& budget) {
  return Start(*recommendations_->async(), &RecommendationsService::Stub::async::Recommend, request, budget,
               &recommendations_breaker_);
}

Pending<recommendations::v1::ListSimilarBooksResponse> GrpcShopClient::ListSimilarBooks(
    const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) {
  return Start(*recommendations_->async(), &RecommendationsService::Stub::async::ListSimilarBooks, request,
               budget, &recommendations_breaker_);
}

Pending<recommendations::v1::BecauseResponse> GrpcShopClient::Because(
    const recommendations::v1::BecauseRequest& request, const Budget& budget) {
  return Start(*recommendations_->async(), &RecommendationsService::Stub::async::Because, request, budget,
               &recommendations_breaker_);
}

Pending<inventory::v1::BatchGetStockResponse> GrpcShopClient::BatchGetStock(
    const inventory::v1::BatchGetStockRequest& request, const Budget& budget) {
  return Start(*inventory_->async(), &InventoryService::Stub::async::BatchGetStock, request, budget,
               &inventory_breaker_);
}

Status GrpcShopClient::RecordEvents(const std::vector<recommendations::v1::Event>& events,
                                    const Budget& budget) {
  grpc::ClientContext context;
  caller_.PrepareStream(
      context, {.budget = std::max(Left(budget), std::chrono::milliseconds(1)), .trace = budget.trace()});
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

void GrpcShopClient::InFlight::Begin() {
  const std::lock_guard lock(mutex_);
  ++count_;
}

void GrpcShopClient::InFlight::End() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

void GrpcShopClient::InFlight::WaitForNone() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [this] { return count_ == 0; });
}

}  // namespace octavo::marketplace
