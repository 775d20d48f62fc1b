// GrpcShopClient: the services behind their channels. Recommendations and inventory stand behind a circuit
// breaker each, because pages do without them; the catalogue does not, because no page does. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "services/marketplace/circuit_breaker.h"
#include "services/marketplace/shop_client.h"

namespace octavo::marketplace {

struct Channels {
  std::shared_ptr<grpc::Channel> catalog;
  std::shared_ptr<grpc::Channel> recommendations;
  std::shared_ptr<grpc::Channel> inventory;
};

class GrpcShopClient final : public ShopClient {
 public:
  // What `telemetry` refers to must outlive the client.
  GrpcShopClient(const Channels& channels, rpc::Telemetry telemetry);
  // Waits for the calls that are still under way; each has a deadline.
  ~GrpcShopClient() override;

  Pending<catalog::v1::Book> GetBook(const catalog::v1::GetBookRequest& request,
                                     const Budget& budget) override;
  Pending<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                            const Budget& budget) override;
  Pending<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request,
                                                    const Budget& budget) override;
  Pending<catalog::v1::SearchBooksResponse> SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                        const Budget& budget) override;
  Pending<catalog::v1::SuggestResponse> Suggest(const catalog::v1::SuggestRequest& request,
                                                const Budget& budget) override;
  Pending<catalog::v1::Author> GetAuthor(const catalog::v1::GetAuthorRequest& request,
                                         const Budget& budget) override;
  Pending<catalog::v1::ListCategoriesResponse> ListCategories(const Budget& budget) override;
  Pending<recommendations::v1::RecommendResponse> Recommend(
      const recommendations::v1::RecommendRequest& request, const Budget& budget) override;
  Pending<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) override;
  Pending<recommendations::v1::BecauseResponse> Because(const recommendations::v1::BecauseRequest& request,
                                                        const Budget& budget) override;
  Status RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget& budget) override;
  Pending<inventory::v1::BatchGetStockResponse> BatchGetStock(
      const inventory::v1::BatchGetStockRequest& request, const Budget& budget) override;

 private:
  // Counts the calls under way.
  class InFlight {
   public:
    void Begin();
    void End();
    void WaitForNone();

   private:
    std::mutex mutex_;
    std::condition_variable none_;
    int count_ = 0;  // Guarded by mutex_.
  };

  // `breaker` may be null.
  template <class Async, class Interface, class Request, class Response>
  Pending<Response> Start(Async& async,
                          void (Interface::*method)(grpc::ClientContext*, const Request*, Response*,
                                                    std::function<void(grpc::Status)>),
                          const std::type_identity_t<Request>& request, const Budget& budget,
                          CircuitBreaker* breaker);

  const rpc::Caller caller_;
  const std::unique_ptr<catalog::v1::CatalogService::Stub> catalog_;
  const std::unique_ptr<recommendations::v1::RecommendationsService::Stub> recommendations_;
  const std::unique_ptr<inventory::v1::InventoryService::Stub> inventory_;
  CircuitBreaker recommendations_breaker_;
  CircuitBreaker inventory_breaker_;
  InFlight in_flight_;
};

}  // namespace octavo::marketplace
