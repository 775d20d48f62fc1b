// GrpcShopClient: the services behind their channels. What pages do without stands behind a circuit breaker each; the
// catalogue does not, because no page does, nor does placing an order, which is worth any wait. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "services/marketplace/circuit_breaker.h"
#include "services/marketplace/grpc_calls.h"
#include "services/marketplace/grpc_selling_client.h"
#include "services/marketplace/shop_client.h"

namespace octavo::marketplace {

struct Channels {
  std::shared_ptr<grpc::Channel> catalog;
  std::shared_ptr<grpc::Channel> recommendations;
  std::shared_ptr<grpc::Channel> inventory;
  std::shared_ptr<grpc::Channel> cart;
  std::shared_ptr<grpc::Channel> transactions;
  std::shared_ptr<grpc::Channel> promotions;
  std::shared_ptr<grpc::Channel> accounts;
};

class GrpcShopClient final : public ShopClient {
 public:
  // What `telemetry` refers to must outlive the client.
  GrpcShopClient(const Channels& channels, rpc::Telemetry telemetry);
  // Waits for the calls that are still under way.
  ~GrpcShopClient() override { calls_.WaitForNone(); }

  Pending<catalog::v1::Book> GetBook(const catalog::v1::GetBookRequest& request, const Budget& budget) override;
  Pending<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                            const Budget& budget) override;
  Pending<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request, const Budget& budget) override;
  Pending<catalog::v1::SearchBooksResponse> SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                        const Budget& budget) override;
  Pending<catalog::v1::SuggestResponse> Suggest(const catalog::v1::SuggestRequest& request, const Budget& budget) override;
  Pending<catalog::v1::Author> GetAuthor(const catalog::v1::GetAuthorRequest& request, const Budget& budget) override;
  Pending<catalog::v1::ListCategoriesResponse> ListCategories(const Budget& budget) override;
  Pending<recommendations::v1::BatchRecommendResponse> BatchRecommend(const recommendations::v1::BatchRecommendRequest& request,
                                                                      const Budget& budget) override;
  Pending<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) override;
  Pending<recommendations::v1::BecauseResponse> Because(const recommendations::v1::BecauseRequest& request,
                                                        const Budget& budget) override;
  Pending<recommendations::v1::MergeReaderResponse> MergeReader(const recommendations::v1::MergeReaderRequest& request,
                                                                const Budget& budget) override;
  Status RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget& budget) override;
  Pending<inventory::v1::BatchGetStockResponse> BatchGetStock(const inventory::v1::BatchGetStockRequest& request,
                                                              const Budget& budget) override;
  std::shared_ptr<Subscription> WatchStock(const inventory::v1::WatchStockRequest& request,
                                           Listener<inventory::v1::WatchStockResponse> listener) override;

  CartClient& cart() override { return cart_; }
  OrdersClient& orders() override { return orders_; }
  PromotionsClient& promotions() override { return promotions_; }
  AccountsClient& accounts() override { return accounts_; }

 private:
  const std::unique_ptr<catalog::v1::CatalogService::Stub> catalog_;
  const std::unique_ptr<recommendations::v1::RecommendationsService::Stub> recommendations_;
  const std::unique_ptr<inventory::v1::InventoryService::Stub> inventory_;
  CircuitBreaker recommendations_breaker_;
  CircuitBreaker inventory_breaker_;
  GrpcCalls calls_;
  GrpcCartClient cart_;
  GrpcOrdersClient orders_;
  GrpcPromotionsClient promotions_;
  GrpcAccountsClient accounts_;
};

}  // namespace octavo::marketplace
