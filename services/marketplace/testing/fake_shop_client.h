// FakeShopClient: a whole shop in memory, honest in what pages can see: it lists, searches, suggests, learns
// from events. Each service can be made to fail or to hang, as a test likes. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <istream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "services/marketplace/shop_client.h"
#include "services/marketplace/testing/fake_accounts.h"
#include "services/marketplace/testing/fake_selling.h"
#include "services/marketplace/testing/reply.h"

namespace octavo::marketplace {

class FakeShopClient final : public ShopClient {
 public:
  FakeShopClient() = default;
  // Adds the rows of demo/books.csv.
  void Load(std::istream& csv);
  // Gives it a name ("books/1" for the first), and the names of its authors and series.
  catalog::v1::Book& Add(catalog::v1::Book book);
  // The book that was added as the `number`th, from 1: to be changed while no page is asked for.
  catalog::v1::Book& BookToChange(int number) { return books_.at(static_cast<std::size_t>(number) - 1); }
  void SetStock(const std::string& book, inventory::v1::Stock stock);

  std::atomic<Condition> catalog = Condition::kUp;
  std::atomic<Condition> recommendations = Condition::kUp;
  std::atomic<Condition> inventory = Condition::kUp;
  // How often the catalogue listed books and was asked for some by name, and what came in.
  std::atomic<int> list_count = 0;
  std::atomic<int> batch_count = 0;
  std::vector<recommendations::v1::Event> events() const;
  // Called by RecordEvents first; set before it is used.
  std::function<void()> before_record;

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
  // The stock of the books named, and what SetStock changes later, on the thread that does.
  std::shared_ptr<Subscription> WatchStock(const inventory::v1::WatchStockRequest& request,
                                           Listener<inventory::v1::WatchStockResponse> listener) override;
  FakeCart& cart() override { return cart_; }
  FakeOrders& orders() override { return orders_; }
  FakePromotions& promotions() override { return promotions_; }
  FakeAccounts& accounts() override { return accounts_; }

 private:
  struct Watcher;

  const catalog::v1::Book* Find(const std::string& name) const;
  inventory::v1::Stock StockOf(const std::string& book) const;
  std::vector<std::string> Viewed(const std::string& reader) const;
  recommendations::v1::RecommendResponse Shelf(const recommendations::v1::RecommendRequest& request) const;
  // The list without what the reader has bought.
  recommendations::v1::BookList Arranged(const std::string& reader, const recommendations::v1::BookList& list) const;

  std::vector<catalog::v1::Book> books_;  // Fixed once pages are asked for.
  mutable std::mutex mutex_;
  std::map<std::string, inventory::v1::Stock> stock_;  // Guarded by mutex_.
  std::vector<std::shared_ptr<Watcher>> watchers_;     // Guarded by mutex_.
  std::vector<recommendations::v1::Event> events_;     // Guarded by mutex_.
  FakeCart cart_{[this](const std::string& book) { return Find(book); },
                 [this](const std::string& book) { return StockOf(book); }};
  FakeOrders orders_{cart_};
  FakePromotions promotions_;
  FakeAccounts accounts_;
};

}  // namespace octavo::marketplace
