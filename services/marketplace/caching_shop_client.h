// CachingShopClient: remembers the shelves, categories and campaigns that are the same for every reader. They
// are fetched again when they are older than kFresh, by one page at a time while the others still see the old
// ones; and when the catalogue does not answer, old ones serve for up to kStale. Everything else passes
// through. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "services/marketplace/shop_client.h"

namespace octavo::marketplace {

// One kind of answer by the bytes of its request.
template <typename Response>
class AnswerCache {
 public:
  static constexpr std::chrono::seconds kFresh{5};
  static constexpr std::chrono::minutes kStale{10};
  // 256 shelves of 24 books x 1.5 kB = 9 MB.
  static constexpr std::size_t kEntriesMax = 256;

  explicit AnswerCache(const Clock& clock) : clock_(clock) {}

  template <typename Fetch>
  Pending<Response> Get(const std::string& key, const Fetch& fetch) {
    if (auto known = Known(key)) return Pending<Response>(Answer<Response>(std::move(known)));
    return fetch().Then([this, key](Answer<Response> answer) { return Remember(key, std::move(answer)); });
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    std::shared_ptr<const Response> response;
    Time fetched;
    Time refreshing_since;  // Whoever fetches it at the moment; forgotten after a second.
  };

  // What may be shown without asking; null when this caller should ask.
  std::shared_ptr<const Response> Known(const std::string& key) {
    const Time now = clock_.MonotonicNow();
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(key);
    if (entry == entries_.end() || now - entry->second.fetched > kStale) return nullptr;
    if (now - entry->second.fetched <= kFresh) return entry->second.response;
    if (now - entry->second.refreshing_since <= std::chrono::seconds(1)) return entry->second.response;
    entry->second.refreshing_since = now;
    return nullptr;
  }

  Answer<Response> Remember(const std::string& key, Answer<Response> answer) {
    const Time now = clock_.MonotonicNow();
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(key);
    if (answer.ok()) {
      if (entry == entries_.end() && entries_.size() >= kEntriesMax) DropOldest();
      entries_[key] = Entry{.response = *answer, .fetched = now, .refreshing_since = {}};
      return answer;
    }
    const bool is_gone = answer.error().code == Code::kNotFound;
    if (is_gone || entry == entries_.end() || now - entry->second.fetched > kStale) return answer;
    return entry->second.response;
  }

  void DropOldest() {
    auto oldest = entries_.begin();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->second.fetched < oldest->second.fetched) oldest = entry;
    }
    entries_.erase(oldest);
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // Guarded by mutex_.
};

// What runs in the shop is the same for every guest; of a customer it is asked each time.
class CachingPromotionsClient final : public PromotionsClient {
 public:
  CachingPromotionsClient(ShopClient& shop, const Clock& clock) : shop_(shop), banners_(clock) {}

  Pending<promotions::v1::ListBannersResponse> ListBanners(const promotions::v1::ListBannersRequest& request,
                                                           const Budget& budget) override {
    const auto fetch = [&] { return shop_.promotions().ListBanners(request, budget); };
    return request.has_customer() ? fetch() : banners_.Get("", fetch);
  }

 private:
  ShopClient& shop_;
  AnswerCache<promotions::v1::ListBannersResponse> banners_;
};

class CachingShopClient final : public ShopClient {
 public:
  // Both must outlive it.
  CachingShopClient(ShopClient& inner, const Clock& clock)
      : inner_(inner), shelves_(clock), categories_(clock), promotions_(inner, clock) {}

  // First pages are remembered.
  Pending<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request,
                                                    const Budget& budget) override {
    if (!request.page_token().empty()) return inner_.ListBooks(request, budget);
    return shelves_.Get(request.SerializeAsString(), [&] { return inner_.ListBooks(request, budget); });
  }
  Pending<catalog::v1::ListCategoriesResponse> ListCategories(const Budget& budget) override {
    return categories_.Get("", [&] { return inner_.ListCategories(budget); });
  }

  Pending<catalog::v1::Book> GetBook(const catalog::v1::GetBookRequest& request,
                                     const Budget& budget) override {
    return inner_.GetBook(request, budget);
  }
  Pending<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                            const Budget& budget) override {
    return inner_.BatchGetBooks(request, budget);
  }
  Pending<catalog::v1::SearchBooksResponse> SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                        const Budget& budget) override {
    return inner_.SearchBooks(request, budget);
  }
  Pending<catalog::v1::SuggestResponse> Suggest(const catalog::v1::SuggestRequest& request,
                                                const Budget& budget) override {
    return inner_.Suggest(request, budget);
  }
  Pending<catalog::v1::Author> GetAuthor(const catalog::v1::GetAuthorRequest& request,
                                         const Budget& budget) override {
    return inner_.GetAuthor(request, budget);
  }
  Pending<recommendations::v1::RecommendResponse> Recommend(
      const recommendations::v1::RecommendRequest& request, const Budget& budget) override {
    return inner_.Recommend(request, budget);
  }
  Pending<recommendations::v1::ArrangeBooksResponse> ArrangeBooks(
      const recommendations::v1::ArrangeBooksRequest& request, const Budget& budget) override {
    return inner_.ArrangeBooks(request, budget);
  }
  Pending<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) override {
    return inner_.ListSimilarBooks(request, budget);
  }
  Pending<recommendations::v1::BecauseResponse> Because(const recommendations::v1::BecauseRequest& request,
                                                        const Budget& budget) override {
    return inner_.Because(request, budget);
  }
  Pending<recommendations::v1::MergeReaderResponse> MergeReader(
      const recommendations::v1::MergeReaderRequest& request, const Budget& budget) override {
    return inner_.MergeReader(request, budget);
  }
  Status RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget& budget) override {
    return inner_.RecordEvents(events, budget);
  }
  Pending<inventory::v1::BatchGetStockResponse> BatchGetStock(
      const inventory::v1::BatchGetStockRequest& request, const Budget& budget) override {
    return inner_.BatchGetStock(request, budget);
  }
  std::shared_ptr<Subscription> WatchStock(const inventory::v1::WatchStockRequest& request,
                                           Listener<inventory::v1::WatchStockResponse> listener) override {
    return inner_.WatchStock(request, std::move(listener));
  }
  CartClient& cart() override { return inner_.cart(); }
  OrdersClient& orders() override { return inner_.orders(); }
  PromotionsClient& promotions() override { return promotions_; }
  AccountsClient& accounts() override { return inner_.accounts(); }

 private:
  ShopClient& inner_;
  AnswerCache<catalog::v1::ListBooksResponse> shelves_;
  AnswerCache<catalog::v1::ListCategoriesResponse> categories_;
  CachingPromotionsClient promotions_;
};

}  // namespace octavo::marketplace
