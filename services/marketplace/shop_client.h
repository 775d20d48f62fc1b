// ShopClient: what the pages ask the other services. Every method starts a call and returns at once; a page
// starts all it needs, then waits for one after the other, so that a page takes as long as its slowest part
// and never longer than its Budget. Implementations: GrpcShopClient (the services), CachingShopClient
// (remembers what all readers see), and for tests FakeShopClient. Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "octavo/catalog/v1/catalog.pb.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "octavo/recommendations/v1/recommendations.pb.h"
#include "services/marketplace/pending.h"
#include "services/marketplace/selling_client.h"

namespace octavo::marketplace {

class ShopClient {
 public:
  virtual ~ShopClient() = default;

  virtual Pending<catalog::v1::Book> GetBook(const catalog::v1::GetBookRequest& request, const Budget& budget) = 0;
  virtual Pending<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                                    const Budget& budget) = 0;
  virtual Pending<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request,
                                                            const Budget& budget) = 0;
  virtual Pending<catalog::v1::SearchBooksResponse> SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                                const Budget& budget) = 0;
  virtual Pending<catalog::v1::SuggestResponse> Suggest(const catalog::v1::SuggestRequest& request, const Budget& budget) = 0;
  virtual Pending<catalog::v1::Author> GetAuthor(const catalog::v1::GetAuthorRequest& request, const Budget& budget) = 0;
  virtual Pending<catalog::v1::ListCategoriesResponse> ListCategories(const Budget& budget) = 0;

  virtual Pending<recommendations::v1::BatchRecommendResponse> BatchRecommend(
      const recommendations::v1::BatchRecommendRequest& request, const Budget& budget) = 0;
  virtual Pending<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) = 0;
  virtual Pending<recommendations::v1::BecauseResponse> Because(const recommendations::v1::BecauseRequest& request,
                                                                const Budget& budget) = 0;
  virtual Pending<recommendations::v1::MergeReaderResponse> MergeReader(const recommendations::v1::MergeReaderRequest& request,
                                                                        const Budget& budget) = 0;
  // Waits: for the sender of events, not for pages. OK when they are durable.
  virtual Status RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget& budget) = 0;

  virtual Pending<inventory::v1::BatchGetStockResponse> BatchGetStock(const inventory::v1::BatchGetStockRequest& request,
                                                                      const Budget& budget) = 0;
  virtual std::shared_ptr<Subscription> WatchStock(const inventory::v1::WatchStockRequest& request,
                                                   Listener<inventory::v1::WatchStockResponse> listener) = 0;

  // What selling needs, by service.
  virtual CartClient& cart() = 0;
  virtual OrdersClient& orders() = 0;
  virtual PromotionsClient& promotions() = 0;
  virtual AccountsClient& accounts() = 0;
};

}  // namespace octavo::marketplace
